package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

var testKey = bytes.Repeat([]byte{9}, 32)

func seq[T any](list ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

const sourceText = "No;Name\n1;Ada\n"

// partnerFields are what the record shop.cust_c was meant to hold.
var partnerFields = map[string][2]string{"active": {"boolean", "true"}, "name": {"text", "Ada"}, "ref": {"null", ""}}

func testRecords() []run.Verified {
	var out []run.Verified
	add := func(model, id, class string) {
		v := run.Verified{Mapping: "m", Model: model, ExternalID: "shop." + id, DBID: int64(len(out)), Class: class, Meant: checksum.Bytes([]byte(model + id))}
		switch v.Have = v.Meant; class {
		case differs:
			v.Have = checksum.Bytes([]byte("else"))
		case missing:
			v.Have, v.Missing = [32]byte{}, true
		}
		out = append(out, v)
	}
	add("product.template", "p_1", equal)
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		class := map[string]string{"b": differs, "d": missing}[id]
		if class == "" {
			class = equal
		}
		add("res.partner", "cust_"+id, class)
		if id == "c" {
			out[len(out)-1].Meant = checksum.Canonicals("res.partner", "shop.cust_c", partnerFields)
			out[len(out)-1].Have = out[len(out)-1].Meant
		}
	}
	add("sale.order", "so_1", missing)
	return out
}

func testBundle(t *testing.T) *Bundle {
	t.Helper()
	files := map[string][]byte{"README.txt": []byte("Read me.\n"), "report.json": []byte("{}\n")}
	for _, name := range []string{"CHECKSUMS.md", "verify_evidence.py"} {
		b, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = b
	}
	at := time.Date(2026, 1, 9, 18, 30, 0, 1000, time.UTC)
	var events []Event
	var before []byte
	for i, kind := range []string{"stage.begin", "stage.end", "cutover.begin", "cutover.end"} {
		e := Event{Seq: int64(i + 1), Run: int64(i/2 + 1), At: at.Add(time.Duration(i) * time.Second), Kind: kind, Data: `{"actor":"tester, \"A\""}`}
		before = checksum.Event(before, e.Seq, e.Run, e.At, e.Kind, e.Data)
		e.Hash = hex.EncodeToString(before)
		events = append(events, e)
	}
	return &Bundle{Project: "shop", Module: "shop", Program: "1.2.3", Binary: "00", Target: "production", Key: testKey, Files: files,
		Run:     Run{ID: 2, Kind: "cutover", Actor: "tester", Host: "here", Version: "1.2.3", Started: at},
		Records: seq(testRecords()...), Events: seq(events...),
		Sheets: []Sheet{
			{Name: sourcesName, Head: []string{"source", "file", "several", "sha256"}, Rows: seq(
				[]string{"customers", "exports/customers.csv", "", digestOf([]byte(sourceText))}, []string{"orders", "exports/orders_*.csv", "yes", "00"})},
			{Name: conservationName, Head: []string{"what", "run", "mapping", "source", "model", "total", "used", "rejected"}, Rows: seq(
				[]string{"rows", "1", "partners", "customers", "res.partner", "7", "5", "2"}, []string{"rows", "1", "orders", "orders", "sale.order", "1", "1", "0"})},
			{Name: "rejects.csv", Head: []string{"row", "reason"}, Rows: seq([]string{"-1", "=HYPERLINK(1)"}, []string{"3", "+49 30"})},
		}}
}

func written(t *testing.T, b *Bundle) ([]byte, string) {
	t.Helper()
	var out bytes.Buffer
	_, root, err := b.Write(&out)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), root
}

// signedBundle is the bundle with the signatures of three people.
func signedBundle(t *testing.T) ([]byte, string) {
	t.Helper()
	b, root := written(t, testBundle(t))
	for i, role := range Roles {
		b = sign(t, b, role, fmt.Sprintf("Person %d", i))
	}
	return b, root
}

func sign(t *testing.T, b []byte, role, name string) []byte {
	t.Helper()
	k, err := NewKey(bytes.NewReader(bytes.Repeat([]byte(name[len(name)-1:]), 32)), role, name)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := Sign(bytes.NewReader(b), int64(len(b)), k, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// repacked writes a bundle anew, as somebody would who knows how: each file as change gives it back, nil leaves it out.
func repacked(t *testing.T, b []byte, change func(name string, text []byte) []byte, more ...string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := newPacker(&out)
	put := func(name string, text []byte) {
		if err := p.file(name, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			t.Fatal(err)
		}
	}
	was := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open() // by the entry, so that of two of a name each is read
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		was[f.Name] = text
		if text = change(f.Name, text); text != nil {
			put(f.Name, text)
		}
	}
	for _, name := range more {
		text, ok := was[name]
		if !ok {
			text = []byte("more\n")
		}
		put(name, text)
	}
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// given is what a check gets beside the bundle.
type given struct{ root, salts, sources, proof string }

func checkGo(t *testing.T, b []byte, g given) *Verdict {
	t.Helper()
	opt := CheckOptions{Root: g.root}
	if g.salts != "" {
		opt.Salts = strings.NewReader(g.salts)
	}
	if g.proof != "" {
		opt.Proof = []byte(g.proof)
	}
	if g.sources != "" {
		opt.Sources = func(file string) (string, error) {
			text, err := os.ReadFile(filepath.Join(g.sources, file))
			return digestOf(text), err
		}
	}
	v, err := Check(bytes.NewReader(b), int64(len(b)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// checkPython runs the script an auditor has, and returns what it says is wrong and what it notes.
func checkPython(t *testing.T, b []byte, g given) (wrong, notes []string) {
	t.Helper()
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	args := []string{"../../docs/verify_evidence.py", put("evidence.zip", string(b))}
	for _, o := range []struct{ flag, value string }{{"--root", g.root}, {"--sources", g.sources}} {
		if o.value != "" {
			args = append(args, o.flag, o.value)
		}
	}
	for _, o := range []struct{ flag, text string }{{"--salts", g.salts}, {"--proof", g.proof}} {
		if o.text != "" {
			args = append(args, o.flag, put(o.flag[2:], o.text))
		}
	}
	out, err := exec.CommandContext(t.Context(), python(t), args...).CombinedOutput()
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		if text, ok := strings.CutPrefix(line, "WRONG: "); ok {
			wrong = append(wrong, text)
		} else if text, ok := strings.CutPrefix(line, "note: "); ok {
			notes = append(notes, text)
		}
	}
	if said := strings.Contains(string(out), "PASSED"); said != (code == 0) || said != (len(wrong) == 0) {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	return wrong, notes
}

func python(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 here")
	}
	return path
}

// bothSay holds the two checks to each other and to what they should say is wrong: exactly these sentences, in any order.
func bothSay(t *testing.T, b []byte, g given, want ...string) {
	t.Helper()
	v := checkGo(t, b, g)
	wrong, notes := checkPython(t, b, g)
	for _, list := range [][]string{want, v.Wrong, wrong, v.Notes, notes} {
		slices.Sort(list)
	}
	if !slices.Equal(v.Wrong, want) {
		t.Errorf("Go says\n  %s\nwant\n  %s", strings.Join(v.Wrong, "\n  "), strings.Join(want, "\n  "))
	}
	if !slices.Equal(wrong, want) {
		t.Errorf("Python says\n  %s\nwant\n  %s", strings.Join(wrong, "\n  "), strings.Join(want, "\n  "))
	}
	if !slices.Equal(notes, v.Notes) {
		t.Errorf("Go notes\n  %s\nPython notes\n  %s", strings.Join(v.Notes, "\n  "), strings.Join(notes, "\n  "))
	}
}

func testSalts(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	if err := WriteSalts(&b, testKey, seq(testRecords()...)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func testProof(t *testing.T) *Proof {
	t.Helper()
	p, err := Prove(testKey, "shop.cust_c", seq(testRecords()...))
	if err != nil {
		t.Fatal(err)
	}
	p.Fields = partnerFields
	return p
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func sourceFolder(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "exports"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "exports/customers.csv"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
