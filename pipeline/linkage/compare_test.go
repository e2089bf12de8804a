package linkage

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// storeOf loads one table whose columns are named by their roles; rows are cells separated by "|".
func storeOf(t *testing.T, kind, header string, rows ...string) *store {
	t.Helper()
	columns := map[string]Role{}
	for _, c := range strings.Split(header, "|") {
		columns[c] = Role(strings.TrimSuffix(c, "_b"))
	}
	f := tableOf("t", header+"\n"+strings.Join(rows, "\n"))
	in := inputs(f)
	plans, err := plan(profiled(t, in), Options{Roles: []TableRoles{{Table: "t", Kind: kind, Columns: columns}}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := load(t.Context(), kind, plans, in)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLevels(t *testing.T) {
	// Many other parties, so that the words of the two are rare.
	others := func(columns int) []string {
		var out []string
		for i := range 40 {
			out = append(out, strings.Join(slices.Repeat([]string{strings.Repeat(string(rune('a'+i%26)), 9) + string(rune('a'+i/26))}, columns), "|"))
		}
		return out
	}
	for _, tc := range []struct {
		kind, header, a, b string
		by                 aspect
		want               level
	}{
		{KindParty, "vat", "DE123456788", "de 123 456 788", byVAT, same},
		{KindParty, "vat", "DE123456788", "123456788", byVAT, near},
		{KindParty, "vat", "DE123456788", "DE132456788", byVAT, near},
		{KindParty, "vat", "DE123456788", "FR40303265045", byVAT, different},
		{KindParty, "vat|name", "DE123456788|x", "|x", byVAT, missing},
		{KindParty, "zip", "70173-1234", "70173", byZip, near},
		{KindParty, "zip", "70173", "70137", byZip, near},
		{KindParty, "zip", "70173", "80331", byZip, different},
		{KindParty, "name", "Müller Bau GmbH", "Bau Mueller", byName, same},
		{KindParty, "name", "Müller Bauunternehmung", "Muller Bauunternemung", byName, near},
		{KindParty, "name", "Becker Logistik Nord", "Becker Logistik", byName, contained},
		{KindParty, "name", "Anna Weber", "Peter Weber", byName, oneOfTwo},
		{KindParty, "name", "Anna Weber", "Peter Krause", byName, different},
		{KindParty, "name", "Alpha Beta Gamma", "Alpha Beta Delta", byName, similar},
		{KindParty, "name", "Alpha Beta Gamma Delta", "Alpha Rho Sigma Tau", byName, different},
		{KindParty, "name", "Alpha Beta Gamma", "Alpha Rho Sigma", byName, someWords},
		{KindParty, "given_name|surname", "Anna|Weber", "Weber|Anna", bySurname, swapped},
		{KindParty, "given_name|surname", "Anna|Weber", "Webber|Anna", byGiven, swapped},
		{KindParty, "given_name|surname", "A.|Weber", "Anna|Weber", byGiven, initial},
		{KindParty, "given_name|surname", "Anna Maria|Weber", "Anna|Weber", byGiven, contained},
		{KindParty, "given_name|surname", "Anna|Meier", "Anna|Mayer", bySurname, similar},
		{KindParty, "given_name|surname", "Katherine|Weber", "Kathrine|Weber", byGiven, near},
		{KindParty, "given_name|surname", "Anna|Weber", "Peter|Weber", byGiven, different},
		{KindParty, "street", "Hauptstraße 5", "Haupt Str. 5", byStreet, same},
		{KindParty, "street|house_number", "pridham street|4", "pridhamstreet|4", byStreet, same},
		{KindParty, "street|house_number", "rosen garten|4", "rosengarten|4", byStreet, near},
		{KindParty, "street|street2", "Lindenweg|Hofgut Rotenstein", "Hofgut Rotenstein|Lindenweg", byStreet, swapped},
		{KindParty, "street", "Lindenweg 51a", "Lindenweg 51", byNumber, near},
		{KindParty, "street", "Lindenweg 5", "Lindenweg 7", byNumber, different},
		{KindParty, "city", "Stuttgart", "Stutgart", byCity, near},
		{KindParty, "city", "Frankfurt am Main", "Frankfurt", byCity, contained},
		{KindParty, "city", "Stuttgart", "Bremen", byCity, different},
		{KindParty, "birth_date", "1960-10-02", "1960-02-10", byBirth, swapped},
		{KindParty, "birth_date", "1960-10-02", "1960-10-03", byBirth, near},
		{KindParty, "birth_date", "1960-10-02", "1973-10-02", byBirth, similar},
		{KindParty, "birth_date", "1960-10-02", "1973-12-24", byBirth, different},
		{KindParty, "email", "Anna@weber.de", "anna@weber.de", byEmail, same},
		{KindParty, "email", "anna.weber@gmx.de", "anna.weber@gmx.net", byEmail, near},
		{KindParty, "email", "anna.weber@gmx.de", "anna.weber@example.org", byEmail, sameLocal},
		{KindParty, "email", "info@weberbau.de", "office@weberbau.de", byEmail, sameDomain},
		{KindParty, "email", "test1@example.org", "test2@example.org", byEmail, sameDomain},
		{KindParty, "phone", "+49 711 1234567", "0711/1234567", byPhone, sameEnd},
		{KindParty, "phone", "0711/1234567", "(0711) 123 45 67", byPhone, same},
		{KindParty, "phone", "0711/1234567", "0711/1234576", byPhone, near},
		{KindParty, "phone|phone_b", "0711 1234567|0172 9998887", "0172 9998887|", byPhone, same},
		{KindProduct, "name", "Bolt M8 x 40", "M8x40 bolt", byTitle, same},
		{KindProduct, "name", "Bolt M8x40", "Bolt M8x50", byNumbers, different},
		{KindProduct, "sku", "A-1001", "a1001", bySKU, same},
		{KindProduct, "sku", "A-1001", "A-1002", bySKU, different},
		{KindProduct, "sku", "AB-1001", "AC-1001", bySKU, near},
		{KindProduct, "price", "10.00", "10.40", byPrice, near},
		{KindProduct, "price", "10.00", "12.00", byPrice, different},
	} {
		rows := append([]string{tc.a, tc.b}, others(strings.Count(tc.header, "|")+1)...)
		c := &comparer{store: storeOf(t, tc.kind, tc.header, rows...)}
		c.compare(0, 1)
		if got := c.out[tc.by].level; got != tc.want {
			t.Errorf("%s %q and %q: %s, want %s", tc.header, tc.a, tc.b, got, tc.want)
		}
		c.compare(1, 0)
		if got := c.out[tc.by].level; got != tc.want {
			t.Errorf("%s %q and %q the other way: %s, want %s", tc.header, tc.a, tc.b, got, tc.want)
		}
	}
}

func close2(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 0.005 {
		t.Errorf("%s: %.4f, want %.4f", what, got, want)
	}
}

// A value of 3 of 950 parties: without the pair's own share 1.5 of 1,000.
func TestRarity(t *testing.T) {
	close2(t, "3 of 950", float64(rarity(3, 950))*1000, 1.5)
	close2(t, "2 of 950", float64(rarity(2, 950))*1000, 0.5)
	close2(t, "1 of 950", float64(rarity(1, 950))*1000, 0.5)
	close2(t, "information of a word that 7.5 of 1,000 have", float64(information(7, 950)), 7.0589) // log2(1000/7.5)
}

// The weights of outcomes, by hand from the table of measures.
func TestWeights(t *testing.T) {
	md := newModel(KindParty, 974)                                                            // log2(974+50)+1 = 11
	close2(t, "most", md.most, 11)                                                            //
	close2(t, "prior", md.prior, -9.928)                                                      // -log2(974)
	close2(t, "same VAT number", md.bitsOf(byVAT, outcome{level: same}), 7.358)               // log2(.82/.005)
	close2(t, "same rare VAT number", md.bitsOf(byVAT, outcome{same, 0.0005}), 10.680)        // log2(.82/.0005)
	close2(t, "another VAT number", md.bitsOf(byVAT, outcome{level: different}), -3.635)      // log2(.08/.994)
	close2(t, "missing", md.bitsOf(byVAT, outcome{}), 0)                                      //
	close2(t, "a state that half of all have", md.bitsOf(byState, outcome{same, 0.5}), 0.766) // log2(.85/.5)
	close2(t, "a state that all have", md.bitsOf(byState, outcome{same, 0.99}), 0)            // never against

	total := func(set map[aspect]level, bits map[aspect]float64) float64 {
		var w [aspects]float64
		var out [aspects]outcome
		for by, l := range set {
			out[by], w[by] = outcome{level: l}, bits[by]
		}
		return md.total(&w, &out, aspects)
	}
	for _, tc := range []struct {
		name string
		set  map[aspect]level
		bits map[aspect]float64
		want float64
	}{
		{"VAT number and name", map[aspect]level{byVAT: same, byName: same}, map[aspect]float64{byVAT: 10, byName: 6}, -9.928 + 16},
		{"a name proves no more than what singles out one", map[aspect]level{byName: same}, map[aspect]float64{byName: 20}, -9.928 + 11},
		{"of postal code and town one counts", map[aspect]level{byVAT: same, byZip: same, byCity: same}, map[aspect]float64{byVAT: 10, byZip: 7, byCity: 6}, -9.928 + 10 + 7},
		{"who moved has another everything", map[aspect]level{byVAT: same, byZip: different, byStreet: different, byNumber: different},
			map[aspect]float64{byVAT: 10, byZip: -4, byStreet: -4, byNumber: -4}, -9.928 + 10 - 6},
		{"place and phone alone prove eight to one", map[aspect]level{byStreet: same, byNumber: same, byPhone: same}, map[aspect]float64{byStreet: 9, byNumber: 5, byPhone: 10}, 3},
		{"a family", map[aspect]level{byStreet: same, byPhone: same, bySurname: same, byGiven: different},
			map[aspect]float64{byStreet: 11, byPhone: 10, bySurname: 9, byGiven: -4}, 3 - 4},
		{"a family in one column", map[aspect]level{byStreet: same, byPhone: same, byName: oneOfTwo},
			map[aspect]float64{byStreet: 11, byPhone: 10, byName: 4}, 3 - 3.985}, // as if the name were another: log2(.06/.95)
	} {
		close2(t, tc.name, total(tc.set, tc.bits), tc.want)
	}
	close2(t, "probability of 3 bits", probability(3), 8.0/9)
}

// Four parties are six pairs of strangers; one agrees in its town.
func TestLearnStrangers(t *testing.T) {
	s := storeOf(t, KindParty, "name|city", "a1|Bremen", "b2|Bremen", "c3|Ulm", "d4|Essen")
	l := &linker{store: s, opt: Options{}.withDefaults(), model: newModel(KindParty, 4)}
	l.learnStrangers()
	close2(t, "u of the same town", l.model.u[byCity][same], (1+200*.03)/206)
	close2(t, "u of another town", l.model.u[byCity][different], (5+200*.96)/206)
}

// Of three sure pairs two agree in the town and one does not.
func TestLearnSame(t *testing.T) {
	s := storeOf(t, KindParty, "name|city", "a1|Bremen", "b2|Ulm")
	l := &linker{store: s, opt: Options{}.withDefaults(), model: newModel(KindParty, 1000)}
	sure := func(city level) sampled {
		return sampled{by: []aspect{byVAT, byName, byCity}, out: []outcome{{same, 1e-7}, {same, 1e-7}, {level: city}}}
	}
	l.learnSame([]sampled{sure(same), sure(same), sure(different)}, 1)
	close2(t, "m of the same town", l.model.m[byCity][same], (2+20*.75)/23)
	close2(t, "m of another town", l.model.m[byCity][different], (1+20*.08)/23)
}

// A chain of small differences is no identity: a is like b and b like c, but a and c differ.
func TestGroupsAreNoChains(t *testing.T) {
	s := newSets(6)
	s.join(s.root(0), s.root(1), 9)
	s.join(s.root(1), s.root(2), 7)
	s.join(s.root(4), s.root(5), 8)
	got := s.clusters()
	if len(got) != 2 || !slices.Equal(got[0].members, []uint32{0, 1, 2}) || got[0].weakest != 7 || !slices.Equal(got[1].members, []uint32{4, 5}) {
		t.Errorf("%+v", got)
	}
	rows := []string{"Anna|Weber|1960-02-10|0711 1234567|anna.weber@example.org", "Anna|Weber|||anna.weber@example.org", "Peter|Weber|1988-11-23|0711 1234567|"}
	for i := range 60 {
		r := string(rune('a' + i%26))
		rows = append(rows, strings.Repeat(r, 5+i/26)+"|"+strings.Repeat(r, 7+i/26)+"|19"+string(rune('3'+i%7))+"1-0"+string(rune('1'+i%9))+"-12||")
	}
	c := &comparer{store: storeOf(t, KindParty, "given_name|surname|birth_date|phone|email", rows...)}
	l := &linker{store: c.store, opt: Options{}.withDefaults(), model: newModel(KindParty, len(rows))}
	l.pairs = []scored{{0, 1, 12}, {1, 2, 5}} // the second one as if it had come out so
	l.group()
	if len(l.groups) != 1 || !slices.Equal(l.groups[0].members, []uint32{0, 1}) {
		t.Errorf("groups %+v: Peter is not Anna", l.groups)
	}
}
