package kinds

import (
	"slices"
	"testing"
)

func TestCheckers(t *testing.T) {
	tests := []struct {
		check      func(string) Verdict
		text       string
		canonical  string // "" means that the text must be refused
		wantReason string
	}{
		{Email, "maria.anders@Alfreds.example", "maria.anders@alfreds.example", ""},
		{Email, " a+b@x.co ", "a+b@x.co", ""},
		{Email, "", "", "empty"},
		{Email, "maria", "", "no @"},
		{Email, "maria@localhost", "", "no dot in the domain"},
		{Email, "a@b.de, c@d.de", "", "more than one address"},
		{Email, "a@b@c.de", "", "more than one address"},
		{Email, "Maria <a@b.de>", "", "not an address"},
		{Email, "a..b@c.de", "", "not an address"},
		{Email, "a b@c.de", "", "not an address"},
		{Email, "a@c..de", "", "not a domain after the @"},
		{Email, "a@10.0.0.1", "", "not a domain after the @"},

		{Phone, "(5) 555-4729", "55554729", ""},
		{Phone, "+49 30 0074321", "+49300074321", ""},
		{Phone, "(206) 555-9857 x5467", "2065559857", ""},
		{Phone, "030/0074321", "0300074321", ""},
		{Phone, "1234", "", "too few digits"},
		{Phone, "00000000", "", "one digit repeated"},
		{Phone, "1234567890123456", "", "more than 15 digits"},
		{Phone, "call me", "", "holds c"},
		{Phone, "12+34567", "", "holds +"},

		{IBAN, "DE89 3704 0044 0532 0130 00", "DE89370400440532013000", ""},
		{IBAN, "GB82WEST12345698765432", "GB82WEST12345698765432", ""},
		{IBAN, "fr1420041010050500013m02606", "FR1420041010050500013M02606", ""},
		{IBAN, "NO9386011117947", "NO9386011117947", ""},
		{IBAN, "DE88370400440532013000", "", "wrong check digits"},
		{IBAN, "DE8937040044053201300", "", "21 characters, DE has 22"},
		{IBAN, "XX89370400440532013000", "", "no country with IBANs begins so"},
		{IBAN, "DE8937040044O532013ö00", "", "23 characters, DE has 22"},

		{EAN, "4006381333931", "4006381333931", ""},
		{EAN, "73513537", "73513537", ""},
		{EAN, "036000291452", "036000291452", ""},
		{EAN, "00012345600012", "00012345600012", ""},
		{EAN, "4006381333932", "", "wrong check digit, 1 is right"},
		{EAN, "36000291452", "", "11 digits; leading zeros lost?"},
		{EAN, "0000000000000", "", "zeros only"},
		{EAN, "4,00638E+12", "", "not digits only"},

		{VAT, "ATU13585627", "ATU13585627", ""},
		{VAT, "BE 0403.019.261", "BE0403019261", ""},
		{VAT, "DE 136695976", "DE136695976", ""},
		{VAT, "DK 13585628", "DK13585628", ""},
		{VAT, "ES B58378431", "ESB58378431", ""},
		{VAT, "ES54362315K", "ES54362315K", ""},
		{VAT, "ESX2482300W", "ESX2482300W", ""},
		{VAT, "FI 20774740", "FI20774740", ""},
		{VAT, "FR 40303265045", "FR40303265045", ""},
		{VAT, "FR K7399859412", "FRK7399859412", ""},
		{VAT, "IT 00743110157", "IT00743110157", ""},
		{VAT, "LU 15027442", "LU15027442", ""},
		{VAT, "NL004495445B01", "NL004495445B01", ""},
		{VAT, "NL002455799B11", "NL002455799B11", ""},
		{VAT, "PL 8567346215", "PL8567346215", ""},
		{VAT, "PT 501 964 843", "PT501964843", ""},
		{VAT, "SE 123456789701", "SE123456789701", ""},
		{VAT, "HU12892312", "HU12892312", ""},
		{VAT, "DE136695978", "", "wrong check digits"},
		{VAT, "DE13669597", "", "not the form of a number of DE"},
		{VAT, "ATU13585626", "", "wrong check digits"},
		{VAT, "IT00743110158", "", "wrong check digits"},
		{VAT, "FR84323140391", "", "wrong check digits"},
		{VAT, "ESB58378432", "", "wrong check digits"},
		{VAT, "136695976", "", "no country prefix"},
		{VAT, "DE", "", "too short"},
		{VAT, "NORDBAU", "", "not the form of a number of NO"},
		{VAT, "BERLINER", "", "not the form of a number of BE"},
		{VAT, "TRADELTD", "", "not the form of a VAT number"},
		{VAT, "QQ12345678", "", "no country's VAT numbers begin so"},
		{VAT, "TR1234567890", "TR1234567890", ""},
		{VAT, "GB980780684", "GB980780684", ""},
		{VAT, "GB802311781", "", "wrong check digits"},
		{VAT, "CHE-107.787.577 IVA", "CHE107787577IVA", ""},
		{VAT, "CHE-107.787.578 MWST", "", "wrong check digits"},
		{VAT, "NO 995525828 MVA", "NO995525828MVA", ""},
		{VAT, "NO995525829", "", "wrong check digits"},
		{VAT, "IE 6433435F", "IE6433435F", ""},
		{VAT, "IE6433435E", "", "wrong check digits"},
		{VAT, "EL 094259216", "EL094259216", ""},
		{VAT, "EL 123456781", "", "wrong check digits"},
		{VAT, "HU-12892313", "", "wrong check digits"},
		{VAT, "RO 18547290", "RO18547290", ""},
		{VAT, "RO18547291", "", "wrong check digits"},
		{VAT, "SI 5022 3054", "SI50223054", ""},
		{VAT, "SI50223055", "", "wrong check digits"},
		{VAT, "EE 100 931 558", "EE100931558", ""},
		{VAT, "EE100594103", "", "wrong check digits"},
		{VAT, "HR 33392005961", "HR33392005961", ""},
		{VAT, "HR33392005962", "", "wrong check digits"},
		{VAT, "SK 202 274 96 19", "SK2022749619", ""},
		{VAT, "SK2022749618", "", "wrong check digits"},

		{BIC, "DEUTDEFF", "DEUTDEFF", ""},
		{BIC, "deut de ff 500", "DEUTDEFF500", ""},
		{BIC, "DEUTDEF", "", "not 8 or 11 characters"},
		{BIC, "DEUTQQFF", "", "no country has the fifth and sixth letter"},
		{BIC, "1234DEFF", "", "does not begin with four letters"},

		{Country, "de", "DE", ""},
		{Country, "DEU", "DE", ""},
		{Country, "WA", "", "no country has this code"},
		{Country, "UK", "", "no country has this code"},
		{Country, "EU", "", "no country has this code"},
		{Country, "276", "", "not two or three letters"},
		{Currency, "eur", "EUR", ""},
		{Currency, "DEM", "DEM", ""},
		{Currency, "ABC", "", "no currency has this code"},
		{Currency, "EU", "", "not three letters"},
		{Language, "DE", "de", ""},
		{Language, "pt-BR", "pt_BR", ""},
		{Language, "deu", "de", ""},
		{Language, "de_QQ", "", "no country has the code behind the language"},
		{Language, "xq", "", "no language has this code"},
		{UPC, "036000291452", "036000291452", ""},
		{UPC, "4006381333931", "", "not 12 digits"},
		{URL, "www.example.com/a", "http://www.example.com/a", ""},
		{URL, "https://example.com", "https://example.com", ""},
		{URL, "example.com", "", "begins with neither http:// nor www."},
		{URL, "http://nowhere", "", "no host's name"},
		{postalOf("DE"), "10115", "10115", ""},
		{postalOf("DE"), "1011", "", "not the form of a postal code of DE"},
		{postalOf("GB"), "sw1a 1aa", "SW1A 1AA", ""},
		{postalOf(""), "12-345", "12-345", ""},
		{postalOf(""), "Berlin", "", "no digit"},
		{numberOf("DE"), "030 2345678", "+49302345678", ""},
		{numberOf(""), "0049 30 2345678", "+49302345678", ""},
		{numberOf(""), "030 2345678", "", "not checked: no country"},
		{numberOf("DE"), "12345", "", "not a number of the country's plan"},
	}
	for _, tt := range tests {
		v := tt.check(tt.text)
		if v.OK != (tt.canonical != "") || v.Canonical != tt.canonical || v.Reason != tt.wantReason {
			t.Errorf("%q: got %+v, want %q %q", tt.text, v, tt.canonical, tt.wantReason)
		}
	}
}

func postalOf(country string) func(string) Verdict {
	return func(text string) Verdict { return Postal(text, country) }
}

func numberOf(country string) func(string) Verdict {
	return func(text string) Verdict { return PhoneNumber(text, country) }
}

func TestCheckersAreListed(t *testing.T) {
	var names []string
	for _, c := range Checkers() {
		names = append(names, c.Name)
	}
	if !slices.IsSorted(names) || len(names) != 12 || len(VATCountries()) != 24 {
		t.Errorf("%q %q", names, VATCountries())
	}
}

func FuzzCheckers(f *testing.F) {
	for _, seed := range []string{"", "DE", "ES", "NL123456789B12", "GB82WEST12345698765432", "a@b.c", "+", "x", "é@é.é"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range Checkers() {
			if v := c.Check(text); v.OK {
				if again := c.Check(v.Canonical); !again.OK || again.Canonical != v.Canonical {
					t.Errorf("%s: %q becomes %q, which becomes %+v", c.Name, text, v.Canonical, again)
				}
			}
		}
	})
}
