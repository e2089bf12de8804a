package load

import (
	"context"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// How a mapping wants a field settled that the source and people in Odoo both changed; "" leaves the record to people.
const (
	conflictsSource = "source"
	conflictsOdoo   = "odoo"
)

// conflict leaves a record as it is, and names it.
func (st *step) conflict(ctx context.Context, r revision, message string) error {
	f := st.finding(r.Item, "delta.conflict", message)
	f.Hint = "decide which side is right, change it there, and run delta again"
	return st.leaveOne(ctx, r.Item, f, run.Conflict)
}

// leaveClash leaves a record whose fields both sides changed as people have it: a conflict, unless its mapping says that
// Odoo prevails. The ledger keeps what it had, so that the next delta sees the clash again and says so again.
func (st *step) leaveClash(ctx context.Context, r revision, clash []string) error {
	message := "the source and a user in Odoo both changed " + strings.Join(clash, ", ")
	if st.Conflicts != conflictsOdoo {
		return st.conflict(ctx, r, message)
	}
	f := st.finding(r.Item, "delta.odoo_kept", message+"; the record stays as it is in Odoo, as conflicts: odoo says")
	f.Severity = record.Warning
	return st.leaveOne(ctx, r.Item, f, run.Unchanged)
}

// noteOverwritten names the fields in which the source prevails over people. What they held is in the undo manifest.
func (st *step) noteOverwritten(ctx context.Context, r revision, clash []string) error {
	f := st.finding(r.Item, "delta.source_kept", "the source and a user in Odoo both changed "+strings.Join(clash, ", ")+
		"; the source's values are written, as conflicts: source says")
	f.Severity = record.Warning
	return st.Ledger.AddFindings(ctx, st.RunID, []record.Finding{f})
}

func (st *step) leaveOne(ctx context.Context, it Item, f record.Finding, class string) error {
	if err := st.Ledger.AddFindings(ctx, st.RunID, []record.Finding{f}); err != nil {
		return err
	}
	return st.Ledger.AddOutcomes(ctx, st.RunID, []run.Outcome{{Mapping: st.Mapping, ExternalID: it.ID, Class: class, Note: f.Message}})
}
