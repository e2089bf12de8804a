package main

import (
	"fmt"
	"strconv"
)

// cellKind says what a generated cell is, which decides how each leg writes it.
type cellKind int

const (
	text cellKind = iota
	whole
	decimal
	truth // always true
	day
	instant
	link  // by a natural key
	empty // a many2many that is sent as empty
)

// field is a column of the generated data and the field of Odoo it goes into.
type field struct {
	name   string
	kind   cellKind
	to     string // of a link: the model
	by     string // of a link: its natural key
	own    bool   // unique in a database: each leg puts a letter of its own in front
	old    string // Odoo 18's name, where that is another
	xmlid  bool   // the peer links by external id, which it loaded itself or Odoo brings along
	module string // of those external ids
}

// kind is a sort of records that is measured. Its first field is its natural key.
type kind struct {
	name    string
	model   string // as migrate loads it, and as it is read back
	peer    string // as a peer loads it
	records int    // by default
	fields  []field
	lines   *lines
	more    string // keys of its mapping
	needs   []string
	goals   map[string]float64
}

// lines are the records of a document.
type lines struct {
	field, inverse, model string
	each                  int
	fields                []field
}

// kinds in the order they are loaded.
var kinds = []kind{
	{name: "partners", model: "res.partner", peer: "res.partner", records: 5000, fields: []field{
		{name: "ref", own: true}, {name: "name"}, {name: "is_company", kind: truth}, {name: "street"}, {name: "zip"}, {name: "city"},
		{name: "country_id", kind: link, to: "res.country", by: "code", xmlid: true, module: "base"},
		{name: "email"}, {name: "phone"}, {name: "customer_rank", kind: whole},
	}, goals: map[string]float64{"19": 1.1, "18": 1.5}},
	{name: "products", model: "product.product", peer: "product.template", records: 2000, fields: []field{
		{name: "default_code", own: true}, {name: "name"}, {name: "type"}, {name: "list_price", kind: decimal},
		{name: "standard_price", kind: decimal}, {name: "barcode", own: true}, {name: "weight", kind: decimal},
	}, goals: map[string]float64{"19": 3, "18": 4}},
	{name: "orders", model: "sale.order", peer: "sale.order", records: 500, needs: []string{"partners", "products"}, fields: []field{
		{name: "client_order_ref", own: true}, {name: "partner_id", kind: link, to: "res.partner", by: "ref", xmlid: true, module: peerModule},
		{name: "date_order", kind: instant},
	}, lines: &lines{field: "order_line", inverse: "order_id", model: "sale.order.line", each: 3, fields: []field{
		{name: "product_id", kind: link, to: "product.product", by: "default_code"}, {name: "name"},
		{name: "product_uom_qty", kind: decimal}, {name: "price_unit", kind: decimal}, {name: "tax_ids", kind: empty, old: "tax_id"},
	}}, more: "deletes: delete\n", goals: map[string]float64{"19": 1.3}},
	{name: "entries", model: "account.move", peer: "account.move", records: 500, fields: []field{
		{name: "ref", own: true}, {name: "journal_id", kind: link, to: "account.journal", by: "code"}, {name: "date", kind: day},
	}, lines: &lines{field: "line_ids", inverse: "move_id", model: "account.move.line", each: 4, fields: []field{
		{name: "account_id", kind: link, to: "account.account", by: "code"}, {name: "name"},
		{name: "debit", kind: decimal}, {name: "credit", kind: decimal},
	}}, more: "updates: append\n", goals: map[string]float64{"19": 1.3}},
}

// nameIn is the field's name in a version of Odoo.
func (f field) nameIn(major int) string {
	if major == 18 && f.old != "" {
		return f.old
	}
	return f.name
}

// rec is a generated record: its cells in the order of the kind's fields, and those of its lines.
type rec struct {
	cells []string
	lines [][]string
}

// key is the natural key.
func (r rec) key() string { return r.cells[0] }

// source generates records. The same numbers give the same records for ever.
type source struct {
	partners, products int      // there are, to be referred to
	accounts           []string // codes to post to
}

// records are the first n of a kind; leg is put in front of what must be unique.
func (s source) records(name, leg string, n int) []rec {
	one := map[string]func(leg string, r *dice, i int) rec{"partners": s.partner, "products": s.product, "orders": s.order, "entries": s.entry}[name]
	out := []rec{}
	for i := range n {
		r := dice(uint64(i)*0x9e3779b97f4a7c15 + uint64(len(name))*0xbf58476d1ce4e5b9 + 1)
		out = append(out, one(leg, &r, i))
	}
	return out
}

var (
	stems   = []string{"Nord", "Alt", "Berg", "Rhein", "Oak", "River", "West", "Mont", "Porto", "Lago", "Stella", "Vega", "Krön", "Éole"}
	trades  = []string{"bau", "tech", "foods", "mobil", "druck", "stahl", "works", "trade", "textil", "audio", "garden", "paper"}
	streets = []string{"Hauptstraße", "Station Road", "Rue de la Gare", "Via Roma", "High Street", "Lindenweg", "Mill Lane"}
	cities  = []string{"Berlin", "Lyon", "Lund", "Torino", "Gent", "Graz", "Bern", "Porto", "Brno", "Aarhus", "Bilbao", "Utrecht"}
	lands   = []string{"DE", "FR", "SE", "IT", "BE", "AT", "CH", "PT", "CZ", "DK", "ES", "NL"}
)

func (s source) partner(leg string, r *dice, i int) rec {
	place := r.below(len(cities))
	name := stems[r.below(len(stems))] + trades[r.below(len(trades))]
	return rec{cells: []string{
		leg + partnerRef(i), fmt.Sprintf("%s %d Ltd", name, i), "1", fmt.Sprintf("%s %d", streets[r.below(len(streets))], 1+r.below(200)),
		fmt.Sprintf("%05d", 1000+r.below(90000)), cities[place], lands[place], fmt.Sprintf("office%d@%s.example", i, trades[r.below(len(trades))]),
		fmt.Sprintf("+49 30 %07d", r.below(10_000_000)), "1",
	}}
}

func (s source) product(leg string, r *dice, i int) rec {
	cost := 100 + r.below(50_000)
	return rec{cells: []string{
		leg + productCode(i), fmt.Sprintf("%s tool %d", stems[r.below(len(stems))], i), "consu", cents(cost * (12 + r.below(10)) / 10), cents(cost),
		leg + fmt.Sprintf("40%011d", i), cents(10 + r.below(3000)),
	}}
}

func (s source) order(leg string, r *dice, i int) rec {
	out := rec{cells: []string{leg + fmt.Sprintf("O%07d", i), partnerRef(r.below(s.partners)), date(r) + " 08:30:00"}}
	for range 3 {
		p := r.below(s.products)
		out.lines = append(out.lines, []string{productCode(p), fmt.Sprintf("position of tool %d", p), strconv.Itoa(1 + r.below(40)), cents(100 + r.below(90_000)), ""})
	}
	return out
}

// entry is balanced: two debits and two credits.
func (s source) entry(leg string, r *dice, i int) rec {
	out := rec{cells: []string{leg + fmt.Sprintf("E%07d", i), "MISC", date(r)}}
	a, b := 100+r.below(500_000), 100+r.below(500_000)
	c := 1 + r.below(a+b-1)
	for n, amount := range []int{a, b, c, a + b - c} {
		cells := []string{s.accounts[(r.below(len(s.accounts)/4))*4+n], fmt.Sprintf("posting %d.%d", i, n), cents(amount), "0"}
		if n > 1 {
			cells[2], cells[3] = cells[3], cells[2]
		}
		out.lines = append(out.lines, cells)
	}
	return out
}

func partnerRef(i int) string  { return fmt.Sprintf("P%07d", i) }
func productCode(i int) string { return fmt.Sprintf("T%07d", i) }
func date(r *dice) string      { return fmt.Sprintf("2024-%02d-%02d", 1+r.below(12), 1+r.below(28)) }

// cents writes an amount without needless zeros, as it is compared.
func cents(n int) string { return number(float64(n) / 100) }

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// dice is a small generator of numbers (splitmix64).
type dice uint64

func (d *dice) below(n int) int {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}
