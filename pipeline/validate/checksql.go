package validate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// sqlChecks runs the checks in SQL, all of them over the same records: those that everything else left.
func (v *validator) sqlChecks(ctx context.Context) error {
	if !slices.ContainsFunc(v.in.Mappings, func(m Mapping) bool { return len(m.SQL) > 0 }) {
		return nil
	}
	if err := v.in.Settled(ctx, v.out); err != nil {
		return err
	}
	for _, m := range v.in.Mappings {
		for i := range m.SQL {
			c := &m.SQL[i]
			if err := v.sqlCheck(ctx, m, c); err != nil {
				return fmt.Errorf("%s: check %q: %w", c.At, c.Name, err)
			}
		}
	}
	return v.cascade(ctx)
}

// violation is a row that a check in SQL returned.
type violation struct {
	hit
	named       bool // its x_id is that of a record of the mapping
	key, amount string
}

func (v *validator) sqlCheck(ctx context.Context, m Mapping, c *mappings.SQLCheck) error {
	own := strings.TrimRight(strings.TrimSpace(c.SQL), "; \t\r\n")
	columns, err := v.in.Look(ctx, "select * from ("+own+"\n) x_check limit 0", nil, func(func(...any) error) error { return nil })
	if err != nil {
		return err
	}
	if c.Tolerance.Sign() > 0 && !slices.Contains(columns, "amount") {
		return record.Advise(fmt.Errorf("it has a tolerance, but its SQL returns no column amount"), "Return what is held against the tolerance as amount, or leave tolerance out.")
	}
	r := CheckResult{Mapping: m.Name, Name: c.Name, Severity: c.Severity, SQL: true}
	var part []violation
	flush := func() error {
		defer func() { part = part[:0] }()
		return v.violated(ctx, m, c, part, &r)
	}
	_, err = v.in.Look(ctx, violationSQL(own, columns, m), []any{c.Tolerance.String()}, func(scan func(...any) error) error {
		var x violation
		var seq *int64
		if err := scan(&x.id, &x.key, &x.amount, &seq, &x.table, &x.row, &x.line); err != nil {
			return err
		}
		if x.named = seq != nil; x.named {
			x.seq = *seq
		}
		if part = append(part, x); len(part) < 1000 {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil && v.in.Checked != nil {
		v.in.Checked(r)
	}
	return err
}

// violationSQL puts a check's own SQL into one that names the record each row is about, and keeps within the tolerance.
func violationSQL(own string, columns []string, m Mapping) string {
	column := func(name, otherwise string) string {
		if slices.Contains(columns, name) {
			return "x_check." + name
		}
		return otherwise
	}
	amount := column("amount", "null") + "::numeric"
	texts := make([]string, 3)
	for i, of := range []string{column("x_id", "null"), column("key", "null"), amount} {
		texts[i] = "coalesce(" + of + "::text, '')"
	}
	sql := "select " + strings.Join(texts, ", ") + ", " +
		"g.x_seq, coalesce(g.x_table, ''), coalesce(g.x_row, 0), coalesce(g.x_line, 0) from (" + own + "\n) x_check left join " + m.staged() + " g on g.x_id = " + column("x_id", "null") + "::text"
	if slices.Contains(columns, "amount") {
		sql += " where " + amount + " is null or abs(" + amount + ") > $1::numeric"
	} else {
		sql += " where $1::text is not null"
	}
	return sql + " order by g.x_seq, " + strings.Join(texts, ` collate "C", `) + ` collate "C"`
}

// violated tells each row that a check returned. A row that names no record of the mapping can reject none: where the
// check rejects, it closes the gate instead.
func (v *validator) violated(ctx context.Context, m Mapping, c *mappings.SQLCheck, list []violation, r *CheckResult) error {
	message := fmt.Sprintf("the check %q does not hold", c.Name)
	var rows []Row
	var findings []record.Finding
	for _, x := range list {
		r.Failed++
		f := record.Finding{Severity: c.Severity, Rule: "validate.check", Message: message, Hint: x.actual(), Raw: x.key, Mapping: m.Name, Table: x.table,
			Row: x.row, Line: x.line, Record: x.id, Rows: 1, At: c.At}
		if !x.named && c.Severity == record.Error {
			f.Severity, r.Severity = record.Blocker, record.Blocker
		}
		if len(r.First) < failuresShown {
			r.First = append(r.First, x.failure())
		}
		if _, out := v.out[m.Name][x.seq]; x.named && !out && c.Severity == record.Error {
			rows = append(rows, Row{x.table, x.row, "rejected", message})
			v.lost[x.id] = true
			v.gone(m.Name)[x.seq] = message
		}
		findings = append(findings, f)
	}
	return v.tell(ctx, m, rows, findings)
}

// actual is what a row says beside its key.
func (x violation) actual() string {
	if x.amount == "" {
		return cmp.Or(x.key, x.id)
	}
	return "amount = " + x.amount
}

func (x violation) failure() Failure {
	f := Failure{Key: cmp.Or(x.key, x.id), Actual: x.actual(), Source: x.table}
	if x.named {
		f.Rows, f.Records = []int64{x.row}, 1
	}
	return f
}

// String says which group or row it is, for a gate.
func (f Failure) String() string {
	if f.Key == "" || f.Key == f.Actual {
		return f.Actual
	}
	return f.Key + " (" + f.Actual + ")"
}
