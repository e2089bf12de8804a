package odootest

import (
	"slices"
	"strconv"
	"strings"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// unique are unique constraints that migrations meet: fields (empty values do not count) and the message.
var unique = map[string][]struct {
	fields  []string
	message string
}{
	"ir.model.data":       {{[]string{"module", "name"}, "You cannot have multiple records with the same external ID in the same module!"}},
	"res.users":           {{[]string{"login"}, "You can not have two users with the same login!"}},
	"res.currency":        {{[]string{"name"}, "The currency code must be unique!"}},
	"res.country":         {{[]string{"code"}, "The code of the country must be unique!"}},
	"account.journal":     {{[]string{"company_id", "code"}, "Journal codes must be unique per company."}},
	"ir.config_parameter": {{[]string{"key"}, "Key must be unique."}},
}

// check holds a row to the constraints of the database. written names the changed fields, nil for a new record.
func (e *env) check(m *model, id int64, written map[string]any) error {
	r := e.db.tables[m.name].rows[id]
	if r == nil {
		return nil
	}
	if m.name == "res.partner" && !truth(r["name"]) && r.text("type") == "contact" {
		return &dbError{message: "Contacts require a name"}
	}
	for _, f := range m.checked {
		if _, ok := written[f.name]; written != nil && !ok {
			continue
		}
		if f.required && !f.computed && isNull(f, r) {
			return notNull(m, f)
		}
		if f.typ == "many2one" {
			if to := r.ref(f.name); to != 0 && e.db.tables[f.relation] != nil && e.db.tables[f.relation].rows[to] == nil {
				return restricted(m, f, f.name)
			}
		}
	}
	return e.checkUnique(m, r)
}

func isNull(f *field, r row) bool {
	switch f.typ {
	case "boolean", "integer", "float", "monetary", "one2many", "many2many":
		return false
	}
	v, ok := r[f.name]
	return !ok || v == false
}

func (e *env) checkUnique(m *model, r row) error {
	if m.name == "ir.model.data" {
		return e.checkXMLID(r)
	}
	for _, u := range unique[m.name] {
		for _, other := range e.db.tables[m.name].rows {
			if other.id() == r.id() {
				continue
			}
			same := slices.IndexFunc(u.fields, func(f string) bool { return !truth(r[f]) || other[f] != r[f] }) < 0
			if same {
				return &dbError{message: u.message}
			}
		}
	}
	return nil
}

// checkXMLID uses the index: external ids are the one table that grows with every load.
func (e *env) checkXMLID(r row) error {
	if strings.Contains(r.text("name"), " ") {
		return &dbError{message: "External IDs cannot contain spaces"}
	}
	if e.db.xmlids[r.text("module")+"."+r.text("name")] != r.id() {
		return &dbError{message: unique["ir.model.data"][0].message}
	}
	return nil
}

// allowed says whether the account may: administrators may everything, other users only read. A real server's rights
// are finer; this is what the suite needs of them.
func (e *env) allowed(m *model, op string) error {
	if e.uid <= 2 {
		return nil
	}
	u := e.db.tables["res.users"].rows[e.uid]
	admin := e.db.tables["ir.model.data"].rows[e.db.xmlids["base.group_system"]].ref("res_id")
	if slices.Contains(u.ids("group_ids"), admin) {
		return nil
	}
	verb := map[string]string{"create": "create", "write": "modify", "unlink": "delete"}[op]
	return raise("odoo.exceptions.AccessError", "odoo/addons/base/models/ir_model.py", "_make_access_error",
		"You are not allowed to %s '%s' (%s) records.\n\nContact your administrator to request access if necessary.", verb, m.Label, m.name)
}
