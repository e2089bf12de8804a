package custody

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// delivery is a folder with files, and what was read of them.
type delivery struct {
	t   *testing.T
	dir string
	in  Input
}

func deliver(t *testing.T, files map[string]string) *delivery {
	t.Helper()
	d := &delivery{t: t, dir: t.TempDir()}
	d.in.Base = d.dir
	for name, text := range files {
		path := filepath.Join(d.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "HASH", sha256Empty)), 0o644); err != nil {
			t.Fatal(err)
		}
		switch kind, ok := Recognise(path); {
		case ok && kind == KindChecksums:
			d.in.Checksums = append(d.in.Checksums, path)
		case ok:
			d.in.RowCounts = append(d.in.RowCounts, path)
		case filepath.Ext(path) == ".csv":
			d.in.Files = append(d.in.Files, FileFact{Path: path})
			rows := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
			d.in.Tables = append(d.in.Tables, TableFact{Name: strings.TrimSuffix(filepath.Base(name), ".csv"), File: path, Rows: int64(len(rows) - 1), Columns: strings.Split(rows[0], ","),
				Sum: func(_ context.Context, column string) (record.Decimal, string, error) { return sumOf(rows, column) }})
		}
	}
	slices.SortFunc(d.in.Files, func(a, b FileFact) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(d.in.Tables, func(a, b TableFact) int { return strings.Compare(a.File, b.File) })
	slices.Sort(d.in.Checksums)
	return d
}

func sumOf(rows []string, column string) (record.Decimal, string, error) {
	i := slices.Index(strings.Split(rows[0], ","), column)
	var sum record.Decimal
	for _, row := range rows[1:] {
		v, err := record.ParseDecimal(strings.Split(row, ",")[i])
		if err != nil {
			return sum, "it holds no numbers", nil //nolint:nilerr // that is the answer
		}
		sum = sum.Add(v)
	}
	return sum, "", nil
}

// check writes what came out, a line each.
func (d *delivery) check() string {
	d.t.Helper()
	r, findings, err := Check(d.t.Context(), d.in)
	if err != nil {
		d.t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(r.Statement + "\n")
	for _, f := range r.Files {
		fmt.Fprintf(&b, "file %s %s %s%s\n", f.File, f.Status, f.Algorithm, f.Why)
	}
	for _, t := range r.Tables {
		fmt.Fprintf(&b, "table %s %s %d/%d%s%s\n", t.Table, t.Status, t.Got, t.Want, t.Columns, t.Why)
		for _, x := range t.Totals {
			fmt.Fprintf(&b, "total %s %s %s/%s%s\n", x.Column, x.Status, x.Got, x.Want, x.Why)
		}
	}
	for _, f := range findings {
		fmt.Fprintf(&b, "%s %s\n", f.Severity, f.Rule)
		if f.Message == "" || strings.HasSuffix(f.Message, ".") || f.Rule != "custody.file_not_compared" && f.Hint == "" {
			d.t.Errorf("%+v is no sentence with a remedy", f)
		}
	}
	return b.String()
}

const (
	customers = "No,Name,Limit\n1,A,10.50\n2,B,0.25\n"
	orders    = "No,Customer\n7,1\n"
)

func TestCheck(t *testing.T) {
	hash := hashOf("sha256", []byte(customers))
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"no lists", map[string]string{"customers.csv": customers},
			"Completeness of extraction not established: no checksums and no row counts came with the files.\nnote custody.not_established\n"},
		{"everything agrees", map[string]string{"customers.csv": customers, "orders.csv": orders,
			"SHA256SUMS":    hash + "  ./customers.csv\n" + hashOf("sha256", []byte(orders)) + "  D:\\export\\ORDERS.csv\nHASH  SHA256SUMS\n",
			"rowcounts.csv": "file,rows,columns,control_column,total\ncustomers.csv,2,3,Limit,10.75\nOrders,1,2,No,7\n"},
			"Completeness of extraction established: 2 of 2 files as extracted, 2 of 2 tables as counted, 2 of 2 control totals right.\n" +
				"file customers.csv matched sha256\nfile orders.csv matched sha256\n" +
				"table customers matched 2/2matched\ntotal Limit matched 10.75/10.75\ntable orders matched 1/1matched\ntotal No matched 7/7\n"},
		{"differs, missing, not listed", map[string]string{"customers.csv": customers, "orders.csv": orders, "SHA256SUMS": "HASH  customers.csv\nHASH  vendors.csv\n"},
			"Completeness of extraction contradicted: 1 file not as extracted, 1 listed file missing.\n" +
				"file customers.csv differs sha256\nfile orders.csv not_listed \nfile vendors.csv missing sha256\n" +
				"blocker custody.checksum_differs\nwarning custody.file_not_listed\nerror custody.file_missing\n"},
		{"MD5, one file of its own, a file that is no data", map[string]string{"customers.csv": customers, "customers.csv.md5": hashOf("md5", []byte(customers)) + "\n",
			"about.pdf": "pdf", "SHA1SUMS": hashOf("sha1", []byte("pdf")) + " *about.pdf\n"},
			"Completeness of extraction established in part: 2 of 2 files as extracted; no row counts came with them.\n" +
				"file about.pdf matched sha1\nfile customers.csv matched md5\nnote custody.weak_checksum\nnote custody.in_part\n"},
		{"two lists: the worse one counts", map[string]string{"customers.csv": customers, "SHA256SUMS": hash + "  customers.csv\n", "customers.csv.sha256": sha256Empty},
			"Completeness of extraction contradicted: 1 file not as extracted.\nfile customers.csv differs sha256\nblocker custody.checksum_differs\n"},
		{"rows are missing", map[string]string{"customers.csv": customers, "orders.csv": orders, "rowcounts.txt": "customers.csv 3\nvendors.csv 5\n"},
			"Completeness of extraction contradicted: 1 table not as counted, 1 counted table missing.\n" +
				"table customers differs 2/3\ntable orders not_listed 1/-1\ntable vendors.csv missing -1/5\n" +
				"blocker custody.rows_differ\nerror custody.table_missing\nwarning custody.rows_not_listed\n"},
		{"wc -l counts the header", map[string]string{"customers.csv": customers, "rowcounts.txt": "3 customers.csv\n3 total\n"},
			"Completeness of extraction established in part: 1 of 1 table as counted; no checksums came with them.\ntable customers matched 2/3\nnote custody.in_part\n"},
		{"totals and columns", map[string]string{"customers.csv": customers, "rowcounts.csv": "table;rows;columns;control;total\ncustomers;2;4;Limit;10,76\ncustomers;2;3;Name;5\ncustomers;2;3;Nane;5\ncustomers;2;3;No;x\n"},
			"Completeness of extraction contradicted: 1 table not as counted, 1 control total off.\n" +
				"table customers matched 2/2differs\ntotal Limit differs 10.75/10,76\ntotal Name not_compared /5it holds no numbers\n" +
				"total Nane not_compared /5there is no such column\ntotal No not_compared 3/xthe total is no number\n" +
				"blocker custody.columns_differ\nblocker custody.total_differs\nerror custody.total_not_compared\nerror custody.total_not_compared\nerror custody.total_not_compared\n"},
		{"a list that says nothing", map[string]string{"customers.csv": customers, "SHA256SUMS": "see the other mail\n"},
			"Completeness of extraction contradicted: 1 list cannot be used.\nblocker custody.list_unreadable\n"},
		{"a line that says nothing", map[string]string{"customers.csv": customers, "SHA256SUMS": hash + "  customers.csv\nsee the other mail\n"},
			"Completeness of extraction established in part: 1 of 1 file as extracted; no row counts came with them.\n" +
				"file customers.csv matched sha256\nwarning custody.line_not_understood\nnote custody.in_part\n"},
		{"the same name in two folders", map[string]string{"a/customers.csv": customers, "b/customers.csv": orders, "SHA256SUMS": hash + "  /mnt/out/a/customers.csv\nHASH  /elsewhere/customers.csv\n"},
			"Completeness of extraction contradicted: 1 listed file missing.\n" +
				"file /elsewhere/customers.csv missing sha256\nfile a/customers.csv matched sha256\nfile b/customers.csv not_listed \n" +
				"error custody.file_missing\nwarning custody.file_not_listed\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := deliver(t, tc.files).check(); got != tc.want {
				t.Errorf("got\n%swant\n%s", got, tc.want)
			}
		})
	}
}

// A list may not make the program read what was not delivered: neither outside its folder, nor what is no file.
func TestListsReadNothingElse(t *testing.T) {
	d := deliver(t, map[string]string{"in/customers.csv": customers, "secret.txt": "", "in/SHA256SUMS": "HASH  ../secret.txt\nHASH  ..\nHASH  .\n"})
	want := "Completeness of extraction contradicted: 3 listed files missing.\n" +
		"file . missing sha256\nfile .. missing sha256\nfile ../secret.txt missing sha256\nfile in/customers.csv not_listed \n" +
		"error custody.file_missing\nerror custody.file_missing\nerror custody.file_missing\nwarning custody.file_not_listed\n"
	if got := d.check(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestSheetsAndParts(t *testing.T) {
	d := deliver(t, map[string]string{"rowcounts.csv": "file,sheet,rows\nbook.xlsx,Vendors,29\nbook.xlsx#Notes,,4\nbook.xlsx,,33\norders_1.csv,,10\nsub/orders_2.csv,,5\nlines_1.csv,,3\nlines,,8\n"})
	book, orders := filepath.Join(d.dir, "book.xlsx"), filepath.Join(d.dir, "orders_*.csv")
	d.in.Tables = []TableFact{
		{Name: "book_vendors", File: book, Sheet: "Vendors", Table: "Vendors", Rows: 29},
		{Name: "book_notes", File: book, Sheet: "notes", Table: "notes", Rows: 5},
		{Name: "orders", File: orders, Parts: []string{filepath.Join(d.dir, "orders_1.csv"), filepath.Join(d.dir, "sub", "orders_2.csv")}, Rows: 15, Columns: []string{"No", "_file"}},
		{Name: "lines", File: filepath.Join(d.dir, "lines"), Parts: []string{filepath.Join(d.dir, "lines", "lines_1.csv"), filepath.Join(d.dir, "lines", "lines_2.csv")}, Rows: 8},
	}
	want := "Completeness of extraction contradicted: 1 table not as counted.\n" +
		"table book_vendors matched 29/29\ntable book_notes differs 5/4\ntable orders matched 15/15\ntable lines matched 8/8\n" +
		"table book.xlsx not_compared -1/332 tables are in it: name one as book.xlsx#Vendors\n" +
		"blocker custody.rows_differ\nwarning custody.rows_not_compared\n"
	if got := d.check(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	d.in.Tables = d.in.Tables[3:]
	d.in.Tables[0].Name = "order_lines"
	d.in.Tables[0].File = filepath.Join(d.dir, "l*")
	if got := d.check(); !strings.Contains(got, "table order_lines not_compared 8/-11 of its 2 files are counted\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestNamedListIsNotThere(t *testing.T) {
	d := deliver(t, map[string]string{"customers.csv": customers})
	d.in.Checksums = []string{filepath.Join(d.dir, "SHA256SUMS")}
	d.in.RowCounts = []string{d.dir}
	got := d.check()
	if strings.Count(got, "blocker custody.list_unreadable\n") != 2 || !strings.HasPrefix(got, "Completeness of extraction contradicted: 2 lists cannot be used.\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestReadTotal(t *testing.T) {
	for text, want := range map[string]string{"10.50": "[10.5]", "1.234,56": "[1234.56]", "1,234.56": "[1234.56]", "1,234": "[1234 1.234]", "1 234,5": "[1234.5]", "1'000": "[1000]", "-3": "[-3]", "x": "[]", "": "[]"} {
		if got := fmt.Sprint(readTotal(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestCancelled(t *testing.T) {
	d := deliver(t, map[string]string{"customers.csv": customers, "SHA256SUMS": "HASH  customers.csv\n"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Check(ctx, d.in); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A line that cannot be understood may name a file that is missing.
func TestLinesNotUnderstood(t *testing.T) {
	d := deliver(t, map[string]string{"a.csv": "n\n1\n", "rowcounts.csv": "file,rows\na.csv,1\nb.csv,many\n"})
	list := filepath.Join(d.dir, "SHA256SUMS")
	if err := os.WriteFile(list, []byte(hashOf("sha256", []byte("n\n1\n"))+"  a.csv\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	d.in.Checksums = []string{list}
	want := "Completeness of extraction established in part: 1 of 1 file as extracted, 1 of 1 table as counted; 1 line of the lists cannot be understood."
	if got, _, _ := strings.Cut(d.check(), "\n"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Thousands of files with lists as long are compared in seconds, not hours.
func TestManyFiles(t *testing.T) {
	const files = 5000
	dir := t.TempDir()
	in := Input{Checksums: []string{filepath.Join(dir, "SHA256SUMS")}, RowCounts: []string{filepath.Join(dir, "row_counts.csv")}}
	var sums, counts strings.Builder
	counts.WriteString("file,rows\n")
	for i := range files {
		name := fmt.Sprintf("t%d.csv", i)
		in.Files = append(in.Files, FileFact{Path: filepath.Join(dir, name), SHA256: sha256Empty})
		in.Tables = append(in.Tables, TableFact{Name: fmt.Sprint("t", i), File: filepath.Join(dir, name), Rows: 1})
		fmt.Fprintf(&sums, "%s  D:/legacy/out/%s\n", sha256Empty, name)
		fmt.Fprintf(&counts, "%s,1\n", name)
	}
	for path, text := range map[string]string{in.Checksums[0]: sums.String(), in.RowCounts[0]: counts.String()} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	r, _, err := Check(t.Context(), in)
	if err != nil || r.Completeness != Established {
		t.Fatalf("%v %+v", err, r.Statement)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("%d files took %s", files, took)
	}
}
