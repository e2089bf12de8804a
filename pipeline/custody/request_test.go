package custody

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func audited() *profile.Report {
	return &profile.Report{
		Sources: []profile.Source{
			{Name: "customers", Input: "customers", File: `C:\exports\customers.csv`, Rows: 91, Quarantined: 1, Keys: []profile.Key{{Columns: []string{"No"}}}, Columns: []profile.Column{
				{Name: "No", Type: "integer", Values: 90, Unique: true}, {Name: "E-Mail", Type: "text", Values: 80, MaxLength: 40, Semantic: "email", Personal: true},
				{Name: "Fax", Type: "empty"}, {Name: "GroupID", Type: "integer", Values: 90}, {Name: "PostalCode", Type: "text", Digits: true, MaxLength: 5, Values: 90},
				{Name: "_file", Type: "text", Values: 90}}},
			{Name: "lines", Input: "lines", File: "book.xlsx", Sheet: "Lines", Rows: 5, Keys: []profile.Key{{Columns: []string{"Order", "Pos"}}}, Columns: []profile.Column{
				{Name: "Order", Type: "integer", Values: 5}, {Name: "Pos", Type: "integer", Values: 5}, {Name: "Menge", Type: "integer", Values: 5},
				{Name: "Nettobetrag", Type: "decimal", Values: 4}, {Name: "VatRate", Type: "decimal", Values: 5}, {Name: "Level", Type: "integer", Values: 5},
				{Name: "Customer", Type: "integer", Values: 5}, {Name: "ItemNo", Type: "integer", Values: 5}, {Name: "Open", Type: "boolean", Values: 5}, {Name: "Due", Type: "date", Values: 5},
				{Name: "At", Type: "datetime", Values: 5}}},
			{Name: "old_items", Input: "old", File: "old.csv", Rows: 7, Columns: []profile.Column{{Name: "x", Type: "empty"}}},
		},
		Relations: []profile.Relation{
			{From: profile.ColumnRef{Table: "lines", Column: "Customer"}, To: profile.ColumnRef{Table: "customers", Column: "No"}, OrphanCount: 2, OrphanRows: 3, Orphans: []profile.Sample{{Value: "4711"}, {Value: "9*"}}},
			{From: profile.ColumnRef{Table: "lines", Column: "Order"}, To: profile.ColumnRef{Table: "orders", Column: "No"}, OrphanCount: 2, Explained: 2},
		},
		Findings: []record.Finding{
			{Severity: record.Blocker, Rule: "source.unreadable", File: "exports/broken.xlsx", Message: "the file exports/broken.xlsx is encrypted"},
			{Severity: record.Blocker, Rule: "custody.file_missing", Message: "x"},
			{Severity: record.Error, Rule: "table.damaged_rows", Table: "customers", Line: 7, Rows: 1, Message: "1 row cannot be read"},
			{Severity: record.Error, Rule: "some.new_rule", Table: "lines", Column: "Due", Message: "something is odd"},
			{Severity: record.Warning, Rule: "relation.orphans", Table: "lines", Message: "x"},
			{Severity: record.Warning, Rule: "table.no_key", Table: "old_items", Message: "x"},
			{Severity: record.Note, Rule: "column.outer_spaces", Table: "customers", Message: "x"},
		},
	}
}

func TestNewRequest(t *testing.T) {
	c := &Report{Files: []File{{File: "a/vendors.csv", Status: Missing}, {File: "b.csv", Status: Matched}},
		Tables: []Table{{Table: "items.csv", Status: Missing}, {Table: "lines", Status: Differs, Want: 6, Got: 5}}}
	q := NewRequest(audited(), c, RequestOptions{Project: "p", NotNeeded: []NotNeeded{{"old", "the old shop"}}})
	var b strings.Builder
	for _, w := range q.Tables {
		fmt.Fprintf(&b, "%s from %s, %d rows, %d damaged, key %v\n", w.Name, w.From, w.Rows, w.Damaged, w.Key)
		for _, x := range w.Columns {
			fmt.Fprintf(&b, "  %s: %s: %s", x.Name, x.Type, x.Role)
			for _, flag := range []struct {
				on   bool
				name string
			}{{x.Filled, " filled"}, {x.Total, " total"}, {x.Personal, " personal"}} {
				if flag.on {
					b.WriteString(flag.name)
				}
			}
			b.WriteString("\n")
		}
	}
	for _, m := range q.Missing {
		b.WriteString("missing: " + m + "\n")
	}
	for _, m := range q.Mend {
		fmt.Fprintf(&b, "mend: %s: %s; %s\n", m.Where, m.What, m.Ask)
	}
	want := `customers from customers.csv, 91 rows, 1 damaged, key [No]
  No: whole number: identifies the row filled
  E-Mail: text of up to 40 characters: e-mail address personal
  Fax: empty so far: 
  GroupID: whole number:  filled
  PostalCode: digits as text, up to 5; leading zeros count:  filled
lines from book.xlsx, sheet Lines, 5 rows, 0 damaged, key [Order Pos]
  Order: whole number: identifies the row with Pos; refers to orders.No filled
  Pos: whole number: identifies the row with Order filled
  Menge: whole number: quantity filled total
  Nettobetrag: number with decimals: amount total
  VatRate: number with decimals:  filled
  Level: whole number:  filled
  Customer: whole number: refers to customers.No filled
  ItemNo: whole number:  filled
  Open: yes or no:  filled
  Due: date:  filled
  At: date and time:  filled
missing: The file broken.xlsx cannot be read: the file exports/broken.xlsx is encrypted.
missing: The file vendors.csv is in your list of checksums and was not delivered.
missing: items.csv is in your list of row counts and was not delivered.
missing: lines: you counted 6 rows, we have 5.
missing: lines.Customer has 2 values (in 3 rows) that customers.No does not have, such as 4711. Where are these rows of customers?
missing: customers.GroupID looks like a reference to a table "group", and no such table was delivered. Is there one?
missing: customers: nothing stands in Fax. Is that kept elsewhere?
mend: customers, line 7: 1 row cannot be read; Export the table again with every value in quotes that holds a delimiter or a line break.
mend: lines.Due: something is odd; 
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// A letter of a hundred pages is read by nobody.
func TestRequestStaysShort(t *testing.T) {
	r := audited()
	for i := range 200 {
		r.Findings = append(r.Findings, record.Finding{Severity: record.Error, Rule: "column.breaks_type", Table: "lines", Message: fmt.Sprint(i)})
		r.Sources = append(r.Sources, profile.Source{Name: fmt.Sprintf("t%d", i), Rows: 1, Columns: []profile.Column{{Name: "gone"}}})
	}
	q := NewRequest(r, nil, RequestOptions{})
	if len(q.Mend) != maxMend || q.Left != 202+1-maxMend || len(q.Missing) != maxMissing+1 || !strings.HasPrefix(q.Missing[maxMissing], "And 1") {
		t.Errorf("%d to mend and %d left, %d missing: %s", len(q.Mend), q.Left, len(q.Missing), q.Missing[len(q.Missing)-1])
	}
}

func TestReferenced(t *testing.T) {
	var got []string
	for _, name := range []string{"CategoryID", "category_id", "GroupNo", "ID", "PostalCode", "PhoneNo", "Category", "KundenNummer", "warehouse_code"} {
		if subject := referenced(&profile.Column{Name: name, Type: "integer", Values: 3}); subject != "" {
			got = append(got, name+" "+subject)
		}
	}
	if want := []string{"CategoryID category", "category_id category", "GroupNo group", "KundenNummer kunden", "warehouse_code warehouse"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, c := range []profile.Column{{Values: 0}, {Values: 3, Unique: true}, {Values: 3, Semantic: "ean"}, {Values: 3, Type: "date"}} {
		if c.Name = "CategoryID"; referenced(&c) != "" {
			t.Errorf("%+v refers to something", c)
		}
	}
}
