package expression

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
)

var cells = map[string]string{"A": "alpha", "N": "12.50", "D": "19960704", "ZERO": "0", "LIST": "x;y", "Order No": "7", "BAD": "12,5O"}

func columns() []string { return []string{"A", "N", "D", "ZERO", "EMPTY", "LIST", "Order No", "BAD"} }

func run(t *testing.T, source string) (any, error) {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p, problems := Compile(source, Options{Columns: columns(), Location: zone})
	if len(problems) > 0 {
		t.Fatalf("%s: %v", source, problems)
	}
	var m Machine
	return m.Run(p, func(i int) (string, bool) { v, ok := cells[p.Columns()[i]]; return v, ok })
}

func TestValues(t *testing.T) {
	tests := []struct {
		source string
		want   any
	}{
		{`0.1 + 0.2 == 0.3`, true},
		{`0.1 + 0.2`, record.MustDecimal("0.3")},
		{`1 / 3`, record.MustDecimal("0.33333333333333333333")},
		{`9223372036854775807 + 1`, record.MustDecimal("9223372036854775808")},
		{`-2 * -(3 - 1)`, record.MustDecimal("4")},
		{`num(src.N) * 100`, record.MustDecimal("1250")},
		{`num("1.234,5", ",", ".")`, record.MustDecimal("1234.5")},
		{`round(num(src.N) / 3, 2)`, record.MustDecimal("4.17")},
		{`abs(-1.5)`, record.MustDecimal("1.5")},
		{`src.A`, "alpha"},
		{`src["Order No"]`, "7"},
		{`src.EMPTY`, nil},
		{`src.EMPTY == null`, true},
		{`src.A != nil`, true},
		{`num(src.EMPTY)`, nil},
		{`coalesce(num(src.EMPTY), 0) + 1`, record.MustDecimal("1")},
		{`src.EMPTY ?? "none"`, "none"},
		{`src.A == "alpha" ? "yes" : "no"`, "yes"},
		{`src.A startsWith "al" and not (src.A contains "z")`, true},
		{`src.EMPTY startsWith "al"`, false},
		{`src.A in ["alpha", "beta"]`, true},
		{`src.A not in ["alpha", "beta"]`, false},
		{`src.A + "-" + src.N`, "alpha-12.50"},
		{`join(compact([src.A, src.EMPTY, " ", src.N]), "\n")`, "alpha\n12.50"},
		{`join(split(src.LIST, ";"), "+")`, "x+y"},
		{`upper(trim(" a "))`, "A"},
		{`title("o'NEIL & sons-IN-law")`, "O'neil & Sons-In-Law"},
		{`src.A | upper()`, "ALPHA"},
		{`replace(src.A, "a", "")`, "lph"},
		{`pad("7", 3, "0")`, "007"},
		{`pad("7", -3, "0")`, "700"},
		{`left("Ünal", 2) + "|" + right("Ünal", 2)`, "Ün|al"},
		{`len("Ünal")`, record.MustDecimal("4")},
		{`text(1.50)`, "1.5"},
		{`date(src.D, "yyyyMMdd")`, Day("1996-07-04")},
		{`date(src.D, "dd.MM.yyyy", "yyyyMMdd") < date("1996-08-01")`, true},
		{`datetime("04.07.1996 00:30", "dd.MM.yyyy HH:mm")`, Instant("1996-07-03 22:30:00")},
		{`num(src.N) > 12 && num(src.N) <= 12.5`, true},
		{`false and num(src.EMPTY) > 1`, false},
		{`[1, 2] == [1, 2]`, true},
	}
	for _, tt := range tests {
		got, err := run(t, tt.source)
		if err != nil || fmt.Sprintf("%T %v", got, got) != fmt.Sprintf("%T %v", tt.want, tt.want) {
			t.Errorf("%s = %T %v, %v; want %T %v", tt.source, got, got, err, tt.want, tt.want)
		}
	}
}

func TestRowErrors(t *testing.T) {
	tests := []struct{ source, want string }{
		{`1 / num(src.ZERO)`, "division by zero"},
		{`num(src.EMPTY) + 1`, "null in +"},
		{`-num(src.EMPTY)`, "null has no negative"},
		{`num(src.EMPTY) > 1`, "null compared by >"},
		{`num(src.BAD)`, `"12,5O" is not a decimal`},
		{`date(src.A, "yyyyMMdd")`, `"alpha" is not a date (yyyyMMdd)`},
		{`src.EMPTY + "x"`, "null joined with a text by +"},
		{`join([src.A, src.EMPTY], ",")`, "join cannot take null"},
		{`coalesce(src.A, 1) + 1`, "+ needs numbers, not the text \"alpha\""},
		{`(coalesce(src.A, 1)) and true`, "a condition is the text \"alpha\", not true or false"},
		{`"" + replace(replace(pad("a", 1000, "a"), "a", pad("b", 1000, "b")), "b", pad("c", 1000, "c"))`, "replace would make a text of more than 1 MiB"},
		{`pad("7", 100000, "0")`, "not a whole number up to 1000"},
	}
	for _, tt := range tests {
		if got, err := run(t, tt.source); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s = %v, %v; want the error %q", tt.source, got, err, tt.want)
		}
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		source string
		want   string // offset: message; hint
	}{
		{`src.B`, `4: unknown column "B"; `},
		{`src.a`, `4: unknown column "a"; did you mean "A"?`},
		{`upper(src.Zero) + "x" + src.LSIT`, `28: unknown column "LSIT"; did you mean "LIST"?`},
		{`src.N * 2`, `4: * needs numbers, and src.N is a text; num(src.N) reads a number`},
		{`src.A + src.N`, `4: + needs numbers, and src.A is a text; num(src.A) reads a number`},
		{`src.N == 1`, `6: == compares a text with a number; num(src.N) reads a number, and quotes make a text of 1`},
		{`uper(src.A)`, `0: unknown function uper; did you mean "upper"?`},
		{`now()`, `0: unknown function now`},
		{`filter([1], true)`, `0: unknown function filter`},
		{`NAME`, `0: unknown name NAME; columns stand under src: src.NAME`},
		{`src`, `0: unknown name src; name a column: src.COLUMN`},
		{`$env`, `0: unknown name $env`},
		{`src.A matches "a+"`, `6: the operator matches is not part of this language`},
		{`2 ** 3`, `2: the operator ** is not part of this language`},
		{`1..3`, `1: the operator .. is not part of this language`},
		{`{"a": 1}`, `is not part of this language`},
		{`let x = 1; x`, `is not part of this language`},
		{`src.A ? 1 : 2`, `a condition must be true or false, not a text; compare it with something`},
		{`trim(1)`, `5: trim needs a text here, not a number`},
		{`trim()`, `0: trim does not take 0 arguments`},
		{`date(src.D, src.A)`, `date needs a text in quotes here`},
		{`date(src.D, "YYYY")`, `"YYYY" in the layout "YYYY" means nothing`},
		{`upper(src.A`, `the expression cannot be read`},
		{``, `the expression cannot be read`},
		{`0.12345678901234567891 * 2`, `a number of more than 15 digits`},
		{`src.A < null`, `< cannot order a text and null`},
		{`src.A.B`, `is not part of this language`},
		{`src?.A`, `is not part of this language`},
		{`src.A in "x"`, `in needs a list, not a text`},
	}
	for _, tt := range tests {
		_, problems := Compile(tt.source, Options{Columns: columns()})
		var all []string
		for _, p := range problems {
			all = append(all, fmt.Sprintf("%d: %s; %s", p.Offset, p.Message, p.Hint))
		}
		if !strings.Contains(strings.Join(all, "\n"), tt.want) {
			t.Errorf("%s: got %q, want %q", tt.source, all, tt.want)
		}
	}
}

func TestCondition(t *testing.T) {
	record := map[string]any{"state": "draft", "amount_total": 12.5, "ref": false, "n": 3}
	tests := []struct {
		source string
		want   bool
	}{
		{`state == "draft"`, true},
		{`state != "draft"`, false},
		{`state in ["sent", "draft"] and amount_total > 12`, true},
		{`ref == "x"`, false},
		{`ref == false`, true},
		{`n == 3`, true},
		{`missing == null`, true},
	}
	for _, tt := range tests {
		c, problems := CompileCondition(tt.source)
		if len(problems) > 0 {
			t.Fatal(tt.source, problems)
		}
		got, err := c.Holds(func(f string) any { return record[f] })
		if err != nil || got != tt.want {
			t.Errorf("%s: %v, %v", tt.source, got, err)
		}
	}
	if _, problems := CompileCondition(`"a"`); len(problems) != 1 {
		t.Errorf("a text passes as a condition: %v", problems)
	}
}

func TestColumns(t *testing.T) {
	p, problems := Compile(`src.A == "x" ? src.N : src.A`, Options{})
	if len(problems) > 0 || fmt.Sprint(p.Columns()) != "[A N]" || p.Type() != Text {
		t.Errorf("%v %v %v", problems, p.Columns(), p.Type())
	}
}

func BenchmarkRun(b *testing.B) {
	p, _ := Compile(`num(src.N) * 100`, Options{})
	var m Machine
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Run(p, func(int) (string, bool) { return "0.25", true }); err != nil {
			b.Fatal(err)
		}
	}
}
