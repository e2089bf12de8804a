package pipeline_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
)

// rowsOf finds the account of a mapping's rows.
func rowsOf(s *pipeline.Stage, mapping string) pipeline.Rows {
	return s.Rows[slices.IndexFunc(s.Rows, func(r pipeline.Rows) bool { return r.Mapping == mapping })]
}

// Rejected rows come out with what is wrong with them, the edited file goes back in, as CSV and as a workbook, and the
// evidence counts who corrected what; the source stays as it was.
func TestCorrectionsLoop(t *testing.T) {
	for _, kind := range []string{"csv", "xlsx"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			source, err := os.ReadFile(filepath.Join(w.dir, "exports", "products.xml"))
			if err != nil {
				t.Fatal(err)
			}
			w.sub("migrate.yaml", "corrections: [", "owners:\n  - {rule: map.*, source: vendors, owner: Purchasing}\ncorrections: [mended.*, ")
			w.reopen()
			out := filepath.Join(w.dir, "rejects."+kind)
			before := w.staged(pipeline.StageOptions{Corrections: out})
			if got := rowsOf(before, "vendors").Rejected; got != 1 {
				t.Fatalf("%d vendors rejected", got)
			}
			table := w.rejects(out)
			at := slices.IndexFunc(table, func(r []string) bool { return r[0] == "vendors" && r[2] == "Country" })
			if at < 0 || table[at][3] != "Jugoslawien" || table[at][7] != "map.value_unknown" || table[at][10] != "Purchasing" || table[at][12] != "22" {
				t.Fatalf("no line for the vendor in %q", table)
			}
			product := slices.IndexFunc(table, func(r []string) bool { return r[0] == "products" && r[7] == "validate.reference" })
			if product < 0 || table[product][2] == "" {
				t.Fatalf("no line with its column for the product in %q", table)
			}
			table[at][4], table[at][5], table[at][6] = "Germany", "B. Lang", "2026-01-12"
			w.mended(kind, table)
			after := w.staged(pipeline.StageOptions{})
			if got := rowsOf(after, "vendors"); got.Rejected != 0 || got.Used != rowsOf(before, "vendors").Used+1 {
				t.Errorf("corrected, the vendors are %+v", got)
			}
			if rowsOf(after, "products").Rejected != rowsOf(before, "products").Rejected {
				t.Error("a line nobody filled in was applied")
			}
			i := slices.IndexFunc(after.Corrected, func(c pipeline.Corrected) bool { return strings.HasSuffix(c.File, "mended."+kind) })
			if i < 0 || after.Corrected[i].Cells != 1 || after.Corrected[i].Who != "B. Lang" || after.Corrected[i].When != "2026-01-12" || after.Corrected[i].Source != "vendors" {
				t.Errorf("counted: %+v", after.Corrected)
			}
			if now, err := os.ReadFile(filepath.Join(w.dir, "exports", "products.xml")); err != nil || string(now) != string(source) {
				t.Error("the source changed")
			}
			if before.Plan == after.Plan {
				t.Error("the plan does not know of the correction")
			}
		})
	}
}

// rejects reads what stage wrote, without its header.
func (w *world) rejects(file string) [][]string {
	w.t.Helper()
	if filepath.Ext(file) == ".xlsx" {
		src, err := xlsxfile.Open(w.t.Context(), file, connectors.Options{})
		if err != nil {
			w.t.Fatal(err)
		}
		defer src.Close()
		var out [][]string
		for b, err := range src.Batches(w.t.Context(), "Corrections") {
			if err != nil {
				w.t.Fatal(err)
			}
			for _, r := range b.Rows {
				out = append(out, slices.Clone(r.Cells))
			}
		}
		return out
	}
	rows, err := csv.NewReader(strings.NewReader(w.read(filepath.Base(file)))).ReadAll()
	if err != nil {
		w.t.Fatal(err)
	}
	return rows[1:]
}

// mended writes an edited file.
func (w *world) mended(kind string, rows [][]string) {
	w.t.Helper()
	head := []string{"table", "key", "column", "old", "new", "who", "when", "rule", "finding", "hint", "owner", "mapping", "row", "line"}
	f, err := os.Create(filepath.Join(w.dir, "mended."+kind))
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	if kind == "csv" {
		err = csv.NewWriter(f).WriteAll(slices.Concat([][]string{head}, rows))
	} else {
		err = xlsxfile.WriteBook(f, []xlsxfile.Sheet{{Name: "Corrections", Head: head, Rows: func(yield func([]xlsxfile.Cell) bool) {
			for _, r := range rows {
				cells := make([]xlsxfile.Cell, len(r))
				for i := range r {
					cells[i].Text = r[i]
				}
				if !yield(cells) {
					return
				}
			}
		}}})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// A control compares what would be loaded: a rejected record is missing from the staged side.
func TestControlsLeaveRejectedRecordsOut(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/customers.yaml", "fields:\n", "fields:\n  barcode: {value: the same for all}\n")
	s := w.staged(pipeline.StageOptions{})
	if got := rowsOf(s, "customers"); got.Used != 1 {
		t.Fatalf("customers %+v", got)
	}
	i := slices.IndexFunc(s.Controls, func(c reconcile.Result) bool { return c.Name == "customers" })
	if got := s.Controls[i]; got.Staged != "1" || got.Source != "127" || got.Equal {
		t.Errorf("the control says %+v", got)
	}
	for _, c := range s.Records {
		if c.Staged != c.Load+c.LeftOut || c.Mapping == "customers" && (c.Load != 1 || c.LeftOut != 127) {
			t.Errorf("records %+v", c)
		}
	}
}

// The first-pass rate is told by amount, too, and limits hold for findings that reject nothing.
func TestFirstPassByAmount(t *testing.T) {
	w := newWorld(t)
	w.put("exports/bills.csv", "No,Who,Total\n1,a,\"1.000,00\"\n2,,\"250,50\"\n3,c,\"-749,50\"\n4,d,?\n5,,\n")
	w.put("mappings/bills.yaml", "mapping: bills\nmodel: res.partner\nfrom: {source: bills, where: '= src.No != \"3\"', reason: paid}\nid: bill_{No}\nfields:\n  name: {from: Who, missing: reject}\n  comment: Total\n  email: {value: nobody}\n")
	w.sub("migrate.yaml", "sources:\n", "sources:\n  bills: {file: exports/bills.csv, key: [No], amount: {column: Total, point: \",\", group: \".\"}}\n")
	w.sub("migrate.yaml", "thresholds: {", "thresholds: {first_pass_amount: 90, findings: {validate.email: 1}, ")
	w.reopen()
	s := w.staged(pipeline.StageOptions{})
	if len(s.Amounts) != 1 {
		t.Fatalf("amounts %+v", s.Amounts)
	}
	// 2,000.00 read, 749.50 of it excluded, 250.50 rejected: 1,000 of 1,250.50.
	a := s.Amounts[0]
	if a.Read != "2000" || a.Excluded != "749.5" || a.Rejected != "250.5" || a.Unreadable != 1 || a.Percent < 79.96 || a.Percent > 79.97 {
		t.Errorf("amounts %+v", a)
	}
	if len(s.LowAmounts) != 1 || !strings.HasPrefix(s.LowAmounts[0], "79.97 % of the amounts in Total of bills load, 90 % wanted") || s.Clean() {
		t.Errorf("low %q", s.LowAmounts)
	}
	i := slices.IndexFunc(s.Limits, func(l pipeline.Limit) bool { return l.Rule == "validate.email" })
	if i < 0 || s.Limits[i].Rows < 2 || !s.Limits[i].Finds {
		t.Errorf("limits %+v", s.Limits)
	}
}

// A row nobody can read closes the gate until it is corrected, or accepted by name.
func TestQuarantineIsAcceptedOneByOne(t *testing.T) {
	w := newWorld(t)
	w.put("exports/bills.csv", "No,Who\n1,a\n2,b,c,d\n3,e\n")
	w.put("mappings/bills.yaml", "mapping: bills\nmodel: res.partner\nfrom: bills\nid: bill_{No}\nfields:\n  name: Who\n")
	w.sub("migrate.yaml", "sources:\n", "sources:\n  bills: {file: exports/bills.csv, key: [No]}\n")
	w.reopen()
	s := w.staged(pipeline.StageOptions{})
	if !slices.Equal(s.Quarantine, []string{"bills row 2"}) || s.Clean() {
		t.Errorf("quarantine %q", s.Quarantine)
	}
	l, err := w.Cutover(t.Context(), quick)
	if err == nil || l == nil || closedGate(t, l, "quarantine") != "rows nobody could read: bills row 2" {
		t.Errorf("the cutover goes on: %v", err)
	}
	w.sub("migrate.yaml", "sources:\n", "accepted:\n  - {source: bills, row: 2, reason: a footer, by: A. Owner}\nsources:\n")
	w.reopen()
	if s = w.staged(pipeline.StageOptions{}); len(s.Quarantine) > 0 {
		t.Errorf("accepted, the quarantine is %q", s.Quarantine)
	}
}
