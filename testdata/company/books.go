package company

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Sizes at scale 1.
const (
	customersBase  = 130
	vendorsBase    = 30
	productsBase   = 150
	ordersBase     = 90
	complaintsBase = 12
)

// books is what the legacy system holds, before any of it is written as text. Amounts are cents.
type books struct {
	scale     int
	customers []customer
	contacts  []contact
	vendors   []vendor
	products  []product
	orders    []order
	chart     []account
	complaint []complaint
}

type customer struct {
	no, name, name2, street, zip, city, country, phone, email, vat string
	credit                                                         string
	since, status                                                  string
	quiet                                                          bool // nobody orders from or visits this one
}

type contact struct {
	no, customer, kind, first, last, position, street, zip, city, country, phone, email string
	ragged                                                                              bool // written without quotes
}

type vendor struct {
	no, name, street, zip, city, country, phone, email string
	since                                              int // serial day of 1900
	lead                                               int
	textNo, plainDate                                  bool // number stored as text; date without its format
}

type product struct {
	sku, name, category, barcode, status string
	list, cost, grams                    int
}

type order struct {
	no, customer, date, delivery, reference, salesman string
	lines                                             []line
}

type line struct {
	id, pos               int
	sku, text, price      string
	cents, hundredths, pc int // unit price, quantity in hundredths, discount percent
}

type complaint struct{ no, customer, date, text string }

// newBooks makes the books of the first export.
func newBooks(scale int) *books {
	b := &books{scale: scale, chart: slices.Clone(chart)}
	for i := range customersBase * scale {
		b.customers = append(b.customers, newCustomer(i))
	}
	b.soilCustomers()
	for i := range customersBase * scale {
		b.contacts = append(b.contacts, contactsOf(i, b.customers[i])...)
	}
	b.soilContacts()
	for i := range vendorsBase * scale {
		b.vendors = append(b.vendors, newVendor(i))
	}
	b.soilVendors()
	for i := range productsBase * scale {
		b.products = append(b.products, newProduct(i))
	}
	for i := range ordersBase * scale {
		b.orders = append(b.orders, b.newOrder(i))
	}
	b.soilProducts()
	b.soilOrders()
	for i := range complaintsBase * scale {
		b.complaint = append(b.complaint, newComplaint(i))
	}
	return b
}

func newCustomer(i int) customer {
	d := throw("customer", i)
	land := countries[d.weighted(weights)]
	at := land.places[d.below(len(land.places))]
	name := partnerName(i, land, d)
	c := customer{
		no: strconv.Itoa(10001 + i), name: name, zip: at.zip, city: at.city, country: d.pick(land.spellings),
		street: street(land, d), phone: phone(land, d), email: email("info", name), status: "A",
		credit: euros(50_000 * d.between(1, 60)), since: date(d.between(2006, 2024), d.between(1, 12), d.between(1, 28)),
	}
	if d.below(8) == 0 {
		c.name2 = "Abt. " + []string{"Einkauf", "Technik", "Logistik"}[d.below(3)]
	}
	if d.below(9) == 0 {
		c.email = ""
	}
	if land.code == "DE" && d.below(10) < 7 {
		c.vat = germanVAT(d.between(10_000_000, 99_999_999))
	}
	if d.below(20) == 0 {
		c.status = "B"
	}
	return c
}

func contactsOf(i int, c customer) []contact {
	if c.quiet {
		return nil
	}
	d := throw("contact", i)
	land := landOf(c)
	var out []contact
	for range []int{0, 1, 1, 1, 2}[d.below(5)] {
		first, last := d.pick(firstNames), d.pick(families)
		out = append(out, contact{
			customer: c.no, kind: "P", first: first, last: last, position: d.pick(positions), phone: phone(land, d),
			email: email(first+"."+last, c.name),
		})
	}
	if d.below(100) < 42 {
		at := land.places[d.below(len(land.places))]
		out = append(out, contact{
			customer: c.no, kind: "D", last: d.pick(depots), street: street(land, d), zip: at.zip, city: at.city,
			country: d.pick(land.spellings), phone: phone(land, d),
		})
	}
	for n := range out {
		out[n].no = fmt.Sprintf("%d%d", 20001+i, n+1)
	}
	return out
}

func newVendor(i int) vendor {
	d := throw("vendor", i)
	land := countries[d.weighted(weights)]
	at := land.places[d.below(len(land.places))]
	name := partnerName(i+307, land, d)
	return vendor{
		no: strconv.Itoa(70001 + i), name: name, street: street(land, d), zip: at.zip, city: at.city,
		country: d.pick(land.spellings), phone: phone(land, d), email: email("orders", name),
		since: d.between(37000, 45000), lead: d.between(2, 40),
	}
}

func newProduct(i int) product {
	d := throw("product", i)
	c := categories[4+i%12]
	price := d.between(c.low, c.high)
	price -= price%10 - 9 + price%2*4 // ends in 5 or 9
	p := product{
		sku: fmt.Sprintf("%s%04d", c.prefix, 1000+i), category: c.code, list: price, cost: price * d.between(52, 71) / 100,
		name: fmt.Sprintf("%s %s %d", d.pick(makers), d.pick(c.nouns), 100+i), barcode: ean13(i), status: "active",
		grams: d.between(2, 900) * 10,
	}
	if d.below(30) == 0 {
		p.status = "discontinued"
	}
	if d.below(12) == 0 {
		p.barcode = ""
	}
	return p
}

func (b *books) newOrder(i int) order {
	d := throw("order", i)
	pool := b.customers
	if i < ordersBase {
		pool = pool[:customersBase] // so that the first orders are the same at every scale
	}
	c := pool[d.below(len(pool))]
	for c.quiet {
		c = pool[d.below(len(pool))]
	}
	month, day := d.between(10, 12), d.between(1, 28)
	o := order{
		no: strconv.Itoa(2500001 + i), customer: c.no, date: date(2025, month, day), salesman: d.pick([]string{"KB", "RL", "TS"}),
		delivery: date(2026, d.between(1, 3), d.between(1, 28)), reference: fmt.Sprintf("PO-%05d", d.between(100, 99999)),
	}
	if d.below(6) == 0 {
		o.reference = ""
	}
	for n := range d.between(2, 7) {
		o.lines = append(o.lines, b.newLine(i, n, d))
	}
	return o
}

func (b *books) newLine(order, n int, d *dice) line {
	pool := b.products[:productsBase*b.scale]
	if order < ordersBase {
		pool = pool[:productsBase]
	}
	p := pool[d.below(len(pool))]
	for p.status != "active" {
		p = pool[d.below(len(pool))]
	}
	l := line{
		id: 7_000_001 + order*10 + n, pos: 10 * (n + 1), sku: p.sku, text: p.name, cents: p.list, price: euros(p.list),
		hundredths: 100 * d.between(1, 24), pc: []int{0, 0, 0, 5, 10}[d.below(5)],
	}
	if d.below(15) == 0 {
		l.hundredths += 50
	}
	return l.untied()
}

// untied raises the quantity until the total is no half cent: the company is there to show a migration, not how
// programs that reckon in doubles round a tie.
func (l line) untied() line {
	for l.cents*l.hundredths*(100-l.pc)%10_000 == 5_000 {
		l.hundredths += 50
	}
	return l
}

func newComplaint(i int) complaint {
	d := throw("complaint", i)
	return complaint{
		strconv.Itoa(900 + i), strconv.Itoa(10001 + d.below(customersBase)), date(2025, d.between(1, 12), d.between(1, 28)),
		d.pick([]string{"Lieferung unvollständig", "Gerät defekt", "Falsche Größe", "Verpackung beschädigt"}),
	}
}

// total is what the legacy system prints at a line's end: rounded half up to cents.
func (l line) total() int { return (l.cents*l.hundredths*(100-l.pc) + 5_000) / 10_000 }

func landOf(c customer) country {
	for _, l := range countries {
		if slices.ContainsFunc(l.spellings, func(s string) bool { return strings.EqualFold(s, strings.TrimSpace(c.country)) }) {
			return l
		}
	}
	return countries[0]
}

// partnerName is different for each of the first 768 indexes; after that a branch number keeps names apart.
func partnerName(i int, land country, d *dice) string {
	n := i * 29 % (len(families) * len(trades))
	name := families[n%len(families)] + " " + trades[n/len(families)] + " " + d.pick(land.legal)
	if branch := i / (len(families) * len(trades)); branch > 0 {
		name += " " + strconv.Itoa(branch+1)
	}
	return name
}

func street(land country, d *dice) string {
	name, number := d.pick(land.streets), strconv.Itoa(d.between(1, 180))
	if land.code == "FR" || land.code == "GB" {
		return number + " " + name
	}
	return name + " " + number
}

func phone(land country, d *dice) string {
	return fmt.Sprintf("%s %d %d", land.dial, d.between(20, 99), d.between(100_000, 9_999_999))
}

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ë", "e", "ø", "oe", "ç", "c")

func email(user, company string) string {
	host := strings.Join(strings.Fields(company)[:2], "-")
	return plain(user) + "@" + strings.ReplaceAll(plain(host), ".", "") + ".example"
}

func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, umlauts.Replace(strings.ToLower(s)))
}

func date(year, month, day int) string { return fmt.Sprintf("%02d.%02d.%04d", day, month, year) }

// euros writes cents with decimal comma and points between thousands.
func euros(cents int) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	whole := strconv.Itoa(cents / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "." + whole[i:]
	}
	return fmt.Sprintf("%s%s,%02d", sign, whole, cents%100)
}

// germanVAT adds the check digit of ISO 7064 MOD 11,10 to eight digits.
func germanVAT(n int) string {
	product := 10
	digits := fmt.Sprintf("%08d", n)
	for _, c := range digits {
		sum := (int(c-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = 2 * sum % 11
	}
	return "DE" + digits + strconv.Itoa((11-product)%10)
}

// ean13 is a number of the range that GS1 leaves to shops (200), with its check digit.
func ean13(i int) string {
	digits := fmt.Sprintf("200%09d", 17*i+4)
	sum := 0
	for n, c := range digits {
		sum += int(c-'0') * (1 + n%2*2)
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}
