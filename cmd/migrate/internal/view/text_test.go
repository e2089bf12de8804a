package view

import (
	"strings"
	"testing"
)

func TestTableFits(t *testing.T) {
	long := strings.Repeat("very ", 40)
	for _, width := range []int{40, 80, 120} {
		table := Table{Head: []string{"Name", "Rows", "What"}, Right: []int{1}, Width: width, Indent: 2,
			Rows: [][]string{{long, "1,234,567", long}, {"日本語の会社名が長い場合もある、とても長い名前です", "1", "x"}, {"a\x1b[31mb\nc", "", ""}}}
		var b strings.Builder
		if _, err := table.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			line = strings.TrimSuffix(line, "\n")
			if displayWidth(line) > width || strings.TrimRight(line, " ") != line || strings.ContainsRune(line, '\x1b') {
				t.Errorf("width %d: %q takes %d", width, line, displayWidth(line))
			}
		}
		if !strings.Contains(b.String(), "1,234,567") {
			t.Errorf("width %d: the number was cut:\n%s", width, b.String())
		}
	}
}

func TestWrap(t *testing.T) {
	if got, want := Wrap("one two three four", 12, 2), "  one two\n  three four\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNumbersForPeople(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
	for share, want := range map[float64]string{0: "0 %", 1: "100 %", 0.9999: ">99.9 %", 0.00001: "<0.1 %", 0.7962: "79.6 %"} {
		if got := Percent(share); got != want {
			t.Errorf("Percent(%v) = %q, want %q", share, got, want)
		}
	}
	if got := Count(2, "query"); got != "2 queries" {
		t.Errorf("Count = %q", got)
	}
}
