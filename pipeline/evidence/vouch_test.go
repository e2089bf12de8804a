package evidence

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/checksum"
)

// vouchedBundle is the bundle with a draw of 2 records and 3 rows, with the tables as change leaves them.
func vouchedBundle(t *testing.T, change func(draw []string, items [][]string) [][]string) []byte {
	t.Helper()
	root, err := MeantRoot(testKey, seq(testRecords()...))
	if err != nil {
		t.Fatal(err)
	}
	digest, err := checksum.ParseDigest(root)
	if err != nil {
		t.Fatal(err)
	}
	seed := checksum.Seed(digest, "lucky 7")
	records, rows := checksum.NewDraw(seed, 2), checksum.NewDraw(seed, 3)
	for _, v := range testRecords() {
		if !v.Missing {
			records.Add("odoo/" + v.ExternalID)
		}
	}
	for i := range 8 {
		rows.Add("source/customers/" + strconv.Itoa(i+1))
	}
	var items [][]string
	for _, ticket := range rows.Drawn() {
		items = append(items, []string{"5", strconv.Itoa(len(items) + 1), "source", "random", "customers", strings.TrimPrefix(ticket, "source/customers/"), "", "", "passed"})
	}
	for _, ticket := range records.Drawn() {
		items = append(items, []string{"5", strconv.Itoa(len(items) + 1), "odoo", "random", "", "", "m", strings.TrimPrefix(ticket, "odoo/"), "unticked"})
	}
	draw := []string{"5", root, "lucky 7", seed.String(), "customers 8, orders 0", "3", "2", "3", "0", "2", "Ann"}
	items = change(draw, items)
	b := testBundle(t)
	b.Sheets[0] = Sheet{Name: sourcesName, Head: []string{"source", "file", "several", "sha256", "rows", "damaged"}, Rows: seq(
		[]string{"orders", "o.csv", "yes", "00", "0", "0"}, []string{"customers", "c.csv", "", "00", "7", "1"})}
	b.Sheets = append(b.Sheets,
		Sheet{Name: DrawsName, Head: []string{"draw", "root", "nonce", "seed", "sources", "rows", "records", "passed", "failed", "unticked", "by"}, Rows: seq(draw)},
		Sheet{Name: VouchedName, Head: []string{"draw", "item", "direction", "drawn", "source", "nth", "model", "external_id", "result"}, Rows: seq(items...)})
	out, _ := written(t, b)
	return out
}

// A draw is drawn again from what is in the bundle, and what is told of it adds up; Go and Python say the same.
func TestVouchedBundle(t *testing.T) {
	same := func(_ []string, items [][]string) [][]string { return items }
	v := checkGo(t, vouchedBundle(t, same), given{})
	for _, want := range []string{"vouched by Ann: draw 5, 3 passed, 0 failed, 2 not ticked", "draw 5: 2 items not ticked"} {
		if !slices.Contains(v.Notes, want) {
			t.Errorf("%q is not among %q", want, v.Notes)
		}
	}
	bothSay(t, vouchedBundle(t, same), given{})
	const at = "vouch_draws.csv:2: draw 5: "
	notDrawn := at + "its items are not those that its seed draws"
	for name, c := range map[string]struct {
		change func(draw []string, items [][]string) [][]string
		wrong  []string
	}{
		"a record nobody drew": {func(_ []string, items [][]string) [][]string {
			for _, id := range []string{"shop.cust_a", "shop.cust_b", "shop.cust_c", "shop.cust_e"} {
				if items[3][7] != id && items[4][7] != id {
					items[3][7] = id
					break
				}
			}
			return items
		}, []string{notDrawn}},
		"a row nobody drew":              {func(_ []string, items [][]string) [][]string { items[0][5] = "9"; return items }, []string{at + "item 1 is none that it can have", notDrawn}},
		"an item is left out":            {func(draw []string, items [][]string) [][]string { draw[7] = "2"; return slices.Delete(items, 2, 3) }, []string{at + "item 4 is none that it can have", at + "item 5 is none that it can have", notDrawn}},
		"by value in place of at random": {func(_ []string, items [][]string) [][]string { items[0][3] = "value"; return items }, []string{notDrawn}},
		"a result of another kind": {func(draw []string, items [][]string) [][]string {
			items[4][8], draw[9] = "waived", "1"
			return items
		}, []string{at + "item 5 is none that it can have"}},
		"an item twice": {func(draw []string, items [][]string) [][]string {
			draw[7] = "4"
			return append(items[:1:1], items...)
		}, []string{at + "item 1 is none that it can have", at + "item 2 is none that it can have", at + "item 3 is none that it can have", at + "item 4 is none that it can have", at + "item 5 is none that it can have"}},
		"a row that its source does not have": {func(draw []string, items [][]string) [][]string {
			draw[7] = "4"
			return append(items, []string{"5", "6", "source", "value", "customers", "999", "", "", "passed"})
		}, []string{at + "item 6 is none that it can have"}},
		"a direction of its own": {func(_ []string, items [][]string) [][]string { items[4][2] = "sideways"; return items },
			[]string{at + "item 5 is none that it can have", notDrawn}},
		"less than none": {func(draw []string, items [][]string) [][]string {
			draw[6], draw[9] = "-1", "0"
			return items[:3]
		}, []string{at + "nobody can draw so many or so few again"}},
		"another nonce": {func(draw []string, items [][]string) [][]string { draw[2] = "lucky 8"; return items },
			[]string{at + "its seed is not that of its root and nonce", notDrawn}},
		"a cross made a tick": {func(_ []string, items [][]string) [][]string { items[4][8] = "passed"; return items },
			[]string{at + "4 items are passed, it says 3", at + "1 items are unticked, it says 2"}},
		"an item of no draw": {func(_ []string, items [][]string) [][]string {
			return append(items, []string{"6", "1", "odoo", "random", "", "", "m", "x", "passed"})
		},
			[]string{"vouched.csv:7: there is no draw 6"}},
		"no number": {func(draw []string, items [][]string) [][]string { draw[5] = "many"; return items }, []string{"vouch_draws.csv: it cannot be read as what it is"}},
	} {
		t.Run(name, func(t *testing.T) { bothSay(t, vouchedBundle(t, c.change), given{}, c.wrong...) })
	}
	older := vouchedBundle(t, func(draw []string, items [][]string) [][]string { draw[4] = "customers 7, orders 0"; return items[:4] })
	if v := checkGo(t, older, given{}); !slices.Contains(v.Notes, "draw 5: it was drawn from other records or rows than these") {
		t.Errorf("%q", v.Notes)
	}
}

// The root that a draw rests on is the manifest's.
func TestMeantRoot(t *testing.T) {
	root, err := MeantRoot(testKey, seq(testRecords()...))
	if err != nil {
		t.Fatal(err)
	}
	b, _ := written(t, testBundle(t))
	if text := fileOf(t, b, ManifestName); !strings.Contains(text, fmt.Sprintf("%q: %q", "meant_root", root)) {
		t.Errorf("%s is not the root in %s", root, text)
	}
}

// What has no disposition is counted by both verifiers; a disposition that was written into the bundle afterwards shows.
func TestDispositionsInABundle(t *testing.T) {
	b := testBundle(t)
	b.Sheets = append(slices.DeleteFunc(b.Sheets, func(s Sheet) bool { return s.Name == "rejects.csv" }),
		Sheet{Name: "rejects.csv", Head: []string{"row", "reason", "disposition", "approver"}, Rows: seq([]string{"3", "gone", "accepted", "Ann"}, []string{"4", "no date", "", ""})},
		Sheet{Name: "outcomes.csv", Head: []string{"external_id"}, Rows: seq([]string{"of an older program"})},
		Sheet{Name: "differences.csv", Head: []string{"field", "disposition"}, Rows: seq([]string{"name", ""})})
	out, _ := written(t, b)
	if v := checkGo(t, out, given{}); !slices.Contains(v.Notes, "2 of 3 rejects, exclusions and differences have no disposition") {
		t.Errorf("%q", v.Notes)
	}
	bothSay(t, out, given{})
	bothSay(t, edited(t, out, "rejects.csv", "no date,,", "no date,accepted,Ann"), given{}, "rejects.csv: it is not what the manifest says")
}

// Forged numbers of rows keep nobody waiting.
func TestDrawable(t *testing.T) {
	for _, c := range []struct {
		rows map[string]int64
		want bool
	}{
		{map[string]int64{"a": mostRows - 1, "b": 1}, true},
		{map[string]int64{"a": mostRows, "b": 1}, false},
		{map[string]int64{"a": math.MaxInt64, "b": math.MaxInt64}, false},
		{map[string]int64{"a": math.MinInt64, "b": mostRows + 1}, false},
	} {
		if got := drawable(c.rows); got != c.want {
			t.Errorf("%v: %v", c.rows, got)
		}
	}
}
