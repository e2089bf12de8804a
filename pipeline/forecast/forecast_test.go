package forecast

import (
	"strings"
	"testing"
	"time"
)

var (
	night = time.Date(2026, 2, 7, 18, 0, 0, 0, time.UTC)
	work  = []Work{
		{Wave: 1, Mapping: "customers", Model: "res.partner", Records: 2000},
		{Wave: 2, Mapping: "orders", Model: "sale.order", Records: 1000},
		{Wave: 3, Mapping: "lines", Model: "sale.order.line", Records: 5000, Carried: true},
	}
	measured = Measured{
		Mappings: map[string]Rate{"customers": {Records: 1000, Seconds: 60, Run: 3}},
		Models:   map[string]Rate{"sale.order": {Records: 500, Seconds: 300, Run: 2}},
		Prepare:  Rate{Records: 800, Seconds: 30, Run: 3}, Verify: Rate{Records: 8000, Seconds: 180, Run: 3}, Undo: Rate{Records: 4000, Seconds: 600, Run: 4},
	}
)

func agreed(change func(*Agreed)) Agreed {
	a := Agreed{Now: night.Add(-48 * time.Hour), From: night, Until: night.Add(2 * time.Hour), Margin: 30 * time.Minute, Restore: 40 * time.Minute}
	if change != nil {
		change(&a)
	}
	return a
}

// 300 s of preparing, 120 + 600 of loading, 180 of verifying: 20 minutes. Taking 8000 changes back takes 20.
func TestForecast(t *testing.T) {
	f := Make(work, measured, agreed(nil))
	if f.Seconds != 1200 || !f.Begin.Equal(night) || !f.End.Equal(night.Add(20*time.Minute)) || len(f.Unmeasured) > 0 || len(f.Phases) != 4 {
		t.Errorf("%+v", f)
	}
	if f.BackBy != ByRollback || f.Back != 1200 || !f.PointOfNoReturn.Equal(night.Add(70*time.Minute)) || f.Verdict() != "" {
		t.Errorf("%+v: %s", f, f.Verdict())
	}
	restore := Make(work, measured, agreed(func(a *Agreed) { a.RestoreOnly = true }))
	if restore.BackBy != ByRestore || !restore.PointOfNoReturn.Equal(night.Add(50*time.Minute)) {
		t.Errorf("%+v", restore)
	}
}

func TestVerdicts(t *testing.T) {
	for want, f := range map[string]*Forecast{
		"no window was agreed":                    Make(work, measured, agreed(func(a *Agreed) { a.Until = time.Time{} })),
		"no run has loaded customers and others":  Make(work, Measured{}, agreed(nil)),
		"no run was measured yet":                 Make(nil, Measured{}, agreed(nil)),
		"the way back was never measured":         Make(work, measured, agreed(func(a *Agreed) { a.RestoreOnly, a.Restore = true, 0 })),
		"after the deadline":                      Make(work, measured, agreed(func(a *Agreed) { a.Now = a.Until.Add(-19 * time.Minute) })),
		"it would end after the point of no retu": Make(work, measured, agreed(func(a *Agreed) { a.Now = a.Until.Add(-69 * time.Minute) })),
	} {
		if got := f.Verdict(); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestOutlookGoesByTheRunItself(t *testing.T) {
	f := Make(work, measured, agreed(nil))
	early := f.Outlook(night, night.Add(time.Second), map[string]int64{"customers": 10})
	if want := night.Add(time.Second + 720*time.Second - 600*time.Millisecond + 180*time.Second); !early.End.Equal(want) || early.Done != 10 || early.Of != 3000 {
		t.Errorf("early: %+v, want %s", early, want)
	}
	// All customers in 240 s instead of 120: orders will take 1200.
	half := f.Outlook(night, night.Add(240*time.Second), map[string]int64{"customers": 2000})
	if want := night.Add((240 + 1200 + 180) * time.Second); !half.End.Equal(want) || half.Late() || half.Past() {
		t.Errorf("half: %+v, want %s", half, want)
	}
	if o := f.Outlook(night, night.Add(71*time.Minute), map[string]int64{"customers": 2000}); !o.Late() || !o.Past() {
		t.Errorf("late: %+v", o)
	}
}

func TestBusyCountsCallsSideBySideOnce(t *testing.T) {
	at := func(s int) time.Time { return night.Add(time.Duration(s) * time.Second) }
	if got := Busy([]Span{{at(0), at(10)}, {at(2), at(5)}, {at(8), at(12)}, {at(100), at(103)}}); got != 15*time.Second {
		t.Errorf("got %s", got)
	}
}
