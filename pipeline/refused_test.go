package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// found is the group of findings with a rule on a column, the zero finding where there is none.
func found(s *pipeline.Stage, rule, mapping, column string) record.Finding {
	i := slices.IndexFunc(s.Findings, func(f record.Finding) bool { return f.Rule == rule && f.Mapping == mapping && f.Column == column })
	if i < 0 {
		return record.Finding{}
	}
	return s.Findings[i]
}

func listed(s *pipeline.Stage) (out string) {
	for _, f := range s.Findings {
		out += fmt.Sprintf("  %s %s %s row %d (%d): %s | %q | %s\n", f.Severity, f.Rule, f.Column, f.Row, f.Rows, f.Message, f.Raw, f.Hint)
	}
	return out
}

// What Odoo will refuse is known before the load: constraints of its records, values that must be unique among the rows and
// with what Odoo has, rings of parents.
func TestWhatOdooRefusesIsForeseen(t *testing.T) {
	w := newWorld(t)
	c, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(t.Context(), "res.partner", []map[string]any{{"name": "There already", "barcode": "B3"}, {"name": "Archived", "barcode": "B4", "active": false}}); err != nil {
		t.Fatal(err)
	}
	w.put("exports/people.csv", "No,Name,Bar,Parent,Mail\n1,Ada,B1,,nobody\n2,,B2,,\n3,Bob,B1,,\n4,Cid,B3,,\n5,Dan,,6,nobody\n6,Eve,,5,\n7,Fay,,5,\n8,Gil,B4,,\n")
	w.sub("migrate.yaml", "sources:\n", "sources:\n  people: {file: exports/people.csv, key: [No]}\n")
	w.put("mappings/people.yaml", "mapping: people\nmodel: res.partner\nfrom: people\nid: person_{No}\nfields:\n  name: Name\n  barcode: Bar\n  parent_id: {from: Parent, ref: people}\n  email: Mail\n")
	w.reopen()
	s := w.staged(pipeline.StageOptions{})
	for _, want := range []struct {
		rule, column, record string
		rows                 int64
		severity             record.Severity
	}{
		{"validate.refused", "name", "ardent.person_2", 1, record.Error},
		{"validate.unique", "barcode", "ardent.person_3", 1, record.Error},
		{"validate.taken", "barcode", "ardent.person_4", 1, record.Error},
		{"validate.near_duplicate", "barcode", "ardent.person_8", 1, record.Warning},
		{"validate.cycle", "parent_id", "ardent.person_5", 2, record.Error},
		{"validate.parent_rejected", "parent_id", "ardent.person_7", 1, record.Error},
		{"validate.email", "email", "ardent.person_1", 1, record.Warning},
	} {
		f := found(s, want.rule, "people", want.column)
		if f.Record != want.record || f.Rows != want.rows || f.Severity != want.severity || f.Table != "people" || f.File == "" {
			t.Errorf("%s of %s: %+v", want.rule, want.column, f)
		}
	}
	if f := found(s, "validate.unique", "people", "barcode"); f.Raw != "B*" || !f.Personal {
		t.Errorf("the barcode of a person is shown: %+v", f)
	}
	i := slices.IndexFunc(s.Rows, func(r pipeline.Rows) bool { return r.Mapping == "people" })
	if got := s.Rows[i]; got.Used != 2 || got.Rejected != 6 {
		t.Errorf("rows %+v", got)
	}
	if t.Failed() {
		t.Log(listed(s))
	}
}

// An order of one company does not take a customer of another.
func TestRecordsOfAnotherCompany(t *testing.T) {
	w := newWorld(t)
	c, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	ids, err := c.Create(t.Context(), "res.company", []map[string]any{{"name": "Second"}})
	if err != nil {
		t.Fatal(err)
	}
	w.put("exports/people.csv", fmt.Sprintf("No,Name,Company\n1,Ada,%d\n2,Bob,%d\n3,Cid,\n", ids[0], c.Companies()[0]))
	w.put("exports/deals.csv", "No,Who\n1,1\n2,2\n3,3\n")
	w.sub("migrate.yaml", "sources:\n", "sources:\n  people: {file: exports/people.csv, key: [No]}\n  deals: {file: exports/deals.csv, key: [No]}\n")
	w.put("mappings/people.yaml", "mapping: people\nmodel: res.partner\nfrom: people\nid: person_{No}\nfields: {name: Name, company_id: {from: Company, find: res.company.id}}\n")
	w.put("mappings/deals.yaml", "mapping: deals\nmodel: sale.order\nfrom: deals\nid: deal_{No}\nfields: {partner_id: {from: Who, ref: people}}\n")
	w.reopen()
	s := w.staged(pipeline.StageOptions{})
	if f := found(s, "validate.company", "deals", "partner_id"); f.Record != "ardent.deal_1" || f.Rows != 1 || f.Severity != record.Error {
		t.Errorf("%+v\n%s", f, listed(s))
	}
	if got := rowsOf(s, "deals"); got.Used != 2 {
		t.Errorf("deals %+v", got)
	}
}

// An entry that does not balance is rejected whole, with nobody having asked for it.
func TestEntryThatDoesNotBalance(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/opening_lines.yaml", "checks:\n  - {name: debit equals credit, group: [move_id], expect: 'sum(debit) == sum(credit)'}\n", "")
	w.sub("exports/opening_balance.csv", "184.523,17", "184.523,18")
	s := w.staged(pipeline.StageOptions{})
	f := found(s, "validate.unbalanced", "opening", "")
	if f.Severity != record.Error || f.Raw != "0.01" || f.Rows != 1 {
		t.Errorf("%+v\n%s", f, listed(s))
	}
	for _, r := range s.Rows {
		if strings.HasPrefix(r.Mapping, "opening") && r.Rejected != r.Read {
			t.Errorf("%s: %d of %d rows are rejected", r.Mapping, r.Rejected, r.Read)
		}
	}
}

// What counts is the entry, whatever number of mappings its lines come from.
func TestEntryOfSeveralMappingsBalances(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/opening_lines.yaml", "checks:\n  - {name: debit equals credit, group: [move_id], expect: 'sum(debit) == sum(credit)'}\n", "")
	w.sub("mappings/opening.yaml", "lines:\n  line_ids: {mapping: opening_lines}\n", `lines:
  line_ids: [{mapping: opening_lines}, {mapping: opening_mirror}]
`)
	w.put("mappings/opening_mirror.yaml", `mapping: opening_mirror
model: account.move.line
from: opening_balance
id: mirror_{Entry}_{Account}
fields:
  move_id: {from: Entry, ref: opening, missing: reject}
  account_id: {from: Account, ref: accounts, missing: reject}
  debit: {from: Credit, as: decimal, point: ",", group: "."}
  credit: {from: Debit, as: decimal, point: ",", group: "."}
updates: append
ignore: {Text: of the other line}
`)
	w.sub("exports/opening_balance.csv", "184.523,17", "184.523,18")
	w.reopen()
	s := w.staged(pipeline.StageOptions{})
	for _, r := range s.Rows {
		if strings.HasPrefix(r.Mapping, "opening") && r.Used == 0 {
			t.Errorf("%s: %d of %d rows are rejected\n%s", r.Mapping, r.Rejected, r.Read, listed(s))
		}
	}
}
