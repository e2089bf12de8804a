package evidence

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

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
			if names != "argparse, csv, hashlib, heapq, io, json, os, struct, sys, zipfile\n" {
				t.Errorf("it imports %s", names)
			}
		} else if strings.HasPrefix(line, "from ") {
			t.Error(line)
		}
	}
}
