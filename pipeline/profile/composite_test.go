package profile_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// together lists the relations of several columns, as "a.x + y -> b.x + y".
func together(r *profile.Report) (out []string) {
	for _, rel := range r.Relations {
		if len(rel.FromColumns) > 0 {
			out = append(out, rel.From.String()+" -> "+rel.To.String())
		}
	}
	return out
}

// orderLines has four lines an order, known by the order's number and the line's.
func orderLines(n int) *fake {
	return made("order_lines", "order_no|line_no|sku", n, func(i int) []string {
		return []string{fmt.Sprint(5000 + i/4), fmt.Sprint(10 * (i%4 + 1)), fmt.Sprint("S", i%7)}
	})
}

// shipments refer to every second line; the last three name lines that there are not.
func shipments(n int) *fake {
	return made("shipments", "shipment_id|order_no|line_no|carrier", n, func(i int) []string {
		order, line := 5000+i/2, 10+20*(i%2)
		if i >= n-3 {
			order, line = 5000, 70+i/(n-1) // 70, 70 and 71
		}
		if i == 3 {
			return []string{fmt.Sprint("X", i), fmt.Sprint(order), "", "UPS"}
		}
		return []string{fmt.Sprint("X", i), fmt.Sprint(order), fmt.Sprint(line), "UPS"}
	})
}

func TestSeveralColumnsReferTogether(t *testing.T) {
	r := run(t, profile.Options{}, shipments(100), orderLines(400))
	if got := together(r); !slices.Equal(got, []string{"shipments.order_no + line_no -> order_lines.order_no + line_no"}) {
		t.Fatalf("%q", got)
	}
	i := slices.IndexFunc(r.Relations, func(rel profile.Relation) bool { return len(rel.FromColumns) > 0 })
	rel := r.Relations[i]
	want := profile.Relation{From: profile.ColumnRef{Table: "shipments", Column: "order_no + line_no"}, To: profile.ColumnRef{Table: "order_lines", Column: "order_no + line_no"},
		FromColumns: []string{"order_no", "line_no"}, ToColumns: []string{"order_no", "line_no"}, Coverage: 96.0 / 99, Confidence: 0.99,
		Reason: "same name; 96 of 98 sets of values stand in the key", OrphanRows: 3, OrphanCount: 2,
		Orphans: []profile.Sample{{Value: "5000 + 70", Rows: 2, Row: 98, Line: 99}, {Value: "5000 + 71", Rows: 1, Row: 100, Line: 101}}}
	if !reflect.DeepEqual(rel, want) {
		t.Errorf("%+v\nwant %+v", rel, want)
	}
	if !slices.Equal(r.LoadOrder, []string{"order_lines", "shipments"}) {
		t.Errorf("load order %v", r.LoadOrder)
	}
	f := finding(r, "relation.orphans")
	if f == nil || f.Table != "shipments" || f.Column != "order_no + line_no" || f.Rows != 3 || f.Row != 98 || f.Line != 99 || f.Raw != "5000 + 70" ||
		f.Message != "3 rows name 2 values that order_lines.order_no + line_no lacks" {
		t.Errorf("%+v", f)
	}
	raw, err := json.Marshal(rel)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		From, To             struct{ Table, Column string }
		Coverage             float64
		Orphans              []profile.Sample
		FromColumns, Columns []string `json:"-"`
	}
	if err := json.Unmarshal(raw, &read); err != nil || read.From.Column != "order_no + line_no" || read.To.Table != "order_lines" || len(read.Orphans) != 2 ||
		!strings.Contains(string(raw), `"from_columns":["order_no","line_no"],"to_columns":["order_no","line_no"]`) {
		t.Errorf("%s, %v", raw, err)
	}
	for column, want := range map[string]bool{"order_no": true, "line_no": true, "carrier": false, "order_no + line_no": false} {
		if rel.Names("shipments", column) != want || rel.Names("order_lines", column) {
			t.Errorf("the relation names %s: %v, want %v", column, !want, want)
		}
	}
}

func TestWhatColumnsReferTogether(t *testing.T) {
	postings := func(name string, n int) *fake {
		return made(name, "company|year|doc_no|text", n, func(i int) []string {
			return []string{fmt.Sprint(i % 3), fmt.Sprint(2020 + i/3%4), fmt.Sprint(i / 12), "posting"}
		})
	}
	stock := made("stock", "product_id|location_id|qty", 60, func(i int) []string {
		return []string{fmt.Sprint("PR-", 100+i/2), fmt.Sprint("LOC-", 10+i%2+i/20*2), fmt.Sprint(i % 5)}
	})
	products := made("products", "product_id|name", 30, func(i int) []string { return []string{fmt.Sprint("PR-", 100+i), fmt.Sprint("n ", i)} })
	locations := made("locations", "location_id|name", 8, func(i int) []string { return []string{fmt.Sprint("LOC-", 10+i), fmt.Sprint("l ", i)} })
	for name, c := range map[string]struct {
		sources []*fake
		want    []string
	}{
		"three columns, in another order and under longer names": {[]*fake{postings("postings", 6_000), made("payments", "pay_doc_no|pay_company|pay_year|amount", 500, func(i int) []string {
			i *= 11
			return []string{fmt.Sprint(i / 12), fmt.Sprint(i % 3), fmt.Sprint(2020 + i/3%4), fmt.Sprint(i, ".50")}
		})}, []string{"payments.pay_company + pay_year + pay_doc_no -> postings.company + year + doc_no"}},
		"names that say nothing, but each refers to the same table": {[]*fake{stock, products, locations, made("moves", "article|place|text", 45, func(i int) []string {
			return []string{fmt.Sprint("PR-", 100+i/2), fmt.Sprint("LOC-", 10+i%2+i/20*2), "m"}
		})}, []string{"moves.article + place -> stock.product_id + location_id"}},
		"the same, and half of it is not there": {[]*fake{stock, products, locations, made("moves", "article|place|text", 45, func(i int) []string {
			return []string{fmt.Sprint("PR-", 100+i/2), fmt.Sprint("LOC-", 10+(i*3)%8), "m"}
		})}, nil},
		"other values": {[]*fake{orderLines(400), made("shipments", "shipment_id|order_no|line_no", 100, func(i int) []string {
			return []string{fmt.Sprint("X", i), fmt.Sprint(9000 + i/2), fmt.Sprint(10 + 20*(i%2))}
		})}, nil},
		"each value is there, the sets are not": {[]*fake{made("order_lines", "order_no|line_no|sku", 400, func(i int) []string {
			return []string{fmt.Sprint(5000 + i/4), fmt.Sprint(100*(i/4) + i%4), fmt.Sprint("S", i%7)}
		}), made("shipments", "shipment_id|order_no|line_no", 90, func(i int) []string {
			return []string{fmt.Sprint("X", i), fmt.Sprint(5000 + i/2), fmt.Sprint(100*(i/2+1) + i%2)}
		})}, nil},
		"of two tables the larger, which the other is part of": {[]*fake{made("invoiced", "order_no|line_no|invoice", 200, func(i int) []string {
			return []string{fmt.Sprint(5000 + i/4), fmt.Sprint(10 * (i%4 + 1)), "I"}
		}), orderLines(400), made("texts", "text|order_no|line_no", 90, func(i int) []string {
			return []string{fmt.Sprint("text of ", i%4), fmt.Sprint(5000 + i/4), fmt.Sprint(10 * (i%4 + 1))}
		})}, []string{"invoiced.order_no + line_no -> order_lines.order_no + line_no", "texts.order_no + line_no -> order_lines.order_no + line_no"}},
		"elements beside one another": {[]*fake{made("notes", "_parent_row|_parent/OrderNo|LineNo|text", 80, func(i int) []string {
			return []string{fmt.Sprint(i/2 + 1), fmt.Sprint(700 + i/2), fmt.Sprint(i%2 + 1), "n"}
		}), made("texts", "_parent_row|_parent/OrderNo|LineNo|words", 70, func(i int) []string {
			return []string{fmt.Sprint(i/2 + 1), fmt.Sprint(700 + i/2), fmt.Sprint(i%2 + 1), "w"}
		})}, nil},
		"elements in one another": {[]*fake{made("lines", "_parent/OrderNo|LineNo|words", 80, func(i int) []string {
			return []string{fmt.Sprint(700 + i/2), fmt.Sprint(i%2 + 1), "w"}
		}), made("taxes", "_parent/_parent/OrderNo|_parent/LineNo|rate", 60, func(i int) []string {
			return []string{fmt.Sprint(700 + i/2), fmt.Sprint(i%2 + 1), fmt.Sprint(i % 3)}
		})}, []string{"taxes._parent/_parent/OrderNo + _parent/LineNo -> lines._parent/OrderNo + LineNo"}},
		"a parent in the same table": {[]*fake{made("accounts", "company|account_no|parent_account_no", 90, func(i int) []string {
			parent := ""
			if i > 8 {
				parent = fmt.Sprint(100 + i/9)
			}
			return []string{fmt.Sprint("C", i%3), fmt.Sprint(100 + i/3), parent}
		})}, []string{"accounts.company + parent_account_no -> accounts.company + account_no"}},
	} {
		r := run(t, profile.Options{}, c.sources...)
		if got := together(r); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q; keys %v", name, got, c.want, keysOf(r))
		}
	}
}

// TestPersonalValuesThatReferTogetherAreMasked: one column of a person is enough.
func TestPersonalValuesThatReferTogetherAreMasked(t *testing.T) {
	lines := func(name, extra string, n int) *fake {
		return made(name, extra+"|login|line_no", n, func(i int) []string {
			if name == "visits" && i > 56 {
				return []string{"visits", "huber000", fmt.Sprint(i)}
			}
			return []string{fmt.Sprint(name, i%9), fmt.Sprintf("huber%03d", i/4), fmt.Sprint(i % 4)}
		})
	}
	for _, show := range []bool{false, true} {
		r := run(t, profile.Options{ShowPersonal: show}, lines("visits", "room", 60), lines("bills", "amount", 64))
		f := finding(r, "relation.orphans")
		if f == nil || len(together(r)) != 1 {
			t.Fatalf("%q %+v", together(r), f)
		}
		i := slices.IndexFunc(r.Relations, func(rel profile.Relation) bool { return len(rel.FromColumns) > 0 })
		if clear := strings.Contains(f.Raw, "huber") || strings.Contains(r.Relations[i].Orphans[0].Value, "huber"); clear != show {
			t.Errorf("%q, %+v", f.Raw, r.Relations[i].Orphans)
		}
	}
}

// TestTablesAreReadAgainOnlyForAReason: no table has columns for another one's key, so none is read for it.
func TestTablesAreReadAgainOnlyForAReason(t *testing.T) {
	lines, others := orderLines(400), made("visits", "visit_id|room", 50, func(i int) []string { return []string{fmt.Sprint("V", i), fmt.Sprint(i % 5)} })
	run(t, profile.Options{}, lines)
	alone := lines.reads
	lines.reads = 0
	run(t, profile.Options{}, lines, others)
	if lines.reads != alone {
		t.Errorf("read %d times beside a table that does not refer to it, %d times alone", lines.reads, alone)
	}
}

// valued is a source that cannot be compared with another.
type valued struct {
	*fake
	_ []string
}

func TestSourcesNeedNotBeComparable(t *testing.T) {
	r, err := profile.Run(t.Context(), []profile.Input{{Name: "order_lines", Source: valued{fake: orderLines(400)}}, {Name: "shipments", Source: valued{fake: shipments(100)}}}, profile.Options{Now: now})
	if err != nil || len(together(r)) != 1 {
		t.Errorf("%v, %v", together(r), err)
	}
}
