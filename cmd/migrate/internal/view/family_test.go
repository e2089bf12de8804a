package view

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/books"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// manyFiles is a folder of orders, a file each, and of monthly exports in CSV.
func manyFiles(n int) *pipeline.AuditReport {
	r := &profile.Report{}
	fit := &suggest.Fitting{Origin: "production", Server: "19.0"}
	for i := range n {
		order := fmt.Sprintf("PO-2024-%03d", i)
		for _, t := range []struct{ own, path string }{{"Order", "/Order"}, {"Line", "/Order/Lines/Line"}} {
			s := profile.Source{Name: order + "_" + strings.ToLower(t.own), Table: t.own, Input: order, File: order + ".xml", Format: "xml", Rows: 2, Quarantined: 1,
				Dialect: profile.Dialect{Path: t.path}, Columns: []profile.Column{{Name: "No"}}, Keys: []profile.Key{{Columns: []string{"No"}}}}
			if t.own == "Line" && i == 1 {
				s.Keys = nil
			}
			r.Sources = append(r.Sources, s)
			r.LoadOrder = append(r.LoadOrder, s.Name)
			fit.Tables = append(fit.Tables, suggest.TableFit{Table: s.Name})
		}
		r.Relations = append(r.Relations, profile.Relation{From: profile.ColumnRef{Table: order + "_line", Column: "No"}, To: profile.ColumnRef{Table: order + "_order", Column: "No"}, Coverage: 1 - float64(i)/100, OrphanRows: int64(i), OrphanCount: int64(i)})
		r.Findings = append(r.Findings, record.Finding{Severity: record.Warning, Rule: "table.duplicates", Table: order + "_line", File: order + ".xml", Line: 7, Rows: 1, Message: "1 row is equal to an earlier row"})
	}
	for i := range 3 {
		name := fmt.Sprintf("stock_%02d", i+1)
		r.Sources = append(r.Sources, profile.Source{Name: name, Input: name, File: name + ".csv", Format: "csv", Rows: 10, Columns: []profile.Column{{Name: "sku"}, {Name: "qty"}}})
	}
	return &pipeline.AuditReport{Report: r, Fit: fit}
}

// Sixty files of one shape are a line, not sixty.
func TestTablesOfOneShapeShareALine(t *testing.T) {
	var b bytes.Buffer
	if err := AuditText(&b, manyFiles(20), AuditOptions{}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{
		"Line ×20: 1 row is equal to an earlier row\n           also 19 more there",
		"\n  Order ×20        40       20     1  No                   -\n",
		"\n  Line ×20         40       20     1  not the same in all  -\n",
		"\n  stock_01 … ×3    30        -     2  none\n",
		"Line ×20.No  → Order ×20.No   81.0 %  190\n",
		"Load in this order: Order ×20, Line ×20\n",
		"×2 and so on: the table stands in so many files",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if strings.Contains(text, "PO-2024") || strings.Contains(text, "line 7") || strings.Contains(text, "Dupl.") || strings.Count(text, "\n") > 40 {
		t.Errorf("got:\n%s", text)
	}
	if t.Failed() {
		t.Log(text)
	}
}

// Where there is room for all tables each has its line, by its own name.
func TestFewTablesAreNamedOneByOne(t *testing.T) {
	var b bytes.Buffer
	if err := AuditText(&b, manyFiles(2), AuditOptions{}); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, "×") || !strings.Contains(text, "PO-2024-001_line") || !strings.Contains(text, "(line 7)") {
		t.Errorf("got:\n%s", text)
	}
}

func TestFitOfManyTablesIsNoWall(t *testing.T) {
	f := &suggest.Fitting{Origin: "production", Server: "19.0"}
	for i := range 50 {
		row := suggest.TableFit{Table: fmt.Sprintf("t%d", i)}
		if i == 49 {
			row.Models = []suggest.ModelFit{{Model: "res.partner", Confidence: 0.9}}
		}
		f.Tables = append(f.Tables, row)
	}
	text := fitText(f, familiesOf(nil), 0)
	if !strings.Contains(text, "  t49 ") || !strings.Contains(text, "and 20 more tables") || strings.Contains(text, "  t30 ") {
		t.Errorf("got:\n%s", text)
	}
}

func TestTimesAreSaidOnce(t *testing.T) {
	for _, x := range []struct {
		f    suggest.Forecast
		want string
	}{
		{suggest.Forecast{Seconds: 0.2, Shortest: 0.1, Longest: 0.4}, "Under 1 s in all"},
		{suggest.Forecast{Seconds: 8, Shortest: 4, Longest: 16}, "About 8 s in all (4 s to 16 s)"},
	} {
		if got := fitAll(&x.f); got != x.want {
			t.Errorf("%+v: %q, want %q", x.f, got, x.want)
		}
	}
}

func TestPageNamesTablesShortly(t *testing.T) {
	r := manyFiles(1)
	const stem = "SAF-T Financial_888888888_20180228235959"
	r.Sources[0].Name, r.Sources[0].File = stem+"_order", "exports/"+stem+".xml"
	const csv = "stock_of_the_warehouse_in_the_north"
	r.Sources[2].Name, r.Sources[2].Table = csv, csv // a file's one table is called as the file
	r.Findings = []record.Finding{{Severity: record.Error, Rule: "x", Table: stem + "_order", Column: "No", Line: 7, Message: "m"}, {Severity: record.Error, Rule: "y", Table: csv, Message: "m"}}
	for i, want := range []Cell{{Text: "Order", Note: "of SAF-T Fina…_20180228235959.xml, No, line 7", Mono: true, Link: "t1"}, {Text: csv, Mono: true, Link: "t3"}} {
		if got := auditFindingRow(r.Report, r.Findings[i])[1]; got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestBookFoldSaysWhatIsInIt(t *testing.T) {
	for worst, want := range map[int]string{0: "journals and periods", 1: "entries that do not balance, journals and periods"} {
		if got := bookFold(&books.Book{Table: "gl", Worst: make([]books.Entry, worst)}).Note; got != want {
			t.Errorf("%d entries: %q, want %q", worst, got, want)
		}
	}
}
