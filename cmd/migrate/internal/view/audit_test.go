package view

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/books"
	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
	"github.com/odoo-migrate/odoo-migrate/pipeline/linkage"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

func auditReport() *pipeline.AuditReport {
	return &pipeline.AuditReport{Report: &profile.Report{Version: 1, Masked: true,
		Sources: []profile.Source{
			{Name: "customers", File: "exports/customers.csv", Format: "csv", Encoding: "windows-1252", Dialect: profile.Dialect{Delimiter: ";"}, SHA256: strings.Repeat("ab", 32),
				Rows: 91, Quarantined: 24, Keys: []profile.Key{{Columns: []string{"customerID"}}}, Columns: []profile.Column{
					{Name: "customerID", Type: "text", Confidence: 1, Values: 67, Distinct: 67, Unique: true, Min: "ALFKI", Max: "WOLZA", MinLength: 5, MaxLength: 5, Masks: []profile.Count{{Value: "A", Rows: 67}}},
					{Name: "<script>alert(1)</script>", Type: "text", Confidence: 1, Values: 60, Nulls: 7, Distinct: 3, Top: []profile.Count{{Value: `"><img src=x onerror=alert(1)>`, Rows: 60}}},
					{Name: "phone", Type: "text", Confidence: 1, Values: 67, Distinct: 60, Semantic: "phone", Personal: true, Min: "0**-*******", Findings: []string{"column.outer_spaces"}},
				}},
			{Name: "orders", File: "exports/orders.csv", Format: "csv", Rows: 830, DuplicateRows: 2, Columns: []profile.Column{
				{Name: "freight", Type: "decimal", Point: ",", Confidence: 0.99, Values: 830, Distinct: 799, Min: "0.02", Max: "1007.64", Sum: "64942.69"}}},
		},
		Relations: []profile.Relation{{From: profile.ColumnRef{Table: "orders", Column: "customerID"}, To: profile.ColumnRef{Table: "customers", Column: "customerID"}, Coverage: 0.93, Confidence: 0.98,
			Reason: "same name; 67 of 70 values stand in the key", OrphanRows: 58, OrphanCount: 3, Explained: 2, Orphans: []profile.Sample{{Value: "VINET", Rows: 30, Row: 1}}}},
		LoadOrder: []string{"customers", "orders"},
		Findings: []record.Finding{
			{Severity: record.Error, Rule: "table.damaged_rows", Table: "customers", Rows: 24, Line: 8, Message: "24 rows cannot be read: 11 fields expected, 12 found", Hint: "They are kept in quarantine."},
			{Severity: record.Warning, Rule: "column.null_words", Table: "orders", Column: "shipRegion", Rows: 507, Message: `507 rows with "NULL", which usually means no value`, Hint: `If it means nothing, add nulls: ["NULL"] to the source.`},
			{Severity: record.Warning, Rule: "column.null_words", Table: "customers", Column: "region", Rows: 45, Message: `45 rows with "NULL", which usually means no value`},
			{Severity: record.Note, Rule: "column.outer_spaces", Table: "customers", Column: "phone", Rows: 1, Line: 3, Raw: " 0**-*******\x1b", Personal: true, Message: "1 row: the text begins or ends with a blank", Hint: "Use do: [trim] where it is mapped."},
		}}}
}

func TestAuditText(t *testing.T) {
	var b bytes.Buffer
	if err := AuditText(&b, auditReport(), AuditOptions{Files: []string{"The whole report: audit/report.html"}}); err != nil {
		t.Fatal(err)
	}
	golden(t, "audit.txt", b.Bytes())
	for line := range strings.Lines(b.String()) {
		if w := displayWidth(strings.TrimSuffix(line, "\n")); w > DefaultWidth {
			t.Errorf("%d columns: %q", w, line)
		}
	}
}

// golden compares with testdata/name, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it anew):\n%s", path, got)
	}
}

func TestAuditJSONReadsBack(t *testing.T) {
	var b bytes.Buffer
	if err := AuditJSON(&b, auditReport()); err != nil {
		t.Fatal(err)
	}
	var back pipeline.AuditReport
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if back.Sources[0].Columns[2].Name != "phone" || back.Findings[0].Severity != record.Error {
		t.Errorf("got %+v", back)
	}
}

func TestAuditHTML(t *testing.T) {
	var b bytes.Buffer
	if err := AuditHTML(&b, auditReport()); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"<script", "<img", "http://", "https://", "src=", "url(", "@import", "\x1b"} {
		if strings.Contains(strings.ReplaceAll(page, "src=x onerror", ""), bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	for _, want := range []string{"&lt;script&gt;", "customers", "93.0 %", `<svg class="bar`, `id="t1"`, `href="#t1"`, "masked", "decimal comma"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// What the extractor's lists say stands in the text, the page and the JSON.
func TestAuditShowsCustody(t *testing.T) {
	r := auditReport()
	r.Custody = &custody.Report{Completeness: custody.Contradicted, Statement: "Completeness of extraction contradicted: 1 file not as extracted.", System: "Old <ERP>",
		Files:  []custody.File{{File: "exports/<b>.csv", Status: custody.Differs, Algorithm: "sha256", Want: "aa11", Got: "bb22", At: "SHA256SUMS:1"}},
		Tables: []custody.Table{{Table: "orders", Status: custody.Missing, Want: 830, Got: -1, Totals: []custody.Total{{Column: "Freight", Status: custody.Differs, Want: "5", Got: "4"}}}}}
	var text, page, raw bytes.Buffer
	for _, err := range []error{AuditText(&text, r, AuditOptions{}), AuditHTML(&page, r), AuditJSON(&raw, r)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(text.String(), "\n"+r.Custody.Statement+"\n") {
		t.Errorf("the text lacks the statement:\n%s", text.String())
	}
	for _, want := range []string{"System Old &lt;ERP&gt;.", "exports/&lt;b&gt;.csv", "aa11", "bb22", "differs", "missing", "Freight 5 (the file has 4)", "830"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	var back struct {
		Version int
		Sources []profile.Source
		Custody custody.Report
	}
	if err := json.Unmarshal(raw.Bytes(), &back); err != nil || back.Version != 1 || len(back.Sources) != 2 || back.Custody.Files[0].Got != "bb22" {
		t.Errorf("%v: %+v", err, back)
	}
}

func TestAuditHTMLStaysSmall(t *testing.T) {
	r := auditReport()
	long := strings.Repeat("Ünïcode & <tags> ", 50)
	for i := range 1500 {
		s := profile.Source{Name: fmt.Sprintf("%s %d", long, i), File: long, Rows: 1}
		for range 20 {
			s.Columns = append(s.Columns, profile.Column{Name: long, Type: "text", Values: 1, Min: long, Max: long,
				Top: []profile.Count{{Value: long}, {Value: long}, {Value: long}, {Value: long}}, Masks: []profile.Count{{Value: long}, {Value: long}, {Value: long}}})
		}
		r.Sources = append(r.Sources, s)
		r.LoadOrder = append(r.LoadOrder, s.Name)
		r.Findings = append(r.Findings, record.Finding{Severity: record.Error, Rule: fmt.Sprintf("rule.%d", i), Table: s.Name, Message: long, Hint: long, Raw: long})
		r.Relations = append(r.Relations, profile.Relation{From: profile.ColumnRef{Table: long, Column: long}, To: profile.ColumnRef{Table: long, Column: long}, Reason: "same name"})
	}
	crowd(r, long)
	var b bytes.Buffer
	if err := AuditHTML(&b, r); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 2<<20 {
		t.Errorf("%d bytes, want at most 2 MB", b.Len())
	}
}

// crowd fills every part of an audit beside the profile with more than a page can show.
func crowd(r *pipeline.AuditReport, long string) {
	r.Books, r.Duplicates, r.Custody = &books.Result{}, &linkage.Result{Found: 900, Models: []linkage.Model{{}}}, &custody.Report{Statement: long}
	r.Fit = &suggest.Fitting{Origin: long}
	var fields []linkage.Field
	var columns []suggest.ColumnFit
	for range 40 {
		fields = append(fields, linkage.Field{Role: linkage.RoleName, A: long, B: long, Level: "same"})
		columns = append(columns, suggest.ColumnFit{Column: long, Fields: []suggest.FieldFit{{Field: "name", Label: long, Confidence: 1, Reason: long,
			Values: &suggest.ValueFit{Unknown: []suggest.UnknownValue{{Value: long, Similar: long}, {Value: long}, {Value: long}, {Value: long}}}}}})
	}
	for range 250 {
		book := books.Book{Table: long, Reason: long, NotComputed: []string{long}}
		total := books.Total{Formula: long, Reason: long}
		group := linkage.Group{Size: 500, Reason: long}
		for range 60 {
			book.Worst = append(book.Worst, books.Entry{Key: long})
			book.PerJournal, book.PerPeriod = append(book.PerJournal, books.Group{Key: long}), append(book.PerPeriod, books.Group{Key: long})
			total.Examples = append(total.Examples, books.Document{Key: long})
			group.Members = append(group.Members, linkage.Member{Table: long, Key: long})
			group.Pairs = append(group.Pairs, linkage.Pair{A: 0, B: 1, Fields: fields, Reason: long})
		}
		r.Books.Books, r.Books.Totals = append(r.Books.Books, book), append(r.Books.Totals, total)
		r.Books.Declared = append(r.Books.Declared, books.Declared{Table: long, Column: long, Key: long, Reason: long})
		r.Duplicates.Groups = append(r.Duplicates.Groups, group)
		r.Custody.Files = append(r.Custody.Files, custody.File{File: long, Want: long, Got: long})
		r.Custody.Tables = append(r.Custody.Tables, custody.Table{Table: long})
		r.Fit.Tables = append(r.Fit.Tables, suggest.TableFit{Table: long, Models: []suggest.ModelFit{{Model: "res.partner", Confidence: 1, Reasons: []string{long}}}, Columns: columns})
	}
}

func TestPageBlocks(t *testing.T) {
	var b bytes.Buffer
	err := Page(&b, "T<i>tle", "sub", Section{Title: "S", Lead: "L", Blocks: []Block{Para("p"), Tiles{{Figure: "1", Name: "n", Tone: Good}},
		Bars{{Label: "a", Figure: "3", Value: 3}, {Label: "b", Figure: "0", Value: 0}}, Fold{Title: "f", ID: "x", Blocks: []Block{Grid{Head: []string{"h"}, Rows: [][]Cell{{TextCell("c")}}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<h1>T&lt;i&gt;tle</h1>", `<li class="good"><b>1</b>`, `width="100"`, `id="x"`, "<td class=\"\">c</td>"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%s", want, b.String())
		}
	}
}

// Files that cannot be read for different reasons are told apart, and none is counted among those that were read.
func TestAuditTellsUnreadableFilesApart(t *testing.T) {
	r := &pipeline.AuditReport{Report: &profile.Report{Version: 1}}
	for _, f := range []struct{ file, message string }{{"in/a.xlsx", "the file is encrypted"}, {"in/b.xlsx", "the file is encrypted"}, {"in/c.csv", "the file in/c.csv is empty"}} {
		r.Findings = append(r.Findings, record.Finding{Severity: record.Blocker, Rule: "source.unreadable", File: f.file, Message: f.message})
	}
	r.Findings = append(r.Findings, record.Finding{Severity: record.Error, Rule: "declared.closing_balance", Table: "bank", Message: "it closes with 5.00, not 4.00", Raw: "5,00"},
		record.Finding{Severity: record.Warning, Rule: "csv.lines_above_header", Table: "bank", Message: "this line stands above the table", Raw: "Balance"},
		record.Finding{Severity: record.Note, Rule: "custody.not_established", Message: "completeness of extraction not established"})
	var b bytes.Buffer
	if err := AuditText(&b, r, AuditOptions{}); err != nil {
		t.Fatal(err)
	}
	want := `0 files, 0 tables, 0 rows; 3 files cannot be read; 3 blockers, 1 error, 1
warning, 1 note.

Findings, worst first

  blocker  in/a.xlsx: the file is encrypted
           also in/b.xlsx

  blocker  the file in/c.csv is empty

  error    bank: it closes with 5.00, not 4.00

  warning  bank: this line stands above the table: “Balance”
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	var page bytes.Buffer
	if err := AuditHTML(&page, r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), "<b>3</b><span>files not readable</span>") {
		t.Error("the page does not count the files that cannot be read")
	}
}

// Long names and many tables make neither a wall of text nor a column of one letter a line.
func TestAuditOfManyTables(t *testing.T) {
	r := auditReport()
	r.LoadOrder = nil
	for i := range 60 {
		r.LoadOrder = append(r.LoadOrder, fmt.Sprintf("%s_%d", strings.Repeat("very_long_name", 8), i))
	}
	r.Findings[0].Table = r.LoadOrder[0]
	for i := range 40 {
		r.Sources = append(r.Sources, profile.Source{Name: fmt.Sprintf("t%d", i), Rows: int64(i)})
	}
	var text, page bytes.Buffer
	for _, err := range []error{AuditText(&text, r, AuditOptions{}), AuditHTML(&page, r)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(text.String(), "\n"); n > 75 || !strings.Contains(text.String(), "and 44 more tables") || !strings.Contains(text.String(), "and 12 smaller tables") {
		t.Errorf("%d lines:\n%s", n, text.String())
	}
	for _, want := range []string{`<nav><a href="#s0">At a glance</a>`, `<section id="s0">`, "e_0<small>"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
