package custody

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	md5Empty    = "d41d8cd98f00b204e9800998ecf8427e"
	sha1Empty   = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
	sha256Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

func sums(t *testing.T, list, text string) string {
	t.Helper()
	out, bad := parseChecksums(list, text)
	var b strings.Builder
	for _, c := range out {
		fmt.Fprintf(&b, "%d %s %q %s\n", c.line, c.algorithm, c.name, c.hash[:8])
	}
	for _, l := range bad {
		fmt.Fprintf(&b, "%d bad %q\n", l.line, l.text)
	}
	return b.String()
}

func TestParseChecksums(t *testing.T) {
	for _, tc := range []struct{ name, list, text, want string }{
		{"sha256sum", "SHA256SUMS", sha256Empty + "  a.csv\n" + sha256Empty + " *b c.csv\n", "1 sha256 \"a.csv\" e3b0c442\n2 sha256 \"b c.csv\" e3b0c442\n"},
		{"Windows line ends, capitals, folders", "SHA256SUMS", strings.ToUpper(sha256Empty) + "  .\\out\\a.csv\r\n", "1 sha256 \".\\\\out\\\\a.csv\" e3b0c442\n"},
		{"comments", "MD5SUMS", "; made by a tool\n# and another\n\n" + md5Empty + " *a.csv\n", "4 md5 \"a.csv\" d41d8cd9\n"},
		{"BSD", "CHECKSUMS", "SHA256 (a (1).csv) = " + sha256Empty + "\nMD5 (b.csv) = " + md5Empty + "\n", "1 sha256 \"a (1).csv\" e3b0c442\n2 md5 \"b.csv\" d41d8cd9\n"},
		{"OpenSSL", "a.sha256", "SHA2-256(a.csv)= " + sha256Empty + "\nSHA1(b.csv)= " + sha1Empty + "\n", "1 sha256 \"a.csv\" e3b0c442\n2 sha1 \"b.csv\" da39a3ee\n"},
		{"the hash alone", "out/a.csv.sha256", sha256Empty + "\n", "1 sha256 \"a.csv\" e3b0c442\n"},
		{"certutil", "a.sha256", "SHA256 hash of a.csv:\r\n" + sha256Empty + "\r\nCertUtil: -hashfile command completed successfully.\r\n", "1 sha256 \"a.csv\" e3b0c442\n"},
		{"escaped names", "SHA256SUMS", `\` + sha256Empty + `  a\\b\nc.csv` + "\n", "1 sha256 \"a\\\\b\\nc.csv\" e3b0c442\n"},
		{"lines nobody understands", "SHA256SUMS", "hello\nSHA9 (a) = " + md5Empty + "\nMD5 (a) = " + sha1Empty + "\n" + sha256Empty[:40] + "ff  a.csv\nSHA256 hash of a.csv:\nno hash\n",
			"1 bad \"hello\"\n2 bad \"SHA9 (a) = " + md5Empty + "\"\n3 bad \"MD5 (a) = " + sha1Empty + "\"\n4 bad \"" + sha256Empty[:40] + "ff  a.csv\"\n6 bad \"no hash\"\n"},
	} {
		if got := sums(t, tc.list, tc.text); got != tc.want {
			t.Errorf("%s:\ngot\n%swant\n%s", tc.name, got, tc.want)
		}
	}
}

func TestParseCounts(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"CSV", "file,rows\ncustomers.csv,91\n", "2 customers.csv# 91\n"},
		{"all columns", "Table;Sheet;Row Count;Columns;Control column;Total\nbook.xlsx;Vendors;29;11;;\norders.csv;;830;14;Freight;64.942,69\n",
			"2 book.xlsx#Vendors 29 11 columns\n3 orders.csv# 830 14 columns Freight 64.942,69\n"},
		{"German", "Tabelle\tAnzahl Zeilen\nKunden\t91\n", "2 Kunden# 91\n"},
		{"German, one word", "Datei;Zeilen\nKunden.csv;1.091\n", "2 Kunden.csv# 1091\n"},
		{"hashes", "file,rows,sha256\na.csv,2," + sha256Empty + "\nb.pdf,," + sha256Empty + "\n", "2 a.csv# 2\n2 sha256 a.csv\n3 sha256 b.pdf\n"},
		{"text", "# counted on Friday\ncustomers.csv 91\norders.csv: 830 rows\n\"order lines.csv\"\t2,155\n", "2 customers.csv# 91\n3 orders.csv# 830\n4 order lines.csv# 2155\n"},
		{"wc -l", "      92 customers.csv\n     831 orders 2024.csv\n     923 total\n", "1 customers.csv# 92 lines\n2 orders 2024.csv# 831 lines\n"},
		{"a title above", "Row counts of the export\ncustomers.csv 91\nand more\n", "bad 3 \"and more\"\n2 customers.csv# 91\n"},
		{"bad lines", "file,rows\n,91\na.csv,many\nb.csv,\nc.csv,-1\nd.csv,3\n", "bad 2 \",91\"\nbad 3 \"a.csv,many\"\nbad 4 \"b.csv,\"\nbad 5 \"c.csv,-1\"\n6 d.csv# 3\n"},
		{"a control column without its total", "file,rows,control_column,total\na.csv,1,Amount,\n", "bad 2 \"a.csv,1,Amount,\"\n"},
		{"nothing", "", ""},
	} {
		counts, hashes, bad := parseCounts(tc.text)
		var b strings.Builder
		for _, l := range bad {
			fmt.Fprintf(&b, "bad %d %q\n", l.line, l.text)
		}
		for _, c := range counts {
			fmt.Fprintf(&b, "%d %s#%s %d", c.line, c.name, c.sheet, c.rows)
			if c.columns > 0 {
				fmt.Fprintf(&b, " %d columns", c.columns)
			}
			if c.control != "" {
				fmt.Fprintf(&b, " %s %s", c.control, c.total)
			}
			if c.lines {
				b.WriteString(" lines")
			}
			b.WriteString("\n")
		}
		for _, s := range hashes {
			fmt.Fprintf(&b, "%d %s %s\n", s.line, s.algorithm, s.name)
		}
		if b.String() != tc.want {
			t.Errorf("%s:\ngot\n%swant\n%s", tc.name, b.String(), tc.want)
		}
	}
}

func TestRecognise(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"manifest.csv": "file,rows\na.csv,1\n", "shipping/manifest.csv": "container,weight\nX,1\n", "checksums.csv": "\ufefffile;sha256\n"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"SHA256SUMS": KindChecksums, "sha256sums.txt": KindChecksums, "MD5SUMS": KindChecksums, "checksums.txt": KindChecksums, "CHECKSUM": KindChecksums,
		"customers.csv.sha256": KindChecksums, "export.md5": KindChecksums, "all.sha512sum": KindChecksums,
		"rowcounts.csv": KindRowCounts, "row_counts.csv": KindRowCounts, "Row-Counts.TXT": KindRowCounts, "record_counts.csv": KindRowCounts,
		"manifest.csv": KindRowCounts, "checksums.csv": KindRowCounts,
		"shipping/manifest.csv": "", "customers.csv": "", "counts.csv": "", "sha256.csv": "", "check.csv": "", "md5.xlsx": "",
	} {
		if kind, ok := Recognise(filepath.Join(dir, name)); kind != want || ok != (want != "") {
			if !ok && want == "" {
				continue
			}
			t.Errorf("%s: %q %v, want %q", name, kind, ok, want)
		}
	}
}

func TestDecode(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"\xff\xfea\x00\xe4\x00", "aä"}, {"\xfe\xff\x00a\x00\xe4", "aä"}, {"\xef\xbb\xbfaä", "aä"}, {"a\xe4", "aä"}, {"\xff\xfea\x00b", "a"},
	} {
		if got := decode([]byte(tc.in)); got != tc.want {
			t.Errorf("%q: %q, want %q", tc.in, got, tc.want)
		}
	}
}

func FuzzLists(f *testing.F) {
	f.Add([]byte(sha256Empty + "  a.csv\nMD5 (b) = " + md5Empty))
	f.Add([]byte("SHA256 hash of a.csv:\n" + sha256Empty))
	f.Add([]byte("file;rows;columns;control;total;md5\n\"a;b\";1.000;3;x;1,5;" + md5Empty))
	f.Add([]byte("\xff\xfef\x00i\x00l\x00e\x00"))
	f.Add([]byte("92 customers.csv\n92 total\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		text := decode(data)
		out, _ := parseChecksums("x/list.sha256", text)
		for _, c := range out {
			if byLength[len(c.hash)] != c.algorithm || c.line < 1 {
				t.Fatalf("%q: %+v", text, c)
			}
			for _, tail := range tails(c.name) {
				if len(tail) > len(c.name) {
					t.Fatalf("%q: tail %q", c.name, tail)
				}
			}
		}
		counts, _, _ := parseCounts(text)
		for _, c := range counts {
			if c.name == "" || c.rows < -1 || c.line < 1 {
				t.Fatalf("%q: %+v", text, c)
			}
		}
	})
}
