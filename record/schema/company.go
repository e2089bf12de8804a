package schema

import "context"

// Company is the name under which a layout holds the company that a record belongs to: the one that reads and writes of
// it are made in. Odoo has no such field; what is read under the name is the company it was read in.
const Company = "@company"

type companyKey struct{}

// InCompany makes every call to Odoo under the context one within a company: it comes first among the companies that the
// account works in, so that company-dependent fields are that company's and defaults are, too.
func InCompany(ctx context.Context, id int64) context.Context {
	return context.WithValue(ctx, companyKey{}, id)
}

// CompanyOf is the company of InCompany; 0 where there is none: the account's own.
func CompanyOf(ctx context.Context) int64 {
	id, _ := ctx.Value(companyKey{}).(int64)
	return id
}

// CompanyField is the field that binds the model's records to companies, "" where nothing does.
func (m *Model) CompanyField() string {
	for _, name := range []string{"company_id", "company_ids"} {
		if f, ok := m.plainField(name); ok && f.Relation == "res.company" {
			return name
		}
	}
	return ""
}
