package expression

import (
	"reflect"
	"testing"
	"time"
)

// FuzzExpression: whatever is written, the compiler answers with problems at places of the text, and what it takes runs
// to an end, twice to the same, without a panic, and makes what the compiler said it makes.
func FuzzExpression(f *testing.F) {
	for _, g := range library {
		for _, e := range g.entries {
			for _, x := range e.examples {
				f.Add(x[0], "12,50", "19960704")
			}
		}
	}
	for _, source := range []string{`num(src.A, ",") / 3`, `date(src.B, "yyyyMMdd")`, `src.A == "x" ? src.B : null`, `not (src.A in [src.B, null]) and src.A contains "1"`,
		`src["A"] ?? src.B`, `-num("9e399")`, `1e300 * 1e300`, `99999999999999999999`, `((((1))))`, `[[1], [src.A]] == [[1], ["x"]]`, `src.A | upper()`, `0x1F + 1_000`, "\"a\" + `b`",
		`item(split(src.A, ","), 1) > 1`, `true ? 1 : "a"`, `src.A + src.B`, `1 in 2`, `"é" startsWith src.A`, `$env`, `len([null])`, `{}`, `#`, `a?.b`, `1..2`} {
		f.Add(source, "12,50", "")
	}
	f.Fuzz(func(t *testing.T, source, a, b string) {
		begin := time.Now()
		p, problems := Compile(source, Options{Columns: []string{"A", "B"}})
		for _, q := range problems {
			if q.Offset < 0 || q.Offset > len([]rune(source)) || q.Message == "" {
				t.Errorf("%q: a problem nowhere: %+v", source, q)
			}
		}
		if len(problems) > 0 {
			return
		}
		cells := map[string]string{"A": a, "B": b}
		row := func(i int) (string, bool) { v := cells[p.Columns()[i]]; return v, v != "" }
		var m, fresh Machine
		v, err := m.Run(p, row)
		if err == nil && v != nil && !is(v, p.Type()) {
			t.Errorf("%q makes %s, and the compiler says %s", source, describe(v), p.Type())
		}
		if err != nil && err.Error() == "" {
			t.Errorf("%q: an error without a message", source)
		}
		for _, again := range []*Machine{&m, &fresh} {
			w, err2 := again.Run(p, row)
			if !reflect.DeepEqual(v, w) || (err == nil) != (err2 == nil) {
				t.Errorf("%q makes %v and %v (%v, %v)", source, v, w, err, err2)
			}
		}
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%q took %s", source, took)
		}
	})
}
