package view

import (
	"bytes"
	"encoding/csv"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func request() *custody.Request {
	return &custody.Request{
		Project: "shop_1", Custody: &custody.Report{Completeness: custody.InPart, Statement: "Completeness of extraction established in part: 1 of 2 files as extracted; no row counts came with them."},
		Tables: []custody.Wanted{
			{Name: "customers", From: "customers.csv", Rows: 1091, Damaged: 2, Key: []string{"No"}, Columns: []custody.WantedColumn{
				{Name: "No", Type: "whole number", Role: "identifies the row", Filled: true}, {Name: "E-Mail", Type: "text of up to 40 characters", Role: "e-mail address", Personal: true},
				{Name: "Name", Type: "text of up to 40 characters", Personal: true}, {Name: "=HYPERLINK(\"x\")|`a`", Type: "number with decimals", Role: "amount", Total: true}, {Name: "Limit, old", Type: "number with decimals", Role: "amount", Total: true}}},
			{Name: "notes", From: "book.xlsx, sheet <b>\n# Notes", Rows: 1, Columns: []custody.WantedColumn{{Name: "c1", Type: "text of up to 4 characters"}}},
		},
		NotNeeded: []custody.NotNeeded{{Table: "employees", Reason: "set up by hand"}},
		Missing:   []string{"The file vendors.csv is in your list of checksums and was not delivered."},
		Mend:      []custody.Mend{{Where: "customers, line 8", What: "2 rows cannot be read", Ask: "Export the table again."}, {Where: "notes", What: "odd | _odd_"}}, Left: 3,
	}
}

// The letter is read by people, so it is compared as a whole; nothing of the data becomes markup.
func TestRequest(t *testing.T) {
	var b bytes.Buffer
	if err := Request(&b, request(), "request.csv"); err != nil {
		t.Fatal(err)
	}
	golden(t, "request.md", b.Bytes())
}

func TestRequestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := RequestCSV(&b, request()); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(lines) != 7 {
		t.Fatal(err, lines)
	}
	for _, line := range lines {
		for _, cell := range line {
			if cell != "" && record.IsFormula(cell) {
				t.Errorf("%q is a formula", cell)
			}
		}
	}
	if got := lines[2]; got[1] != "customers.csv" || got[4] != "e-mail address, personal data" || got[5] != "no" || got[7] != "1091" {
		t.Errorf("%q", got)
	}
}
