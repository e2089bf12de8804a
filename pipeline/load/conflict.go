package load

import (
	"context"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// How a mapping wants a field settled that the source and people in Odoo both changed; anything else leaves the record to
// people, who decide in a file.
const (
	conflictsSource = "source"
	conflictsOdoo   = "odoo"
	conflictsFields = "fields" // what else the source changed in the record is written
)

const decideHint = "decide which side is right (migrate report conflicts), or change it there; then run delta again"

// conflict leaves a record as it is, and names it.
func (st *step) conflict(ctx context.Context, r revision, message string) error {
	f := st.finding(r.Item, "delta.conflict", message)
	f.Hint = decideHint
	return st.leaveOne(ctx, r.Item, f, run.Conflict)
}

// leaveClash leaves a record whose fields both sides changed as people have it, because its mapping says that Odoo prevails.
// The ledger keeps what it had, so that the next delta sees the clash again and says so again.
func (st *step) leaveClash(ctx context.Context, r revision, clash []string) error {
	f := st.finding(r.Item, "delta.odoo_kept", bothChanged(clash)+"; the record stays as it is in Odoo, as conflicts: odoo says")
	f.Severity = record.Warning
	return st.leaveOne(ctx, r.Item, f, run.Unchanged)
}

func (st *step) leaveOne(ctx context.Context, it Item, f record.Finding, class string) error {
	if err := st.Ledger.AddFindings(ctx, st.RunID, []record.Finding{f}); err != nil {
		return err
	}
	return st.Ledger.AddOutcomes(ctx, st.RunID, []run.Outcome{{Mapping: st.Mapping, ExternalID: it.ID, Class: class, Note: f.Message}})
}

// appendOnly leaves documents that the source changed after they were loaded, and names each.
func (st *step) appendOnly(ctx context.Context, items []Item) error {
	for _, it := range items {
		f := st.finding(it, "delta.append_only", "the source changed a document that is in Odoo already; this mapping only appends")
		f.Hint = "correct it in Odoo, or load the correction as a document of its own"
		if err := st.leaveOne(ctx, it, f, run.Conflict); err != nil {
			return err
		}
	}
	return nil
}
