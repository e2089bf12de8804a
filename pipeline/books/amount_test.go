package books

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

func TestAmountsAreReadAsTheColumnWritesThem(t *testing.T) {
	for _, c := range []struct {
		point, group byte
		text, want   string // "" is unreadable
	}{
		{'.', 0, "12.50", "12.5"}, {'.', 0, "-.5", "-0.5"}, {'.', 0, "+7", "7"}, {'.', ',', "1,234,567.89", "1234567.89"}, {'.', ',', "1,234", "1234"},
		{'.', 0, "12,50", ""}, {'.', ',', "12,345,6.00", ""}, {'.', 0, "1.2.3", ""}, {'.', 0, "12.", "12"},
		{',', 0, "12,50", "12.5"}, {',', '.', "1.234,50", "1234.5"}, {',', 0, "1 234,50", "1234.5"}, {',', 0, "1\u00a0234,50", "1234.5"}, {',', 0, "1'234,50", "1234.5"},
		{',', '.', "1.234", "1234"}, {',', 0, "12.50", ""},
		{0, 0, "1.234", ""}, {0, '.', "1.234", "1234"}, {0, 0, "1,234.50", "1234.5"}, {0, 0, "1.234,5", "1234.5"}, {0, 0, "0.125", "0.125"}, {0, 0, "12345", "12345"},
		{'.', 0, "12.50-", "-12.5"}, {'.', 0, "(12.50)", "-12.5"}, {'.', 0, "\u22125", "-5"}, {'.', 0, "- 5.00", "-5"},
		{'.', 0, "1.2E+05", "120000"}, {'.', 0, "1e999999999", ""}, {'.', 0, "12.5O", ""}, {'.', 0, "-", ""}, {'.', 0, "()", ""}, {'.', 0, ".", ""}, {'.', 0, "abc", ""},
		{'.', 0, "0.123456789", "0.123456789"}, {'.', 0, "123456789012345678901234.5", "123456789012345678901234.5"}, {'.', 0, "--5", ""},
	} {
		got := ""
		if a, ok := (style{point: c.point, group: c.group}).parse(c.text); ok {
			got = a.String()
		}
		if got != c.want {
			t.Errorf("%q with point %q is %q, want %q", c.text, string(c.point), got, c.want)
		}
	}
}

func TestAmountsAreExact(t *testing.T) {
	values := []string{"0", "0.1", "-0.1", "0.000001", "9223372036854.775807", "-9223372036854.775808", "9000000000000", "0.0000001", "123456789012345678901234567890.123456789", "-7.25", "3"}
	read := func(s string) amount {
		a, ok := (style{point: '.'}).parse(s)
		if !ok {
			t.Fatalf("%q is not read", s)
		}
		return a
	}
	for _, x := range values {
		for _, y := range values {
			dx, dy := record.MustDecimal(x), record.MustDecimal(y)
			a, b := read(x), read(y)
			for what, pair := range map[string][2]string{
				"+": {a.plus(b).String(), dx.Add(dy).String()}, "-": {a.minus(b).String(), dx.Sub(dy).String()}, "*": {a.times(b).String(), dx.Mul(dy).String()},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s %s %s = %s, want %s", x, what, y, pair[0], pair[1])
				}
			}
			if a.cmp(b) != dx.Cmp(dy) || a.equal(b) != (dx == dy) {
				t.Errorf("%s and %s compare wrongly", x, y)
			}
		}
		for n := range 9 {
			if got, want := read(x).round(n).String(), record.MustDecimal(x).Round(n).String(); got != want {
				t.Errorf("%s rounded to %d digits is %s, want %s", x, n, got, want)
			}
		}
		if got, want := read(x).decimals(), record.MustDecimal(x).Scale(); got != want {
			t.Errorf("%s has %d digits, want %d", x, got, want)
		}
	}
	half := read("2.5")
	if half.round(0).String() != "3" || half.neg().round(0).String() != "-3" {
		t.Error("halves are not rounded away from zero")
	}
}

func TestMonthsOfDates(t *testing.T) {
	for _, c := range [][3]string{
		{"yyyyMMdd", "20240131", "2024-01"}, {"dd.MM.yyyy", "31.12.2023", "2023-12"}, {"d.M.yyyy", "1.2.2024", "2024-02"}, {"MM/dd/yyyy", "02/29/2024", "2024-02"},
		{"dd/MM/yy", "05/06/98", "1998-06"}, {"dd/MM/yy", "05/06/24", "2024-06"}, {"yyyy-MM-dd'T'HH:mm:ss", "2024-03-04T05:06:07", "2024-03"}, {"yyyy-MM-dd HH:mm", "2024-03-04 05:06", "2024-03"},
		{"dd-MMM-yyyy", "02-Jan-2006", "2006-01"}, {"dd.MM.yyyy", "20240131", ""}, {"yyyyMMdd", "2024", ""}, {"dd.MM.yyyy", "31.13.2023", ""}, {"dd-MMM-yyyy", "02-Foo-2006", ""},
	} {
		r, ok := newDateReader(c[0])
		if !ok {
			t.Errorf("%s is not understood", c[0])
			continue
		}
		if got, _ := r.month(c[1]); got != c[2] {
			t.Errorf("%s as %s is in %q, want %q", c[1], c[0], got, c[2])
		}
	}
	if _, ok := newDateReader("ddMM"); ok {
		t.Error("a layout without a year has no months")
	}
}

func TestSidesOfNames(t *testing.T) {
	for name, want := range map[string]struct {
		side side
		rest string
	}{
		"Debit": {debitSide, "#"}, "CREDIT": {creditSide, "#"}, "Débit": {debitSide, "#"}, "DebitAmount/Amount": {debitSide, "# amount amount"}, "CreditAmount/Amount": {creditSide, "# amount amount"},
		"OpeningDebitBalance": {debitSide, "opening # balance"}, "Sollbetrag": {debitSide, "#betrag"}, "HABENBETRAG": {creditSide, "#betrag"}, "Importe Haber": {creditSide, "importe #"}, "借方金額": {debitSide, "#金額"},
		"貸方金額": {creditSide, "#金額"}, "Dr": {debitSide, "#"}, "credit_limit": {}, "CreditRating": {}, "debit card": {}, "Debitor": {}, "Kreditor": {}, "Debit account": {}, "creditnote": {}, "Soll/Haben-Kennzeichen": {}, "Accredited": {}, "price": {}, "": {},
	} {
		if s, rest := sideOf(name); s != want.side || rest != want.rest {
			t.Errorf("%q is side %d of %q, want %d of %q", name, s, rest, want.side, want.rest)
		}
	}
}

func FuzzAmount(f *testing.F) {
	for _, s := range []string{"12.50", "1.234,50", "(1 234)", "12.50-", "1e5", "-", "0.0000001", "99999999999999999999"} {
		f.Add(s, byte('.'), byte(','))
	}
	f.Fuzz(func(t *testing.T, s string, point, group byte) {
		if point != '.' && point != ',' {
			point = 0
		}
		a, ok := (style{point: point, group: group}).parse(s)
		if !ok {
			return
		}
		if d, err := record.ParseDecimal(a.String()); err != nil || d.String() != a.String() {
			t.Fatalf("%q became %q, which is no canonical decimal", s, a)
		}
		// What is plain notation already must keep its value.
		if d, err := record.ParseDecimal(s); err == nil && point == '.' && len(s) <= longestAmount && d.String() != a.String() {
			t.Fatalf("%q became %s", s, a)
		}
		if !a.minus(a).isZero() || !a.neg().neg().equal(a) {
			t.Fatalf("%q does not vanish against itself", s)
		}
	})
}

func FuzzStatedBalance(f *testing.F) {
	for _, s := range []string{"Balance at end of period +31070,11", "Opening balance on 01/04/2020: 1 234,50 EUR", "Endsaldo 12.50-", "Solde initial", "neuer Saldo \u2212", "closing balance (1,234.00)"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, comma bool) {
		st := style{point: '.'}
		if comma {
			st.point = ','
		}
		for _, labels := range [][]string{openingLabels, closingLabels} {
			if x := balanceIn(s, labels, st); x != nil {
				if v, ok := st.parse(x.text); !ok || !v.equal(x.value) {
					t.Fatalf("%q: %q is not %s", s, x.text, x.value)
				}
			}
		}
	})
}

func FuzzMonth(f *testing.F) {
	f.Add("yyyyMMdd", "20240131")
	f.Add("dd.MM.yyyy", "31.12.2023")
	f.Add("dd-MMM-yy", "02-Jan-06")
	f.Add("d/M/yyyy HH:mm", "1/2/2024 03:04")
	f.Fuzz(func(t *testing.T, layout, text string) {
		r, ok := newDateReader(layout)
		if !ok {
			return
		}
		if m, ok := r.month(text); ok && (len(m) != 7 || m[4] != '-' || m[5:] < "01" || m[5:] > "12") {
			t.Fatalf("%q as %q is in %q", text, layout, m)
		}
	})
}
