package record_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

func TestDecimalTextIsCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "-0.00": "0", "007": "7", "1.50": "1.5", "+2": "2", ".5": "0.5", "5.": "5", "-.250": "-0.25",
		"1e3": "1000", "1.5E-3": "0.0015", "00.10": "0.1", "12345678901234567890.123456789": "12345678901234567890.123456789",
	} {
		d, err := record.ParseDecimal(in)
		if err != nil || d.String() != want {
			t.Errorf("ParseDecimal(%q) = %q, %v; want %q", in, d, err, want)
		}
	}
	for _, in := range []string{"", " 1", "1 ", "1,5", "12O", "--1", "1.2.3", "e5", "NaN", "Inf", "0x10", "1e999", ".", "-"} {
		if d, err := record.ParseDecimal(in); !errors.Is(err, record.ErrNotDecimal) {
			t.Errorf("ParseDecimal(%q) = %q, %v; want ErrNotDecimal", in, d, err)
		}
	}
}

func TestDecimalArithmeticIsExact(t *testing.T) {
	d := record.MustDecimal
	third, err := d("1").Quo(d("3"), 5)
	checks := []struct{ name, got, want string }{
		{"0.1+0.2", d("0.1").Add(d("0.2")).String(), "0.3"},
		{"1-1", d("1.00").Sub(d("1")).String(), "0"},
		{"1265793.29*100", d("1265793.29").Mul(d("100")).String(), "126579329"},
		{"1/3", third.String(), "0.33333"},
		{"round half away from zero", d("2.675").Round(2).String(), "2.68"},
		{"round negative half", d("-2.675").Round(2).String(), "-2.68"},
		{"round to tens", d("125").Round(-1).String(), "130"},
		{"15 digits of 0.1+0.2 in doubles", d("0.30000000000000004").Significant(15).String(), "0.3"},
		{"15 digits of a large number", d("1234567890123456.7").Significant(15).String(), "1234567890123460"},
		{"fixed", d("3.1").Fixed(2), "3.10"},
		{"fixed whole", d("3").Fixed(2), "3.00"},
		{"neg", d("0").Neg().String(), "0"},
		{"abs", d("-1.5").Abs().String(), "1.5"},
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if c.got != c.want {
			t.Errorf("%s = %s, want %s", c.name, c.got, c.want)
		}
	}
	if _, err := d("1").Quo(d("0"), 2); !errors.Is(err, record.ErrDivisionByZero) {
		t.Errorf("1/0: %v", err)
	}
	if d("1.0") != d("1") || d("2").Cmp(d("10")) != -1 {
		t.Error("equality or order is by text")
	}
}

// TestLongDecimal: a cell of hundreds of digits is added, multiplied, divided and rounded exactly, and one of thousands
// is no number.
func TestLongDecimal(t *testing.T) {
	long := record.MustDecimal(strings.Repeat("9", 400) + ".5")
	third, err := long.Add(long).Quo(record.DecimalFromInt(2), 1)
	if err != nil || third != long || long.Add(long).Sub(long) != long || long.Mul(long).Scale() != 2 {
		t.Errorf("long decimals are not exact: %v", err)
	}
	if got := long.Round(0).String(); got != "1"+strings.Repeat("0", 400) {
		t.Errorf("rounded to %s", got)
	}
	if _, err := record.ParseDecimal(strings.Repeat("1", 2907)); !errors.Is(err, record.ErrNotDecimal) {
		t.Errorf("2907 digits: %v", err)
	}
}

func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"1", "-0.10", "1e-7", ".5", "999999999999999999999.999", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := record.ParseDecimal(s)
		if err != nil {
			return
		}
		again, err := record.ParseDecimal(d.String())
		if err != nil || again != d {
			t.Fatalf("%q -> %q -> %q, %v", s, d, again, err)
		}
		if d.Add(d).Sub(d) != d || d.Mul(d).Sign() != d.Sign()*d.Sign() {
			t.Fatalf("%q: d+d-d is not d, or its square has another sign", s)
		}
		if one, err := d.Add(d).Quo(record.DecimalFromInt(2), d.Scale()); err != nil || one != d || d.Round(d.Scale()) != d {
			t.Fatalf("%q: (d+d)/2 is %s, %v", s, one, err)
		}
	})
}
