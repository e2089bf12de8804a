package conformance

import (
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

var companies = []behaviour{
	{"a field that each company has its own value of", companyDependent},
	{"a company that the account may not work in", foreignCompany},
}

// company makes a company that the account may work in, and logs in anew to know it.
func (s *suite) company() int64 {
	s.Helper()
	id := s.create("res.company", map[string]any{"name": "Company " + s.module})
	s.allow(id, 4)
	return id
}

// allow gives the account a company (4) or takes it away (3). The call is made in the account's own company alone: Odoo
// looks at the companies of the call once more after the write.
func (s *suite) allow(company, command int64) {
	s.Helper()
	only := s.config
	only.Companies = s.c.Companies()[:1]
	c, err := odoo.Dial(s.ctx, only)
	if err != nil {
		s.Fatal(err)
	}
	if err := c.Write(s.ctx, "res.users", []int64{c.UID()}, map[string]any{"company_ids": []any{[]any{command, company}}}); err != nil {
		s.Fatal(err)
	}
	if s.c, err = odoo.Dial(s.ctx, s.config); err != nil {
		s.Fatal(err)
	}
}

func companyDependent(s *suite) {
	id := s.create("res.partner", map[string]any{"name": "Card holder", "barcode": "main"})
	two := s.company()
	there := schema.InCompany(s.ctx, two)
	rows, err := s.c.Read(there, "res.partner", []int64{id}, []string{"barcode", schema.Company})
	if err != nil || len(rows) != 1 || rows[0]["barcode"] != false || fmt.Sprint(rows[0][schema.Company]) != fmt.Sprint(two) {
		s.Errorf("in the second company: %v %v", rows, err)
	}
	if err := s.c.Write(there, "res.partner", []int64{id}, map[string]any{"barcode": "second"}); err != nil {
		s.Fatal(err)
	}
	s.has("res.partner", id, map[string]any{"barcode": "main"})
	if rows, err = s.c.Read(there, "res.partner", []int64{id}, []string{"barcode"}); err != nil || rows[0]["barcode"] != "second" {
		s.Errorf("in the second company: %v %v", rows, err)
	}
	s.allow(two, 3)
}

func foreignCompany(s *suite) {
	two := s.company()
	own := s.create("res.partner", map[string]any{"name": "Theirs", "company_id": two})
	s.allow(two, 3)
	// The client does not ask for it; asked for, the server refuses.
	if got := s.c.Companies(); len(got) == 0 || got[len(got)-1] == two {
		s.Errorf("companies %v", got)
	}
	_, err := s.c.Call(s.ctx, "res.partner", "read", []any{[]int64{own}, []string{"name"}}, map[string]any{"context": map[string]any{"allowed_company_ids": []int64{two}}})
	s.fails("read", err, schema.FaultAccess)
}
