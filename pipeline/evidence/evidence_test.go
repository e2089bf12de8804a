package evidence

import (
	"archive/zip"
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

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
