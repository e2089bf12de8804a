package pipeline

import (
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// ownerOf says who mends a finding, by owners: of migrate.yaml; the first line that fits counts.
func (p *Pipeline) ownerOf(f record.Finding) string {
	for _, o := range p.Project.Owners {
		if o.Fits(f.Rule, f.Table, f.Mapping) {
			return o.Owner
		}
	}
	return ""
}

// own names who mends each of the findings.
func (p *Pipeline) own(findings []record.Finding) []record.Finding {
	for i := range findings {
		findings[i].Owner = p.ownerOf(findings[i])
	}
	return findings
}

// masked hides what a finding shows of a person: the raw value, and wherever the sentence or the hint repeats it.
func (d *derived) masked(f record.Finding) record.Finding {
	if f.Raw == "" || !f.Personal && !d.aboutPersons(f) {
		return f
	}
	f.Personal = true
	hidden := profile.Mask(f.Raw)
	f.Message, f.Hint = strings.ReplaceAll(f.Message, f.Raw, hidden), strings.ReplaceAll(f.Hint, f.Raw, hidden)
	f.Raw = hidden
	return f
}

// aboutPersons reports whether the column of a finding feeds a field that says something about a person.
func (d *derived) aboutPersons(f record.Finding) bool {
	m := d.set.Mapping(f.Mapping)
	if m == nil || !strings.HasPrefix(f.Rule, "map.") {
		return false
	}
	return slices.ContainsFunc(m.Fields, func(x mappings.FieldRule) bool {
		return schema.Personal(m.Model, x.Name) && slices.Contains(x.Columns(), f.Column)
	})
}
