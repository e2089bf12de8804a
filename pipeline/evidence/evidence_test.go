package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
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

func TestGoodBundle(t *testing.T) {
	b, root := signedBundle(t)
	again, _ := signedBundle(t)
	if !bytes.Equal(b, again) {
		t.Error("the same content gives other bytes")
	}
	plain, _ := written(t, testBundle(t))
	bothSay(t, plain, given{})
	bothSay(t, b, given{root: root, salts: testSalts(t), sources: sourceFolder(t, sourceText)})
	bothSay(t, b, given{proof: asJSON(t, testProof(t))})
	v := checkGo(t, b, given{})
	if v.Root != root || v.Records != 7 || v.Files != 11 {
		t.Errorf("%+v", v)
	}
	for _, want := range []string{"signed by Person 0, operator", "signed by Person 2, approver"} {
		if !slices.ContainsFunc(v.Notes, func(n string) bool { return strings.HasPrefix(n, want) }) {
			t.Errorf("%q is not among %q", want, v.Notes)
		}
	}
	text := fileOf(t, b, "rejects.csv")
	if !strings.Contains(text, "-1,'=HYPERLINK") || !strings.Contains(text, "3,'+49 30") {
		t.Errorf("formulas: %s", text)
	}
}

func fileOf(t *testing.T, b []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := readFile(z, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A byte of any file that is another one is found, by the name of the file, also where the zip file was made anew.
func TestEveryFileTamperedWith(t *testing.T) {
	b, _ := signedBundle(t)
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		changed := repacked(t, b, func(name string, text []byte) []byte {
			if name == f.Name {
				text[len(text)/2] ^= 1
			}
			return text
		})
		wrong, _ := checkPython(t, changed, given{})
		v := checkGo(t, changed, given{})
		subject := f.Name
		if subject == SealName {
			subject = ManifestName
		}
		for who, list := range map[string][]string{"Go": v.Wrong, "Python": wrong} {
			if !slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, subject+":") }) {
				t.Errorf("%s changed: %s says %q", f.Name, who, list)
			}
		}
		dropped := repacked(t, b, func(name string, text []byte) []byte {
			if name == f.Name {
				return nil
			}
			return text
		})
		if f.Name == SignatureName {
			continue // a bundle nobody signed is one; that a role is missing is a note
		}
		v = checkGo(t, dropped, given{})
		wrong, _ = checkPython(t, dropped, given{})
		for who, list := range map[string][]string{"Go": v.Wrong, "Python": wrong} {
			if !slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, subject+":") }) {
				t.Errorf("%s left out: %s says %q", f.Name, who, list)
			}
		}
	}
}

// edited changes a text in a file of the bundle; the text must be there.
func edited(t *testing.T, b []byte, file, old, text string) []byte {
	t.Helper()
	return repacked(t, b, func(name string, content []byte) []byte {
		if name != file {
			return content
		}
		if !bytes.Contains(content, []byte(old)) {
			t.Fatalf("%s has no %q", file, old)
		}
		return bytes.Replace(content, []byte(old), []byte(text), 1)
	})
}

func TestWhatIsToldOfABadBundle(t *testing.T) {
	b, root := signedBundle(t)
	partners := "records/res.partner.csv"
	lines := strings.SplitAfter(fileOf(t, b, partners), "\n")
	leafOf := func(line string) string { return strings.Split(line, ",")[3] }
	const notListed, changed = ": the manifest does not list it", ": it is not what the manifest says"
	badMeant := partners + ": the root of meant is not the manifest's"
	badOdoo := partners + ": the root of odoo is not the manifest's"
	overMeant := "manifest.json: the root of meant over all models is not theirs"
	overOdoo := "manifest.json: the root of odoo over all models is not theirs"
	other := strings.Repeat("ab", 32)
	bothLeaves := edited(t, b, partners, leafOf(lines[1])+","+leafOf(lines[1]), other+","+other)
	for _, c := range []struct {
		about  string
		bundle []byte
		given  given
		want   []string
	}{
		{"a file more", repacked(t, b, func(_ string, text []byte) []byte { return text }, "extra.txt"), given{}, []string{"extra.txt" + notListed}},
		{"a file twice", repacked(t, b, func(_ string, text []byte) []byte { return text }, "report.json"), given{}, []string{"report.json: it is there twice"}},
		{"one leaf of an equal record", edited(t, b, partners, leafOf(lines[1]), other), given{}, []string{
			partners + changed, partners + ":2: shop.cust_a: its class is equal, and its leaves say otherwise", badMeant, overMeant}},
		{"both leaves, without salts", bothLeaves, given{}, []string{partners + changed, badMeant, badOdoo, overMeant, overOdoo}},
		{"both leaves, with salts", bothLeaves, given{salts: testSalts(t)}, []string{
			partners + changed, partners + ":2: shop.cust_a: its leaf is not that of its salt and digest", badMeant, badOdoo, overMeant, overOdoo}},
		{"a class", edited(t, b, partners, "cust_b,m,differs", "cust_b,m,equal"), given{}, []string{
			partners + changed, partners + ":3: shop.cust_b: its class is equal, and its leaves say otherwise",
			partners + ": 4 records are equal, the manifest says 3", partners + ": 0 records are differs, the manifest says 1"}},
		{"a class nobody knows", edited(t, b, partners, "cust_b,m,differs", "cust_b,m,fine"), given{}, []string{
			partners + changed, partners + ":3: shop.cust_b: the line is no record, its class and its leaves",
			partners + ": 0 records are differs, the manifest says 1", badMeant, badOdoo, overMeant, overOdoo}},
		{"a record left out", edited(t, b, partners, lines[5], ""), given{salts: testSalts(t)}, []string{
			partners + changed, partners + ": 2 records are equal, the manifest says 3", badMeant, badOdoo, overMeant, overOdoo,
			"res.partner shop.cust_e: the bundle has no such record"}},
		{"records swapped", edited(t, b, partners, lines[1]+lines[2], lines[2]+lines[1]), given{}, []string{
			partners + changed, partners + ":3: shop.cust_a: it is not in the order of the external ids, or there twice", badMeant, badOdoo, overMeant, overOdoo}},
		{"a record of another name", edited(t, b, partners, "shop.cust_a", "shop.cust_A"), given{salts: testSalts(t)}, []string{
			partners + changed, partners + ":2: shop.cust_A: the file of salts does not have it", "res.partner shop.cust_a: the bundle has no such record"}},
		{"an event", edited(t, b, eventsName, "cutover.begin", "cutover.Begin"), given{}, []string{eventsName + changed, "events.csv:4: event 3 is not what was written"}},
		{"an event left out", repacked(t, b, func(name string, text []byte) []byte {
			if name == eventsName {
				l := bytes.SplitAfter(text, []byte("\n"))
				return bytes.Join(slices.Delete(l, 2, 3), nil)
			}
			return text
		}), given{}, []string{eventsName + changed, "events.csv:3: event 2 is missing"}},
		{"the last event left out", repacked(t, b, func(name string, text []byte) []byte {
			if name == eventsName {
				l := bytes.SplitAfter(text, []byte("\n"))
				return bytes.Join(l[:4], nil)
			}
			return text
		}), given{}, []string{eventsName + changed, "events.csv: it does not end where the manifest says"}},
		{"rows that do not add up", edited(t, b, conservationName, ",7,5,2", ",7,5,1"), given{}, []string{
			conservationName + changed, "conservation.csv:2: rows of partners: 7 in all, and the parts are another sum"}},
		{"no number", edited(t, b, conservationName, ",7,5,2", ",7,5,x"), given{}, []string{conservationName + changed, "conservation.csv: it cannot be read as what it is"}},
		{"another root", b, given{root: other}, []string{"manifest.json: its SHA-256 is not the one you gave"}},
		{"a source file that changed", b, given{root: root, sources: sourceFolder(t, sourceText+"2;Bo\n")}, []string{"exports/customers.csv: it is not the file that was loaded"}},
		{"a source file that is not there", b, given{sources: t.TempDir()}, []string{"exports/customers.csv: it is not in the folder of sources"}},
		{"a signature", edited(t, b, SignatureName, `"name": "Person 1"`, `"name": "Person 9"`), given{}, []string{"signatures.json: the signature of Person 9, data owner, does not fit the manifest"}},
		{"signatures that are none", edited(t, b, SignatureName, "{", "["), given{}, []string{"signatures.json: it is damaged"}},
		{"a manifest of another kind", edited(t, b, ManifestName, manifestKind, "something"), given{}, []string{"manifest.json: this is no evidence of version 1"}},
		{"no zip file", []byte("PK\x03\x04 not really"), given{}, []string{"bundle: its bytes are not those that were written", "bundle: it is no zip file, or cut off"}},
		{"cut off", b[:len(b)/2], given{}, []string{"bundle: its bytes are not those that were written", "bundle: it is no zip file, or cut off"}},
	} {
		t.Run(c.about, func(t *testing.T) { bothSay(t, c.bundle, c.given, c.want...) })
	}
}

// Whoever makes a whole bundle anew, roots and all, cannot make the signatures anew: every one of them fails, and so does
// the root that was written down elsewhere.
func TestForgedBundle(t *testing.T) {
	good, root := signedBundle(t)
	forged := testBundle(t)
	records := testRecords()
	records[2].Have = records[2].Meant // the record that differed
	forged.Records = seq(records...)
	b, _ := written(t, forged)
	bothSay(t, b, given{})
	names := fileOf(t, good, SignatureName)
	withSignatures := repacked(t, b, func(_ string, text []byte) []byte { return text }, SignatureName)
	withSignatures = repacked(t, withSignatures, func(name string, text []byte) []byte {
		if name == SignatureName {
			return []byte(names)
		}
		return text
	})
	bothSay(t, withSignatures, given{root: root}, "manifest.json: its SHA-256 is not the one you gave",
		"signatures.json: the signature of Person 0, operator, does not fit the manifest",
		"signatures.json: the signature of Person 1, data owner, does not fit the manifest",
		"signatures.json: the signature of Person 2, approver, does not fit the manifest")
}

func TestAnyFlippedBit(t *testing.T) {
	b, _ := signedBundle(t)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 1500 {
		at, bit := r.IntN(len(b)), byte(1)<<r.IntN(8)
		b[at] ^= bit
		if checkGo(t, b, given{}).Holds() {
			t.Errorf("Go takes the bundle with another bit in byte %d", at)
		}
		if i < 12 {
			if wrong, _ := checkPython(t, b, given{}); len(wrong) == 0 {
				t.Errorf("Python takes the bundle with another bit in byte %d", at)
			}
		}
		b[at] ^= bit
	}
}

func TestProofs(t *testing.T) {
	b, _ := signedBundle(t)
	for _, v := range testRecords() {
		p, err := Prove(testKey, v.ExternalID, seq(testRecords()...))
		if err != nil {
			t.Fatal(err)
		}
		if want := 2 - boolInt(v.Missing); len(p.Trees) != want {
			t.Errorf("%s: %d trees, want %d", v.ExternalID, len(p.Trees), want)
		}
		c := &checker{}
		if err := json.Unmarshal([]byte(fileOf(t, b, ManifestName)), &c.m); err != nil {
			t.Fatal(err)
		}
		for _, tree := range p.Trees {
			c.path(p, tree)
		}
		if len(c.Wrong) > 0 {
			t.Errorf("%s: %q", v.ExternalID, c.Wrong)
		}
	}
	if _, err := Prove(testKey, "shop.nobody", seq(testRecords()...)); !errors.Is(err, ErrNotVerified) {
		t.Errorf("a record nobody verified: %v", err)
	}

	p := testProof(t)
	p.Fields = map[string][2]string{"active": {"boolean", "true"}, "name": {"text", "Eve"}, "ref": {"null", ""}}
	bothSay(t, b, given{proof: asJSON(t, p)}, "proof: its fields do not have the digest it names",
		"records/res.partner.csv:4: shop.cust_c: its leaf is not that of its salt and digest")
	p = testProof(t)
	p.ExternalID = "shop.cust_z"
	wrong := checkGo(t, b, given{proof: asJSON(t, p)}).Wrong
	if !slices.Contains(wrong, "res.partner shop.cust_z: the bundle has no such record") {
		t.Errorf("a record of another name: %q", wrong)
	}
	p = testProof(t)
	p.Trees[0].Path[1] = strings.Repeat("00", 32)
	p.Trees[1].Over.Index++
	wrong = checkGo(t, b, given{proof: asJSON(t, p)}).Wrong
	if want := []string{"proof: the record is not in the tree of meant", "proof: its model is not in the tree of odoo over all"}; !slices.Equal(wrong, want) {
		t.Errorf("paths that were changed: %q", wrong)
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// What is published does not tell what a record holds: not even who knows everything but the salt finds its leaf.
func TestLeavesAreSalted(t *testing.T) {
	b, _ := signedBundle(t)
	list := fileOf(t, b, "records/res.partner.csv")
	d := checksum.Canonicals("res.partner", "shop.cust_c", partnerFields)
	for _, guess := range []string{d.String(), checksum.Leaf(checksum.Digest{}, d).String(), checksum.Bytes(append([]byte{0}, d[:]...)).String()} {
		if strings.Contains(list, guess) {
			t.Errorf("the list has %s", guess)
		}
	}
	if leaf := checksum.Leaf(checksum.Salt(testKey, "res.partner", "shop.cust_c"), d); !strings.Contains(list, leaf.String()) {
		t.Error("the list does not have the salted leaf")
	}
	for _, f := range []string{"README.txt", ManifestName, eventsName} {
		if strings.Contains(fileOf(t, b, f), d.String()) {
			t.Errorf("%s has the digest", f)
		}
	}
}

func TestOnePersonInTwoRoles(t *testing.T) {
	b, _ := written(t, testBundle(t))
	b = sign(t, sign(t, b, "operator", "Ada B"), "approver", " ada b ")
	bothSay(t, b, given{})
	notes := checkGo(t, b, given{}).Notes
	for _, want := range []string{"one person in two roles: ada b, operator and approver", "not signed by: data owner"} {
		if !slices.Contains(notes, want) {
			t.Errorf("%q is not among %q", want, notes)
		}
	}
	twice := sign(t, b, "operator", "Ada B")
	var all signatures
	if err := json.Unmarshal([]byte(fileOf(t, twice, SignatureName)), &all); err != nil || len(all.Signatures) != 2 {
		t.Errorf("signed twice with one key: %d signatures (%v)", len(all.Signatures), err)
	}
}

func TestKeys(t *testing.T) {
	k, err := NewKey(bytes.NewReader(bytes.Repeat([]byte{1}, 32)), "operator", " Ada ")
	if err != nil || k.Name != "Ada" {
		t.Fatalf("%+v, %v", k, err)
	}
	text, err := k.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := DecodeKey(text); err != nil || *again != *k {
		t.Errorf("%+v, %v", again, err)
	}
	for _, bad := range []string{"", "{}", strings.Replace(string(text), k.Seed, k.Public, 1), strings.Replace(string(text), "operator", "king", 1),
		strings.Replace(string(text), `"version": 1`, `"version": 2`, 1)} {
		if _, err := DecodeKey([]byte(bad)); !errors.Is(err, ErrNoKey) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	var advice *record.Advice
	for _, c := range [][2]string{{"king", "Ada"}, {"operator", " "}} {
		if _, err := NewKey(bytes.NewReader(make([]byte, 32)), c[0], c[1]); !errors.As(err, &advice) {
			t.Errorf("%q: %v", c, err)
		}
	}
	if _, err := NewKey(bytes.NewReader(nil), "operator", "Ada"); err == nil {
		t.Error("a key of no random bytes")
	}
	if _, err := Sign(bytes.NewReader([]byte("x")), 1, k, io.Discard); !errors.Is(err, ErrNoBundle) {
		t.Errorf("signing no bundle: %v", err)
	}
}

func TestWrongFilesGiven(t *testing.T) {
	b, _ := written(t, testBundle(t))
	for _, c := range []struct {
		opt  CheckOptions
		want error
	}{
		{CheckOptions{Salts: strings.NewReader("a,b\n1,2\n")}, ErrNoSalts},
		{CheckOptions{Salts: strings.NewReader("")}, ErrNoSalts},
		{CheckOptions{Salts: strings.NewReader("model,external_id,salt,meant_digest,odoo_digest\na,b,c,d,e\n")}, ErrNoSalts},
		{CheckOptions{Proof: []byte("{}")}, ErrNoProof},
		{CheckOptions{Proof: []byte(`{"kind":"migrate proof","salt":"x"}`)}, ErrNoProof},
	} {
		if _, err := Check(bytes.NewReader(b), int64(len(b)), c.opt); !errors.Is(err, c.want) {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
}

func TestOrderOfRecords(t *testing.T) {
	r := testRecords()
	for about, list := range map[string][]run.Verified{
		"records": {r[2], r[1]}, "one twice": {r[1], r[1]}, "models": {r[1], r[0]}, "a model again": {r[0], r[1], r[0]},
	} {
		b := testBundle(t)
		b.Records = seq(list...)
		if _, _, err := b.Write(io.Discard); !errors.Is(err, ErrOrder) {
			t.Errorf("%s: %v", about, err)
		}
	}
	boom := errors.New("boom")
	b := testBundle(t)
	b.Records = func(yield func(run.Verified, error) bool) { _ = yield(r[0], nil) && yield(r[1], boom) }
	if _, _, err := b.Write(io.Discard); !errors.Is(err, boom) {
		t.Errorf("a lost reader: %v", err)
	}
}

// The vectors of signatures, and with them the script that runs all vectors without Go.
func TestVectors(t *testing.T) {
	text, err := os.ReadFile("../../docs/checksum-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Signatures []struct {
			About, Key, Message, Signature string
			Holds                          bool
		}
	}
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors.Signatures) < 5 {
		t.Fatal(err, len(vectors.Signatures))
	}
	for _, v := range vectors.Signatures {
		if got := ed25519.Verify(unhex(t, v.Key), unhex(t, v.Message), unhex(t, v.Signature)); got != v.Holds {
			t.Errorf("%s: %v", v.About, got)
		}
	}
	out, err := exec.CommandContext(t.Context(), python(t), "../../docs/verify_vectors.py").CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "PASSED: ") {
		t.Errorf("%v\n%s", err, out)
	}
	wrong := filepath.Join(t.TempDir(), "vectors.json")
	if err := os.WriteFile(wrong, bytes.ReplaceAll(text, []byte(`"Anna"`), []byte(`"Anne"`)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), python(t), "../../docs/verify_vectors.py", wrong).CombinedOutput(); err == nil {
		t.Errorf("wrong vectors pass:\n%s", out)
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The script that goes into bundles is short enough to be read before it is trusted, and needs nothing but Python.
func TestScriptIsShort(t *testing.T) {
	text, err := os.ReadFile("../../docs/verify_evidence.py")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n > 200 {
		t.Errorf("%d lines", n)
	}
	for line := range strings.Lines(string(text)) {
		if names, ok := strings.CutPrefix(line, "import "); ok {
			if names != "argparse, csv, hashlib, io, json, os, struct, sys, zipfile\n" {
				t.Errorf("it imports %s", names)
			}
		} else if strings.HasPrefix(line, "from ") {
			t.Error(line)
		}
	}
}
