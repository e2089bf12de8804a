package cli_test

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Names that stand nowhere but in the data of this test.
var (
	givenNames = []string{"Zebulon", "Ottoline", "Perpetua", "Casimir", "Drusilla", "Evander"}
	familyName = []string{"Quackenbush", "Zimmerbaldrian", "Oxenstierna", "Vanderquist", "Pumpernagel", "Trubshaw", "Wolverstone", "Yarborough"}
	secrets    = slices.Concat(givenNames, familyName, []string{"mailhost-q", "Quellenstieg", "DE8937", "555 0"})
)

// personalExports are exports in CSV and XML with every kind of mistake that is told with an example: a row that is damaged,
// addresses and dates that are none, near-duplicates, blanks, spellings, references that lead nowhere.
func personalExports(t *testing.T, dir string) {
	t.Helper()
	var people, orders, partners strings.Builder
	people.WriteString("E-Mail;Name;Street;Phone;IBAN;Birthdate;City\n")
	orders.WriteString("OrderNo;ContactEmail;Date;Net\n")
	partners.WriteString("<partners>\n")
	for i, f := range givenNames {
		for j, l := range familyName {
			n := i*len(familyName) + j
			mail := strings.ToLower(fmt.Sprintf("%s.%s@mailhost-q.example", f, l))
			fmt.Fprintf(&people, "%s;%s %s;Quellenstieg %d;+49 30 555 0%03d;DE89370400440532013000;19%02d-03-07;Berlin\n", mail, f, l, n, n, 50+n%40)
			if j == 2 { // the same once more, mistyped
				fmt.Fprintf(&people, "x%s;%s  %s;Quellenstieg %d;+49 30 555 0%03d;DE89370400440532013001;1850-03-07;Berlin\n", mail, strings.ToUpper(f), l, n, n)
			}
			fmt.Fprintf(&orders, "%d;%s;2024-01-07;%d.50\n%d;gone%d.%s;2024-01-08;7.00\n", 2*n, mail, n, 2*n+1, n, mail)
			fmt.Fprintf(&partners, "<partner id='%d'><name>%s %s</name><email>%s</email><contact><person>%s %s</person></contact></partner>\n", n, f, l, mail, f, l)
		}
	}
	people.WriteString("a@mailhost-q.example;Zebulon Trubshaw;Quellenstieg 1;12;DE00;3050-01-01;Berlin;one too many\n")
	people.WriteString("no mail Trubshaw; Ottoline Trubshaw ;Quellenstieg 1;12;DE893;3050-01-01;Berlin\n")
	for name, text := range map[string]string{"people.csv": people.String(), "orders.csv": orders.String(), "partners.xml": partners.String() + "</partners>\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// whatWasWritten is all that a folder holds, workbooks unpacked.
func whatWasWritten(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if filepath.Ext(path) != ".xlsx" {
			b, err := os.ReadFile(path)
			out[name] = string(b)
			return err
		}
		z, err := zip.OpenReader(path)
		if err != nil {
			return err
		}
		defer func() { _ = z.Close() }()
		for _, part := range z.File {
			r, err := part.Open()
			if err != nil {
				return err
			}
			b, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			out[name+" "+part.Name] = string(b)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// No output of an audit says who a person is: not the terminal, the page, the workbook, the letter, the near-duplicates to
// decide about, the JSON, the talk beside them, nor the drafts. With --show-personal-data they do, so the test can see.
func TestPersonalDataIsInNoOutput(t *testing.T) {
	exports := filepath.Join(t.TempDir(), "exports")
	if err := os.Mkdir(exports, 0o700); err != nil {
		t.Fatal(err)
	}
	personalExports(t, exports)
	for _, shown := range []bool{false, true} {
		s := &shop{dir: t.TempDir()}
		var more []string
		if shown {
			more = []string{"--show-personal-data"}
		}
		said := map[string]string{}
		for name, args := range map[string][]string{
			"text": {"audit", exports, "--html", s.dir + "/out/a.html", "--xlsx", s.dir + "/out/a.xlsx", "--request", s.dir + "/out/r.md", "--decisions", s.dir + "/out/d.csv"},
			"json": {"audit", exports, "--format", "json"},
		} {
			r := s.must(t, 0, append(args, more...)...)
			said[name], said[name+" talk"] = r.stdout, r.stderr
		}
		s.must(t, 0, "init", exports)
		for name, text := range whatWasWritten(t, s.dir) {
			said[name] = text
		}
		for _, name := range []string{"out/a.html", "out/a.xlsx xl/workbook.xml", "out/r.md", "out/r.csv", "out/d.csv", "migrate.yaml", "mappings/people.yaml"} {
			if said[filepath.FromSlash(name)] == "" {
				t.Errorf("%s was not written", name)
			}
		}
		tellsPeople(t, said, shown)
	}
}

func tellsPeople(t *testing.T, said map[string]string, shown bool) {
	t.Helper()
	telling := map[string]bool{}
	for name, text := range said {
		for _, secret := range secrets {
			i := strings.Index(strings.ToLower(text), strings.ToLower(secret))
			if i < 0 {
				continue
			}
			telling[name] = true
			if !shown {
				t.Errorf("%s tells of %q: …%s…", name, secret, text[max(0, i-120):min(len(text), i+60)])
			}
		}
	}
	for _, name := range []string{"text", "json", "out/a.html", "out/d.csv"} {
		if shown && !telling[filepath.FromSlash(name)] {
			t.Errorf("%s tells nothing with --show-personal-data, so this test sees nothing", name)
		}
	}
}
