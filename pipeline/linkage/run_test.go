package linkage

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const customers = `
customer_no|name|street|zip|city|phone|email|vat_number
10001|Müller Maschinenbau GmbH|Hauptstraße 12|70173|Stuttgart|0711 1234567|info@mueller-mb.example|DE123456788
10002|Becker Logistik KG|Lindenweg 4|28195|Bremen|0421 9988776|becker@logistik.example|
10003|MUELLER MASCHINENBAU|Hauptstr. 12|70173|Stuttgart|+49 711 1234567||DE123456788
!broken
10005|Rossi S.p.A.|Via Roma 3|20121|Milano|NULL|rossi@example.it|
=HYPER()|Becker Logistik|Lindenweg 4|28195|Bremen|0421 9988776|becker@logistik.example|
10007|Nordwind Reederei AG|Kaistraße 1|20457|Hamburg|040 5554443|kontakt@nordwind.example|
10008|Schuster & Söhne OHG|Marktplatz 9|99084|Erfurt|0361 2223334|post@schuster.example|
`

const vendors = `
LIFNR|NAME1|STRAS|PSTLZ|ORT01|TELF1
0000900001|Rossi SpA|Via Roma, 3|20121|Milano|02 7654321
0000900002|Stahlwerk Huber GmbH|Industriestraße 77|4020|Linz|0732 333222
`

func TestRun(t *testing.T) {
	r := run(t, Options{}, tableOf("customers", customers), tableOf("vendors", vendors))
	if len(r.Groups) != 3 || r.Rows != 6 || r.Found != 3 || r.Pairs != 3 || !r.Masked {
		t.Fatalf("%d groups of %d, %d rows, %d pairs", len(r.Groups), r.Found, r.Rows, r.Pairs)
	}
	members := map[string]bool{}
	for _, g := range r.Groups {
		var rows []string
		for _, m := range g.Members {
			rows = append(rows, fmt.Sprintf("%s:%d:%d:%s", m.Table, m.Row, m.Line, m.Key))
		}
		members[strings.Join(rows, " ")] = true
		if len(g.Pairs) != 1 || g.Probability < 0.5 || g.Pairs[0].Probability != g.Probability || g.Reason == "" {
			t.Errorf("group %+v", g)
		}
	}
	for _, want := range []string{"customers:1:2:10001 customers:3:4:10003", "customers:2:3:10002 customers:6:7:=HYPER()", "customers:5:6:10005 vendors:1:2:0000900001"} {
		if !members[want] {
			t.Errorf("no group %s among %v", want, members)
		}
	}
	var texts []string
	for _, f := range r.Findings {
		texts = append(texts, fmt.Sprintf("%s %s %s %d: %s", f.Severity, f.Rule, f.Table, f.Rows, f.Message))
		if f.Hint == "" || f.Row == 0 || f.File == "" {
			t.Errorf("finding %+v", f)
		}
	}
	want := []string{"warning linkage.near_duplicates customers 4: 2 groups of rows look like the same party (4 rows)",
		"warning linkage.across_tables customers 2: 1 group joins rows of different tables that look like the same party (2 rows)"}
	if !slices.Equal(texts, want) {
		t.Errorf("findings %q", texts)
	}
	if tb := r.Tables[0]; tb.Kind != KindParty || tb.Key != "customer_no" || tb.Rows != 7 || !strings.Contains(tb.Why, "name") {
		t.Errorf("roles %+v", tb)
	}
}

// Every pair says what each field weighs, and why.
func TestPairsExplainThemselves(t *testing.T) {
	r := run(t, Options{ShowPersonal: true}, tableOf("customers", customers))
	at := slices.IndexFunc(r.Groups, func(g Group) bool { return g.Members[0].Key == "10001" })
	if at < 0 {
		t.Fatalf("%+v", r.Groups)
	}
	p := r.Groups[at].Pairs[0]
	levels := map[Role]string{}
	for i, f := range p.Fields {
		levels[f.Role] = f.Level
		if i > 0 && abs(f.Weight) > abs(p.Fields[i-1].Weight) {
			t.Errorf("%s weighs more than the one before", f.Role)
		}
	}
	if levels[RoleVAT] != "same" || levels[RoleName] != "same" || levels[RolePhone] != "same last digits" || levels[RoleStreet] != "same" || levels[RoleEmail] != "" {
		t.Errorf("levels %v", levels)
	}
	if !strings.HasPrefix(p.Reason, "The same ") || !strings.Contains(p.Reason, "the same last digits of the phone") || !strings.Contains(p.Reason, "VAT number") {
		t.Errorf("reason %q", p.Reason)
	}
	if r.Groups[at].Keep != 0 {
		t.Errorf("keep %d: the first has more values", r.Groups[at].Keep)
	}
}

func abs(x float64) float64 { return max(x, -x) }

func TestPersonalValuesAreMasked(t *testing.T) {
	people := "id|first_name|last_name|birth_date|email|rue\n1|Annegret|Weberknecht|1960-02-10|annegret@weberknecht.example|Lilienweg 7\n2|Annegret|Weberknecht|1960-02-10|annegret@weberknecht.example|Lilienweg 7\n" +
		"3|Otto|Kranz|1971-03-04|otto@kranz.example|Am Markt 1"
	for _, show := range []bool{false, true} {
		r := run(t, Options{ShowPersonal: show}, tableOf("contacts", people))
		if len(r.Groups) != 1 || len(r.Groups[0].Pairs[0].Fields) < 4 {
			t.Fatalf("%+v", r.Groups)
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var csvText bytes.Buffer
		if err := WriteDecisions(&csvText, r); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"nnegret", "eberknecht", "19600210", "ilienweg"} { // dates are shown in the compared form
			if got := strings.Contains(string(data), secret); got != show {
				t.Errorf("show %v: %q in the result: %v", show, secret, got)
			}
			if strings.Contains(csvText.String(), secret) {
				t.Errorf("%q in the decisions", secret)
			}
		}
		if r.Masked == show {
			t.Error("masked is wrong")
		}
	}
}

func TestDecisions(t *testing.T) {
	r := run(t, Options{}, tableOf("customers", customers), tableOf("vendors", vendors))
	var b bytes.Buffer
	if err := WriteDecisions(&b, r); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], decisionColumns) || len(rows) != 7 {
		t.Fatalf("%q", rows)
	}
	formula, cross := false, false
	for _, row := range rows[1:] {
		if row[6] != "" || row[5] == "" || row[0] == "" {
			t.Errorf("line %q", row)
		}
		formula = formula || row[3] == "'=HYPER()"
		cross = cross || strings.HasPrefix(row[1], "customers ") && row[2] == "vendors"
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("%q would be computed", cell)
			}
		}
	}
	if !formula || !cross {
		t.Errorf("%q", rows)
	}
	if err := WriteDecisions(broken{}, r); err == nil {
		t.Error("a full disk is no success")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestSameBytesWhateverTheWorkers(t *testing.T) {
	w := newWorld(7)
	w.fill(3000)
	in := w.inputs()
	report := profiled(t, in)
	var first []byte
	for _, workers := range []int{1, 2, 7} {
		r, err := Run(t.Context(), report, in, Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Groups) < 50 {
			t.Fatalf("%d groups", len(r.Groups))
		}
		if first == nil {
			first = data
		} else if !bytes.Equal(first, data) {
			t.Errorf("%d workers give another result", workers)
		}
	}
}

// A value that thousands share must cost no more than its rows, and is reported.
func TestLargeBlocks(t *testing.T) {
	f := newFake("customers", "customer_no", "name", "city", "phone")
	for i := range 6000 {
		f.add(fmt.Sprint(i), "Unknown customer", "Berlin", "030 1234567")
	}
	r := run(t, Options{}, f)
	if r.Truncated.Blocks == 0 || r.Compared > 6000*100 {
		t.Errorf("%d pairs compared, %+v", r.Compared, r.Truncated)
	}
	largest := 0
	for _, p := range r.Models[0].Passes {
		largest = max(largest, p.Largest)
	}
	if largest != 6000 {
		t.Errorf("largest block %d", largest)
	}
	for _, g := range r.Groups {
		if len(g.Members) > 100 || len(g.Pairs) > 20 {
			t.Errorf("%d members and %d pairs listed", len(g.Members), len(g.Pairs))
		}
	}
}

func TestMemoryIsLinear(t *testing.T) {
	per := func(n int) float64 {
		w := newWorld(3)
		w.fill(n)
		l := linkWorld(t, w, Options{})
		return float64(l.bytes()) / float64(l.size())
	}
	small, large := per(2000), per(8000)
	t.Logf("%.0f bytes a party of 2,000, %.0f of 8,000", small, large)
	if large > 1.2*small || large > 600 {
		t.Errorf("%.0f bytes a party of 2,000, %.0f of 8,000", small, large)
	}
}

// Pages of description are neither kept nor compared nor shown whole.
func TestLongValues(t *testing.T) {
	f := newFake("products", "sku", "name", "description", "price")
	page := strings.Repeat("größe und gewicht ", 1200)
	for i := range 200 {
		f.add(fmt.Sprintf("A-%04d", i), fmt.Sprintf("Lamp %d", i/2), fmt.Sprint(i/2, page, i), "1.00")
	}
	r := run(t, Options{ShowPersonal: true}, f)
	if len(r.Groups) == 0 || len(r.Models) != 1 || r.Models[0].Bytes > 200*2000 {
		t.Fatalf("%d groups, models %+v", len(r.Groups), r.Models)
	}
	for _, field := range r.Groups[0].Pairs[0].Fields {
		if len(field.A) > longestValue || !utf8.ValidString(field.A) {
			t.Errorf("%s is shown with %d bytes", field.Role, len(field.A))
		}
	}
}

func TestBounds(t *testing.T) {
	w := newWorld(11)
	w.fill(2000)
	in := w.inputs()
	calls := 0
	r, err := Run(t.Context(), profiled(t, in), in, Options{MaxGroups: 5, Progress: func(done, parties int) {
		if calls++; done > parties {
			t.Errorf("%d of %d", done, parties)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Groups) != 5 || r.Truncated.Groups != r.Found-5 || r.Found < 50 || calls == 0 {
		t.Errorf("%d groups of %d, truncated %+v, %d calls", len(r.Groups), r.Found, r.Truncated, calls)
	}
	for i, g := range r.Groups {
		if g.Number != i+1 || i > 0 && g.Probability > r.Groups[i-1].Probability {
			t.Errorf("group %d of %.6f", g.Number, g.Probability)
		}
	}
	strict, err := Run(t.Context(), profiled(t, in), in, Options{Threshold: 0.999999})
	if err != nil {
		t.Fatal(err)
	}
	if strict.Found >= r.Found || strict.Models[0].Chosen || !r.Models[0].Chosen {
		t.Errorf("a stricter threshold finds %d groups, the chosen one %d", strict.Found, r.Found)
	}
}

func TestProducts(t *testing.T) {
	f := newFake("products", "sku", "name", "ean", "price")
	for i := range 300 {
		f.add(fmt.Sprintf("A-%04d", i), fmt.Sprintf("Hex bolt M%d x %d zinc", 4+i%20, 10+i), fmt.Sprintf("40%011d", i*7919), fmt.Sprintf("%d.90", 1+i%60))
	}
	f.add("B-1", "Cordless drill Bosch GSR 18V", "4012345678901", "199.00")
	f.add("X-77", "BOSCH cordless drill GSR 18 V", "4012345678901", "199.00")
	f.add("B-2", "Cordless drill Bosch GSR 12V", "4012345678918", "149.00")
	r := run(t, Options{ShowPersonal: true}, f)
	if len(r.Groups) != 1 || len(r.Groups[0].Members) != 2 || r.Groups[0].Members[1].Row != 302 || r.Groups[0].Kind != KindProduct {
		t.Errorf("groups %+v", r.Groups)
	}
	if len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Message, "1 group of rows looks like the same product (2 rows)") {
		t.Errorf("findings %+v", r.Findings)
	}
}

func TestMistakes(t *testing.T) {
	in := inputs(tableOf("customers", customers))
	report := profiled(t, in)
	for _, tc := range []struct {
		opt  Options
		want string
	}{
		{Options{Roles: []TableRoles{{Table: "nowhere"}}}, `there is no table "nowhere"`},
		{Options{Roles: []TableRoles{{Table: "customers", Kind: "people"}}}, `customers is of kind "people"`},
		{Options{Roles: []TableRoles{{Table: "customers", Kind: KindParty, Columns: map[string]Role{"nme": RoleName}}}}, `has no column "nme"`},
		{Options{Roles: []TableRoles{{Table: "customers", Kind: KindParty, Columns: map[string]Role{"name": "nane"}}}}, `there is no role "nane"`},
		{Options{Threshold: 1}, "threshold"},
	} {
		if _, err := Run(t.Context(), report, in, tc.opt); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v, want %q", err, tc.want)
		}
	}
	if _, err := Run(t.Context(), report, nil, Options{}); err == nil {
		t.Error("an input that is missing is an error")
	}
	in[0].Source.(*fake).fail = errors.New("the file changed")
	if _, err := Run(t.Context(), report, in, Options{}); err == nil || !strings.Contains(err.Error(), "the file changed") {
		t.Errorf("%v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(cancelled, report, in, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want a cancellation", err)
	}
}

func TestNothingToCompare(t *testing.T) {
	for _, f := range []*fake{tableOf("customers", "customer_no|name|phone"), tableOf("customers", "customer_no|name|phone\n1|Weber|0711 1234567"), tableOf("units", "code|label\nm|metre\nkg|kilogram")} {
		r := run(t, Options{}, f)
		data, err := json.Marshal(r)
		if err != nil || len(r.Groups) != 0 || strings.Contains(string(data), "null") {
			t.Errorf("%v %s", err, data)
		}
	}
}

// TestGolden keeps what people and programs read.
func TestGolden(t *testing.T) {
	in := inputs(tableOf("customers", customers), tableOf("vendors", vendors))
	report := profiled(t, in)
	for i := range report.Sources { // what is personal is the profile's to say, and no part of this test
		for j := range report.Sources[i].Columns {
			c := &report.Sources[i].Columns[j]
			c.Personal = slices.Contains([]string{"name", "street", "STRAS"}, c.Name)
		}
	}
	r, err := Run(t.Context(), report, in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.Models = nil
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteDecisions(&b, r); err != nil {
		t.Fatal(err)
	}
	golden(t, "result.json.golden", append(data, '\n'))
	golden(t, "decisions.csv.golden", b.Bytes())
}

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test -update writes it anew:\n%s", name, got)
	}
}

// Where one table is held against the others, only pairs across are found, each once, whichever table was read first.
func TestAgainst(t *testing.T) {
	for _, against := range []string{"vendors", "customers"} {
		r := run(t, Options{Against: against}, tableOf("customers", customers), tableOf("vendors", vendors))
		if len(r.Groups) != 1 || r.Pairs != 1 {
			t.Fatalf("against %s: %d groups, %d pairs", against, len(r.Groups), r.Pairs)
		}
		if m := r.Groups[0].Members; m[0].Table == m[1].Table {
			t.Errorf("against %s: %+v", against, m)
		}
	}
}
