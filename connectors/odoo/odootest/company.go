package odootest

// mainCompany is the company a fresh database has: fields that depend on the company keep its values under their own
// names, those of others beside them as "barcode%2".
const mainCompany = 1

// company is the one a call is made in: the first that its context allows, else the account's own.
func (e *env) company() int64 {
	switch ids := e.ctx["allowed_company_ids"].(type) {
	case []int64:
		if len(ids) > 0 {
			return ids[0]
		}
	case []any:
		if len(ids) > 0 {
			if n, ok := ids[0].(int64); ok {
				return n
			}
		}
	}
	if u := e.db.tables["res.users"].rows[e.uid]; u != nil && u.ref("company_id") != 0 {
		return u.ref("company_id")
	}
	return mainCompany
}

func (e *env) inCompany(f *field) string {
	if c := e.company(); c != mainCompany {
		return f.name + "%" + itoa(c)
	}
	return f.name
}

// checkCompanies refuses companies that the account may not work in.
func (e *env) checkCompanies() error {
	u := e.db.tables["res.users"].rows[e.uid]
	if c := e.company(); u != nil && c != u.ref("company_id") && !contains(u.ids("company_ids"), c) {
		return raise("odoo.exceptions.AccessError", "odoo/orm/environments.py", "companies", "Access to unauthorized or invalid companies.")
	}
	return nil
}

func contains(ids []int64, id int64) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}

// companyPrepare gives a new company the partner that stands for it, and the main company's currency.
func companyPrepare(e *env, vals map[string]any) error {
	if _, ok := vals["currency_id"]; !ok {
		vals["currency_id"] = e.db.tables["res.company"].rows[mainCompany].ref("currency_id")
	}
	if truth(vals["partner_id"]) {
		return nil
	}
	id, err := e.createOne(e.db.meta.Models["res.partner"], map[string]any{"name": vals["name"], "is_company": true})
	vals["partner_id"] = id
	return err
}
