package profile_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func TestColumnTypes(t *testing.T) {
	for _, c := range []struct {
		name, column string
		values       []string
		typ, detail  string // detail: layout, point or sum
		rule         string // one that must be among the findings; "" for none of column.*
	}{
		{"integers", "qty", []string{"1", "2", "-3", "40"}, profile.TypeInteger, "sum 40", ""},
		{"decimal point", "price", []string{"1.50", "2.25", "3"}, profile.TypeDecimal, "point . sum 6.75", ""},
		{"decimal comma", "price", []string{"1,50", "2,25", "1.000,5"}, profile.TypeDecimal, "point , group . sum 1004.25", ""},
		{"thousands comma", "price", []string{"1,234.50", "2,000", "5.25"}, profile.TypeDecimal, "point . group , sum 3239.75", ""},
		{"apostrophe", "price", []string{"1'234.50", "20.00"}, profile.TypeDecimal, "point . group ' sum 1254.5", ""},
		{"blank behind the point", "x", []string{"04. 12", "1 000.5", "1 2. 3"}, profile.TypeText, "", ""},
		{"minus behind", "amount", []string{"12.50-", "20.00"}, profile.TypeDecimal, "point . sum 7.5", "column.minus_after"},
		{"mixed decimals", "amount", []string{"1.50", "2.50", "3,75", "1.25"}, profile.TypeDecimal, "point . sum 5.25", "column.mixed_decimals"},
		{"thousands or not", "amount", []string{"1.234", "2.500", "7.125"}, profile.TypeDecimal, "point . sum 10.859", "column.number_ambiguous"},
		{"exponents", "ean", []string{"4.00638E+12", "4.00638E+12", "1"}, profile.TypeInteger, "sum 8012760000001", "column.exponents"},
		{"beyond 18 digits", "id", []string{"123456789012345678901234567890", "1"}, profile.TypeInteger, "sum 123456789012345678901234567891", ""},
		{"iso dates", "d", []string{"2020-01-31", "1999-12-01"}, profile.TypeDate, "layout yyyy-MM-dd", ""},
		{"midnight is a date", "d", []string{"1996-07-04 00:00:00.000", "1996-07-05 00:00:00.000"}, profile.TypeDate, "layout yyyy-MM-dd HH:mm:ss.SSS", ""},
		{"times", "d", []string{"2020-01-31T10:15:00Z", "2020-02-01T00:00:00Z"}, profile.TypeDateTime, "layout yyyy-MM-dd'T'HH:mm:ssXXX", ""},
		{"german dates", "d", []string{"31.01.2020", "1.2.2020"}, profile.TypeDate, "layout d.M.yyyy", ""},
		{"month first", "d", []string{"01/31/2020", "02/03/2020"}, profile.TypeDate, "layout MM/dd/yyyy", ""},
		{"month names", "d", []string{"31-Jan-2020", "02-Dec-2021"}, profile.TypeDate, "layout dd-MMM-yyyy", ""},
		{"compact dates", "CREATEDAT", []string{"20181003", "20181004"}, profile.TypeDate, "layout yyyyMMdd", ""},
		{"open end", "VALIDITY_ENDDATE", []string{"99991231", "20181004"}, profile.TypeDate, "layout yyyyMMdd", "column.open_end_dates"},
		{"numbers like dates", "id", []string{"20181003", "20181004", "20189999"}, profile.TypeInteger, "sum 60552006", ""},
		{"ambiguous dates", "d", []string{"01/02/2020", "03/04/2020"}, profile.TypeDate, "layout dd/MM/yyyy", "column.date_ambiguous"},
		{"mixed orders", "d", []string{"31/01/2020", "30/01/2020", "01/30/2020", "29/01/2020", "05/05/2020"}, profile.TypeDate, "layout dd/MM/yyyy", "column.mixed_date_order"},
		{"future", "orderDate", []string{"2020-01-31", "2062-01-31"}, profile.TypeDate, "layout yyyy-MM-dd", "column.future_dates"},
		{"ancient", "d", []string{"2020-01-31", "0098-07-31"}, profile.TypeDate, "layout yyyy-MM-dd", "column.ancient_dates"},
		{"no such day", "d", []string{"2019-02-29", "2019-13-01"}, profile.TypeText, "", ""},
		{"yes and no", "active", []string{"Y", "N", "y"}, profile.TypeBoolean, "", ""},
		{"flag", "blocked", []string{"X", "", "X"}, profile.TypeBoolean, "", ""},
		{"0 and 1", "discontinued", []string{"0", "1", "0"}, profile.TypeBoolean, "", ""},
		{"codes", "partner", []string{"0100000022", "0100000023", "0200000000"}, profile.TypeText, "digits", ""},
		{"lost zeros", "postalCode", []string{"05021", "12209", "5023", "10117", "99999"}, profile.TypeText, "digits", "column.lost_zeros"},
		{"null words", "region", []string{"NULL", "WA", "NULL", "OR"}, profile.TypeText, "", "column.null_words"},
		{"only null words", "region", []string{"NULL", "N/A", ""}, profile.TypeEmpty, "", "column.null_words"},
		{"one bad number", "qty", append(numbered(20, "%d"), "12O"), profile.TypeInteger, "sum 190", "column.breaks_type"},
		{"mojibake", "n", []string{"MÃ¼ller", "Meier"}, profile.TypeText, "", "column.mojibake"},
		{"umlauts are fine", "n", []string{"Müller", "Ærø", "日本"}, profile.TypeText, "", ""},
		{"lost characters", "n", []string{"M\ufffdller", "Meier"}, profile.TypeText, "", "column.replacement_character"},
		{"control", "n", []string{"a\x00b", "Meier"}, profile.TypeText, "", "column.control_characters"},
		{"no-break space", "n", []string{"a\u00a0b", "Meier"}, profile.TypeText, "", "column.odd_spaces"},
		{"outer space", "n", []string{" ab", "Meier"}, profile.TypeText, "", "column.outer_spaces"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, profile.Options{}, column(c.column, c.values...))
			p := r.Sources[0].Columns[0]
			if p.Type != c.typ {
				t.Errorf("%q: type %s, want %s", c.values, p.Type, c.typ)
			}
			if got := detail(&p); c.detail != "" && got != c.detail {
				t.Errorf("%q: %q, want %q", c.values, got, c.detail)
			}
			if f := finding(r, c.rule); f != nil && positioned[c.rule] && f.Row == 0 {
				t.Errorf("%q: %s has no row", c.values, c.rule)
			}
			if c.rule != "" && !slices.Contains(p.Findings, c.rule) || c.rule == "" && len(p.Findings) > 0 {
				t.Errorf("%q: findings %v, want %q", c.values, p.Findings, c.rule)
			}
		})
	}
}

// positioned are rules that lead to the first row they are about.
var positioned = map[string]bool{"column.mixed_decimals": true, "column.number_ambiguous": true, "column.exponents": true, "column.mixed_date_order": true,
	"column.future_dates": true, "column.ancient_dates": true, "column.lost_zeros": true, "column.breaks_type": true, "column.mojibake": true, "column.control_characters": true}

func detail(p *profile.Column) string {
	var out []string
	for _, d := range [][2]string{{"layout", p.Layout}, {"point", p.Point}, {"group", p.Group}, {"sum", p.Sum}} {
		if d[1] != "" {
			out = append(out, d[0]+" "+d[1])
		}
	}
	if p.Digits {
		out = append(out, "digits")
	}
	return strings.Join(out, " ")
}

func TestTableFindings(t *testing.T) {
	r := run(t, profile.Options{}, tableOf("sales", `
no|customer|amount|empty|client
1|A|10||100
2|B|20||100
!3,B,x,y,,100
no|customer|amount|empty|client
2|B|20||100
Total||50||
`))
	s := r.Sources[0]
	if s.Rows != 6 || s.Quarantined != 1 || s.DuplicateRows != 1 {
		t.Errorf("rows %d quarantined %d duplicates %d, want 6 1 1", s.Rows, s.Quarantined, s.DuplicateRows)
	}
	for _, want := range []string{"table.damaged_rows", "table.duplicate_rows", "table.header_rows", "table.total_rows", "table.no_key"} {
		if !slices.Contains(rules(r), want) {
			t.Errorf("%s is not among %v", want, rules(r))
		}
	}
	if first := r.Findings[0]; first.Severity != record.Error || first.Line != 4 {
		t.Errorf("first finding %+v, want the damaged row in line 4", first)
	}
}

func TestKeys(t *testing.T) {
	r := run(t, profile.Options{}, tableOf("customers", "name|customer_no\nAnna|C1\nBert|C2\nCarl|C3"),
		tableOf("lines", "order|pos|item\n1|1|A\n1|2|A\n2|1|A\n2|2|B"), tableOf("loose", "a|b\n1|x\n1|x\n2|y"))
	if got := r.Sources[0].Keys[0].Columns; !reflect.DeepEqual(got, []string{"customer_no"}) {
		t.Errorf("first key of customers %v, want customer_no", got)
	}
	if got := r.Sources[1].Keys; len(got) != 1 || !reflect.DeepEqual(got[0].Columns, []string{"order", "pos"}) {
		t.Errorf("keys of lines %v, want order+pos", got)
	}
	if got := r.Sources[2].Keys; len(got) != 0 {
		t.Errorf("keys of loose %v, want none", got)
	}
}

func TestRelations(t *testing.T) {
	customers := tableOf("customers", "customerID|city\nALFKI|Berlin\nANATR|Mexico\n!COMMI,Comércio, Mineiro,São Paulo\nVINET|Reims")
	orders := tableOf("orders", "orderID|customerID\n10248|VINET\n10249|ALFKI\n10250|COMMI\n10251|ANATR\n10252|VINET")
	lines := tableOf("lines", "orderID|pos|qty\n10248|1|2\n10248|2|4\n10249|1|6\n10999|1|8\n10250|1|3")
	r := run(t, profile.Options{}, lines, orders, customers)
	if len(r.Relations) != 2 {
		t.Fatalf("relations %+v, want two", r.Relations)
	}
	toOrders, toCustomers := r.Relations[0], r.Relations[1]
	if toOrders.From.String() != "lines.orderID" || toOrders.To.String() != "orders.orderID" || toOrders.Coverage != 0.8 || toOrders.Orphans[0].Value != "10999" {
		t.Errorf("got %+v", toOrders)
	}
	if toCustomers.To.String() != "customers.customerID" || toCustomers.Explained != 1 || toCustomers.OrphanCount != 1 {
		t.Errorf("got %+v", toCustomers)
	}
	if !slices.Contains(rules(r), "relation.orphans") || !slices.Contains(rules(r), "relation.orphans_quarantined") {
		t.Errorf("rules %v", rules(r))
	}
	if want := []string{"customers", "orders", "lines"}; !reflect.DeepEqual(r.LoadOrder, want) {
		t.Errorf("load order %v, want %v", r.LoadOrder, want)
	}
}

func TestRelationsByStrippingZeros(t *testing.T) {
	r := run(t, profile.Options{}, tableOf("partners", "PARTNERID|x\n0100|a\n0200|b\n0300|c"), tableOf("orders", "ORDERNO|PARTNERID\n1|100\n2|200\n3|100"))
	if len(r.Relations) != 1 || !r.Relations[0].StripZeros {
		t.Errorf("relations %+v, want one by stripping zeros", r.Relations)
	}
}

func TestTablesOfOneShapeAreNoReferences(t *testing.T) {
	months := func(name, more string) *fake {
		return tableOf(name, "account_id|name|debit|credit\n1000|Cash|1|2\n1100|Bank|3|4\n1200|Post|5|6\n1300|Card|7|8\n"+more)
	}
	r := run(t, profile.Options{}, months("january", "1400|Fees|1|1"), months("february", "1500|Rent|1|1"))
	if len(r.Relations) != 0 || slices.Contains(rules(r), "relation.orphans") {
		t.Errorf("relations %+v, rules %v: two months of one table do not refer to each other", r.Relations, rules(r))
	}
}

func TestAHandfulOfTextsIsNoReference(t *testing.T) {
	r := run(t, profile.Options{}, tableOf("a", "kind|explanation\nx|wrong day\ny|text here\nz|a real date"), tableOf("b", "n|explanation\n1|wrong day\n2|a real date\n3|empty cell\n4|formula"))
	if len(r.Relations) != 0 {
		t.Errorf("relations %+v, want none", r.Relations)
	}
}

// A finding about the lines above a table is personal where they hold an account number.
func TestAPersonalFindingOfAFileIsMasked(t *testing.T) {
	src := func() *fake {
		f := tableOf("statement", "date|amount\n2024-01-02|5\n2024-01-03|6")
		f.table.Findings = []record.Finding{{Severity: record.Note, Rule: "csv.lines_above_header", Raw: "Account 08088804068", Personal: true, Message: "a line stands above the header"}}
		return f
	}
	if shown := jsonOf(t, run(t, profile.Options{ShowPersonal: true}, src())); !strings.Contains(shown, "08088804068") {
		t.Error("the account is missing though personal data was asked for")
	}
	if masked := jsonOf(t, run(t, profile.Options{}, src())); strings.Contains(masked, "08088804068") {
		t.Error("the account stands in the masked report")
	}
}

func TestRing(t *testing.T) {
	r := run(t, profile.Options{}, tableOf("depts", "dept_id|boss_emp_id\nD1|E1\nD2|E2"), tableOf("emps", "emp_id|dept_id\nE1|D1\nE2|D2"))
	if len(r.LoadOrder) != 2 || !slices.Contains(rules(r), "relation.cycle") {
		t.Errorf("load order %v, rules %v", r.LoadOrder, rules(r))
	}
}

func TestSmallNumbersAreNoReference(t *testing.T) {
	r := run(t, profile.Options{}, tableOf("categories", "categoryID|n\n1|a\n2|b\n3|c"), tableOf("stock", "sku|quantity\nA1|1\nA2|2\nA3|3\nA4|1"))
	if len(r.Relations) != 0 {
		t.Errorf("relations %+v, want none", r.Relations)
	}
}

func TestPersonalDataIsMasked(t *testing.T) {
	src := func() *fake {
		return tableOf("contacts", "id|email|contactName|phone|city|fax|birthDate\n1|maria.brown@example.com|Maria Brown| 0171 555123|Ulm|49731998877|1971-02-03\n2|hugo@example.org|Hugo Boss|089 44556677|Bonn||2071-02-03")
	}
	shown := run(t, profile.Options{ShowPersonal: true}, src())
	masked := run(t, profile.Options{}, src())
	for _, secret := range []string{"maria.brown", "Brown", "hugo", "Hugo Boss", "555123", "44556677", "49731998877", "1971-02-03", "2071-02-03"} {
		if !strings.Contains(jsonOf(t, shown), secret) {
			t.Errorf("%q is missing though personal data was asked for", secret)
		}
		if strings.Contains(jsonOf(t, masked), secret) {
			t.Errorf("%q is in the masked report", secret)
		}
	}
	if !strings.Contains(jsonOf(t, masked), "Bonn") {
		t.Error("the city is masked, which tells nothing of a person")
	}
}

func jsonOf(t *testing.T, r *profile.Report) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestBeyondTheCap(t *testing.T) {
	const n = 30_000
	f := tableOf("t", "id|half|amount")
	for i := range n {
		f.rows = append(f.rows, record.Row{Pos: record.Pos{Row: int64(i + 1)}, Cells: []string{"K" + record.DecimalFromInt(int64(i)).String(), record.DecimalFromInt(int64(i / 2)).String(), "1.5"}})
	}
	r := run(t, profile.Options{DistinctCap: 1000}, f)
	id, half, amount := r.Sources[0].Columns[0], r.Sources[0].Columns[1], r.Sources[0].Columns[2]
	if id.Approximate || id.Distinct != n || !id.Unique {
		t.Errorf("id: distinct %d approximate %v unique %v", id.Distinct, id.Approximate, id.Unique)
	}
	if !half.Approximate || !near(half.Distinct, n/2) || half.Unique || half.Sum != "224985000" {
		t.Errorf("half: distinct %d unique %v sum %s", half.Distinct, half.Unique, half.Sum)
	}
	if amount.Sum != "45000" || amount.Approximate {
		t.Errorf("amount: sum %s", amount.Sum)
	}
	if !r.Sources[0].HasKey("id") {
		t.Errorf("keys %v, want id", r.Sources[0].Keys)
	}
}

func near(got, want int64) bool { return got > want*97/100 && got < want*103/100 }

func TestResultDoesNotDependOnWorkersOrBatches(t *testing.T) {
	make := func(size int) *fake {
		f := tableOf("t", "id|v|w|x")
		for i := range 5000 {
			n := record.DecimalFromInt(int64(i)).String()
			f.rows = append(f.rows, record.Row{Pos: record.Pos{Row: int64(i + 1)}, Cells: []string{n, n[:1], "v" + n[len(n)-1:], ""}})
		}
		f.size = size
		return f
	}
	want := jsonOf(t, run(t, profile.Options{Workers: 1, DistinctCap: 700}, make(0)))
	for _, o := range []struct{ workers, size int }{{2, 0}, {16, 0}, {1, 7}, {16, 1500}} {
		if got := jsonOf(t, run(t, profile.Options{Workers: o.workers, DistinctCap: 700}, make(o.size))); got != want {
			t.Errorf("%+v differs:\n%s\n%s", o, got, want)
		}
	}
}

func TestSourceErrorIsReturned(t *testing.T) {
	f := column("a", "1")
	f.fail = errors.New("the disk is gone")
	if _, err := profile.Run(t.Context(), []profile.Input{{Name: "t", Source: f}}, profile.Options{}); !errors.Is(err, f.fail) {
		t.Errorf("got %v", err)
	}
}

func TestDeclaredNullsAndKeys(t *testing.T) {
	f := tableOf("t", "id|v\n1|NULL\n1|b\n2|c")
	r, err := profile.Run(t.Context(), []profile.Input{{Name: "t", Source: f, Nulls: []string{"NULL"}, Key: []string{"id"}}}, profile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if v := r.Sources[0].Columns[1]; v.Nulls != 1 || len(v.NullWords) != 0 {
		t.Errorf("nulls %d, null words %v", v.Nulls, v.NullWords)
	}
	if !slices.Contains(rules(r), "table.key_not_unique") {
		t.Errorf("rules %v", rules(r))
	}
}

func TestEmptyTable(t *testing.T) {
	r := run(t, profile.Options{}, tableOf("t", "a|b"))
	if !slices.Contains(rules(r), "table.no_rows") || r.Sources[0].Columns[0].Type != profile.TypeEmpty {
		t.Errorf("rules %v", rules(r))
	}
}
