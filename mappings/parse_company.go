package mappings

import (
	"cmp"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// company reads {from: BUKRS, map: {"1000": base.main_company}}, or {xmlid: base.main_company} for all records. It becomes
// a rule of the field that layouts call schema.Company.
func (p *mappingParser) company(o yamlpos.Object) {
	n := o.Node("company")
	if n == nil || p.m.Field(schema.Company) != nil { // no name that fields: may hold, as has been reported
		return
	}
	at := o.At("company")
	if n.Kind != yamlpos.Map {
		p.doc.Report(n.Pos, `company: {from: COMPANY, map: {"1000": base.main_company}}, or {xmlid: base.main_company}`, "company says neither where the company stands nor which it is")
		return
	}
	rule := FieldRule{Name: schema.Company, At: p.doc.Where(at), pos: at, node: n}
	if n.Get("from") == nil && n.Get("value") == nil {
		rule.Value = p.constant(n)
	} else {
		p.long(&rule, n)
		if missing := n.Get("missing"); missing != nil && rule.Missing != policyReject && rule.Missing != policyDefault {
			p.doc.Report(missing.Pos, "leave it out: the row is rejected", "missing: %s means nothing for a company: it must be there before its records are loaded", missing.Text)
		}
		rule.Missing = cmp.Or(rule.Missing, policyReject)
		if rule.Value == nil && rule.Find == "" && rule.Ref == "" {
			rule.As = cmp.Or(rule.As, asXMLID)
		}
	}
	p.m.Fields = append(p.m.Fields, rule)
}

// withCompany returns the mapping with a rule for company_id, where the model has that and the mapping does not fill it.
func (m *Mapping) withCompany(s *schema.Snapshot) *Mapping {
	company := m.Field(schema.Company)
	if company == nil || m.Field("company_id") != nil || s == nil {
		return m
	}
	model, ok := s.Model(m.Model)
	if !ok {
		return m
	}
	if f, ok := model.Field("company_id"); !ok || f.Relation != "res.company" || f.Readonly {
		return m
	}
	here := *m
	rule := *company
	rule.Name, rule.derived = "company_id", true
	here.Fields = append(slices.Clone(m.Fields), rule)
	slices.SortFunc(here.Fields, func(a, b FieldRule) int { return strings.Compare(a.Name, b.Name) })
	return &here
}

// scopeToCompany narrows the lookup of records that belong to companies to those of the record's own.
func (c *compiler) scopeToCompany(f *fieldProgram) {
	f.scope = f.rule.Within
	at := slices.IndexFunc(c.m.Fields, func(r FieldRule) bool { return r.Name == schema.Company })
	if at < 0 || c.env.Schema == nil {
		return
	}
	model := f.link.model
	if k := f.rule.Value; k != nil && k.Find != "" {
		model, _ = splitPath(k.Find)
	}
	target, ok := c.env.Schema.Model(model)
	if !ok || model == "res.company" || target.CompanyField() == "" {
		return
	}
	if f.rule.Missing == policyCreate {
		c.fault(f.rule.key("missing"), "make them by a mapping of their own, with company:, and refer to it by ref:",
			"records of %s belong to companies, and what missing: create makes has none", model)
	}
	if f.rule.Within == "" {
		f.within, f.scope, f.inCompany = at, target.CompanyField(), true
	}
}

// scoped is the reference that a constant natural key means in the company of the current record.
func (a *application) scoped(f *fieldProgram, k *Constant) record.Value {
	ref := record.Ref{Model: f.link.model, Field: f.link.field, Key: k.Text, ScopeField: f.scope, ScopeValue: a.values[f.within].Text()}
	if k.Find != "" {
		ref.Model, ref.Field = splitPath(k.Find)
		ref.Key = k.Key
	}
	return record.NewValue(f.kind, ref.String())
}

// natural is a constant; a text that is a key in each company is none yet.
func (c *compiler) natural(f *fieldProgram, k *Constant, narrowed bool) record.Value {
	if narrowed && k.Find == "" {
		return record.Value{}
	}
	return c.constant(f, k)
}

// narrowable reports whether a constant is one natural key, which means another record in each company.
func (f *fieldProgram) narrowable(k *Constant) bool {
	if k == nil || !f.inCompany || k.Many || k.Null || k.XMLID != "" {
		return false
	}
	model, _ := splitPath(k.Find)
	return k.Find == "" && f.link.model != "" || model == f.link.model || k == f.rule.Value
}

// CompanyModels are the models whose metadata a mapping with companies needs besides its own: those it looks records up
// in, which may belong to companies.
func (m *Mapping) CompanyModels() []string {
	if m.Field(schema.Company) == nil {
		return nil
	}
	var out []string
	for _, r := range m.Fields {
		find := r.Find
		if r.Value != nil {
			find = cmp.Or(find, r.Value.Find)
		}
		if find != "" {
			model, _ := splitPath(find)
			out = append(out, model)
		}
	}
	return out
}
