package pipeline

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// control is a control of migrate.yaml with the sides that are known so far.
type control struct {
	declared project.Control
	sides    reconcile.Control
}

// controlsBefore computes the source and staged sides of every control and compares them: before anything is loaded.
func (p *Pipeline) controlsBefore(ctx context.Context, d *derived, _ *Target) error {
	for _, c := range p.Project.Controls {
		k := control{declared: c, sides: reconcile.Control{Name: c.Name, Kind: c.Kind, Scale: c.Scale}}
		var err error
		if k.sides.Expected, err = p.expected(c); err != nil {
			return fmt.Errorf("control %q: %w", c.Name, err)
		}
		for _, side := range []struct {
			sql string
			to  *reconcile.Amounts
		}{{c.Source, &k.sides.Source}, {c.Staged, &k.sides.Staged}} {
			if side.sql == "" {
				continue
			}
			if *side.to, err = p.amounts(ctx, parameters(side.sql, d.schema)); err != nil {
				return fmt.Errorf("control %q: %w", c.Name, err)
			}
		}
		d.controls = append(d.controls, k)
		d.results = append(d.results, reconcile.Check(k.sides))
	}
	return nil
}

// parameters puts what a control may ask about the target into its SQL: :round_globally is true where documents round
// the sum of their lines, false where they sum rounded lines.
func parameters(sql string, s *schema.Snapshot) string {
	return strings.ReplaceAll(sql, ":round_globally", strconv.FormatBool(s.RoundGlobally))
}

// amounts runs the SQL of a control: one column is the amount, two are key and amount.
func (p *Pipeline) amounts(ctx context.Context, sql string) (reconcile.Amounts, error) {
	sql = strings.TrimRight(strings.TrimSpace(sql), "; ")
	out := reconcile.Amounts{}
	err := p.each(ctx, "select coalesce(key::text, ''), coalesce(sum(amount), 0)::text from ("+sql+") x_control group by 1", nil,
		func(scan func(...any) error) error {
			var key, amount string
			if err := scan(&key, &amount); err != nil {
				return err
			}
			d, err := record.ParseDecimal(amount)
			out[key] = d
			return err
		})
	if err != nil {
		return nil, record.Advise(err, "A control's SQL returns the columns key and amount; see docs/MAPPINGS.md.")
	}
	return out, nil
}

// expected is the legacy system's own total: a literal, or a line of a controls file (name, amount).
func (p *Pipeline) expected(c project.Control) (*record.Decimal, error) {
	if c.Expected.File == "" {
		return c.Expected.Amount, nil
	}
	text, err := p.fromControlsFile(c.Expected.File, c.Expected.Name)
	if err != nil {
		return nil, err
	}
	d, err := record.ParseDecimal(text)
	if err != nil {
		return nil, record.Advise(fmt.Errorf("the expected total %w", err), "Write it with a decimal point and without separators.")
	}
	return &d, nil
}

func (p *Pipeline) fromControlsFile(file, name string) (string, error) {
	in, err := p.openFile(file)
	if err != nil {
		return "", adviseFile(err, file)
	}
	defer in.Close()
	rows := csv.NewReader(in)
	rows.FieldsPerRecord = 2
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return "", record.Advise(fmt.Errorf("%s has no line %q", file, name), "Add it, or mend the control's name.")
		}
		var at *csv.ParseError
		if errors.As(err, &at) {
			return "", record.Advise(fmt.Errorf("%s:%d: %w", file, at.Line, at.Err), "A controls file has two columns: name,amount.")
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", file, err)
		}
		if row[0] == name {
			return strings.TrimSpace(row[1]), nil
		}
	}
}

// controlsAfter asks Odoo for its side of every control and compares all three.
func (p *Pipeline) controlsAfter(ctx context.Context, d *derived, t *Target, targetID int64) ([]reconcile.Result, error) {
	var out []reconcile.Result
	for _, k := range d.controls {
		if k.declared.Odoo != nil {
			var err error
			if k.sides.Odoo, err = p.odooAmounts(ctx, d, t, targetID, k); err != nil {
				return nil, fmt.Errorf("control %q: %w", k.declared.Name, err)
			}
		}
		out = append(out, reconcile.Check(k.sides))
	}
	return out, nil
}

// odooAmounts reads the amount of every record a mapping loaded: keyed by external id without its module where the other
// sides have keys, else as one sum.
func (p *Pipeline) odooAmounts(ctx context.Context, d *derived, t *Target, targetID int64, k control) (reconcile.Amounts, error) {
	c := k.declared
	m := d.set.Mapping(c.Odoo.Mapping)
	if m == nil {
		return nil, record.Advise(fmt.Errorf("there is no mapping %q", c.Odoo.Mapping), "Mend odoo.mapping of the control.")
	}
	out := reconcile.Amounts{}
	keyed := func(id string) string {
		if k.sides.OneSum() {
			return ""
		}
		return strings.TrimPrefix(id, p.Project.Module+".")
	}
	var part []run.Entry
	flush := func() error {
		amounts, err := p.readAmounts(ctx, d, t, m.Model, c.Odoo.Amount, part)
		for id, a := range amounts {
			out[keyed(id)] = out[keyed(id)].Add(a)
		}
		part = part[:0]
		return err
	}
	for e, err := range p.Store.Entries(ctx, targetID, m.Name) {
		if err != nil {
			return nil, err
		}
		if e.State != run.Active {
			continue
		}
		if part = append(part, e); len(part) == 1000 {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	return out, flush()
}

func (p *Pipeline) readAmounts(ctx context.Context, d *derived, t *Target, model, field string, entries []run.Entry) (map[string]record.Decimal, error) {
	out := map[string]record.Decimal{}
	byID := map[string]string{}
	ids := make([]int64, len(entries))
	for i, e := range entries {
		ids[i] = e.DBID
		byID[fmt.Sprint(e.DBID)] = e.ExternalID
	}
	if len(ids) == 0 {
		return out, nil
	}
	fields := []string{field}
	meta := schema.Field{Name: field, Type: schema.Float}
	if field == "count" {
		fields = []string{"id"}
	} else if m, ok := d.schema.Model(model); ok {
		if meta, ok = m.Field(field); !ok {
			return nil, record.Advise(fmt.Errorf("%s has no field %s", model, field), "Mend odoo.amount of the control.")
		}
	}
	rows, err := t.Read(ctx, model, ids, fields)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		id := byID[fmt.Sprint(row["id"])]
		if field == "count" {
			out[id] = record.DecimalFromInt(1)
			continue
		}
		v, err := checksum.FromOdoo(meta, row[field], checksum.Unnamed)
		if err != nil {
			return nil, err
		}
		out[id] = v.Decimal()
	}
	return out, nil
}
