package load

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// callRecords is how many records one workflow call is made on.
const callRecords = 100

// called is a record on its way through a workflow call.
type called struct {
	item Item
	dbID int64
	was  any // value of the expected field before the call
}

// call makes a workflow call on the step's records that meet its condition and do not show its result yet, and believes
// only what it reads back afterwards: a method's answer says nothing.
func (st *step) call(ctx context.Context, c plan.Call) error {
	if c.Expect == nil {
		return fmt.Errorf("the mapping gives no postcondition (expect)")
	}
	for items, err := range st.Staged.Items(ctx, st.Mapping, callRecords) {
		if err != nil {
			return err
		}
		if st.stopping() {
			return ErrInterrupted
		}
		due, err := st.due(ctx, c, items)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			continue
		}
		if err := st.callOn(ctx, c, due); err != nil {
			return err
		}
	}
	return nil
}

// due reads which of the items the call is still to be made on.
func (st *step) due(ctx context.Context, c plan.Call, items []Item) ([]called, error) {
	entries, err := st.Ledger.EntriesByID(ctx, st.TargetID, externalIDs(items))
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, it := range items {
		if e, ok := entries[it.ID]; ok && e.State == run.Active {
			ids = append(ids, e.DBID)
		}
	}
	rows, err := st.read(ctx, ids, c.Fields())
	if err != nil {
		return nil, err
	}
	var out []called
	for _, it := range items {
		row, ok := rows[entries[it.ID].DBID]
		if !ok || c.Expect.Holds(row[c.Expect.Field]) || c.When != nil && !c.When.Holds(row[c.When.Field]) {
			continue
		}
		out = append(out, called{it, entries[it.ID].DBID, row[c.Expect.Field]})
	}
	return out, nil
}

func (st *step) callOn(ctx context.Context, c plan.Call, due []called) error {
	items, ids := make([]Item, len(due)), make([]int64, len(due))
	for i, d := range due {
		items[i], ids[i] = d.item, d.dbID
	}
	in := st.intent("call", "call:"+c.Method, externalIDs(items), checksum.Bytes(fmt.Append(nil, c.Method, ids)).String())
	id, err := st.exactlyOnce(ctx, in, func(ctx context.Context) error {
		_, err := st.Target.Method(ctx, st.Model, c.Method, ids, nil)
		return err
	}, func(ctx context.Context) (bool, error) {
		left, err := st.due(ctx, c, items)
		return err == nil && len(left) == 0, err
	})
	if err != nil {
		if !refused(err) {
			return err
		}
		return st.callRefused(ctx, c, id, due, err)
	}
	return st.settleCalled(ctx, c, id, due)
}

// callRefused finds the record to blame by halving; the others go on.
func (st *step) callRefused(ctx context.Context, c plan.Call, intentID int64, due []called, cause error) error {
	if err := st.fail(ctx, intentID, cause.Error()); err != nil {
		return err
	}
	if len(due) == 1 {
		return st.unfinished(ctx, due, fmt.Sprintf("%s is refused: %s", c.Method, oneLine(cause.Error())))
	}
	half := len(due) / 2
	if err := st.callOn(ctx, c, due[:half]); err != nil {
		return err
	}
	return st.callOn(ctx, c, due[half:])
}

func (st *step) settleCalled(ctx context.Context, c plan.Call, intentID int64, due []called) error {
	ctx, cancel := settleContext(ctx)
	defer cancel()
	ids := make([]int64, len(due))
	for i, d := range due {
		ids[i] = d.dbID
	}
	rows, err := st.read(ctx, ids, []string{c.Expect.Field})
	if err != nil {
		return err
	}
	set := run.Settlement{State: run.Settled}
	var not []called
	for _, d := range due {
		if row, ok := rows[d.dbID]; !ok || !c.Expect.Holds(row[c.Expect.Field]) {
			not = append(not, d)
			continue
		}
		before, err := json.Marshal(map[string]any{c.Expect.Field: d.was, "undo": c.Undo})
		if err != nil {
			return err
		}
		undo := st.Undo
		if c.Undo == "" {
			undo = run.RestoreOnly
		}
		set.Changes = append(set.Changes, st.change(d.item, d.dbID, "call:"+c.Method, undo, before, nil))
	}
	if err := st.Journal.Settle(ctx, intentID, set); err != nil {
		return err
	}
	return st.unfinished(ctx, not, fmt.Sprintf("%s returned, but %s is not %q", c.Method, c.Expect.Field, c.Expect.Equal))
}

// unfinished names records that are in Odoo but did not take their last step.
func (st *step) unfinished(ctx context.Context, due []called, message string) error {
	var findings []record.Finding
	for _, d := range due {
		f := st.finding(d.item, "load.call_failed", message)
		f.Hint = "the record is in Odoo as it was created; mend it there or roll it back"
		findings = append(findings, f)
	}
	return st.Ledger.AddFindings(ctx, st.RunID, findings)
}
