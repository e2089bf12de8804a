package connectors_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func registry() *connectors.Registry {
	r := connectors.NewRegistry()
	r.Register(csvfile.Open, ".csv", ".txt")
	r.Register(xmlfile.Open, ".xml")
	return r
}

// folder writes files, named below a new folder, and returns it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "sales")
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var months = map[string]string{
	"2024/01.csv":    "no;name\n1;Ann\n2;Bob;x\n",
	"2024/02.csv":    "name;no\nEve;3\n\nJon;4\n",
	"2025/01.csv.gz": "",
	"empty.csv":      "",
	"readme.md":      "what this is",
	".hidden.csv":    "x\n",
}

func withPacked(t *testing.T) map[string]string {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte("no;name\n5;Kim\n")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for k, v := range months {
		files[k] = v
	}
	files["2025/01.csv.gz"] = packed.String()
	return files
}

func TestFolderIsOneTable(t *testing.T) {
	dir := folder(t, withPacked(t))
	connectortest.Run(t, registry().Open, connectortest.Fixture{Path: dir, Rows: map[string]int{"sales": 5}, Damaged: map[string]int{"sales": 1}})
	tables, rows, err := connectortest.Read(t.Context(), registry().Open, dir, connectors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"_file", "no", "name"}; len(tables) != 1 || !slices.Equal(tables[0].Columns, want) {
		t.Fatalf("tables %+v", tables)
	}
	var got []string
	for _, r := range rows["sales"] {
		got = append(got, fmt.Sprint(r.Row, " ", r.Line, " ", strings.Join(r.Cells, ","), r.Damage))
	}
	want := []string{"1 2 2024/01.csv,1,Ann", "2 3 2 fields expected, 3 found", "3 2 2024/02.csv,3,Eve", "4 4 2024/02.csv,4,Jon", "5 2 2025/01.csv.gz,5,Kim"}
	if !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
	var notes []string
	for _, f := range tables[0].Findings {
		notes = append(notes, f.Rule+" "+f.Message)
	}
	for _, want := range []string{"several.left_out empty.csv is empty and adds no rows", "several.left_out readme.md is not read: no reader for this kind of file",
		"several.column_order the columns stand in another order than in the first file; they are matched by name"} {
		if !slices.Contains(notes, want) {
			t.Errorf("findings %q lack %q", notes, want)
		}
	}
}

func TestGlobIsOneTable(t *testing.T) {
	dir := folder(t, map[string]string{"orders_1.csv": "a,b\n1,x\n", "orders_2.csv": "a,b\n2,y\n", "customers.csv": "z\n1\n", "odd[1].csv": "q,r\n1,2\n"})
	tables, rows, err := connectortest.Read(t.Context(), registry().Open, filepath.Join(dir, "orders_*.csv"), connectors.Options{})
	if err != nil || len(tables) != 1 || tables[0].Name != "orders" || len(rows["orders"]) != 2 || rows["orders"][1].Cells[0] != "orders_2.csv" {
		t.Errorf("%+v %+v %v", tables, rows, err)
	}
	if tables, _, err := connectortest.Read(t.Context(), registry().Open, filepath.Join(dir, "odd[1].csv"), connectors.Options{}); err != nil || len(tables[0].Columns) != 2 {
		t.Errorf("a name that exists was taken as a pattern: %+v %v", tables, err)
	}
	for _, path := range []string{"no*.csv", "[.csv"} {
		if _, err := registry().Open(t.Context(), filepath.Join(dir, path), connectors.Options{}); err == nil {
			t.Errorf("%s was opened", path)
		}
	}
}

func TestHeadersThatDiffer(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		says  string
	}{
		"other columns":  {map[string]string{"a.csv": "no,name,city\n1,x,y\n", "b.csv": "no,name,town\n2,x,y\n"}, `b.csv lacks "city" and has "town", unlike a.csv`},
		"fewer columns":  {map[string]string{"a.csv": "no,name\n1,x\n", "b.csv": "no\n2\n"}, `b.csv lacks "name"`},
		"no header":      {map[string]string{"a.csv": "1,2.5\n2,3.5\n3,4.5\n", "b.csv": "1,2.5,9\n2,3.5,9\n"}, `b.csv has "c3"`},
		"_file is taken": {map[string]string{"a.csv": "_file,no\nx,1\n", "b.csv": "_file,no\ny,2\n"}, "a.csv has a column _file itself"},
	} {
		_, err := registry().Open(t.Context(), folder(t, tc.files), connectors.Options{})
		var advice *record.Advice
		if !errors.Is(err, connectors.ErrColumns) || !errors.As(err, &advice) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want one that says %q", name, err, tc.says)
		}
	}
}

// Whether there is a header is one decision for all files, even where a file alone would look otherwise.
func TestFilesWithoutHeader(t *testing.T) {
	dir := folder(t, map[string]string{"1.txt": "Ann,F,10\nBob,M,20\nAmy,F,5\n", "2.txt": "Eve,F,x\nJon,M,30\n"})
	_, rows, err := connectortest.Read(t.Context(), registry().Open, dir, connectors.Options{Columns: []string{"name", "sex", "n"}})
	if err != nil || len(rows["sales"]) != 5 {
		t.Errorf("pinned columns: %d rows, %v", len(rows["sales"]), err)
	}
	tables, rows, err := connectortest.Read(t.Context(), registry().Open, dir, connectors.Options{})
	if err != nil || len(rows["sales"]) != 5 || !slices.Equal(tables[0].Columns, []string{"_file", "c1", "c2", "c3"}) {
		t.Errorf("%+v, %d rows, %v", tables, len(rows["sales"]), err)
	}
}

// XML documents of one form are united table by table; an element that a document lacks is missing there.
func TestFolderOfDocuments(t *testing.T) {
	dir := folder(t, map[string]string{
		"1.xml": "<o><order><no>1</no><city>Rome</city></order><order><no>2</no></order></o>",
		"2.xml": "<o><order><no>3</no><note>late</note></order><order><no>4</no></order></o>",
	})
	tables, rows, err := connectortest.Read(t.Context(), registry().Open, dir, connectors.Options{Rows: "/o/order"})
	if err != nil || len(tables) != 1 {
		t.Fatalf("%+v %v", tables, err)
	}
	note := slices.Index(tables[0].Columns, "note")
	all := rows[tables[0].Name]
	if note < 0 || len(all) != 4 || !slices.Contains(all[0].Missing, note) || all[2].Cells[note] != "late" {
		t.Errorf("columns %q, rows %+v", tables[0].Columns, all)
	}
}

// A folder of documents with several tables reads each document once for all of them.
func TestFolderOfDocumentsInOnePass(t *testing.T) {
	dir := folder(t, map[string]string{
		"1.xml": "<o><order><no>1</no><line>a</line><line>b</line></order><order><no>2</no></order><day>Monday</day></o>",
		"2.xml": "<o><order><no>3</no><line>c</line><line>d</line></order><order><no>4</no></order></o>",
	})
	connectortest.Run(t, registry().Open, connectortest.Fixture{Path: dir, Rows: map[string]int{"o": 1, "order": 4, "line": 4}})
}

// A table of documents that is asked for by name is found under that name.
func TestOneTableOfAFolderOfDocuments(t *testing.T) {
	dir := folder(t, map[string]string{
		"1.xml": "<o><order><no>1</no><line>a</line><line>b</line></order></o>",
		"2.xml": "<o><order><no>3</no><line>c</line></order><order><no>4</no></order></o>",
	})
	tables, rows, err := connectortest.Read(t.Context(), registry().Open, dir, connectors.Options{Table: "order"})
	if err != nil || len(tables) != 1 || tables[0].Name != "order" || len(rows["order"]) != 3 {
		t.Errorf("%+v, %d rows, %v", tables, len(rows["order"]), err)
	}
}

func tarred(t *testing.T, names []string, files map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	packed := gzip.NewWriter(&out)
	w := tar.NewWriter(packed)
	for _, name := range names {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(files[name]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), packed.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "names.tar.gz")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func zipped(t *testing.T, names []string, files map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "names.zip")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestArchivesAreOneTable(t *testing.T) {
	files := map[string]string{"x/b.txt": "Ann,F,10\nBob,M,20\nAmy,F,5\n", "x/a.txt": "Eve,F,x\nJon,M,30\nKim\n", "x/readme.md": "none", "x/empty.txt": ""}
	names := []string{"x/b.txt", "x/readme.md", "x/empty.txt", "x/a.txt"}
	for _, path := range []string{tarred(t, names, files), zipped(t, names, files)} {
		connectortest.Run(t, registry().Open, connectortest.Fixture{Path: path, Rows: map[string]int{"names": 6}, Damaged: map[string]int{"names": 1}})
		_, rows, err := connectortest.Read(t.Context(), registry().Open, path, connectors.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r := rows["names"][3]; r.Row != 4 || r.Line != 1 || r.Cells[0] != "x/a.txt" || r.Cells[1] != "Eve" {
			t.Errorf("%s: fourth row %+v", path, r)
		}
		if _, err := registry().Open(t.Context(), path, connectors.Options{Encoding: "klingon"}); !errors.Is(err, connectors.ErrUnsupported) {
			t.Errorf("%s: %v", path, err)
		}
	}
	odd := map[string]string{"a.csv": "a,b\n1,2\n", "b.csv": "a,c\n1,2\n"}
	for _, path := range []string{tarred(t, []string{"a.csv", "b.csv"}, odd), zipped(t, []string{"a.csv", "b.csv"}, odd)} {
		if _, err := registry().Open(t.Context(), path, connectors.Options{}); !errors.Is(err, connectors.ErrColumns) {
			t.Errorf("%s: %v, want ErrColumns", path, err)
		}
	}
	cut := tarred(t, names, files)
	data, err := os.ReadFile(cut)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := registry().Open(t.Context(), cut, connectors.Options{}); !errors.Is(err, connectors.ErrDamaged) {
		t.Errorf("an archive that was cut off: %v", err)
	}
}

// The eighty files of names have neither headers nor their year but in the file's name.
func TestVolumeNames(t *testing.T) {
	path := filepath.Join(connectortest.DataDir(t, "volume_names"), "yob1880_1959.tar.gz")
	s, err := registry().Open(t.Context(), path, connectors.Options{Columns: []string{"name", "sex", "count"}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	files, rows := map[string]bool{}, int64(0)
	for b, err := range s.Batches(context.Background(), "yob1880_1959") {
		if err != nil {
			t.Fatal(err)
		}
		files[b.File] = true
		for _, r := range b.Rows {
			if rows++; r.Row != rows || r.Damage != "" || r.Cells[0] != b.File {
				t.Fatalf("row %d: %+v", rows, r)
			}
		}
	}
	if len(files) != 80 || rows != 572_369 {
		t.Errorf("%d rows of %d files, want 572,369 of 80", rows, len(files))
	}
}
