// Package forecast says how long a cutover will take, by what earlier runs took, and until when one can still turn back.
// It measures nothing itself, reads no clock, and guesses no rate: what was never measured is named.
package forecast

import (
	"cmp"
	"time"
)

// Rate is what was measured: so many records in so many seconds, by a run.
type Rate struct {
	Records int64   `json:"records"`
	Seconds float64 `json:"seconds"`
	Run     int64   `json:"run"`
}

// For is how many seconds records take at this rate.
func (r Rate) For(records int64) float64 {
	if r.Records == 0 {
		return 0
	}
	return r.Seconds * float64(records) / float64(r.Records)
}

// Measured is what earlier runs left, the newest that has each of it.
type Measured struct {
	Mappings map[string]Rate // loading, by mapping
	Models   map[string]Rate // the same by model, for mappings that are new
	Prepare  Rate            // deriving and staging, over all records
	Verify   Rate            // reading back and reconciling, over all records
	Undo     Rate            // rolling back, over changes
}

// Work is one step of a plan.
type Work struct {
	Wave    int
	Mapping string
	Model   string
	Records int64
	Carried bool // loaded within its document: no calls, and no time, of its own
}

// Agreed is what people agreed about the weekend, and when it is.
type Agreed struct {
	Now         time.Time
	From, Until time.Time // zero where no window was agreed
	Margin      time.Duration
	Restore     time.Duration // measured restore of the backup; 0 is not known
	RestoreOnly bool          // part of the run can be taken back by the backup alone
}

// Phases of a forecast.
const (
	Prepare = "prepare"
	Load    = "load"
	Verify  = "verify"
)

// Phase is one line: preparing, the load of a mapping, verifying.
type Phase struct {
	Name    string  `json:"name"`
	Wave    int     `json:"wave,omitempty"`
	Mapping string  `json:"mapping,omitempty"`
	Records int64   `json:"records"`
	Seconds float64 `json:"seconds"`
	Run     int64   `json:"run,omitempty"` // that was measured
}

// Ways back.
const (
	ByRollback = "rollback"
	ByRestore  = "restore"
)

// Forecast is how long a cutover takes, and when it ends.
type Forecast struct {
	Phases          []Phase   `json:"phases"`
	Seconds         float64   `json:"seconds"`
	Unmeasured      []string  `json:"unmeasured,omitempty"` // mappings no run has loaded: they are not in the sum
	Begin           time.Time `json:"begin"`
	End             time.Time `json:"end"`
	Deadline        time.Time `json:"deadline,omitzero"`
	Margin          float64   `json:"margin_seconds"`
	Back            float64   `json:"way_back_seconds"`
	BackBy          string    `json:"way_back,omitempty"` // rollback, restore; "" is not measured
	PointOfNoReturn time.Time `json:"point_of_no_return,omitzero"`
}

// Make computes a forecast.
func Make(work []Work, m Measured, a Agreed) *Forecast {
	f := &Forecast{Begin: a.Now, Deadline: a.Until, Margin: a.Margin.Seconds()}
	if a.From.After(a.Now) {
		f.Begin = a.From
	}
	var all int64
	for _, w := range work {
		all += w.Records
	}
	f.add(Phase{Name: Prepare, Records: all, Seconds: m.Prepare.For(all), Run: m.Prepare.Run})
	for _, w := range work {
		if w.Carried || w.Records == 0 {
			continue
		}
		r, ok := m.Mappings[w.Mapping]
		if !ok || r.Records == 0 {
			r = m.Models[w.Model]
		}
		if r.Records == 0 {
			f.Unmeasured = append(f.Unmeasured, w.Mapping)
		}
		f.add(Phase{Name: Load, Wave: w.Wave, Mapping: w.Mapping, Records: w.Records, Seconds: r.For(w.Records), Run: r.Run})
	}
	f.add(Phase{Name: Verify, Records: all, Seconds: m.Verify.For(all), Run: m.Verify.Run})
	f.End = f.Begin.Add(seconds(f.Seconds))
	f.wayBack(m.Undo, all, a)
	return f
}

func (f *Forecast) add(p Phase) {
	f.Phases = append(f.Phases, p)
	f.Seconds += p.Seconds
}

// wayBack takes the backup where part of the run has no other way, and where no rollback was ever measured.
func (f *Forecast) wayBack(undo Rate, records int64, a Agreed) {
	switch {
	case !a.RestoreOnly && undo.Records > 0:
		f.Back, f.BackBy = undo.For(records), ByRollback
	case a.Restore > 0:
		f.Back, f.BackBy = a.Restore.Seconds(), ByRestore
	}
	if f.BackBy != "" && !f.Deadline.IsZero() {
		f.PointOfNoReturn = f.Deadline.Add(-a.Margin - seconds(f.Back))
	}
}

// Verdict says what speaks against beginning; "" is nothing.
func (f *Forecast) Verdict() string {
	switch {
	case f.Deadline.IsZero():
		return "no window was agreed"
	case f.Seconds == 0 || len(f.Unmeasured) > 0:
		return cmp.Or(unmeasured(f.Unmeasured), "no run was measured yet")
	case f.BackBy == "":
		return "the way back was never measured: no rollback was made, and no restore is attested"
	case f.End.After(f.Deadline):
		return "it would end after the deadline"
	case f.End.After(f.PointOfNoReturn):
		return "it would end after the point of no return: what is found at the end could not be taken back in time"
	}
	return ""
}

func unmeasured(mappings []string) string {
	switch len(mappings) {
	case 0:
		return ""
	case 1:
		return "no run has loaded " + mappings[0] + " yet"
	}
	return "no run has loaded " + mappings[0] + " and others yet"
}

// Outlook is where a load that is under way will end.
type Outlook struct {
	Now             time.Time
	End             time.Time
	Deadline        time.Time
	PointOfNoReturn time.Time
	Done, Of        int64
}

// Late reports whether the load will end after its deadline.
func (o Outlook) Late() bool { return !o.Deadline.IsZero() && o.End.After(o.Deadline) }

// Past reports whether there is no turning back any more.
func (o Outlook) Past() bool { return !o.PointOfNoReturn.IsZero() && o.Now.After(o.PointOfNoReturn) }

// trusted is the part of the load after which its own speed counts, not that of earlier runs.
const trusted = 0.1

// Outlook corrects the forecast by what the load itself took so far. done are records by mapping.
func (f *Forecast) Outlook(began, now time.Time, done map[string]int64) Outlook {
	o := Outlook{Now: now, Deadline: f.Deadline, PointOfNoReturn: f.PointOfNoReturn}
	var whole, past, after float64
	for _, p := range f.Phases {
		switch p.Name {
		case Load:
			n := min(done[p.Mapping], p.Records)
			whole, past = whole+p.Seconds, past+p.Seconds*float64(n)/float64(p.Records)
			o.Done, o.Of = o.Done+n, o.Of+p.Records
		case Verify:
			after += p.Seconds
		}
	}
	left := whole - past
	if whole > 0 && past/whole >= trusted {
		left *= now.Sub(began).Seconds() / past
	}
	o.End = now.Add(seconds(left + after))
	return o
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// Span is one call: when it was made, and when its outcome was known.
type Span struct{ From, To time.Time }

// Busy is the time in which at least one call was under way: calls side by side count once, pauses not at all. Spans come
// in the order in which they begin.
func Busy(spans []Span) time.Duration {
	var sum time.Duration
	var until time.Time
	for _, s := range spans {
		from := s.From
		if from.Before(until) {
			from = until
		}
		if s.To.After(from) {
			sum, until = sum+s.To.Sub(from), s.To
		}
	}
	return sum
}
