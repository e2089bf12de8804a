package pipeline

import (
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
)

type watcher struct {
	silent
	told []forecast.Outlook
}

func (w *watcher) Outlook(o forecast.Outlook) { w.told = append(w.told, o) }

func TestOutlookIsToldByTheClock(t *testing.T) {
	now := time.Date(2026, 2, 7, 18, 0, 0, 0, time.UTC)
	w := &watcher{}
	p := &Pipeline{opt: Options{Progress: w, Now: func() time.Time { return now }}}
	f := forecast.Make([]forecast.Work{{Wave: 1, Mapping: "customers", Records: 100}},
		forecast.Measured{Mappings: map[string]forecast.Rate{"customers": {Records: 10, Seconds: 60}}}, forecast.Agreed{Now: now, Until: now.Add(time.Hour)})
	o := p.watch(f)
	o.advance("customers", 5)
	now = now.Add(29 * time.Second)
	o.advance("customers", 5)
	now = now.Add(31 * time.Second)
	o.advance("customers", 40)
	if len(w.told) != 2 || w.told[0].Done != 5 || w.told[1].Done != 50 || w.told[1].Of != 100 {
		t.Fatalf("%+v", w.told)
	}
	// Half of it took one minute, not five.
	if end := now.Add(time.Minute); !w.told[1].End.Equal(end) || w.told[1].Late() {
		t.Errorf("end %s, want %s", w.told[1].End, end)
	}
	var none *outlook
	none.advance("customers", 1)
	if p.watch(nil) != nil || (&Pipeline{opt: Options{Progress: silent{}, Now: time.Now}}).watch(f) != nil {
		t.Error("somebody is told who is not there")
	}
}
