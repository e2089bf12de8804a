package transform

import (
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// refuse rejects records with a number that Odoo would give back as another one: it could be loaded, but never verified.
func (r *rounding) refuse(res *mappings.Result) {
	kept := res.Records[:0]
	var rejected []mappings.Class
	for _, rec := range res.Records {
		reason := ""
		for i, v := range rec.Values {
			if !r.known[i] || reason != "" {
				continue
			}
			if why := checksum.Carried(r.fields[i], v); why != "" {
				name := r.layout.Fields[i]
				reason = fmt.Sprintf("%s.%s cannot be %s: %s", r.layout.Model, name, v.Text(), why)
				res.Findings = append(res.Findings, record.Finding{
					Severity: record.Error, Rule: "odoo.number_not_carried", Message: reason, Hint: "round it in the mapping, or load it as text",
					Mapping: r.layout.Mapping, Column: name, Raw: v.Text(), Table: rec.Table, Row: rec.Pos.Row, Line: rec.Pos.Line, Record: rec.ID,
				})
			}
		}
		if reason == "" {
			kept = append(kept, rec)
			continue
		}
		rejected = append(rejected, mappings.Class{Row: rec.Pos.Row, Class: mappings.ClassRejected, Reason: reason, Links: [][]string{linksOf(rec)}})
	}
	clear(res.Records[len(kept):])
	res.Records = kept
	res.Classes = mergeClasses(res.Classes, rejected)
}
