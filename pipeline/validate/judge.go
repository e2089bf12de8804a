package validate

import (
	"cmp"
	"context"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// judge tells what is wrong with records, one finding each with its own raw value, and takes them out where that is an
// error. f says the same of all of them; records that an earlier check took are passed over.
func (v *validator) judge(ctx context.Context, m Mapping, hits []hit, f record.Finding) error {
	var rows []Row
	var findings []record.Finding
	seen := map[int64]bool{}
	for _, h := range hits {
		if _, out := v.out[m.Name][h.seq]; out || seen[h.seq] {
			continue
		}
		seen[h.seq] = true
		one := f
		one.Mapping, one.Table, one.Row, one.Line, one.Record, one.Raw = m.Name, h.table, h.row, h.line, h.id, h.value
		one.Hint = cmp.Or(h.hint, f.Hint)
		one.Personal = schema.Personal(m.Layout.Model, f.Column)
		if one.Column != "" && m.At != nil {
			one.At = m.At(one.Column)
		}
		findings = append(findings, one)
		if f.Severity == record.Error {
			v.gone(m.Name)[h.seq] = f.Message
			v.lost[h.id] = true
			rows = append(rows, Row{h.table, h.row, "rejected", f.Message})
		}
	}
	return v.tell(ctx, m, rows, findings)
}

// tell hands on the rows that are rejected, and what is said of them and of others.
func (v *validator) tell(ctx context.Context, m Mapping, rows []Row, findings []record.Finding) error {
	if len(rows) > 0 {
		if err := v.in.Reject(ctx, m.Name, rows); err != nil {
			return err
		}
	}
	if len(findings) == 0 {
		return nil
	}
	return v.in.Findings(ctx, findings)
}

// has reports whether a mapping fills a field.
func (m Mapping) has(field string) bool { return slices.Contains(m.Layout.Fields, field) }

// kind of a field that the mapping fills.
func (m Mapping) kind(field string) record.Kind { return m.Kinds[slices.Index(m.Layout.Fields, field)] }

// text is the SQL of a field's canonical text.
func (m Mapping) text(field string) string { return textSQL(quote(field), m.kind(field)) }

// staged is the SQL of a mapping's records that no check took out so far, which takes them as parameter n.
func (m Mapping) staged() string { return "staged." + quote(m.Name) }
