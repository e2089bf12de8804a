package verify

import (
	"context"
	"slices"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Known is what tells differences apart. Times are Odoo's own, by the server's clock, in UTC and as write_date has them
// (time.DateTime).
type Known struct {
	Clock    func() time.Time   // the server's; nil records no window
	UID      int64              // of the account that loads
	Declared map[int64][]string // by run: the normalisations that its plan declares
	Loaded   map[int64]string   // by run: the time after which it wrote no record any more
	Busy     [][2]string        // from when to when a run may have written, of every run
	Loading  string             // when the run that verifies began to write; empty of one that only reads
	Listed   Listed             // nil looks for no extra records
}

// Listed lists the external ids of the project's module in the target. It yields those that the ledger does not have, and
// reports whether all that the ledger has are there and lead to the records they led to.
type Listed func(ctx context.Context, each func(Difference)) (complete bool, err error)

// Window is the time in which Odoo was read, by its own clock, in whole seconds and UTC; empty where the server told none.
type Window struct {
	Loading string    `json:"loading,omitempty"` // of a run that loads: when it began to write
	From    string    `json:"from,omitempty"`
	Until   string    `json:"until,omitempty"`
	Count   int64     `json:"written"`           // records written inside it
	Written []Written `json:"records,omitempty"` // at most 1,000
}

// Written is a record that was written while Odoo was read: what was read of it may be from before or after.
type Written struct {
	Model      string `json:"model"`
	ExternalID string `json:"external_id"`
	DBID       int64  `json:"db_id"`
	At         string `json:"at"`
}

func (w *Window) add(list []Written) {
	w.Count += int64(len(list))
	room := maxDifferences - len(w.Written)
	w.Written = append(w.Written, list[:min(room, len(list))]...)
}

// Now is the time by the server's clock, as write_date has it; empty where the server tells none.
func (k Known) Now() string {
	if k.Clock == nil {
		return ""
	}
	if t := k.Clock(); !t.IsZero() {
		return t.UTC().Format(time.DateTime)
	}
	return ""
}

// within reports whether a record was written after reading began. In the second in which it began only other accounts
// count: the load itself may have written until then.
func (k Known) within(s stamp, from string) bool {
	return from != "" && (s.date > from || s.date == from && s.uid != k.UID)
}

// stamp is when and by whom a record was last written.
type stamp struct {
	date string
	uid  int64
}

// writtenFields are the fields that tell it, of models that have them.
func writtenFields(m *schema.Model) []string {
	return slices.DeleteFunc([]string{"write_date", "write_uid"}, func(name string) bool {
		_, ok := m.Field(name)
		return !ok
	})
}

func stampOf(row map[string]any) (s stamp) {
	s.date, _ = row["write_date"].(string)
	if n, ok := row["write_uid"].(interface{ Int64() (int64, error) }); ok {
		s.uid, _ = n.Int64()
	}
	return s
}

// since reports whether somebody wrote a record after its run had loaded it: another account at any time, the account that
// loads when no run was busy.
func (k Known) since(runID int64, s stamp) bool {
	loaded := k.Loaded[runID]
	if s.date == "" || loaded == "" {
		return false
	}
	if s.uid != k.UID {
		return s.date >= loaded
	}
	return s.date > loaded && !slices.ContainsFunc(k.Busy, func(b [2]string) bool { return s.date >= b[0] && s.date <= b[1] })
}

// classified says of which class one differing field is, and by what rule.
func (v *Verifier) classified(e run.Entry, field string, want, have record.Value, s stamp) Difference {
	d := difference(e, Differs, field, want.Text(), have.Text())
	base, _ := schema.SplitLanguage(field)
	n, ok := v.Schema.NormalsOf(e.Model)[base]
	switch {
	case ok && slices.Contains(v.Known.Declared[e.RunID], n.Rule()) && n.Alike(want.Text(), have.Text()):
		d.Class, d.Rule = Normalised, n.Rule()
	case v.raised(e.Model, field, want, have):
		d.Class, d.Rule = Logic, e.Model+"."+field+": Odoo counts it up"
	case v.Known.since(e.RunID, s):
		d.Class, d.Written = Since, s.date
	}
	return d
}

func graver(a, b string) string {
	return gravity[max(slices.Index(gravity, a), slices.Index(gravity, b))]
}

// extras looks for records under external ids of the project that nobody loaded. Where that shows that all others are
// there, too, nobody has to ask for them one by one.
func (v *Verifier) extras(ctx context.Context, res *Result) error {
	if v.Known.Listed == nil {
		return nil
	}
	var err error
	v.listed, err = v.Known.Listed(ctx, func(d Difference) {
		d.Class = Extra
		if res.Extras++; len(res.Extra) < maxDifferences {
			res.Extra = append(res.Extra, d)
		}
	})
	return err
}
