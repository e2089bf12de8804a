package profile_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func repeat(n int, values ...string) []string {
	var out []string
	for range n {
		out = append(out, values...)
	}
	return out
}

func TestSemanticTypes(t *testing.T) {
	for _, c := range []struct {
		column string
		values []string
		want   string
		rule   string // "" for no finding about the kind
	}{
		{"x", []string{"a@b.de", "c@d.fr", "e.f@g.com"}, "email", ""},
		{"contact_email", append(numbered(20, "m%d@b.de"), "maria(at)b.de"), "email", "column.invalid_email"},
		{"x", []string{"DE89370400440532013000", "GB82WEST12345698765432"}, "iban", ""},
		{"vat", []string{"DE136695976", "ATU13585627", "FR 40303265045", "IT00743110157", "DE136695979"}, "vat", "column.invalid_vat"},
		{"x", []string{"DE136695976", "ATU13585627", "FR40303265045"}, "vat", ""},
		{"document", []string{"SO43659", "SO43660", "SO43661", "SO43662"}, "", ""},
		{"name", []string{"FRANKREICH", "NORDBAU", "ITALIA", "DEUTSCH"}, "", ""},
		{"x", []string{"4006381333931", "9780201379624", "4012345678901", "5901234123457", "8711253001202"}, "ean", ""},
		{"barcode", []string{"4006381333931", "9780201379624", "4012345678901", "5901234123457", "4006381333932"}, "ean", "column.invalid_ean"},
		{"quantity", []string{"12345670", "5"}, "", ""},
		{"swift", []string{"DEUTDEFF", "BNPAFRPPXXX"}, "bic", ""},
		{"x", []string{"DEUTDEFF", "BNPAFRPP", "UBSWCHZH", "INGBNL2A", "COBADEFF"}, "bic", ""},
		{"word", []string{"computer", "elephant", "airplane", "keyboard", "birthday"}, "", ""},
		{"Country", []string{"DE", "FR", "DE"}, "country", ""},
		{"Country", []string{"DE", "FR", "GB", "IT", "ES", "UK"}, "country", "column.invalid_country"},
		{"x", []string{"DE", "FR", "GB", "IT", "ES", "PT", "PL", "CZ"}, "country", ""},
		{"state", []string{"WA", "OR", "CA", "DE", "NY", "TX", "AL", "FL", "IN"}, "", ""},
		{"Currency", []string{"EUR", "USD"}, "currency", ""},
		{"x", []string{"EUR", "USD", "CHF"}, "currency", ""},
		{"unit", []string{"PCE", "KGM", "MTR", "LTR"}, "", ""},
		{"LANGUAGE", []string{"EN", "DE"}, "language", ""},
		{"homepage", []string{"www.example.com", "http://example.org/a"}, "url", ""},
		{"zip", []string{"10115", "80331", "01067"}, "postal", ""},
		{"mobile", []string{"0171 555123", "+49 171 5551234", "n/a"}, "phone", ""},
		{"x", []string{"+49 30 2345678", "+33 1 42 68 53 00", "+44 20 7946 0018"}, "phone", ""},
		{"hotel", []string{"12345", "23456", "34567"}, "", ""},
		{"unit_price", []string{"1.50", "20", "3.25"}, "money", ""},
		{"price_list_id", []string{"1", "2", "2"}, "", ""},
		{"x", []string{"€ 12.50", "€ 1,300.00"}, "money", "column.currency_signs"},
		{"x", []string{"12,50 EUR", "7,10 EUR"}, "money", "column.currency_signs"},
	} {
		r := run(t, profile.Options{}, column(c.column, c.values...))
		p := r.Sources[0].Columns[0]
		if p.Semantic != c.want {
			t.Errorf("%s %q: semantic %q, want %q", c.column, c.values, p.Semantic, c.want)
		}
		found := slices.IndexFunc(p.Findings, func(rule string) bool {
			return strings.HasPrefix(rule, "column.invalid_") || rule == "column.currency_signs"
		})
		if c.rule == "" && found >= 0 || c.rule != "" && !slices.Contains(p.Findings, c.rule) {
			t.Errorf("%s %q: findings %v, want %q", c.column, c.values, p.Findings, c.rule)
		}
	}
}

// TestColumnsCalledAfterNumbersThatCheckThemselves warn where most of their values fail, whatever those look like.
func TestColumnsCalledAfterNumbersThatCheckThemselves(t *testing.T) {
	bad := func(n int, format string) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprintf(format, i*7919%1_000_003))
		}
		return out
	}
	for _, c := range []struct {
		column, rule, says string
		values             []string
		semantic           string
		rows               int64
	}{
		{"vat", "column.invalid_vat", "are no valid VAT number: wrong check digits", append([]string{"DE136695976"}, "DE136695977", "DE136695978", "DE136695979"), "vat", 3},
		{"USt-IdNr.", "column.invalid_vat", "though the column's name says so: no country prefix", bad(30, "%09d"), "", 30},
		{"Tax ID", "column.invalid_vat", "though the column's name says so: no country prefix", append(bad(30, "12/345/%06d"), "DE136695976"), "", 30},
		{"IBAN", "column.invalid_iban", "are no valid IBAN: wrong check digits", bad(3, "DE00123456781234%06d"), "iban", 3},
		{"iban", "column.invalid_iban", "though the column's name says so: 10 characters", bad(30, "%010d"), "", 30},
		{"ean", "column.invalid_ean", "are no valid EAN or UPC: wrong check digit, ", []string{"4006381333932", "4006381333933", "4006381333934"}, "ean", 3},
		{"EAN-Code", "column.invalid_ean", "though the column's name says so: 11 digits; leading zeros lost?", bad(30, "40063%06d"), "", 30},
		{"barcode", "column.invalid_ean", "though the column's name says so: 10 digits", append(bad(30, "4006%06d"), "4006381333931"), "", 30},
		{"barcode", "", "", bad(30, "ABC-%d"), "", 0},
		{"vat", "", "", []string{"19", "7", "0"}, "", 0},
		{"vat", "", "", []string{"1234567.50", "2.40"}, "", 0},
		{"Privat", "", "", []string{"x", "", "x"}, "", 0},
	} {
		r := run(t, profile.Options{}, column(c.column, c.values...))
		p := r.Sources[0].Columns[0]
		var got *record.Finding
		for i := range r.Findings {
			if strings.HasPrefix(r.Findings[i].Rule, "column.invalid_") {
				got = &r.Findings[i]
			}
		}
		switch {
		case c.rule == "":
			if got != nil {
				t.Errorf("%s %.60q: %+v", c.column, c.values, got)
			}
			continue
		case got == nil || got.Rule != c.rule || got.Severity != record.Warning || got.Rows != c.rows || !strings.Contains(got.Message, c.says) || got.Row == 0 || got.Raw == "":
			t.Errorf("%s %.60q: %+v", c.column, c.values, got)
			continue
		}
		if p.Semantic != c.semantic || p.InvalidRows != c.rows || len(p.Invalid) == 0 || p.Invalid[0].Row != got.Row {
			t.Errorf("%s: semantic %q, %d rows, first %+v", c.column, p.Semantic, p.InvalidRows, p.Invalid)
		}
		if masked := strings.Contains(got.Raw, "****"); masked != p.Personal || p.Personal != (c.rule == "column.invalid_iban") || p.Personal && !strings.Contains(p.Invalid[0].Value, "****") {
			t.Errorf("%s: personal %v, shown as %q and %q", c.column, p.Personal, got.Raw, p.Invalid[0].Value)
		}
	}
}

func TestInvalidValuesAreCountedWithTheirRows(t *testing.T) {
	values := append(numbered(200, "m%d@b.de"), repeat(3, "nobody", "no one at home")...)
	p := run(t, profile.Options{ShowPersonal: true}, column("email", values...)).Sources[0].Columns[0]
	if p.InvalidRows != 6 || len(p.Invalid) != 2 || p.Invalid[0] != (profile.Sample{Value: "nobody", Rows: 3, Row: 201, Line: 202}) {
		t.Errorf("%d rows, %+v", p.InvalidRows, p.Invalid)
	}
}

func TestBreakingValuesAreCountedExactlyAndAHundredKept(t *testing.T) {
	values := append(numbered(3_000, "%d"), numbered(150, "about %d")...)
	for _, distinctCap := range []int{0, 500} {
		p := run(t, profile.Options{DistinctCap: distinctCap}, column("qty", values...)).Sources[0].Columns[0]
		if p.BreakingRows != 150 || len(p.Breaking) != 100 || p.Breaking[0].Row != 3_001 || p.Breaking[99].Row != 3_100 || p.Type != profile.TypeInteger {
			t.Errorf("cap %d: %d rows break type %s, %d kept, first %+v", distinctCap, p.BreakingRows, p.Type, len(p.Breaking), p.Breaking[:1])
		}
	}
}

func TestVariants(t *testing.T) {
	values := repeat(10, "ACME Ltd", "Globex", "Caf\u00e9 Paris", "Hooli  Inc", " Initech")
	values = append(values, "Acme ltd", "Acme ltd", "Cafe\u0301 Paris", "Hooli Inc", "Initech")
	r := run(t, profile.Options{}, column("company", values...))
	p := r.Sources[0].Columns[0]
	want := []profile.Variant{
		{Spellings: []profile.Count{{Value: "ACME Ltd", Rows: 10}, {Value: "Acme ltd", Rows: 2}}, Differ: []string{"case"}},
		{Spellings: []profile.Count{{Value: "Caf\u00e9 Paris", Rows: 10}, {Value: "Cafe\u0301 Paris", Rows: 1}}, Differ: []string{"composition"}},
		{Spellings: []profile.Count{{Value: "Hooli  Inc", Rows: 10}, {Value: "Hooli Inc", Rows: 1}}, Differ: []string{"blanks"}},
	}
	if p.VariantCount != 3 || !reflect.DeepEqual(p.Variants, want) {
		t.Errorf("%d: %+v", p.VariantCount, p.Variants)
	}
	if f := finding(r, "column.variants"); f == nil || f.Rows != 4 || f.Severity != record.Warning || f.Row != 51 {
		t.Errorf("%+v", f)
	}
	ids := run(t, profile.Options{}, column("id", "001A0000012bCdE", "001A0000012bcde", "001a0000012BCDE"))
	if p := ids.Sources[0].Columns[0]; p.VariantCount != 0 {
		t.Errorf("case tells identifiers apart: %+v", p.Variants)
	}
}

func finding(r *profile.Report, rule string) *record.Finding {
	for i := range r.Findings {
		if r.Findings[i].Rule == rule {
			return &r.Findings[i]
		}
	}
	return nil
}

// spread makes n positive numbers whose logarithms are spread evenly over some powers of ten.
func spread(n int, from, decades float64) []string {
	out := make([]string, n)
	for i := range out {
		// 7919 and n have no factor in common, so the numbers come in no order.
		out[i] = fmt.Sprintf("%.2f", from*math.Pow(10, decades*float64(i*7919%n)/float64(n)))
	}
	return out
}

func TestOutliers(t *testing.T) {
	for _, c := range []struct {
		name, column string
		values       []string
		want         string // the first outlier; "" for none
	}{
		{"a factor of a thousand", "price", append(spread(300, 5, 1), "9000000"), "9000000"},
		{"a long tail is no outlier", "amount", spread(997, 1, 5), ""},
		{"a stand-in", "qty", append(repeat(60, "1", "2", "3", "5", "8"), "99999"), "99999"},
		{"too many to be strange", "qty", append(repeat(60, "1", "2", "3", "5", "8"), repeat(40, "99999")...), ""},
		{"a key is not large", "customer_no", append(repeat(60, "1", "2", "3", "5", "8"), "99999"), ""},
		{"few values prove nothing", "price", []string{"1", "2", "3", "4", "5", "900000"}, ""},
		{"a date", "ordered", append(days(400), "1950-01-01"), "1950-01-01"},
		{"old customers are no outliers", "since", append(days(400), "2021-06-01"), ""},
	} {
		r := run(t, profile.Options{}, column(c.column, c.values...))
		p := r.Sources[0].Columns[0]
		got := ""
		if len(p.Outliers) > 0 {
			got = p.Outliers[0].Value
		}
		if got != c.want || (finding(r, "column.outliers") != nil) != (c.want != "") {
			t.Errorf("%s: outliers %+v (%s), want %q", c.name, p.Outliers, p.OutlierReason, c.want)
		}
	}
	// The same beyond the cap on distinct values, where only a sketch knows the sizes.
	r := run(t, profile.Options{DistinctCap: 200}, column("price", append(spread(997, 5, 1), "9000000")...))
	if p := r.Sources[0].Columns[0]; p.OutlierRows != 1 || len(p.Outliers) != 1 || p.Outliers[0].Row != 998 {
		t.Errorf("sketched: %d rows, %+v", p.OutlierRows, p.Outliers)
	}
	if r := run(t, profile.Options{}, column("amount", append(spread(300, 5, 1), "-7.5")...)); finding(r, "column.few_negatives") == nil {
		t.Error("one negative amount among 300 is not told")
	}
}

// days returns n days from 2024 on.
func days(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%d-%02d-%02d", 2024+i/336%2, i/28%12+1, i%28+1)
	}
	return out
}

func TestQuantiles(t *testing.T) {
	values := make([]string, 0, 1_000)
	for i := range 1_000 {
		values = append(values, fmt.Sprintf("%d,5", i*577%1_000))
	}
	exact := run(t, profile.Options{}, column("amount", values...)).Sources[0].Columns[0]
	if got := quantiles(&exact); got != "1=9.5 5=49.5 25=249.5 50=499.5 75=749.5 95=949.5 99=989.5" || exact.QuantilesApproximate {
		t.Errorf("exact: %s", got)
	}
	rough := run(t, profile.Options{DistinctCap: 100}, column("amount", values...)).Sources[0].Columns[0]
	if !rough.QuantilesApproximate || len(rough.Quantiles) != len(exact.Quantiles) {
		t.Fatalf("%+v", rough.Quantiles)
	}
	for i, q := range rough.Quantiles {
		want, got := record.MustDecimal(exact.Quantiles[i].Value), record.MustDecimal(q.Value)
		if off := got.Sub(want).Abs(); off.Mul(record.DecimalFromInt(200)).Cmp(want) > 0 {
			t.Errorf("p%d is %s, exactly %s: more than half a percent off", q.Percent, got, want)
		}
	}
	if rough.Sum != exact.Sum || rough.Min != exact.Min || rough.Max != exact.Max || rough.Mean != exact.Mean {
		t.Errorf("sum, minimum, maximum and mean must be exact: %+v", rough)
	}
	dates := run(t, profile.Options{DistinctCap: 20}, column("d", days(200)...)).Sources[0].Columns[0]
	if got := quantiles(&dates); !strings.Contains(got, "50=2024-04-16") || dates.QuantilesApproximate {
		t.Errorf("dates: %s", got)
	}
	big := run(t, profile.Options{}, column("id", "123456789012345678901234567890", "5", "7")).Sources[0].Columns[0]
	if got := quantiles(&big); !strings.HasSuffix(got, "99=123456789012345678901234567890") || !strings.Contains(got, "50=7") {
		t.Errorf("beyond 18 digits: %s", got)
	}
}

func quantiles(p *profile.Column) string {
	var out []string
	for _, q := range p.Quantiles {
		out = append(out, fmt.Sprintf("%d=%s", q.Percent, q.Value))
	}
	return strings.Join(out, " ")
}

func TestLengths(t *testing.T) {
	p := run(t, profile.Options{}, column("x", "é", "日本語", "ab", "ab")).Sources[0].Columns[0]
	if p.MinLength != 1 || p.MaxLength != 3 || p.MeanLength != 2 {
		t.Errorf("%+v", p)
	}
}

func TestTopFindsWhatComesLate(t *testing.T) {
	values := append(numbered(5_000, "id-%d"), repeat(900, "late")...)
	p := run(t, profile.Options{DistinctCap: 300}, column("x", values...)).Sources[0].Columns[0]
	if !p.Approximate || p.Top[0].Value != "late" || p.Top[0].Rows < 850 || p.Top[0].Rows > 900 {
		t.Errorf("top %+v", p.Top)
	}
}

func TestNamibiaIsNoNull(t *testing.T) {
	p := run(t, profile.Options{}, column("country", append(repeat(2, "DE", "FR", "GB", "IT", "ES", "PT"), "NA")...)).Sources[0].Columns[0]
	if len(p.NullWords) != 0 || p.Values != 13 || p.Distinct != 7 {
		t.Errorf("%+v", p)
	}
	p = run(t, profile.Options{}, column("region", "Bavaria", "NA", "Hesse", "NA")).Sources[0].Columns[0]
	if len(p.NullWords) != 1 || p.Distinct != 2 {
		t.Errorf("%+v", p)
	}
}

func TestAlmostAKey(t *testing.T) {
	twice := run(t, profile.Options{}, named("customers", "customer_no", append(numbered(300, "C%03d"), "C007")))
	if f := finding(twice, "column.key_repeats"); f == nil || f.Rows != 1 || f.Severity != record.Error || f.Raw != "C007" {
		t.Errorf("%+v", f)
	}
	missing := run(t, profile.Options{}, named("customers", "customer_no", append(numbered(300, "C%03d"), "", "")))
	if f := finding(missing, "column.key_missing"); f == nil || f.Rows != 2 {
		t.Errorf("%+v", f)
	}
	reference := run(t, profile.Options{}, named("orders", "customer_no", append(numbered(300, "C%03d"), "C007")))
	if f := finding(reference, "column.key_repeats"); f != nil {
		t.Errorf("a reference may repeat: %+v", f)
	}
	equal := named("customers", "customer_no", numbered(300, "C%03d"))
	equal.rows = append(equal.rows, record.Row{Pos: record.Pos{Row: 301, Line: 302}, Cells: equal.rows[7].Cells})
	r := run(t, profile.Options{}, equal)
	if f := finding(r, "column.key_repeats"); f != nil {
		t.Errorf("the row is equal as a whole: %+v", f)
	}
	if f := finding(r, "table.no_key"); f == nil || !strings.Contains(f.Message, "customer_no would, but for 1 row") {
		t.Errorf("%+v", f)
	}
	// On disk: far more values than are kept.
	many := run(t, profile.Options{DistinctCap: 200}, named("customers", "customer_no", append(numbered(3_000, "C%04d"), "C2999")))
	if f := finding(many, "column.key_repeats"); f == nil || f.Rows != 1 {
		t.Errorf("%+v", f)
	}
}

// named makes a table of one column beside a number.
func named(table, name string, values []string) *fake {
	f := &fake{table: connectors.Table{Name: table, Format: "csv", Columns: []string{name, "x"}}}
	for i, v := range values {
		f.rows = append(f.rows, record.Row{Pos: record.Pos{Row: int64(i + 1), Line: int64(i + 2)}, Cells: []string{v, fmt.Sprint(i)}})
	}
	return f
}

func TestPersonalValuesAreMaskedWhereverTheyStand(t *testing.T) {
	rows := "id|name|email|phone|birth_date|password\n"
	for i := range 60 {
		rows += fmt.Sprintf("%d|Maria Muster%c|maria%d@example.com|+49 30 23456%02d|19%02d-02-03|geheim%d\n", i, 'a'+i%20, i, i, 60+i%20, i)
	}
	rows += "61|MARIA MUSTERA|maria-at-home|call Maria Muster|1850-02-03|geheim\n"
	r := run(t, profile.Options{}, tableOf("parties", rows))
	text := jsonOf(t, r)
	for _, secret := range []string{"Maria", "MARIA", "maria", "Muster", "23456", "1850", "-02-03", "geheim"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in the masked report", secret)
		}
	}
	for _, rule := range []string{"column.invalid_email", "column.invalid_phone", "column.variants"} {
		if finding(r, rule) == nil {
			t.Errorf("%s is not among %v", rule, rules(r))
		}
	}
}

func TestLongTexts(t *testing.T) {
	long := strings.Repeat("word and ", 60)
	r := run(t, profile.Options{}, column("remark", strings.Repeat(" ", 400), long, long+"end", long+"END", "short"))
	p := r.Sources[0].Columns[0]
	if p.Blanks != 1 || p.Values != 4 || p.Distinct != 4 || p.MaxLength != len(long)+3 || p.MeanLength < 400 || p.VariantCount != 0 {
		t.Errorf("%+v", p)
	}
}
