package profile_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// made makes a table of n rows whose cells are a function of the row's number, from 0.
func made(name, header string, n int, cells func(i int) []string) *fake {
	f := &fake{table: connectors.Table{Name: name, Format: "csv", Columns: strings.Split(header, "|")}, size: 5_000}
	for i := range n {
		f.rows = append(f.rows, record.Row{Pos: record.Pos{Row: int64(i + 1), Line: int64(i + 2)}, Cells: cells(i)})
	}
	return f
}

func keysOf(r *profile.Report) [][]string {
	var out [][]string
	for _, k := range r.Sources[0].Keys {
		out = append(out, k.Columns)
	}
	return out
}

func TestSetsOfColumnsAreKeys(t *testing.T) {
	three := made("postings", "company|year|doc_no|text", 30_000, func(i int) []string {
		return []string{fmt.Sprint(i % 3), fmt.Sprint(2020 + i/3%4), fmt.Sprint(i / 12), "posting"}
	})
	if got := keysOf(run(t, profile.Options{}, three)); !reflect.DeepEqual(got, [][]string{{"company", "year", "doc_no"}}) {
		t.Errorf("keys %v, want company + year + doc_no", got)
	}
	four := made("stock", "plant|location_code|item_no|batch_no|qty", 24_000, func(i int) []string {
		return []string{fmt.Sprint("P", i%2), fmt.Sprint(i / 2 % 5), fmt.Sprint(i / 10 % 40), fmt.Sprint(i / 400), fmt.Sprint(i % 7)}
	})
	if got := keysOf(run(t, profile.Options{}, four)); !reflect.DeepEqual(got, [][]string{{"plant", "location_code", "item_no", "batch_no"}}) {
		t.Errorf("keys %v, want plant + location_code + item_no + batch_no", got)
	}
}

// TestASetThatBreaksLate holds for all rows that are tried in memory and fails in the last.
func TestASetThatBreaksLate(t *testing.T) {
	const n = 90_000
	lines := func(broken bool) *fake {
		return made("lines", "order_no|line_no|text", n, func(i int) []string {
			text := fmt.Sprint("text ", i)
			if broken && i == n-1 {
				i = 17
			}
			return []string{fmt.Sprint(i / 3), fmt.Sprint(i % 3), text[:6]}
		})
	}
	if r := run(t, profile.Options{}, lines(false)); !r.Sources[0].HasKey("order_no", "line_no") {
		t.Errorf("keys %v, want order_no + line_no", keysOf(r))
	}
	if r := run(t, profile.Options{}, lines(true)); r.Sources[0].HasKey("order_no", "line_no") || finding(r, "table.no_key") == nil {
		t.Errorf("keys %v, want none", keysOf(r))
	}
}

func TestAnAccidentIsNoKey(t *testing.T) {
	r := run(t, profile.Options{}, made("visits", "town|remark|height|width", 40, func(i int) []string {
		return []string{fmt.Sprint("town ", i%20), fmt.Sprint("remark ", i*7%23), fmt.Sprint(i * 3 % 31), fmt.Sprint(i * 5 % 37)}
	}))
	if got := keysOf(r); len(got) != 0 {
		t.Errorf("keys %v, want none: forty rows differ in any two columns by chance", got)
	}
	r = run(t, profile.Options{}, made("names", "name|street", 5_000, func(i int) []string {
		return []string{fmt.Sprint("N", max(10, i)), fmt.Sprint("S", i%50)}
	}))
	if got := keysOf(r); len(got) != 0 {
		t.Errorf("keys %v, want none: names that repeat ten times differ in the street by chance", got)
	}
}

func TestDeclaredKeyOfSeveralColumns(t *testing.T) {
	f := tableOf("t", "a|b|c\n1|1|x\n1|2|y\n2|1|z\n1|2|w")
	for _, c := range []struct {
		key  []string
		want bool // that it is refused
	}{{[]string{"a", "b"}, true}, {[]string{"b", "c"}, false}, {[]string{"a", "missing"}, false}} {
		r, err := profile.Run(t.Context(), []profile.Input{{Name: "t", Source: f, Key: c.key}}, profile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := finding(r, "table.key_not_unique"); (got != nil) != c.want {
			t.Errorf("%v: %+v", c.key, got)
		}
	}
}

// TestDuplicateRowsAreExact counts them among more rows than any partition keeps in memory.
func TestDuplicateRowsAreExact(t *testing.T) {
	const n = 120_000
	f := made("t", "a|b", n, func(i int) []string {
		if i%1000 == 999 {
			i -= 500
		}
		return []string{fmt.Sprint("A", i), fmt.Sprint(i % 13)}
	})
	dir := t.TempDir()
	r := run(t, profile.Options{TempDir: dir, DistinctCap: 1_000}, f)
	if got := r.Sources[0].DuplicateRows; got != n/1000 {
		t.Errorf("%d duplicate rows, want %d", got, n/1000)
	}
	if d := finding(r, "table.duplicate_rows"); d == nil || d.Row != 1_000 || d.Line != 1_001 || !strings.HasSuffix(d.Message, "the first to row 500") {
		t.Errorf("%+v", d)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	// Cells that change places make another row.
	if r := run(t, profile.Options{}, tableOf("t", "a|b\nx|y\ny|x\n|x\nx|")); r.Sources[0].DuplicateRows != 0 {
		t.Errorf("%d duplicate rows, want none", r.Sources[0].DuplicateRows)
	}
}

func TestNearDuplicateRows(t *testing.T) {
	r := run(t, profile.Options{}, tableOf("t", "name|town\nACME Ltd|Bonn\nGlobex|Ulm\nAcme  ltd|BONN \nGlobex|Ulm\nGLOBEX|Ulm\nÉcole|Lyon\nÉCOLE|Lyon"))
	s := r.Sources[0]
	if s.DuplicateRows != 1 || s.NearDuplicate != 3 {
		t.Errorf("%d duplicates, %d but for case and blanks; want 1 and 3", s.DuplicateRows, s.NearDuplicate)
	}
	if f := finding(r, "table.near_duplicate_rows"); f == nil || f.Row != 3 || f.Line != 0 || f.Rows != 3 || !strings.HasSuffix(f.Message, "the first to row 1") {
		t.Errorf("%+v", f)
	}
	if r := run(t, profile.Options{}, tableOf("t", "id|name\n1|ACME\n2|Acme")); r.Sources[0].NearDuplicate != 0 {
		t.Errorf("rows with numbers of their own: %d", r.Sources[0].NearDuplicate)
	}
}

func TestOddRows(t *testing.T) {
	r := run(t, profile.Options{}, tableOf("sales", `
No|Customer|Amount|Tax
1|Total Wine & More|10|2
NO|customer|AMOUNT|tax
2|Sum Ltd|20|4
Summe 2023:||30|
3|Meier|5|1
Total général||35|
`))
	s := r.Sources[0]
	if s.HeaderRows != 1 || s.TotalRows != 2 {
		t.Errorf("%d header rows, %d total rows; want 1 and 2", s.HeaderRows, s.TotalRows)
	}
	if f := finding(r, "table.total_rows"); f == nil || f.Row != 4 {
		t.Errorf("%+v", f)
	}
}

func TestRingsAreNamed(t *testing.T) {
	r := run(t, profile.Options{},
		tableOf("depts", "dept_id|boss_emp_id\nD1|E1\nD2|"), tableOf("emps", "emp_id|desk_id\nE1|K1\nE2|K2"),
		tableOf("desks", "desk_id|dept_id\nK1|D1\nK2|D2"), tableOf("badges", "badge_id|emp_id\nB1|E1\nB2|E2"))
	want := [][]string{{"depts.boss_emp_id", "emps.desk_id", "desks.dept_id"}}
	if !reflect.DeepEqual(r.Cycles, want) {
		t.Errorf("cycles %v, want %v", r.Cycles, want)
	}
	if f := finding(r, "relation.cycle"); f == nil || f.Column != "boss_emp_id" || !strings.HasSuffix(f.Message, "depts.boss_emp_id → emps.desk_id → desks.dept_id → depts") {
		t.Errorf("%+v", f)
	}
	at := func(table string) int { return slices.Index(r.LoadOrder, table) }
	if len(r.LoadOrder) != 4 || at("depts") > at("desks") || at("desks") > at("emps") || at("emps") > at("badges") {
		t.Errorf("load order %v", r.LoadOrder)
	}
}

// TestKeysOnDiskAreReferredTo joins tables whose keys are too many for memory, with and without their zeros.
func TestKeysOnDiskAreReferredTo(t *testing.T) {
	const n = 20_000
	customers := func(format string) *fake {
		return made("customers", "customer_no|x", n, func(i int) []string { return []string{fmt.Sprintf(format, i+1), "x"} })
	}
	orders := made("orders", "order_no|customer_no", 3_000, func(i int) []string { return []string{fmt.Sprint("O", i), fmt.Sprint(19_001 + i/2)} })
	for _, c := range []struct {
		format string
		strip  bool
	}{{"%d", false}, {"%08d", true}} {
		r := run(t, profile.Options{DistinctCap: 2_000}, customers(c.format), orders)
		if len(r.Relations) != 1 {
			t.Fatalf("%s: relations %+v", c.format, r.Relations)
		}
		rel := r.Relations[0]
		if rel.To.String() != "customers.customer_no" || rel.StripZeros != c.strip || rel.OrphanCount != 500 || rel.OrphanRows != 1_000 {
			t.Errorf("%s: %+v", c.format, rel)
		}
	}
}

func TestTwoListsOfOneKindAreNoReference(t *testing.T) {
	list := func(name string, from int) *fake {
		return made(name, "record_id|x", 400, func(i int) []string { return []string{fmt.Sprint("rec-", from+i), fmt.Sprint(i % 7)} })
	}
	if r := run(t, profile.Options{}, list("spring", 0), list("autumn", 100)); len(r.Relations) != 0 {
		t.Errorf("relations %+v, want none", r.Relations)
	}
}

func TestNoKeysReadsOnce(t *testing.T) {
	f := tableOf("t", "a|b\n1|x\n1|y\n2|x")
	f.once = true
	r := run(t, profile.Options{NoKeys: true}, f)
	if len(r.Sources[0].Keys) != 0 || finding(r, "table.no_key") != nil {
		t.Errorf("keys %v, rules %v", r.Sources[0].Keys, rules(r))
	}
}

// TestLargeFilesGiveOneReport profiles a file whose columns go to disk in several ways.
func TestLargeFilesGiveOneReport(t *testing.T) {
	src := large(t, 60_000)
	profiled := func(workers, batch int) string {
		again, err := csvfile.Open(t.Context(), src.File().Path, connectors.Options{BatchBytes: batch})
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		r, err := profile.Run(t.Context(), []profile.Input{{Name: "volume", Source: again}}, profile.Options{Now: now, Workers: workers, DistinctCap: 3_000, ShowPersonal: true})
		if err != nil {
			t.Fatal(err)
		}
		return jsonOf(t, r)
	}
	want := profiled(1, 0)
	for _, o := range [][2]int{{4, 0}, {16, 100_000}, {2, 1_000_000}} {
		if got := profiled(o[0], o[1]); got != want {
			t.Errorf("%d workers, batches of %d bytes: another report", o[0], o[1])
		}
	}
}

func TestRowsThatAreAllEqual(t *testing.T) {
	r := run(t, profile.Options{}, made("t", "a|b", 50_000, func(int) []string { return []string{"x", ""} }))
	if s := r.Sources[0]; s.DuplicateRows != 49_999 || s.NearDuplicate != 0 || s.Columns[0].Distinct != 1 {
		t.Errorf("%d duplicate rows, %d nearly", s.DuplicateRows, s.NearDuplicate)
	}
}
