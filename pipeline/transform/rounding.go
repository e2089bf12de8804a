package transform

import (
	"context"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// rounding replaces every value by what Odoo will hold, and remembers the numbers that lose digits by it and the texts that
// get another form: a value the target would change is a finding before the load, not a difference after it.
type rounding struct {
	fields []schema.Field // one a layout field; zero where the metadata does not know it
	known  []bool
	digits int
	normal []schema.Normal // one a layout field; zero where Odoo keeps the text it is given
	sum    roundingSum
	layout *record.Layout
	takes  []mappings.FileField
	files  Files
}

type rounded struct {
	field    int
	row      int64
	was, is  string
	residual record.Decimal // 0 of a text
}

// roundingSum counts what was rounded, field by field, in the order of the source.
type roundingSum struct {
	rows  map[int]int64
	first map[int]rounded
	total map[int]record.Decimal
}

func newRounding(l *record.Layout, opt Options) *rounding {
	r := &rounding{
		fields: make([]schema.Field, len(l.Fields)), known: make([]bool, len(l.Fields)), digits: opt.CurrencyDigits, layout: l,
		normal: make([]schema.Normal, len(l.Fields)), sum: roundingSum{map[int]int64{}, map[int]rounded{}, map[int]record.Decimal{}},
	}
	for i, name := range l.Fields {
		if opt.Model != nil {
			r.fields[i], r.known[i] = opt.Model.Field(name)
		}
		base, _ := schema.SplitLanguage(name)
		r.normal[i] = opt.Normals[base]
	}
	return r
}

func (r *rounding) apply(p Program, rows mappings.Gathered) applied {
	a := applied{rows: rows, result: p.Apply(rows.Batch), sum: &r.sum}
	r.readFiles(&a.result)
	for i := range a.result.Records {
		rec := &a.result.Records[i]
		for f, v := range rec.Values {
			if !r.known[f] {
				continue
			}
			will := checksum.Predict(r.fields[f], v, r.digits)
			switch {
			case v.Kind() == record.Number && will.Text() != v.Text():
				a.rounded = append(a.rounded, rounded{f, rec.Pos.Row, v.Text(), will.Text(), will.Decimal().Sub(v.Decimal())})
			case r.normal[f].Exact() && will.Kind() == record.Text:
				if text := r.normal[f].Stored(v.Text()); text != v.Text() {
					will = record.TextValue(text)
					a.rounded = append(a.rounded, rounded{field: f, row: rec.Pos.Row, was: v.Text(), is: text})
				}
			}
			rec.Values[f] = will
		}
	}
	r.refuse(&a.result)
	a.digests = digest(a.result.Records)
	return a
}

func (s *roundingSum) add(all []rounded) {
	for _, one := range all {
		if s.rows[one.field]++; s.rows[one.field] == 1 {
			s.first[one.field] = one
		}
		s.total[one.field] = s.total[one.field].Add(one.residual)
	}
}

func (r *rounding) report(ctx context.Context, to Sink) error {
	var out []record.Finding
	for f, name := range r.layout.Fields {
		n := r.sum.rows[f]
		if n == 0 {
			continue
		}
		first := r.sum.first[f]
		if r.normal[f].Exact() {
			out = append(out, r.normalised(f, n, first))
			continue
		}
		out = append(out, record.Finding{
			Severity: record.Warning, Rule: "odoo.rounds", Mapping: r.layout.Mapping, Column: name, Row: first.row, Rows: n,
			Message: fmt.Sprintf("Odoo keeps fewer digits of %s.%s: %d values are rounded, by %s in sum; first %s to %s",
				r.layout.Model, name, n, r.sum.total[f], first.was, first.is),
			Hint: "raise the decimal precision in Odoo before the load, or accept the difference",
		})
	}
	return to.Findings(ctx, out)
}

// normalised is the finding about texts that get another form.
func (r *rounding) normalised(field int, n int64, first rounded) record.Finding {
	what := fmt.Sprintf("Odoo stores %s.%s in a form of its own, %s: %d values are staged in it", r.layout.Model, r.layout.Fields[field], r.normal[field].Says(), n)
	if !schema.Personal(r.layout.Model, r.layout.Fields[field]) {
		what += fmt.Sprintf("; first %q as %q", first.was, first.is)
	}
	return record.Finding{
		Severity: record.Note, Rule: "odoo.normalises", Mapping: r.layout.Mapping, Column: r.layout.Fields[field], Row: first.row, Rows: n, Message: what,
		Hint: "nothing is to be done: what Odoo will hold is what is compared",
	}
}

var _ Program = (*mappings.Program)(nil)
