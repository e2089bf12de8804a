package checksum_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func TestRowDigestIgnoresColumnOrder(t *testing.T) {
	a := checksum.NewRowDigester([]string{"id", "name"}).Row([]string{"1", "Anna"})
	b := checksum.NewRowDigester([]string{"name", "id"}).Row([]string{"Anna", "1"})
	if a != b {
		t.Errorf("moved columns: %s and %s", a, b)
	}
	c := checksum.NewRowDigester([]string{"id", "name"}).Row([]string{"1A", "nna"})
	if a == c {
		t.Error("bytes that move between cells must change the digest")
	}
}

// The vectors of docs/CHECKSUMS.md, spelled out byte by byte so that they do not depend on the code under test.
func TestRecordDigestVector(t *testing.T) {
	frame := func(parts ...string) (b []byte) {
		for _, p := range parts {
			b = append(b, 0, 0, 0, byte(len(p)))
			b = append(b, p...)
		}
		return b
	}
	r := record.Record{
		Layout: &record.Layout{Mapping: "partners", Model: "res.partner", Fields: []string{"active", "name", "ref"}},
		ID:     "legacy.cust_1", Values: []record.Value{record.BoolValue(true), record.TextValue("Ada"), {}},
	}
	want := sha256.Sum256(frame("migrate/record/1", "res.partner", "legacy.cust_1",
		"active", "boolean", "true", "name", "text", "Ada", "ref", "null", ""))
	if got := checksum.Record(&r); got != want {
		t.Errorf("got %s, want %x", got, want)
	}
}

func TestMerkleRootIsRFC6962(t *testing.T) {
	leaf := func(d checksum.Digest) [32]byte { return sha256.Sum256(append([]byte{0}, d[:]...)) }
	node := func(l, r [32]byte) [32]byte { return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...)) }
	var d [3]checksum.Digest
	tree := checksum.NewTree()
	empty, _ := tree.Root()
	if hex.EncodeToString(empty[:]) != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("root of nothing: %s", empty)
	}
	for i := range d {
		d[i] = checksum.Bytes([]byte{byte(i)})
		if err := tree.Add(d[i]); err != nil {
			t.Fatal(err)
		}
	}
	want := node(node(leaf(d[0]), leaf(d[1])), leaf(d[2]))
	if got, err := tree.Root(); err != nil || got != want {
		t.Errorf("got %s (%v), want %x", got, err, want)
	}
}

func TestFromOdooMeetsPredict(t *testing.T) {
	name := func(model string, id int64) string { return checksum.Unnamed(model, id) }
	price := schema.Field{Name: "price", Type: schema.Float, HasDigits: true, Digits: 2}
	for _, c := range []struct {
		about  string
		field  schema.Field
		staged record.Value
		raw    any
	}{
		{"float rounded to its digits", price, num("9.8765"), json.Number("9.88")},
		{"float without digits keeps what a double holds", schema.Field{Type: schema.Float}, num("0.3"), json.Number("0.30000000000000004")},
		{"monetary rounded to the currency", schema.Field{Type: schema.Monetary}, num("2.675"), json.Number("2.68")},
		{"null number is zero", price, record.Value{}, json.Number("0.0")},
		{"null boolean is false", schema.Field{Type: schema.Boolean}, record.Value{}, false},
		{"null text", schema.Field{Type: schema.Char}, record.Value{}, false},
		{"empty text is null", schema.Field{Type: schema.Char}, record.TextValue(""), ""},
		{"date", schema.Field{Type: schema.Date}, record.NewValue(record.Date, "2024-02-29"), "2024-02-29"},
		{"no many2one", schema.Field{Type: schema.Many2one, Relation: "res.country"}, record.Value{}, false},
		{"many2one", schema.Field{Type: schema.Many2one, Relation: "res.country"}, record.NewValue(record.Link, "res.country#57"), json.Number("57")},
		{"no taxes", schema.Field{Type: schema.Many2many}, record.Value{}, []any{}},
		{"taxes", schema.Field{Type: schema.Many2many, Relation: "account.tax"}, record.LinksValue([]string{"account.tax#2", "account.tax#1"}), []any{json.Number("1"), json.Number("2")}},
	} {
		got, err := checksum.FromOdoo(c.field, c.raw, name)
		if want := checksum.Predict(c.field, c.staged, 2); err != nil || got != want {
			t.Errorf("%s: Odoo gives %v %q (%v), predicted %v %q", c.about, got.Kind(), got.Text(), err, want.Kind(), want.Text())
		}
	}
	if _, err := checksum.FromOdoo(price, "12", name); err == nil {
		t.Error("a text where a number belongs is an error")
	}
}

func num(s string) record.Value { return record.NumberValue(record.MustDecimal(s)) }

// One record may be meant by two names; as a set of links it is there once.
func TestAsNamed(t *testing.T) {
	ids := map[string]int64{"res.country[code=DE]": 57, "res.country[name=Germany]": 57, "base.fr": 75}
	name := checksum.NamedBy(map[string]string{checksum.Unnamed("res.country", 57): "res.country[code=DE]"})
	many := schema.Field{Name: "country_ids", Type: schema.Many2many, Relation: "res.country"}
	about := schema.Field{Name: "about", Type: schema.Reference, Relation: "res.country"} // as Towards makes it
	one := schema.Field{Name: "country_id", Type: schema.Many2one, Relation: "res.country"}
	links := func(refs ...string) record.Value { return record.LinksValue(refs) }
	for _, c := range []struct {
		field     schema.Field
		was, want record.Value
	}{
		{many, links("res.country[name=Germany]", "res.country[code=DE]"), links("res.country[code=DE]")},
		{many, links("base.fr", "res.country[name=Germany]"), links("res.country#75", "res.country[code=DE]")},
		{many, links("base.xx"), links("base.xx")},
		{many, links(), links()},
		{one, record.NewValue(record.Link, "res.country[name=Germany]"), record.NewValue(record.Link, "res.country[code=DE]")},
		{one, record.Value{}, record.Value{}},
		{about, record.NewValue(record.Link, "res.country[name=Germany]"), record.NewValue(record.Link, "res.country[code=DE]")},
		{about, record.NewValue(record.Link, "base.fr"), record.NewValue(record.Link, "res.country#75")},
		{about, record.Value{}, record.Value{}},
		{schema.Field{Name: "name", Type: schema.Char}, record.TextValue("base.fr"), record.TextValue("base.fr")},
	} {
		if got := checksum.AsNamed(c.field, c.was, ids, name); got != c.want {
			t.Errorf("%s %q is %q, want %q", c.field.Name, c.was.Text(), got.Text(), c.want.Text())
		}
	}
}
