package load

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/mappings/expression"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// callRecords is how many records one workflow call is made on.
const callRecords = 100

// RuleCallFailed is the rule of findings about records that are in Odoo but did not take their last step.
const RuleCallFailed = "load.call_failed"

// called is a record on its way through a workflow call.
type called struct {
	item Item
	dbID int64
	was  map[string]any // the fields of the postcondition before the call
}

// conditions are a call's, compiled.
type conditions struct{ when, expect *expression.Condition }

func compileConditions(c plan.Call) (out conditions, err error) {
	for _, one := range []struct {
		text string
		to   **expression.Condition
	}{{c.When, &out.when}, {c.Expect, &out.expect}} {
		if one.text == "" {
			continue
		}
		cond, problems := expression.CompileCondition(one.text)
		if len(problems) > 0 {
			return out, fmt.Errorf("condition %q: %s", one.text, problems[0].Message)
		}
		*one.to = cond
	}
	if out.expect == nil {
		return out, fmt.Errorf("the mapping gives no postcondition (expect)")
	}
	return out, nil
}

func (c conditions) fields() []string {
	out := slices.Clone(c.expect.Fields())
	if c.when != nil {
		out = append(out, c.when.Fields()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func holds(c *expression.Condition, row map[string]any) (bool, error) {
	if c == nil {
		return true, nil
	}
	return c.Holds(func(field string) any { return row[field] })
}

// call makes a workflow call on the step's records that meet its condition and do not show its result yet, and believes
// only what it reads back afterwards: a method's answer says nothing.
func (st *step) call(ctx context.Context, c plan.Call) error {
	cond, err := compileConditions(c)
	if err != nil {
		return err
	}
	for items, err := range st.Staged.Items(ctx, st.Mapping, callRecords) {
		if err != nil {
			return err
		}
		if err := st.turn(ctx); err != nil {
			return err
		}
		err := st.byCompany(ctx, items, func(ctx context.Context, items []Item) error {
			due, err := st.due(ctx, cond, items)
			if err != nil || len(due) == 0 {
				return err
			}
			st.gate.Charge(len(due))
			return st.callOn(ctx, c, cond, due)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// due reads which of the items the call is still to be made on.
func (st *step) due(ctx context.Context, c conditions, items []Item) ([]called, error) {
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
	rows, err := st.read(ctx, ids, c.fields())
	if err != nil {
		return nil, err
	}
	var out []called
	for _, it := range items {
		row, ok := rows[entries[it.ID].DBID]
		if !ok {
			continue
		}
		done, err := holds(c.expect, row)
		if err != nil {
			return nil, err
		}
		wanted, err := holds(c.when, row)
		if err != nil {
			return nil, err
		}
		if done || !wanted {
			continue
		}
		was := map[string]any{}
		for _, f := range c.expect.Fields() {
			was[f] = row[f]
		}
		out = append(out, called{it, entries[it.ID].DBID, was})
	}
	return out, nil
}

func (st *step) callOn(ctx context.Context, c plan.Call, cond conditions, due []called) error {
	items, ids := make([]Item, len(due)), make([]int64, len(due))
	for i, d := range due {
		items[i], ids[i] = d.item, d.dbID
	}
	in := st.intent("call", "call:"+c.Method, externalIDs(items), checksum.Bytes(fmt.Append(nil, c.Method, ids)).String())
	var err error
	if in.Changes, err = st.callChanges(c, due); err != nil {
		return err
	}
	id, err := st.exactlyOnce(ctx, in, func(ctx context.Context) error {
		_, err := st.Target.Method(ctx, st.Model, c.Method, ids, nil)
		return err
	}, func(ctx context.Context) (bool, error) {
		left, err := st.due(ctx, cond, items)
		return err == nil && len(left) == 0, err
	})
	if err != nil {
		if !refused(err) {
			return err
		}
		return st.callRefused(ctx, c, cond, id, due, err)
	}
	return st.settleCalled(ctx, c, cond, id, due, in.Changes)
}

// callRefused finds the record to blame by halving; the others go on.
func (st *step) callRefused(ctx context.Context, c plan.Call, cond conditions, intentID int64, due []called, cause error) error {
	items := make([]Item, len(due))
	for i, d := range due {
		items[i] = d.item
	}
	// A refusal may mean that an earlier attempt, whose reply was lost, took effect after all.
	left, err := st.due(ctx, cond, items)
	if err != nil {
		return err
	}
	if len(left) < len(due) {
		changes, err := st.callChanges(c, due)
		if err != nil {
			return err
		}
		return st.settleCalled(ctx, c, cond, intentID, due, changes)
	}
	if err := st.fail(ctx, intentID, cause.Error()); err != nil {
		return err
	}
	if len(due) == 1 {
		return st.unfinished(ctx, due, fmt.Sprintf("%s is refused: %s", c.Method, oneLine(cause.Error())))
	}
	half := len(due) / 2
	if err := st.callOn(ctx, c, cond, due[:half]); err != nil {
		return err
	}
	return st.callOn(ctx, c, cond, due[half:])
}

// callChanges are the manifest's entries of a call: the fields of its postcondition as they are before it.
func (st *step) callChanges(c plan.Call, due []called) ([]run.Change, error) {
	undo := st.Undo
	if c.Undo == "" {
		undo = run.RestoreOnly
	}
	out := make([]run.Change, len(due))
	for i, d := range due {
		before, err := json.Marshal(run.BeforeCall{Undo: c.Undo, Fields: d.was})
		if err != nil {
			return nil, err
		}
		out[i] = st.change(d.item, d.dbID, "call:"+c.Method, undo, before, nil)
	}
	return out, nil
}

func (st *step) settleCalled(ctx context.Context, c plan.Call, cond conditions, intentID int64, due []called, changes []run.Change) error {
	ctx, cancel := proofContext(ctx)
	defer cancel()
	ids := make([]int64, len(due))
	for i, d := range due {
		ids[i] = d.dbID
	}
	rows, err := st.read(ctx, ids, cond.expect.Fields())
	if err != nil {
		return err
	}
	set := run.Settlement{State: run.Settled}
	var not []called
	for i, d := range due {
		row, there := rows[d.dbID]
		done, err := holds(cond.expect, row)
		if err != nil {
			return err
		}
		if there && done {
			set.Changes = append(set.Changes, changes[i])
		} else {
			not = append(not, d)
		}
	}
	if err := st.settle(ctx, intentID, set); err != nil {
		return err
	}
	return st.unfinished(ctx, not, fmt.Sprintf("%s returned, but %s does not hold", c.Method, c.Expect))
}

// unfinished names records that are in Odoo but did not take their last step.
func (st *step) unfinished(ctx context.Context, due []called, message string) error {
	var findings []record.Finding
	for _, d := range due {
		f := st.finding(d.item, RuleCallFailed, message)
		f.Hint = "the record is in Odoo as it was created; mend it there or roll it back"
		findings = append(findings, f)
	}
	return st.Ledger.AddFindings(ctx, st.RunID, findings)
}
