package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/transform"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// twelve is a mapping of the generated partners with twelve fields of the common kinds.
const twelve = `
mapping: partners
model: res.partner
from: partners
id: cust_{customer_no}
fields:
  ref: customer_no
  name: {from: name, do: [trim, squeeze], missing: reject}
  street: {from: street, do: [trim, squeeze]}
  zip: zip
  city: {from: city, do: [trim]}
  country_id: {from: country, find: res.country.code}
  email: {from: email, do: [trim, lower]}
  phone: phone
  vat: vat
  credit_limit: {from: credit_limit, as: decimal}
  date: {from: created, as: date}
  active: {from: active, as: boolean}
`

// maps reads a file and maps every row, on all cores and in the order of the file, as a dry run does without staging.
func maps(ctx context.Context, path string) error {
	src, err := csvfile.Open(ctx, path, connectors.Options{})
	if err != nil {
		return err
	}
	defer src.Close()
	tables, err := src.Tables(ctx)
	if err != nil {
		return err
	}
	m, problems := mappings.Parse("twelve.yaml", []byte(twelve))
	set, more := mappings.NewSet("bench", []*mappings.Mapping{m})
	programs, found := set.Compile(mappings.Env{Columns: map[string][]string{"partners": tables[0].Columns}})
	for _, p := range append(append(problems, more...), found...) {
		return errors.New(p.String())
	}
	counts, err := transform.Run(ctx, programs["partners"], src.Batches(ctx, tables[0].Name), nowhere{}, transform.Options{Workers: runtime.GOMAXPROCS(0)})
	if err != nil {
		return err
	}
	if counts.Used != counts.Read {
		return fmt.Errorf("%d of %d rows are mapped", counts.Used, counts.Read)
	}
	fmt.Println(counts.Used, "records")
	return nil
}

// nowhere takes what was mapped and keeps none of it.
type nowhere struct{}

func (nowhere) Records(context.Context, []record.Record, [][32]byte) error { return nil }
func (nowhere) Findings(context.Context, []record.Finding) error           { return nil }
func (nowhere) Classes(context.Context, []mappings.Class) error            { return nil }
func (nowhere) Folded(context.Context, []mappings.Folded) error            { return nil }
func (nowhere) Decided([]string)                                           {}
