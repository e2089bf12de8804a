package load

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// settleClash decides about the fields of a record that both sides changed, as its mapping says or as people decided: those in
// which the source prevails are returned, those nobody decided about are left open in e. left says that nothing of the record
// is written, and that it is accounted for.
func (st *step) settleClash(ctx context.Context, e *edit, clash []run.Clash) (prevails []string, left bool, err error) {
	if len(clash) == 0 {
		return nil, false, nil
	}
	switch st.Conflicts {
	case conflictsSource:
		prevails = fieldsOf(clash)
		return prevails, false, st.noteSettled(ctx, e.revision, "delta.source_kept", bothChanged(prevails)+"; the source's values are written, as conflicts: source says")
	case conflictsOdoo:
		return nil, true, st.leaveClash(ctx, e.revision, fieldsOf(clash))
	}
	decided, err := st.Ledger.Clash(ctx, st.TargetID, st.RunID, clash)
	if err != nil {
		return nil, false, err
	}
	for _, c := range decided {
		if c.Decision == "" {
			e.open = append(e.open, c.Field)
		}
	}
	// One field that is open keeps the whole record back, unless its mapping settles field by field and there is something to do.
	idle := len(e.open) == len(decided) && e.idle() && !st.revives(e.revision)
	if len(e.open) > 0 && (st.Conflicts != conflictsFields || idle) {
		return nil, true, st.conflict(ctx, e.revision, bothChanged(e.open))
	}
	for _, c := range decided {
		switch c.Decision {
		case run.DecideSource:
			prevails = append(prevails, c.Field)
			err = st.noteSettled(ctx, e.revision, "delta.source_kept", fmt.Sprintf("%s; the source's value is written, as %s decided on %s", bothChanged([]string{c.Field}), c.By, c.On))
		case run.DecideOdoo:
			err = st.noteSettled(ctx, e.revision, "delta.odoo_kept", fmt.Sprintf("%s; Odoo's value stays, as %s decided on %s", bothChanged([]string{c.Field}), c.By, c.On))
		}
		if err != nil {
			return nil, false, err
		}
	}
	return prevails, false, nil
}

func fieldsOf(clash []run.Clash) []string {
	out := make([]string, len(clash))
	for i, c := range clash {
		out[i] = c.Field
	}
	return out
}

func bothChanged(fields []string) string {
	return "the source and a user in Odoo both changed " + strings.Join(fields, ", ")
}

// noteSettled names a record and the fields of it that were settled. What people's fields held is in the undo manifest.
func (st *step) noteSettled(ctx context.Context, r revision, rule, message string) error {
	f := st.finding(r.Item, rule, message)
	f.Severity = record.Warning
	return st.Ledger.AddFindings(ctx, st.RunID, []record.Finding{f})
}

// leaveOpen keeps in the ledger what open fields held when they were last loaded, so that the next delta sees the clash again.
func (st *step) leaveOpen(ctx context.Context, e edit, message string, entry *run.Entry) error {
	base, err := record.DecodeValues(e.entry.Values)
	if err != nil {
		return err
	}
	values := slices.Clone(e.Values)
	for i, f := range e.Layout.Fields {
		if slices.Contains(e.open, f) {
			values[i] = base[f]
		}
	}
	if entry.Values, err = record.EncodeValues(e.Layout.Fields, values); err != nil {
		return err
	}
	entry.Digest = checksum.Fields(e.Layout.Model, e.ID, e.Layout.Fields, values).String()
	f := st.finding(e.Item, "delta.conflict", message)
	f.Hint = decideHint
	return st.Ledger.AddFindings(ctx, st.RunID, []record.Finding{f})
}

// revives reports whether a record was archived because its source was gone, and is back.
func (st *step) revives(r revision) bool {
	_, hasActive := st.model.Field("active")
	return hasActive && r.entry.State == run.Archived && r.Layout.Index("active") < 0
}
