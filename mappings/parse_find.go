package mappings

import (
	"regexp"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

var langName = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z]{2})?(@[a-z]+)?$`)

// find reads how a record is looked up: by one key or several, in order; in which language; whether letter case counts.
func (p *mappingParser) find(rule *FieldRule, o yamlpos.Object) {
	n := o.Node("find")
	if n == nil {
		return
	}
	for i, text := range p.doc.Texts(n, "find") {
		at := n.Pos
		if n.Kind == yamlpos.List {
			at = n.Items[i].Pos
		}
		p.checkPath(at, "find", text)
		rule.Finds = append(rule.Finds, text)
	}
	if len(rule.Finds) > 0 {
		rule.Find = rule.Finds[0]
	} else {
		p.doc.Report(n.Pos, "such as res.country.code", "find names no key")
	}
	rule.Lang = o.Text("lang")
	if rule.Lang != "" && !langName.MatchString(rule.Lang) {
		p.doc.Report(o.Node("lang").Pos, "such as de_DE", "%q is no code of a language of Odoo", rule.Lang)
	}
	if matchCase := o.Bool("match_case"); matchCase != nil {
		rule.AnyCase = !*matchCase
	}
}

// checkPath reports what is no model and no field of it.
func (p *mappingParser) checkPath(at yamlpos.Pos, key, text string) {
	model, path := splitPath(text)
	ok := modelName.MatchString(model)
	for part := range strings.SplitSeq(path, ".") {
		ok = ok && fieldName.MatchString(part)
	}
	if !ok {
		p.doc.Report(at, "such as res.country.code", "%s must be an Odoo model and one of its fields, not %q", key, text)
	}
}

// splitPath splits "res.country.code" into model and field. The field begins at the first name that ends as many2one do,
// so that res.partner.bank.partner_id.ref is the ref of a bank account's partner; without one it is the last name.
func splitPath(path string) (model, field string) {
	parts := strings.Split(path, ".")
	at := len(parts) - 1
	for i := 1; i < len(parts); i++ {
		if strings.HasSuffix(parts[i], "_id") || strings.HasSuffix(parts[i], "_ids") {
			at = i
			break
		}
	}
	return strings.Join(parts[:at], "."), strings.Join(parts[at:], ".")
}

// finding names combinations that find nothing.
func (p *mappingParser) findable(rule *FieldRule, o yamlpos.Object) {
	wrong := func(key, hint, format string, args ...any) { p.doc.Report(o.Node(key).Pos, hint, format, args...) }
	switch {
	case rule.Missing == policyDefault && rule.Default == nil:
		wrong("missing", "add default:", "missing: default needs a default")
	case rule.Missing == policyDefault && rule.Find == "" && rule.As != asXMLID:
		wrong("missing", "leave it out: an empty cell gets its default anyway", "missing: default is about records that are looked up")
	case rule.Missing == policyCreate:
		_, field := splitPath(rule.Find)
		switch {
		case rule.Find == "":
			wrong("missing", "", "missing: create needs find, which says which record to make")
		case len(rule.Finds) > 1:
			wrong("missing", "look it up by one key", "a record can be created by one key only, and find has %d", len(rule.Finds))
		case rule.Lang != "":
			wrong("missing", "leave lang out", "a record cannot be created by its translated name")
		case field == "id" || strings.Contains(field, "."):
			wrong("missing", "look it up by a field of its own", "a record cannot be created by %s", field)
		}
	}
}
