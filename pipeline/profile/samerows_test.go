package profile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

func messagesOf(r *profile.Report, rule string) (out []string) {
	for _, f := range r.Findings {
		if f.Rule == rule {
			out = append(out, f.Table+": "+f.Message)
		}
	}
	return out
}

// TestTwoTablesOfTheSameRows are told, in whatever order the rows stand; one cell makes them another table.
func TestTwoTablesOfTheSameRows(t *testing.T) {
	const n = 300
	cells := func(i int) []string { return []string{fmt.Sprint("C", i), fmt.Sprint("name ", i/2), "x"} }
	first := made("customers", "no|name|kind", n, cells)
	turned := made("kunden", "nummer|name|art", n, func(i int) []string { return cells(n - 1 - i) })
	r := run(t, profile.Options{}, first, turned)
	if got := messagesOf(r, "table.same_rows"); !slices.Equal(got, []string{"kunden: the table holds the same 300 rows as customers"}) {
		t.Errorf("%q", got)
	}
	// Two cells of a column change places: every column holds what it did, the rows are others.
	swapped := made("swapped", "nummer|name|art", n, func(i int) []string {
		c := cells(i)
		if i == 10 || i == 12 {
			c[1] = cells(22 - i)[1]
		}
		return c
	})
	if got := messagesOf(run(t, profile.Options{}, first, swapped), "table.same_rows"); got != nil {
		t.Errorf("%q", got)
	}
	for name, f := range map[string]*fake{"a row less": made("less", "no|name|kind", n-1, cells), "a row twice": made("twice", "no|name|kind", n, func(i int) []string { return cells(max(1, i)) })} {
		if got := messagesOf(run(t, profile.Options{}, first, f), "table.same_rows"); got != nil {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := messagesOf(run(t, profile.Options{}, tableOf("a", "x|y\n1|yes\n2|no"), tableOf("b", "x|y\n1|yes\n2|no")), "table.same_rows"); got != nil {
		t.Errorf("two lists of two words: %q", got)
	}
}

// TestTablesAlikeButForSomeColumns are told with the columns that differ, also where the values are too many for memory.
func TestTablesAlikeButForSomeColumns(t *testing.T) {
	const n = 6_000
	make := func(name string, truth bool) *fake {
		header := "id|name|zip|phone|town"
		if truth {
			header = "truth|" + header
		}
		return made(name, header, n, func(i int) []string {
			c := []string{fmt.Sprint(i), fmt.Sprint("name ", i*7%5_003), fmt.Sprint(10_000 + i%900), fmt.Sprint("+49 30 ", 100_000+i), fmt.Sprint("town ", i%40)}
			if truth {
				c = append([]string{fmt.Sprint(i / 3)}, c...)
				if i == 77 {
					c[4] = "7.7E+15"
				}
			}
			return c
		})
	}
	for _, limit := range []int{0, 1_000} {
		r := run(t, profile.Options{DistinctCap: limit}, make("messy", false), make("with_truth", true))
		want := []string{"with_truth: the table has as many rows as messy, and 4 columns hold the same values in both, each as often; others differ: phone"}
		// Of a column in sample one value that differs may be none of it.
		if got := messagesOf(r, "table.same_columns"); limit == 0 && !slices.Equal(got, want) || len(got) != 1 || strings.HasSuffix(got[0], "a sample was compared") != (limit > 0) || !strings.Contains(got[0], "as many rows as messy") {
			t.Errorf("cap %d: %q", limit, got)
		}
	}
	months := made("june", "id|name|zip|phone|town", n, func(i int) []string {
		return []string{fmt.Sprint(i), fmt.Sprint("name ", i*11%4_999), fmt.Sprint(10_000 + i%901), fmt.Sprint("+49 30 ", 200_000+i), fmt.Sprint("town ", i%40)}
	})
	if got := messagesOf(run(t, profile.Options{}, make("may", false), months), "table.same_columns"); got != nil {
		t.Errorf("two months: %q", got)
	}
}

// TestChicago: two files of one list, of which a spreadsheet spoilt two cells.
func TestChicago(t *testing.T) {
	got := messagesOf(real(t, "dedup_chicago"), "table.same_columns")
	if len(got) != 1 || !strings.HasPrefix(got[0], "csv_example_messy_input: the table has as many rows as csv_example_input_with_true_ids, and ") || !strings.HasSuffix(got[0], "; others differ: Zip, Phone") {
		t.Errorf("%q", got)
	}
}
