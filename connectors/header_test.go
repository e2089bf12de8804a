package connectors_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
)

func TestColumnNames(t *testing.T) {
	for _, tc := range []struct{ header, names, nameless, repeated []string }{
		{[]string{"a", " b "}, []string{"a", "b"}, nil, nil},
		{[]string{"a", "", "a", ""}, []string{"a", "c2", "a_2", "c4"}, []string{"c2", "c4"}, []string{"a_2"}},
		{[]string{"a", "a", "a_2"}, []string{"a", "a_3", "a_2"}, nil, []string{"a_3"}},
		{[]string{"c2", ""}, []string{"c2", "c2_2"}, []string{"c2_2"}, nil},
	} {
		names, nameless, repeated := connectors.ColumnNames(tc.header)
		if !slices.Equal(names, tc.names) || !slices.Equal(nameless, tc.nameless) || !slices.Equal(repeated, tc.repeated) {
			t.Errorf("%q: %q %q %q", tc.header, names, nameless, repeated)
		}
	}
}

// TestRepeatedNames: one sentence tells all of them, however many there are.
func TestRepeatedNames(t *testing.T) {
	many := make([]string, 300)
	for i := range many {
		many[i] = fmt.Sprint("n_", i+2)
	}
	for want, names := range map[string][]string{
		"a_2: this name stands in the header before":                                                      {"a_2"},
		"a_2, b_2: these 2 names stand in the header before":                                              {"a_2", "b_2"},
		"n_2, n_3, n_4, n_5, n_6, n_7, n_8, n_9 and 292 more: these 300 names stand in the header before": many,
	} {
		if got := connectors.RepeatedNames(names); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

func TestHasHeader(t *testing.T) {
	for _, tc := range []struct {
		first []string
		below [][]string
		want  bool
	}{
		{[]string{"id", "name"}, [][]string{{"1", "a"}, {"2", "b"}}, true},
		{[]string{"1", "a"}, [][]string{{"2", "b"}, {"3", "c"}}, false},
		{[]string{"name", "2001", "2002", "2003"}, [][]string{{"a", "1", "2", "3"}, {"b", "4", "5", "6"}}, true},
		{[]string{"code", "city"}, [][]string{{"x", "y"}}, true},
		{[]string{"a"}, nil, true},
	} {
		if got, _ := connectors.HasHeader(tc.first, tc.below); got != tc.want {
			t.Errorf("%q above %q: %v, want %v", tc.first, tc.below, got, tc.want)
		}
	}
}

// TestManyNamesAlike names as many columns as a strange file may have in time that grows with their number.
func TestManyNamesAlike(t *testing.T) {
	const n = 100_000
	header := make([]string, n)
	for i := range header {
		header[i] = "c"
	}
	names, _, repeated := connectors.ColumnNames(header)
	if !connectors.Distinct(names) || len(repeated) != n-1 || names[n-1] != fmt.Sprint("c_", n) {
		t.Errorf("the last of %d names is %q", n, names[n-1])
	}
}
