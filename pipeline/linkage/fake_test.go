package linkage

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// fake is a source of one table in memory.
type fake struct {
	table connectors.Table
	rows  []record.Row
	fail  error
}

func (f *fake) File() connectors.File {
	return connectors.File{Path: f.table.Name + ".csv", Size: 1, SHA256: strings.Repeat("0", 64)}
}
func (f *fake) Tables(context.Context) ([]connectors.Table, error) {
	return []connectors.Table{f.table}, nil
}
func (f *fake) Close() error { return nil }

func (f *fake) Batches(ctx context.Context, table string) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		for at := 0; at < len(f.rows); at += 1000 {
			if ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			if !yield(&record.Batch{Table: table, Columns: f.table.Columns, Rows: f.rows[at:min(at+1000, len(f.rows))]}, nil) {
				return
			}
		}
		if f.fail != nil {
			yield(nil, f.fail)
		}
	}
}

func newFake(name string, columns ...string) *fake {
	return &fake{table: connectors.Table{Name: name, Format: "csv", Columns: columns}}
}

func (f *fake) add(cells ...string) int64 {
	n := int64(len(f.rows) + 1)
	f.rows = append(f.rows, record.Row{Pos: record.Pos{Row: n, Line: n + 1}, Cells: cells})
	return n
}

// tableOf makes a fake of lines: a header, then rows, cells separated by "|". A line that begins with "!" is damaged.
func tableOf(name, text string) *fake {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	f := newFake(name, strings.Split(lines[0], "|")...)
	for _, l := range lines[1:] {
		if damaged, ok := strings.CutPrefix(l, "!"); ok {
			f.add()
			f.rows[len(f.rows)-1].Damage, f.rows[len(f.rows)-1].Raw = "too many fields", []byte(damaged)
			continue
		}
		f.add(strings.Split(l, "|")...)
	}
	return f
}

func inputs(sources ...*fake) []profile.Input {
	var in []profile.Input
	for _, s := range sources {
		in = append(in, profile.Input{Name: s.table.Name, Source: s})
	}
	return in
}

func profiled(t testing.TB, in []profile.Input) *profile.Report {
	t.Helper()
	r, err := profile.Run(t.Context(), in, profile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func run(t testing.TB, opt Options, sources ...*fake) *Result {
	t.Helper()
	in := inputs(sources...)
	r, err := Run(t.Context(), profiled(t, in), in, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// world makes parties whose duplicates are known. Beside duplicates it makes what only looks like them: families at one
// address, branches of one company, and namesakes.
type world struct {
	*rand.Rand
	customers, suppliers, contacts *fake
	entity                         map[string]int // by "table row"
	entities                       int
	given, surnames, trades, roads []string
	towns                          [][2]string
}

// party is what the tables are written from.
type party struct {
	given, surname, company, form, road, number, zip, town, phone, mail, vat, birth string
}

func newWorld(seed uint64) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 1)), entity: map[string]int{}}
	w.customers = newFake("customers", "customer_no", "name", "street", "zip", "city", "email", "phone", "vat_number")
	w.suppliers = newFake("suppliers", "LIFNR", "NAME1", "STRAS", "PSTLZ", "ORT01", "TELF1", "STCEG")
	w.contacts = newFake("contacts", "id", "first_name", "last_name", "street", "house_no", "zip", "city", "phone", "email", "date_of_birth")
	w.given = strings.Fields("Anna Peter Maria Thomas Ursula Hans Jürgen Sabine Michael Monika Klaus Petra Andreas Renate Stefan Karin Wolfgang Helga Uwe Brigitte Frank Ingrid Bernd Erika Jörg Andrea Matthias Gisela Ralf Claudia Dieter Susanne Manfred Gabriele Heinz Angelika Rolf Birgit José Lucía Jean François Émilie Camille Giulia Marco Sofie Søren Łukasz Zofia Emre Elif Ivan Olga John Mary James Linda Robert Susan")
	w.surnames = w.coin(6000, "")
	w.trades = append(strings.Fields("Bau Elektro Metall Holz Druck Logistik Textil Chemie Software Consulting Trading Services Systems Technik Maschinen Handel Garten Möbel Optik Pharma Foods Energie Solar Transport Werkzeuge Verlag Medien"), w.coin(1500, "")...)
	w.roads = w.coin(4000, "")
	for i, t := range w.coin(1500, "") {
		w.towns = append(w.towns, [2]string{fmt.Sprintf("%05d", 1067+i*63), t})
	}
	return w
}

// coin makes different words out of syllables.
func (w *world) coin(n int, end string) []string {
	syllables := strings.Fields("ba be bra da den dor el fel fen ger gra hal hei kar ker kle lan lei lich mar mei mül nau neu ol ost pet ral rich rot sal sche schu sen stein tal tro ul ven wal wei zen zie ß")
	seen := map[string]bool{}
	var out []string
	for len(out) < n {
		word := ""
		for range 2 + w.IntN(2) {
			word += syllables[w.IntN(len(syllables))]
		}
		word = strings.TrimLeft(word, "ß")
		if len(word) > 3 && !seen[word] {
			seen[word] = true
			out = append(out, strings.ToUpper(word[:1])+word[1:]+end)
		}
	}
	return out
}

// some draws the first of a list far more often than the last, as names come.
func (w *world) some(list []string) string {
	f := w.Float64()
	return list[int(f*f*f*float64(len(list)))]
}

func (w *world) digits(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(byte('0' + w.IntN(10)))
	}
	return b.String()
}

func (w *world) party() party {
	town := w.towns[int(w.Float64()*w.Float64()*float64(len(w.towns)))]
	p := party{given: w.some(w.given), surname: w.some(w.surnames), road: w.some(w.roads), number: fmt.Sprint(1 + w.IntN(120)), zip: town[0], town: town[1],
		phone: "0" + fmt.Sprint(2+w.IntN(8)) + w.digits(2) + w.digits(7), birth: fmt.Sprintf("%04d-%02d-%02d", 1935+w.IntN(70), 1+w.IntN(12), 1+w.IntN(28)), vat: "DE" + fmt.Sprint(1+w.IntN(9)) + w.digits(8)}
	p.company = w.some(w.surnames) + " " + w.some(w.trades)
	if w.IntN(3) == 0 {
		p.company += " " + w.some(w.trades)
	}
	p.form = []string{"GmbH", "GmbH & Co. KG", "AG", "e.K.", "KG", "Ltd", "S.A.", "UG (haftungsbeschränkt)"}[w.IntN(8)]
	p.mail = strings.ToLower(p.given[:1]+"."+p.surname) + "@" + []string{"gmx.example", "mail.example", strings.ToLower(strings.Fields(p.company)[0]) + ".example"}[w.IntN(3)]
	return p
}

// typo makes one typing error.
func (w *world) typo(s string) string {
	r := []rune(s)
	if len(r) < 4 {
		return s
	}
	i := 1 + w.IntN(len(r)-2)
	switch w.IntN(4) {
	case 0:
		r[i], r[i+1] = r[i+1], r[i]
	case 1:
		r = append(r[:i], r[i+1:]...)
	case 2:
		r[i] = rune('a' + w.IntN(26))
	default:
		r = append(r[:i], append([]rune{rune('a' + w.IntN(26))}, r[i:]...)...)
	}
	return string(r)
}

// again is the party as somebody else typed it.
func (w *world) again(p party) party {
	maybe := func(percent int, f func()) {
		if w.IntN(100) < percent {
			f()
		}
	}
	maybe(25, func() { p.surname = w.typo(p.surname) })
	maybe(15, func() { p.given = w.typo(p.given) })
	maybe(4, func() { p.given, p.surname = p.surname, p.given })
	maybe(5, func() { p.given = p.given[:1] + "." })
	maybe(25, func() { p.company = w.typo(p.company) })
	maybe(20, func() { p.company = strings.ToUpper(p.company) })
	maybe(40, func() { p.form = []string{"", "GmbH", "Gmbh & Co KG", "Ltd.", "AG"}[w.IntN(5)] })
	maybe(25, func() { p.road = w.typo(p.road) })
	maybe(10, func() { p.number += "a" })
	maybe(8, func() { p.zip = w.typo(p.zip) })
	maybe(15, func() { p.town = w.typo(p.town) })
	maybe(6, func() { q := w.party(); p.road, p.number, p.zip, p.town = q.road, q.number, q.zip, q.town })
	maybe(25, func() { p.phone = "" })
	maybe(10, func() { p.phone = "0" + w.digits(9) })
	maybe(30, func() { p.phone = strings.Replace(p.phone, "0", "+49 ", 1) })
	maybe(30, func() { p.mail = "" })
	maybe(40, func() { p.vat = "" })
	maybe(15, func() { p.birth = "" })
	maybe(8, func() { p.birth = p.birth[:min(len(p.birth), 4)] })
	maybe(30, func() { p.town = strings.ReplaceAll(strings.ReplaceAll(p.town, "ü", "ue"), "ß", "ss") })
	return p
}

func (w *world) note(f *fake, row int64, entity int) {
	w.entity[fmt.Sprint(f.table.Name, " ", row)] = entity
}

func (w *world) person(p party, entity int) {
	road := p.road + []string{"straße", "str.", " Str.", "strasse"}[w.IntN(4)]
	w.note(w.contacts, w.contacts.add(fmt.Sprint("C", len(w.contacts.rows)), p.given, p.surname, road, p.number, p.zip, p.town, p.phone, p.mail, p.birth), entity)
}

func (w *world) company(p party, entity int) {
	name, road := strings.TrimSpace(p.company+" "+p.form), p.road+[]string{"straße ", "str. ", "-Str. "}[w.IntN(3)]+p.number
	if w.IntN(4) == 0 {
		w.note(w.suppliers, w.suppliers.add(fmt.Sprintf("%010d", len(w.suppliers.rows)), name, road, p.zip, p.town, p.phone, p.vat), entity)
		return
	}
	w.note(w.customers, w.customers.add(fmt.Sprint(10000+len(w.customers.rows)), name, road, p.zip, p.town, p.mail, p.phone, p.vat), entity)
}

// fill makes n rows.
func (w *world) fill(n int) {
	for len(w.entity) < n {
		p := w.party()
		write := w.company
		if w.IntN(3) == 0 {
			write = w.person
		}
		w.entities++
		write(p, w.entities)
		if w.IntN(10) == 0 {
			for range 1 + w.IntN(3) {
				write(w.again(p), w.entities)
			}
		}
		if w.IntN(12) == 0 { // a relative at the same address, or a branch in another town
			q := w.party()
			w.entities++
			relative := p
			relative.given, relative.birth, relative.mail = q.given, q.birth, q.mail
			branch := q
			branch.company, branch.form = p.company, p.form
			if relative.given == p.given {
				relative.given += "ina"
			}
			if w.IntN(3) == 0 {
				w.person(relative, w.entities)
			} else {
				w.company(branch, w.entities)
			}
		}
	}
}

func (w *world) inputs() []profile.Input { return inputs(w.customers, w.suppliers, w.contacts) }
