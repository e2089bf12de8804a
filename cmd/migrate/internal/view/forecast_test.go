package view

import (
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/doctor"
	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
)

func sampleForecast() *forecast.Forecast {
	night := time.Date(2026, 2, 7, 18, 0, 0, 0, time.UTC)
	return forecast.Make([]forecast.Work{{Wave: 1, Mapping: "customers", Model: "res.partner", Records: 120000}, {Wave: 2, Mapping: "orders", Model: "sale.order", Records: 800}},
		forecast.Measured{
			Mappings: map[string]forecast.Rate{"customers": {Records: 1000, Seconds: 60, Run: 3}, "orders": {Records: 100, Seconds: 1, Run: 3}},
			Prepare:  forecast.Rate{Records: 1000, Seconds: 1, Run: 3}, Verify: forecast.Rate{Records: 1000, Seconds: 5, Run: 3}, Undo: forecast.Rate{Records: 1000, Seconds: 60, Run: 4},
		}, forecast.Agreed{Now: night, Until: night.Add(10 * time.Hour), Margin: 30 * time.Minute})
}

func TestForecastIsShown(t *testing.T) {
	var b strings.Builder
	forecasts(&b, sampleForecast(), 100)
	for _, want := range []string{"prepare", "2 h 00 min", "run 3", "In all 2 h 12 min: from 2026-02-07 18:00 UTC until 2026-02-07 20:12 UTC.", "the way back by rollback, 2 h 01 min",
		"the point of no return is 2026-02-08 01:29 UTC."} {
		if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "NOT AS AGREED") {
		t.Error(b.String())
	}
	b.Reset()
	late := sampleForecast()
	late.Deadline = late.End.Add(-time.Minute)
	forecasts(&b, late, 100)
	if !strings.Contains(b.String(), "NOT AS AGREED: it would end after the deadline.") {
		t.Error(b.String())
	}
	b.Reset()
	if forecasts(&b, nil, 100); b.Len() > 0 {
		t.Error(b.String())
	}
}

func TestLasting(t *testing.T) {
	for seconds, want := range map[float64]string{0.25: "0.2 s", 61: "61 s", 120: "2 min", 7199: "2 h 00 min", 9000: "2 h 30 min"} {
		if got := Lasting(seconds); got != want {
			t.Errorf("%v: got %q, want %q", seconds, got, want)
		}
	}
}

func TestComparisonIsShown(t *testing.T) {
	var b strings.Builder
	err := Comparison(&b, &pipeline.Comparison{Left: "copy", Right: "live", Parity: &doctor.Parity{Compared: map[string]int{"taxes": 40, "modules": 2}, Absent: []string{"automations"},
		Differences: []doctor.Difference{{Area: "taxes", Thing: "Main sale 7 %", Right: "there"}, {Area: "modules", Thing: "sale", Field: "latest_version", Left: "1", Right: "2"}}}}, 100)
	got := strings.Join(strings.Fields(b.String()), " ")
	for _, want := range []string{"copy and live: 42 settings compared, 2 differences.", "taxes Main sale 7 % not there there", "modules sale latest_version 1 2", "In neither of them: automations."} {
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestOutlookIsShown(t *testing.T) {
	var b strings.Builder
	l := NewProgress(&b).(pipeline.Watcher)
	now := time.Date(2026, 2, 8, 1, 0, 0, 0, time.UTC)
	o := forecast.Outlook{Now: now, End: now.Add(time.Hour), Deadline: now.Add(5 * time.Hour), PointOfNoReturn: now.Add(2 * time.Hour), Done: 1500, Of: 9000}
	l.Outlook(o)
	o.Now, o.End = now.Add(3*time.Hour), now.Add(6*time.Hour)
	l.Outlook(o)
	want := "  01:00  1,500 of 9,000 loaded, done at 02:00, deadline 06:00, point of no return 03:00\n" +
		"  04:00  1,500 of 9,000 loaded, done at 07:00, deadline 06:00, PAST the point of no return of 03:00; TOO LATE at this rate\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
