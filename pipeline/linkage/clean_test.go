package linkage

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for _, tc := range []struct {
		in         slot
		raw, clean string
	}{
		// Companies: legal forms go, order does not count, umlauts and accents are written plainly.
		{inName, "Müller Maschinenbau GmbH & Co. KG", "maschinenbau muller"},
		{inName, "MUELLER MASCHINENBAU GMBH", "maschinenbau muller"},
		{inName, "Società Agricola Rossi S.p.A.", "agricola rossi societa"},
		{inName, "Dupont & Fils S.A.R.L.", "dupont fils"},
		{inName, "The Widget Company Ltd.", "widget"},
		{inName, "PT Maju Jaya Tbk", "jaya maju"},
		{inName, "Jansen Bouw B.V.", "bouw jansen"},
		{inName, "Nowak Sp. z o.o.", "nowak"},
		{inName, "ООО Ромашка", "ромашка"},
		{inName, "Ğrüne Ōase AS", "grune oase"},
		{inName, "GmbH", "gmbh"}, // nothing else is there
		{inName, "O'Brien's Bakery", "bakery obriens"},
		{inName, "Łódź Øl Straße", "lodz ol strasse"},
		{inName, "Dr. Hans Weber", "hans weber"},
		{inName, " .,- ", ""},
		{inGiven, "Dr. Anna-Maria", "anna maria"},
		{inSurname, "Weiß", "weiss"},
		// Streets: the number apart, the common words short.
		{inStreet, "Hauptstraße 12a", "haupt st"},
		{inStreet, "Haupt-Str. 12 a", "haupt st a"},
		{inStreet, "221 E. 51st Street", "e 51st st"},
		{inStreet, "12, rue de la Paix", "r de la paix"},
		{inStreet, "51st Street", "51st st"},
		{inCity, "Zürich ", "zurich"},
		{inEmail, "Anna Weber <Anna.Weber@Example.COM>; other@example.com", "anna.weber@example.com"},
		{inEmail, "mailto:a@b.de", "a@b.de"},
		{inEmail, "10/01/15", ""},
		{inEmail, "a@b", ""},
		{inPhone, "+49 (0)711 / 123-4567", "497111234567"},
		{inPhone, "0711 1234567 ext. 12", "7111234567"},
		{inPhone, "0049 711 1234567", "497111234567"},
		{inPhone, "0711 1234567; 0172 9876543", "7111234567"},
		{inPhone, "0000000", ""},
		{inPhone, "12", ""},
		{inVAT, "de 123.456.788", "de123456788"},
		{inVAT, "none", ""},
		{inIBAN, "DE89 3704 0044 0532 0130 00", "de89370400440532013000"},
		{inSKU, "000-123", "123"},
		{inSKU, "00A-12", "00a12"},
		{inZip, "SW1A 1AA", "sw1a1aa"},
		{inZip, "01067", "01067"},
	} {
		if got := clean(tc.in, KindParty, tc.raw); got != tc.clean {
			t.Errorf("%s %q: %q, want %q", slotRoles[tc.in], tc.raw, got, tc.clean)
		}
	}
	if got := clean(inName, KindProduct, "Bolt M8x40 zinc, 5kg"); got != "40 5 8 bolt kg m x zinc" {
		t.Errorf("product: %q", got)
	}
	if got := numbersIn("40 5 8 bolt kg m x zinc"); got != "40 5 8" {
		t.Errorf("numbers: %q", got)
	}
}

func TestHouseNumber(t *testing.T) {
	for raw, want := range map[string]string{"Hauptstraße 12a": "12a", "221 E. 51st St.": "221", "51st Street": "", "Am Markt": "", "Route 66 7": "7", "12": "", "1 N Ogden Ave": "1"} {
		if got := houseNumber(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestDateOf(t *testing.T) {
	for _, tc := range []struct{ raw, layout, want string }{
		{"1960-02-10", "", "19600210"},
		{"10.02.1960", "dd.MM.yyyy", "19600210"},
		{"2/10/1960", "MM/dd/yyyy", "19600210"},
		{"2/10/1960", "dd/MM/yyyy", "19601002"},
		{"19600210", "yyyyMMdd", "19600210"},
		{"19081349", "yyyyMMdd", "19081349"}, // no day of the calendar, but it can be compared
		{"10021960", "ddMMyyyy", "19600210"},
		{"1960-02-10T00:00:00", "", "19600210"},
		{"1960-02-10 00:00:00.000", "", "19600210"},
		{"10.02.60", "dd.MM.yy", "19600210"},
		{"1960", "", ""},
		{"unknown", "", ""},
	} {
		if got := dateOf(tc.raw, dateOrder(tc.layout)); got != tc.want {
			t.Errorf("%q as %q: %q, want %q", tc.raw, tc.layout, got, tc.want)
		}
	}
}

func TestPriceOf(t *testing.T) {
	for _, tc := range []struct{ raw, point, want string }{
		{"1.234,50", ",", "123450"}, {"1,234.5", ".", "123450"}, {"12", "", "1200"}, {"0.00", ".", ""}, {".5", ".", "50"}, {"free", ".", ""},
	} {
		if got := priceOf(tc.raw, tc.point); got != tc.want {
			t.Errorf("%q: %q, want %q", tc.raw, got, tc.want)
		}
	}
}

func TestPhonetic(t *testing.T) {
	for _, same := range [][2]string{{"meier", "mayer"}, {"schmidt", "smith"}, {"weber", "veber"}, {"katrin", "catrin"}} {
		if phonetic([]byte(same[0])) != phonetic([]byte(same[1])) {
			t.Errorf("%s and %s sound alike", same[0], same[1])
		}
	}
	if phonetic([]byte("weber")) == phonetic([]byte("wagner")) {
		t.Error("weber and wagner do not sound alike")
	}
	if phonetic([]byte("мария")) == phonetic([]byte("иван")) || phonetic([]byte("мария")) == 0 {
		t.Error("words in other scripts are their own sound")
	}
}

// FuzzClean reads strangers' values in every role: what comes out is what the comparers rely on.
func FuzzClean(f *testing.F) {
	f.Add("'")
	f.Fuzz(func(t *testing.T, raw string) {
		for _, order := range []string{"ymd", "dmy", "mdy"} {
			if d := dateOf(raw, order); d != "" && (len(d) != 8 || strings.Trim(d, "0123456789") != "") {
				t.Errorf("date %q of %q", d, raw)
			}
		}
		if p := priceOf(raw, ","); strings.Trim(p, "0123456789") != "" {
			t.Errorf("price %q of %q", p, raw)
		}
		for _, kind := range []string{KindParty, KindProduct} {
			for in := range slots {
				c := clean(in, kind, raw)
				if in != inBirth && in != inPrice && utf8.ValidString(raw) && !utf8.ValidString(c) {
					t.Errorf("%s %q: %q is no text", slotRoles[in], raw, c)
				}
				if in == inEmail && c != "" && !strings.Contains(c, "@") || in == inPhone && strings.Trim(c, "0123456789") != "" {
					t.Errorf("%s %q: %q", slotRoles[in], raw, c)
				}
				newField(in, kind).add(in, kind, raw)
			}
		}
		houseNumber(raw)
	})
}
