package validate

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// CheckResult is what came of one check.
type CheckResult struct {
	Mapping  string          `json:"mapping"`
	Name     string          `json:"name"`
	Severity record.Severity `json:"severity"`
	Groups   int64           `json:"groups"`
	Failed   int64           `json:"failed"`        // groups for which it does not hold; of a check in SQL the rows that it returned
	SQL      bool            `json:"sql,omitempty"` // it is written in SQL and knows no groups
	First    []Failure       `json:"first,omitempty"`
}

// Failure is a group for which a check does not hold.
type Failure struct {
	Key     string  `json:"key"`    // "move_id = ardent.entry_17"; "" where all records are one group
	Actual  string  `json:"actual"` // "sum(debit) = 12, sum(credit) = 10"
	Source  string  `json:"source"`
	Rows    []int64 `json:"rows"`    // of the first records, in source order
	Records int64   `json:"records"` // in the group
}

// How much of what failed is told.
const (
	failuresShown = 20 // groups of a check
	rowsShown     = 5  // rows of a group
)

// checks evaluates the rules over groups. PostgreSQL makes the groups and the exact sums; whether a rule holds is
// decided by the same engine that runs all expressions.
func (v *validator) checks(ctx context.Context, m Mapping) error {
	for i := range m.Checks {
		c := &m.Checks[i]
		r := CheckResult{Mapping: m.Name, Name: c.Name, Severity: c.Severity}
		failed, err := v.failedGroups(ctx, m, c, &r)
		if err != nil {
			return fmt.Errorf("check %q: %w", c.Name, err)
		}
		if err := v.failures(ctx, m, c, failed, &r); err != nil {
			return fmt.Errorf("check %q: %w", c.Name, err)
		}
		if v.in.Checked != nil {
			v.in.Checked(r)
		}
	}
	return nil
}

// failedGroup is told by the first of its records.
type failedGroup struct {
	head        int64
	key, actual string
	hint        string
}

func (v *validator) failedGroups(ctx context.Context, m Mapping, c *mappings.GroupCheck, r *CheckResult) ([]failedGroup, error) {
	sql := "select min(x_seq)"
	for _, f := range c.Fields {
		sql += ", " + quote(f) + "::text"
	}
	for i, t := range c.Terms {
		sql += ", " + termSQL(t.Function, t.Field, c.Kinds[i])
	}
	sql += " from staged." + quote(m.Name) + " where not (x_seq = any($1))" + groupBy(c.Fields) + " having count(*) > 0 order by 1"
	var out []failedGroup
	err := v.q.Each(ctx, sql, []any{v.out.Records(m.Name)}, func(scan func(...any) error) error {
		var head int64
		texts := make([]*string, len(c.Fields)+len(c.Terms))
		to := []any{&head}
		for i := range texts {
			to = append(to, &texts[i])
		}
		if err := scan(to...); err != nil {
			return err
		}
		r.Groups++
		values, err := termValues(c, texts[len(c.Fields):])
		if err != nil {
			return err
		}
		holds, fault := c.Holds(values)
		if holds {
			return nil
		}
		g := failedGroup{head: head, key: keyText(c.Check.Group, texts), actual: c.Describe(values)}
		if fault != nil {
			g.hint = fault.Error()
		}
		out = append(out, g)
		return nil
	})
	return out, err
}

func groupBy(fields []string) string {
	if len(fields) == 0 {
		return ""
	}
	quoted := make([]string, len(fields))
	for i, f := range fields {
		quoted[i] = quote(f)
	}
	return " group by " + strings.Join(quoted, ", ")
}

// termSQL is an aggregate as canonical text. A sum over nothing is 0: an entry without credits does not balance.
func termSQL(function, field string, kind record.Kind) string {
	of := quote(field)
	switch function {
	case "":
		return textSQL("min("+of+")", kind)
	case "count":
		if field == "" {
			return "count(*)::text"
		}
		return "count(" + of + ")::text"
	case "sum":
		return "coalesce(sum(" + of + "), 0)::text"
	}
	if kind == record.Text || kind == record.Link || kind == record.Links {
		of += ` collate "C"`
	}
	return textSQL(function+"("+of+")", kind)
}

func textSQL(sql string, kind record.Kind) string {
	switch kind {
	case record.Boolean:
		return strings.Replace(strings.Replace(sql, "min(", "bool_and(", 1), "max(", "bool_or(", 1) + "::text"
	case record.Date:
		return "to_char(" + sql + ", 'YYYY-MM-DD')"
	case record.DateTime:
		return "to_char(" + sql + ", 'YYYY-MM-DD HH24:MI:SS')"
	}
	return sql + "::text"
}

func termValues(c *mappings.GroupCheck, texts []*string) ([]record.Value, error) {
	out := make([]record.Value, len(texts))
	for i, text := range texts {
		switch {
		case text == nil:
		case c.Kinds[i] == record.Number:
			d, err := record.ParseDecimal(*text)
			if err != nil {
				return nil, err
			}
			out[i] = record.NumberValue(d)
		default:
			out[i] = record.NewValue(c.Kinds[i], *text)
		}
	}
	return out, nil
}

func keyText(names []string, texts []*string) string {
	var parts []string
	for i, name := range names {
		text := "nothing"
		if texts[i] != nil {
			text = *texts[i]
		}
		parts = append(parts, name+" = "+text)
	}
	return strings.Join(parts, ", ")
}

// failures tells each group that failed, and rejects its records where the check says so.
func (v *validator) failures(ctx context.Context, m Mapping, c *mappings.GroupCheck, failed []failedGroup, r *CheckResult) error {
	r.Failed = int64(len(failed))
	for part := range slices.Chunk(failed, 1000) {
		members, err := v.members(ctx, m, c, part)
		if err != nil {
			return err
		}
		for _, g := range part {
			if err := v.failure(ctx, m, c, g, members[g.head], r); err != nil {
				return err
			}
		}
	}
	return nil
}

// members returns the records of groups by the first record of each.
func (v *validator) members(ctx context.Context, m Mapping, c *mappings.GroupCheck, groups []failedGroup) (map[int64][]hit, error) {
	heads := make([]int64, len(groups))
	for i, g := range groups {
		heads[i] = g.head
	}
	over := "()"
	if len(c.Fields) > 0 {
		over = strings.Replace("("+groupBy(c.Fields)+")", " group by", "partition by", 1)
	}
	hits, err := v.hits(ctx, "select "+who+", head::text from (select "+who+", min(x_seq) over "+over+" as head from staged."+quote(m.Name)+
		" where not (x_seq = any($1))) h where head = any($2) order by x_seq", v.out.Records(m.Name), heads)
	out := map[int64][]hit{}
	for _, h := range hits {
		head, err := strconv.ParseInt(h.value, 10, 64)
		if err != nil {
			return nil, err
		}
		out[head] = append(out[head], h)
	}
	return out, err
}

func (v *validator) failure(ctx context.Context, m Mapping, c *mappings.GroupCheck, g failedGroup, hits []hit, r *CheckResult) error {
	if len(hits) == 0 {
		return nil
	}
	f := Failure{Key: g.key, Actual: g.actual, Source: hits[0].table, Records: int64(len(hits))}
	for _, h := range hits[:min(rowsShown, len(hits))] {
		f.Rows = append(f.Rows, h.row)
	}
	if len(r.First) < failuresShown {
		r.First = append(r.First, f)
	}
	message := fmt.Sprintf("the check %q does not hold: %s", c.Name, c.Expect)
	hint := g.actual
	if g.hint != "" {
		hint = g.hint + " (" + g.actual + ")"
	}
	found := record.Finding{Severity: c.Severity, Rule: "validate.check", Message: message, Hint: hint, Raw: g.key, Mapping: m.Name, Table: hits[0].table,
		Row: hits[0].row, Line: hits[0].line, Record: hits[0].id, Rows: int64(len(hits)), At: c.At, Column: strings.Join(c.Fields, ", ")}
	if c.Severity == record.Error {
		rows := make([]Row, len(hits))
		for i, h := range hits {
			rows[i] = Row{h.table, h.row, "rejected", message}
			v.lost[h.id] = true
			v.gone(m.Name)[h.seq] = message
		}
		if err := v.in.Reject(ctx, m.Name, rows); err != nil {
			return err
		}
	}
	return v.in.Findings(ctx, []record.Finding{found})
}

// gone are the records of a mapping that were taken out.
func (v *validator) gone(mapping string) map[int64]string {
	if v.out[mapping] == nil {
		v.out[mapping] = map[int64]string{}
	}
	return v.out[mapping]
}
