package linkage

import (
	"bytes"
	"math"
)

// comparer judges pairs. Each worker has its own.
type comparer struct {
	*store
	scratch
	out  [aspects]outcome
	w    [aspects]float64
	used [longest]bool // words of the second text that have a counterpart
	open int           // words of the first text that have none
}

// score compares two parties and weighs what came out, in bits.
func (c *comparer) score(md *model, a, b uint32) float64 {
	c.compare(a, b)
	for by := range aspects {
		c.w[by] = md.bitsOf(by, c.out[by])
	}
	return md.total(&c.w, &c.out, aspects)
}

// compare fills out for two parties.
func (c *comparer) compare(a, b uint32) {
	clear(c.out[:])
	if c.kind == KindProduct {
		c.products(a, b)
		return
	}
	c.codes(a, b, byVAT, byIBAN, byNational, byZip, byState, byCountry)
	c.names(a, b)
	c.addresses(a, b)
	c.out[byBirth] = c.dates(c.both(inBirth, a, b))
	c.out[byEmail] = c.emails(c.both(inEmail, a, b))
	c.out[byFax] = c.numbers(inFax, c.at(inFax, a), c.at(inFax, b))
	c.out[byCompany] = c.wordwise(inCompany, c.at(inCompany, a), c.at(inCompany, b))
	c.phones(a, b)
}

func (c *comparer) products(a, b uint32) {
	c.codes(a, b, byEAN, bySKU)
	x, y := c.at(inName, a), c.at(inName, b)
	c.out[byTitle] = c.wordwise(inName, x, y)
	if x != 0 && y != 0 {
		p := &c.fields[inName].parts[0]
		if n, k := p.of[x], p.of[y]; n != 0 || k != 0 {
			c.out[byNumbers] = outcome{level: different}
			if n == k {
				c.out[byNumbers] = outcome{level: same}
			}
		}
	}
	c.out[byDescription] = c.wordwise(inDescription, c.at(inDescription, a), c.at(inDescription, b))
	c.out[byPrice] = c.prices(c.both(inPrice, a, b))
}

// values are two values of one field; x or y is 0 where one is missing.
type values struct {
	f    *field
	x, y uint32
}

func (c *comparer) both(in slot, a, b uint32) values {
	return values{c.fields[in], c.at(in, a), c.at(in, b)}
}

func (v values) missing() bool           { return v.x == 0 || v.y == 0 }
func (v values) texts() ([]byte, []byte) { return v.f.text.text(v.x), v.f.text.text(v.y) }

// same is the outcome for equal values.
func (v values) same() outcome { return outcome{same, rarity(v.f.freq[v.x], v.f.total)} }

// rarity is how likely a stranger has a value that count of total parties have. The pair itself does not count, and fifty
// parties more are thought of that do not have it, so that little data proves little.
func rarity(count, total uint32) float32 {
	return float32((math.Max(float64(count), 2) - 1.5) / (float64(total) + 50))
}

// codes compares numbers and short words: equal, one typing error apart, or different.
func (c *comparer) codes(a, b uint32, list ...aspect) {
	for _, by := range list {
		v := c.both(measures[by].in, a, b)
		switch {
		case v.missing():
		case v.x == v.y:
			c.out[by] = v.same()
		default:
			x, y := v.texts()
			c.out[by] = outcome{level: different}
			if c.codeNear(by, x, y) {
				c.out[by] = outcome{level: near}
			}
		}
	}
}

func (c *comparer) codeNear(by aspect, x, y []byte) bool {
	short := min(len(x), len(y))
	switch {
	case by == byZip && short >= 4 && (bytes.HasPrefix(x, y) || bytes.HasPrefix(y, x)):
		return true
	case by == byVAT && (bytes.HasSuffix(x, y) || bytes.HasSuffix(y, x)):
		return true // with and without the country in front
	case by == bySKU && !numbersEqual(x, y):
		return false // articles are numbered one after the other
	case short < 3:
		return false
	case short >= 9:
		return c.distance(x, y, 2) <= 2
	}
	return c.distance(x, y, 1) <= 1
}

// names compares persons by given name and surname where both have them, others by their whole names.
func (c *comparer) names(a, b uint32) {
	given, sur := c.both(inGiven, a, b), c.both(inSurname, a, b)
	if (given.x == 0 && sur.x == 0) || (given.y == 0 && sur.y == 0) {
		c.out[byName] = c.wordwise(inName, c.at(inName, a), c.at(inName, b))
		return
	}
	c.out[byGiven], c.out[bySurname] = c.personName(given), c.personName(sur)
	if given.missing() || sur.missing() || c.out[byGiven].level == same || c.out[bySurname].level == same {
		return
	}
	gx, gy := given.texts()
	sx, sy := sur.texts()
	if c.alike(gx, sy) && c.alike(sx, gy) && !c.alike(gx, gy) {
		u := math.Sqrt(float64(rarity(given.f.freq[given.x], given.f.total)) * float64(rarity(sur.f.freq[sur.x], sur.f.total)))
		c.out[byGiven], c.out[bySurname] = outcome{swapped, float32(u)}, outcome{swapped, float32(u)}
	}
}

// alike says whether two words differ by no more than a typing error.
func (c *comparer) alike(x, y []byte) bool {
	if bytes.Equal(x, y) {
		return true
	}
	short := min(len(x), len(y))
	return short >= 8 && c.distance(x, y, 2) <= 2 || short >= 4 && c.distance(x, y, 1) <= 1
}

func (c *comparer) personName(v values) outcome {
	if v.missing() {
		return outcome{}
	}
	if v.x == v.y {
		return v.same()
	}
	x, y := v.texts()
	if len(x) > len(y) {
		x, y = y, x
	}
	switch likeness := c.jaroWinkler(x, y); {
	case len(x) == 1 && x[0] == y[0]:
		return outcome{level: initial}
	case bytes.HasPrefix(y, x) && y[len(x)] == ' ' || bytes.HasSuffix(y, x) && y[len(y)-len(x)-1] == ' ':
		return outcome{level: contained}
	case c.alike(x, y) || likeness >= 0.93 || len(x) == 3 && c.distance(x, y, 1) <= 1:
		return outcome{level: near}
	case likeness >= 0.83 || phonetic(x) == phonetic(y):
		return outcome{level: similar}
	}
	return outcome{level: different}
}

// addresses compares street, second line, house number and city. The lines of an address may stand in each other's place.
func (c *comparer) addresses(a, b uint32) {
	sa, sb, ta, tb := c.at(inStreet, a), c.at(inStreet, b), c.at(inStreet2, a), c.at(inStreet2, b)
	first, second := c.wordwise(inStreet, sa, sb), c.wordwise(inStreet, ta, tb)
	if first.level < similar && (ta != 0 || tb != 0) {
		if o := c.wordwise(inStreet, sa, tb); o.level >= similar {
			first = outcome{swapped, o.u}
		}
		if o := c.wordwise(inStreet, ta, sb); o.level >= similar {
			if first.level == swapped {
				second = outcome{swapped, o.u}
			} else {
				first = outcome{swapped, o.u}
			}
		}
		if first.level == swapped && second.level == different {
			second = outcome{}
		}
	}
	c.out[byStreet], c.out[byStreet2] = first, second
	c.out[byNumber] = c.houseNumbers(c.both(inNumber, a, b))
	c.out[byCity] = c.cities(c.both(inCity, a, b))
}

func (c *comparer) houseNumbers(v values) outcome {
	if v.missing() {
		return outcome{}
	}
	if v.x == v.y {
		return v.same()
	}
	x, y := v.texts()
	if c.distance(x, y, 1) <= 1 && len(x)+len(y) > 3 || digitsOf(string(x)) == digitsOf(string(y)) {
		return outcome{level: near}
	}
	return outcome{level: different}
}

func (c *comparer) cities(v values) outcome {
	if v.missing() {
		return outcome{}
	}
	if v.x == v.y {
		return v.same()
	}
	x, y := v.texts()
	if len(x) > len(y) {
		x, y = y, x
	}
	switch {
	case c.alike(x, y) || c.jaroWinkler(x, y) >= 0.93:
		return outcome{level: near}
	case len(x) > 2 && (bytes.HasPrefix(y, x) && y[len(x)] == ' ' || bytes.HasSuffix(y, x) && y[len(y)-len(x)-1] == ' '):
		return outcome{level: contained}
	}
	return outcome{level: different}
}

// dates compares dates of eight digits.
func (c *comparer) dates(v values) outcome {
	if v.missing() {
		return outcome{}
	}
	if v.x == v.y {
		return v.same()
	}
	x, y := v.texts()
	parts := 0
	for _, p := range [][2]int{{0, 4}, {4, 6}, {6, 8}} {
		if bytes.Equal(x[p[0]:p[1]], y[p[0]:p[1]]) {
			parts++
		}
	}
	switch {
	case bytes.Equal(x[:4], y[:4]) && bytes.Equal(x[4:6], y[6:]) && bytes.Equal(x[6:], y[4:6]):
		return outcome{level: swapped}
	case c.distance(x, y, 1) <= 1:
		return outcome{level: near}
	case parts == 2:
		return outcome{level: similar}
	}
	return outcome{level: different}
}

func (c *comparer) emails(v values) outcome {
	if v.missing() {
		return outcome{}
	}
	if v.x == v.y {
		return v.same()
	}
	domain, local := &v.f.parts[0], &v.f.parts[1]
	x, y := v.texts()
	short := min(len(x), len(y))
	switch {
	case numbersEqual(x, y) && (short >= 12 && c.distance(x, y, 2) <= 2 || c.distance(x, y, 1) <= 1):
		return outcome{level: near}
	case local.of[v.x] == local.of[v.y] && len(local.text.text(local.of[v.x])) >= 5:
		return outcome{sameLocal, rarity(local.freq[local.of[v.x]], v.f.total)}
	case domain.of[v.x] == domain.of[v.y]:
		return outcome{sameDomain, rarity(domain.freq[domain.of[v.x]], v.f.total)}
	}
	return outcome{level: different}
}

// phones takes the best of all pairs of numbers.
func (c *comparer) phones(a, b uint32) {
	best := outcome{}
	for _, x := range [2]uint32{c.at(inPhone, a), c.at(inPhone2, a)} {
		for _, y := range [2]uint32{c.at(inPhone, b), c.at(inPhone2, b)} {
			if o := c.numbers(inPhone, x, y); o.level > best.level {
				best = o
			}
		}
	}
	c.out[byPhone] = best
}

func (c *comparer) numbers(in slot, x, y uint32) outcome {
	v := values{c.fields[in], x, y}
	if v.missing() {
		return outcome{}
	}
	if v.x == v.y {
		return v.same()
	}
	p, q := v.texts()
	if in == inPhone {
		tail := &v.f.parts[0]
		if t := tail.of[x]; t == tail.of[y] && len(tail.text.text(t)) == tailDigits {
			return outcome{sameEnd, rarity(tail.freq[t], v.f.total)}
		}
	} else if phoneTail(string(p)) == phoneTail(string(q)) {
		return outcome{level: sameEnd}
	}
	if c.distance(p, q, 1) <= 1 {
		return outcome{level: near}
	}
	return outcome{level: different}
}

// prices compares hundredths.
func (c *comparer) prices(v values) outcome {
	if v.missing() {
		return outcome{}
	}
	if v.x == v.y {
		return v.same()
	}
	x, y := v.texts()
	p, q := amount(x), amount(y)
	if math.Abs(p-q) <= 0.05*math.Max(p, q) {
		return outcome{level: near}
	}
	return outcome{level: different}
}

func amount(digits []byte) float64 {
	n := 0.0
	for _, d := range digits {
		n = 10*n + float64(d-'0')
	}
	return n
}
