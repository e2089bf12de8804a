package mappings

import (
	"fmt"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Absent says, by field and by text of a reference, which references lead to no record of the target, and what stands for
// them: the reference to a record that is created, or "".
type Absent map[string]map[string]string

// Lookup is a field whose references to records of the target are not simply rejected where they lead to none.
type Lookup struct {
	Field   string
	Creates string // mapping that makes the records; "" where none is made
}

// Lookups lists the fields that say what becomes of references to records the target has not, by name.
func (p *Program) Lookups() []Lookup {
	var out []Lookup
	for i := range p.mapping.Fields {
		r := &p.mapping.Fields[i]
		if (r.Find != "" || r.As == asXMLID) && slices.Contains([]string{policyNull, policyWarn, policyDefault, policyCreate}, r.Missing) {
			out = append(out, Lookup{Field: r.Name, Creates: r.Creates})
		}
	}
	return out
}

// Knowing is the program with what is known about references that lead nowhere: the fields of Lookups deal with them as
// missing: says.
func (p *Program) Knowing(absent Absent) *Program {
	knows := *p
	knows.fields = slices.Clone(p.fields)
	for i := range knows.fields {
		knows.fields[i].absent = absent[knows.fields[i].rule.Name]
	}
	return &knows
}

// absent makes the value of a reference that leads to no record of the target.
func (a *application) absent(f *fieldProgram, text, reference, stand string) record.Value {
	if f.rule.Missing == policyCreate {
		return record.NewValue(f.kind, stand)
	}
	is, severity, v := "is left empty", record.Note, record.Value{}
	switch f.rule.Missing {
	case policyWarn:
		severity = record.Warning
	case policyDefault:
		is, v = "gets its default", a.fallback(f)
	}
	a.unfound = true
	a.report(finding{severity: severity, rule: "map.lookup_missing", column: f.column(), raw: text, at: f.rule.At,
		message: fmt.Sprintf("the target has no %s: %s %s", record.Phrase(reference), f.rule.Name, is), hint: "create it in Odoo, or add to the value map: " + MapLine(text, "")})
	return v
}

// standIn is what a default becomes: the record that is created for it, where the target has none.
func (a *application) standIn(f *fieldProgram, v record.Value) record.Value {
	if stand := f.absent[v.Text()]; stand != "" {
		return record.NewValue(f.kind, stand)
	}
	return v
}
