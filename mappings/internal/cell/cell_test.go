package cell

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSteps(t *testing.T) {
	if !slices.IsSorted(StepNames()) || KnownStep("nothing") {
		t.Errorf("steps: %q", StepNames())
	}
	tests := []struct{ step, text, want string }{
		{"trim", "\u00a0 a b \t", "a b"},
		{"squeeze", " a \u00a0 b\n", "a b"},
		{"squeeze", "a b", "a b"},
		{"squeeze", "a  b", "a b"},
		{"squeeze", " ", ""},
		{"digits", "(030) 12٣", "03012"},
		{"strip_zeros", "000", "0"},
		{"strip_zeros", "0070", "70"},
		{"strip_zeros", "", ""},
		{"title", "MÜNCHEN-ost, o'brien", "München-Ost, O'brien"},
		{"upper", "straße", "STRASSE"},
		{"lower", "ÄB", "äb"},
		{"nfc", "e\u0301", "é"},
	}
	for _, tt := range tests {
		if got := Step(tt.step)(tt.text); got != tt.want && !(tt.step == "upper" && got == "STRAßE") {
			t.Errorf("%s(%q) = %q, want %q", tt.step, tt.text, got, tt.want)
		}
	}
}

func TestLayouts(t *testing.T) {
	tests := []struct{ layout, text, want string }{ // want "" is refused, "!" a layout that is none
		{"yyyyMMdd", "20240229", "2024-02-29 00:00:00"},
		{"yyyyMMdd", "20230229", ""},
		{"yyyyMMdd", "2024022", ""},
		{"yyyyMMdd", "202402291", ""},
		{"yyyyMMdd", "20241301", ""},
		{"yyyyMMdd", "00000101", ""},
		{"d.M.yyyy H:mm", "1.2.2024 9:05", "2024-02-01 09:05:00"},
		{"d.M.yyyy", "01.12.2024", "2024-12-01 00:00:00"},
		{"yyyy-MM-dd'T'HH:mm:ss.SSS", "2024-02-01T23:59:59.123456", "2024-02-01 23:59:59"},
		{"yyyy-MM-dd'T'HH:mm:ss.SSS", "2024-02-01T24:00:00.0", ""},
		{"ddMMMyyyy", "01MAR2024", "2024-03-01 00:00:00"},
		{"ddMMMyyyy", "01MRZ2024", ""},
		{"dd/MM/yyyy", "31/07/0098", "0098-07-31 00:00:00"},
		{"YYYY-MM-DD", "", "!"},
		{"yyyy-MM", "", "!"},
		{"yyyy-MM-dd dd", "", "!"},
		{"yy-MM-dd", "", "!"},
		{"yyyy-MM-dd'T", "", "!"},
		{"", "", "!"},
	}
	for _, tt := range tests {
		l, err := ParseLayout(tt.layout)
		got := "!"
		if err == nil {
			got = ""
			if m, ok := l.Parse(tt.text); ok {
				got = m.Clock()
			}
		}
		if got != tt.want {
			t.Errorf("%s of %q = %q, want %q (%v)", tt.layout, tt.text, got, tt.want, err)
		}
	}
}

// FuzzLayout: what is read as a day is a day that the time package knows too.
func FuzzLayout(f *testing.F) {
	f.Add("yyyyMMdd", "20240229")
	f.Add("d.M.yyyy H:mm", "1.2.2024 9:05")
	f.Add("dd-MMM-yyyy", "01-feb-2024")
	f.Fuzz(func(t *testing.T, layout, text string) {
		l, err := ParseLayout(layout)
		if err != nil {
			return
		}
		m, ok := l.Parse(text)
		if !ok {
			return
		}
		if _, err := time.Parse(time.DateTime, m.Clock()); err != nil {
			t.Errorf("%q of %q = %q: %v", layout, text, m.Clock(), err)
		}
	})
}

func TestNumbers(t *testing.T) {
	tests := []struct {
		n          Number
		text, want string // "" is refused
	}{
		{Number{}, "12.50", "12.5"},
		{Number{}, "1e3", "1000"},
		{Number{}, ".5", "0.5"},
		{Number{}, "", ""},
		{Number{}, "NaN", ""},
		{Number{}, "1 000", ""},
		{Number{Point: ","}, "1,5", "1.5"},
		{Number{Point: ","}, ",5", "0.5"},
		{Number{Point: ","}, "5,", ""},
		{Number{Point: ","}, "1,5,5", ""},
		{Number{Point: ","}, "1e3", "1000"},
		{Number{Point: ",", Group: "."}, "1.234.567", "1234567"},
		{Number{Point: ",", Group: "."}, "1.23.567", ""},
		{Number{Point: ",", Group: "."}, ".123", ""},
		{Number{Group: ","}, "-1,234.5", "-1234.5"},
		{Number{Group: ","}, "1,234,5", ""},
		{Number{Group: "'"}, "1'234'567.80", "1234567.8"},
	}
	for _, tt := range tests {
		d, err := tt.n.Decimal(tt.text)
		got := d.String()
		if err != nil {
			got = ""
		}
		if got != tt.want {
			t.Errorf("%+v of %q = %q, want %q", tt.n, tt.text, got, tt.want)
		}
	}
}

func TestAllZeros(t *testing.T) {
	for text, want := range map[string]bool{"00000000": true, "0000-00-00 00:00:00": true, "00.00.0000": true, "": false, "--": false, "19700101": false} {
		if AllZeros(text) != want {
			t.Errorf("AllZeros(%q) = %v", text, !want)
		}
	}
}

// FuzzDecimal: the way in one pass reads what the way step by step reads, and the same of it.
func FuzzDecimal(f *testing.F) {
	for _, text := range []string{"1.234,50", "-0,00", "+7", "1.23", "12.345.678", ",5", "5,", "1,2,3", " 1 ", "1e3", "00012,5000", "1..2", "123456", "1.234.56", "--1", "0.001", "1,234.5"} {
		f.Add(text, ",", ".")
		f.Add(text, ".", ",")
		f.Add(text, ",", "")
		f.Add(text, "", "'")
		f.Add(text, "", "")
	}
	f.Fuzz(func(t *testing.T, text, point, group string) {
		if strings.ContainsAny(point+group, "0123456789+-eE") || len([]rune(point)) > 1 || len([]rune(group)) > 1 || point == group && point != "" || point == "" && group == "." {
			t.Skip("the mapping is refused")
		}
		n := Number{Point: point, Group: group}
		fast, ok := n.usual(text)
		slow, err := n.stepwise(text)
		if ok && (err != nil || fast != slow) {
			t.Errorf("%+v of %q: %s and %s, %v", n, text, fast, slow, err)
		}
		if both, err2 := n.Decimal(text); (err == nil) != (err2 == nil) || both != slow {
			t.Errorf("%+v of %q: %s, %v and %s, %v", n, text, both, err2, slow, err)
		}
	})
}
