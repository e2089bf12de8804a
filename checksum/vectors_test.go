package checksum_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// vectors is docs/checksum-vectors.json: the canonical form as examples, which verify_evidence.py runs as well.
type vectors struct {
	CurrencyDigits int `json:"currency_digits"`
	Names          map[string]string
	Rows           []struct {
		About          string
		Columns, Cells []string
		Digest         string
	}
	Values []struct {
		About string
		Field struct {
			Name, Type, Relation string
			Digits               *int
		}
		Mapped    *[2]string
		SHA256    string
		Odoo      *json.RawMessage
		Canonical [2]string
		Refused   string
	}
	Records []struct {
		About, Model, Digest string
		ExternalID           string `json:"external_id"`
		Fields               map[string][2]string
	}
	Salts []struct {
		Key, Model, Salt, Digest, Leaf string
		ExternalID                     string `json:"external_id"`
	}
	Models []struct {
		Model, Root, Leaf string
		Records           int64
	}
	Events []struct {
		Seq        int64
		RunID      int64 `json:"run_id"`
		At         time.Time
		Kind, Data string
		Hash       string
	}
	Trees []struct {
		Leaves []string
		Root   string
		Paths  [][]string
	}
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	b, err := os.ReadFile("../docs/checksum-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if len(v.Rows) < 3 || len(v.Values) < 40 || len(v.Records) < 4 || len(v.Salts) < 3 || len(v.Models) < 1 || len(v.Trees) < 7 {
		t.Fatalf("vectors are missing: %d rows, %d values, %d records, %d salts, %d models, %d trees", len(v.Rows), len(v.Values), len(v.Records), len(v.Salts), len(v.Models), len(v.Trees))
	}
	return v
}

// value makes a value of a pair of kind and text.
func value(t *testing.T, pair [2]string) record.Value {
	t.Helper()
	k, ok := record.ParseKind(pair[0])
	if !ok {
		t.Fatalf("no kind %q", pair[0])
	}
	return record.NewValue(k, pair[1])
}

func canonical(v record.Value) [2]string {
	kind, text := checksum.Canonical(v)
	return [2]string{kind, text}
}

func TestVectorsOfValues(t *testing.T) {
	all := readVectors(t)
	seen := map[schema.Type]bool{}
	for _, c := range all.Values {
		f := schema.Field{Name: c.Field.Name, Type: schema.Type(c.Field.Type), Relation: c.Field.Relation}
		if c.Field.Digits != nil {
			f.HasDigits, f.Digits = true, *c.Field.Digits
		}
		seen[f.Type] = true
		var mapped, staged record.Value
		if c.Mapped != nil {
			mapped = value(t, *c.Mapped)
			staged = checksum.Predict(f, mapped, all.CurrencyDigits)
			why := checksum.Carried(f, staged)
			if c.Refused != "" {
				if !strings.Contains(why, c.Refused) {
					t.Errorf("%s: refused with %q, want %q", c.About, why, c.Refused)
				}
				continue
			}
			if got := canonical(staged); got != c.Canonical || why != "" {
				t.Errorf("%s: staged as %q %s, want %q", c.About, got, why, c.Canonical)
			}
		}
		var read record.Value
		var err error
		switch {
		case c.SHA256 != "":
			read, err = checksum.FromHash(c.SHA256, staged)
		case c.Odoo != nil:
			read, err = checksum.FromOdoo(f, decoded(t, *c.Odoo), checksum.NamedBy(all.Names))
		default:
			continue
		}
		if got := canonical(read); err != nil || got != c.Canonical {
			t.Errorf("%s: read from Odoo as %q (%v), want %q", c.About, got, err, c.Canonical)
		}
	}
	for _, typ := range []schema.Type{schema.Char, schema.Text, schema.HTML, schema.Integer, schema.Float, schema.Monetary, schema.Boolean, schema.Date,
		schema.DateTime, schema.Selection, schema.Many2one, schema.Many2many, schema.Reference, schema.Binary, schema.JSON} {
		if !seen[typ] {
			t.Errorf("no vector of a field of type %s", typ)
		}
	}
}

func decoded(t *testing.T, raw json.RawMessage) any {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVectorsOfDigests(t *testing.T) {
	all := readVectors(t)
	for _, c := range all.Rows {
		if got := checksum.NewRowDigester(c.Columns).Row(c.Cells); got.String() != c.Digest {
			t.Errorf("row, %s: %s, want %s", c.About, got, c.Digest)
		}
	}
	for _, c := range all.Records {
		names, values := []string{}, []record.Value{}
		for _, name := range sorted(c.Fields) {
			v := value(t, c.Fields[name])
			if v.Kind() == record.Binary { // a vector tells the digest, not the bytes
				v = record.FileValue(record.FileRef{Path: "x", Hash: c.Fields[name][1]})
			}
			names, values = append(names, name), append(values, v)
		}
		if got := checksum.Fields(c.Model, c.ExternalID, names, values); got.String() != c.Digest {
			t.Errorf("record, %s: %s, want %s", c.About, got, c.Digest)
		}
	}
	for _, c := range all.Salts {
		salt := checksum.Salt(unhex(t, c.Key), c.Model, c.ExternalID)
		if leaf := checksum.Leaf(salt, digestOf(t, c.Digest)); salt.String() != c.Salt || leaf.String() != c.Leaf {
			t.Errorf("%s %s: salt %s, leaf %s; want %s, %s", c.Model, c.ExternalID, salt, leaf, c.Salt, c.Leaf)
		}
	}
	for _, c := range all.Models {
		if got := checksum.ModelLeaf(c.Model, c.Records, digestOf(t, c.Root)); got.String() != c.Leaf {
			t.Errorf("%s: %s, want %s", c.Model, got, c.Leaf)
		}
	}
}

func TestVectorsOfEvents(t *testing.T) {
	var previous []byte
	for _, e := range readVectors(t).Events {
		if previous = checksum.Event(previous, e.Seq, e.RunID, e.At, e.Kind, e.Data); hex.EncodeToString(previous) != e.Hash {
			t.Errorf("event %d: %x, want %s", e.Seq, previous, e.Hash)
		}
	}
	if len(previous) != 32 {
		t.Error("there are no vectors of events")
	}
}

func TestVectorsOfTrees(t *testing.T) {
	for _, c := range readVectors(t).Trees {
		leaves, tree := make([]checksum.Digest, len(c.Leaves)), checksum.NewTree()
		for i, text := range c.Leaves {
			leaves[i] = digestOf(t, text)
			if err := tree.AddLeaf(leaves[i]); err != nil {
				t.Fatal(err)
			}
		}
		root, err := tree.Root()
		if err != nil || root.String() != c.Root {
			t.Errorf("%d leaves: root %s (%v), want %s", len(leaves), root, err, c.Root)
		}
		for i := range leaves {
			path, err := checksum.Inclusion(leaves, i)
			if err != nil || len(path) != len(c.Paths[i]) {
				t.Fatalf("leaf %d of %d: %d steps, want %d (%v)", i, len(leaves), len(path), len(c.Paths[i]), err)
			}
			for n, step := range path {
				if step.String() != c.Paths[i][n] {
					t.Errorf("leaf %d of %d, step %d: %s, want %s", i, len(leaves), n, step, c.Paths[i][n])
				}
			}
			size := uint64(len(leaves))
			if !checksum.Included(leaves[i], uint64(i), size, path, root) {
				t.Errorf("leaf %d of %d is not found by its own path", i, size)
			}
			wrong := leaves[i]
			wrong[31] ^= 1
			if checksum.Included(wrong, uint64(i), size, path, root) || size > 1 && checksum.Included(leaves[i], (uint64(i)+1)%size, size, path, root) {
				t.Errorf("leaf %d of %d: another leaf, or another place, is proven", i, size)
			}
		}
	}
	if _, err := checksum.Inclusion(nil, 0); err == nil {
		t.Error("nothing is in a tree of none")
	}
}

func TestParseDigest(t *testing.T) {
	d := checksum.Bytes([]byte("x"))
	if got, err := checksum.ParseDigest(d.String()); err != nil || got != d {
		t.Errorf("%s: %s, %v", d, got, err)
	}
	for _, text := range []string{"", "12", strings.ToUpper(d.String()), d.String() + "0", strings.Replace(d.String(), d.String()[:1], "g", 1)} {
		if _, err := checksum.ParseDigest(text); err == nil {
			t.Errorf("%q is taken for a digest", text)
		}
	}
}

func digestOf(t *testing.T, text string) checksum.Digest {
	t.Helper()
	d, err := checksum.ParseDigest(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
