package verify

import (
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func TestClassesOfDifferences(t *testing.T) {
	v := &Verifier{
		Schema:   &schema.Snapshot{ServerVersion: "19.0", Modules: []string{"base_vat 1.0"}, Models: []schema.Model{{Name: "res.partner", Fields: []schema.Field{{Name: "comment", Type: schema.HTML}}}}},
		Counters: map[string][]string{"res.partner": {"customer_rank"}},
		Known: Known{UID: 2, Busy: [][2]string{{"2026-01-01 00:00:00", "2026-01-02 00:00:00"}, {"2026-01-02 12:00:00", "2026-01-03 00:00:00"}}, Loaded: map[int64]string{1: "2026-01-02 00:00:00", 3: "2026-01-03 00:00:00"},
			Declared: map[int64][]string{1: {"res.partner.vat: vat", "res.partner.comment: html"}}},
	}
	text, number := record.TextValue, func(s string) record.Value { return record.NumberValue(record.MustDecimal(s)) }
	for _, c := range []struct {
		name       string
		run        int64
		field      string
		want, have record.Value
		at         stamp
		class      string
	}{
		{"another form, declared", 1, "vat", text("BE0477.472.701"), text("BE0477472701"), stamp{"2026-01-01 00:00:00", 2}, Normalised},
		{"another form, not declared by its run", 3, "vat", text("BE0477.472.701"), text("BE0477472701"), stamp{"2026-01-01 00:00:00", 2}, Differs},
		{"html whose attributes the sanitiser put in another order", 1, "comment", text(`<p id="a" class="b">x</p>`), text(`<p class="b" id="a">x</p>`), stamp{"2026-01-01 00:00:00", 2}, Normalised},
		{"html, not declared by its run", 3, "comment", text(`<p id="a" class="b">x</p>`), text(`<p class="b" id="a">x</p>`), stamp{"2026-01-01 00:00:00", 2}, Differs},
		{"html that lost an attribute", 1, "comment", text(`<p id="a" class="b">x</p>`), text(`<p class="b">x</p>`), stamp{"2026-01-01 00:00:00", 2}, Differs},
		{"another number", 1, "vat", text("BE0477472701"), text("BE0477472702"), stamp{"2026-01-01 00:00:00", 2}, Differs},
		{"a website's form is staged, not tolerated", 1, "website", text("a.b"), text("http://a.b"), stamp{"2026-01-01 00:00:00", 2}, Differs},
		{"counted up", 1, "customer_rank", number("1"), number("3"), stamp{"2026-01-01 00:00:00", 2}, Logic},
		{"counted down", 1, "customer_rank", number("1"), number("0"), stamp{"2026-01-01 00:00:00", 2}, Differs},
		{"another account, after its run", 1, "city", text("a"), text("b"), stamp{"2026-01-02 00:00:01", 7}, Since},
		{"another account, before its run", 1, "city", text("a"), text("b"), stamp{"2026-01-01 23:59:59", 7}, Differs},
		{"our account, while the last run loaded: perhaps that run", 1, "city", text("a"), text("b"), stamp{"2026-01-02 12:00:00", 2}, Differs},
		{"our account, when no run was busy", 1, "city", text("a"), text("b"), stamp{"2026-01-02 00:00:01", 2}, Since},
		{"our account, in the last run's second", 1, "city", text("a"), text("b"), stamp{"2026-01-03 00:00:00", 2}, Differs},
		{"our account, after the last run", 1, "city", text("a"), text("b"), stamp{"2026-01-03 00:00:01", 2}, Since},
		{"a run of which nothing is known", 9, "city", text("a"), text("b"), stamp{"2026-02-01 00:00:00", 7}, Differs},
		{"no time is known", 1, "city", text("a"), text("b"), stamp{}, Differs},
	} {
		if d := v.classified(run.Entry{Model: "res.partner", RunID: c.run}, c.field, c.want, c.have, c.at); d.Class != c.class {
			t.Errorf("%s: %s, want %s", c.name, d.Class, c.class)
		}
	}
	if graver(Since, Normalised) != Since || graver(Equal, Logic) != Logic || graver(Since, Differs) != Differs {
		t.Error("the gravest class counts")
	}
}

func TestWindow(t *testing.T) {
	k := Known{UID: 2, Clock: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)) }}
	if got := k.Now(); got != "2026-01-02 02:04:05" || (Known{}).Now() != "" {
		t.Errorf("now is %q", got)
	}
	for _, c := range []struct {
		at   stamp
		want bool
	}{
		{stamp{"2026-01-02 02:04:04", 7}, false}, {stamp{"2026-01-02 02:04:05", 2}, false}, {stamp{"2026-01-02 02:04:05", 7}, true}, {stamp{"2026-01-02 02:04:06", 2}, true},
	} {
		if got := k.within(c.at, k.Now()); got != c.want {
			t.Errorf("%v: %v", c.at, got)
		}
	}
	if k.within(stamp{"2026-01-02 02:04:06", 7}, "") {
		t.Error("without a clock there is no window")
	}
	var w Window
	w.add(make([]Written, 700))
	w.add(make([]Written, 700))
	if w.Count != 1400 || len(w.Written) != 1000 {
		t.Errorf("%d counted, %d listed", w.Count, len(w.Written))
	}
}
