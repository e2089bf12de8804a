package load

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Recover finds out what became of the calls a killed process had announced. What they did is settled as they had
// announced it, so that rollback knows it; what they did not do is left to the run that follows.
func (l *Loader) Recover(ctx context.Context) error {
	open, err := l.Journal.OpenIntents(ctx, l.TargetID)
	if err != nil {
		return err
	}
	for _, in := range open {
		if err := l.recover(ctx, in); err != nil {
			return fmt.Errorf("find out about %s of %s announced in run %d: %w", in.Action, in.Mapping, in.RunID, err)
		}
	}
	return nil
}

func (l *Loader) recover(ctx context.Context, in run.Intent) error {
	set := run.Settlement{State: run.Settled, Note: "settled after an interruption"}
	var err error
	switch {
	case in.Action == "create":
		return l.recoverCreate(ctx, in)
	case in.Action == "update":
		// Whether it was made or not: putting the before-images back undoes it, and the next pass compares anew.
		set.Changes = in.Changes
	case in.Action == "adopt":
		err = l.recoverAdopt(ctx, in, &set)
	case strings.HasPrefix(in.Action, "call:"):
		err = l.recoverCall(ctx, in, &set)
	}
	if err != nil {
		return err
	}
	if len(set.Changes) == 0 {
		set = run.Settlement{State: run.IntentFailed, Note: "interrupted before it took effect, or to be done again"}
	}
	return l.Journal.Settle(ctx, in.ID, set)
}

// recoverCreate leaves a batch that is in Odoo open: creating its records again finds and settles it. load stores all of
// a batch or nothing.
func (l *Loader) recoverCreate(ctx context.Context, in run.Intent) error {
	for part := range slices.Chunk(in.ExternalIDs, 1000) {
		there, err := l.Target.XMLIDs(ctx, l.Module, part)
		if err != nil {
			return err
		}
		if len(there) > 0 {
			return nil
		}
	}
	return l.Journal.Settle(ctx, in.ID, run.Settlement{State: run.IntentFailed, Note: "interrupted before it took effect"})
}

func (l *Loader) recoverAdopt(ctx context.Context, in run.Intent, set *run.Settlement) error {
	there, err := l.Target.XMLIDs(ctx, l.Module, in.ExternalIDs)
	if err != nil {
		return err
	}
	for _, c := range in.Changes {
		if x, ok := there[c.ExternalID]; ok && x.ResID == c.DBID {
			set.Changes = append(set.Changes, c)
			set.Entries = append(set.Entries, adopted(c))
		}
	}
	return nil
}

// recoverCall keeps the records whose fields are no longer as they were before the call.
func (l *Loader) recoverCall(ctx context.Context, in run.Intent, set *run.Settlement) error {
	for _, c := range in.Changes {
		var before run.BeforeCall
		if err := json.Unmarshal(c.Before, &before); err != nil {
			return err
		}
		fields := make([]string, 0, len(before.Fields))
		for f := range before.Fields {
			fields = append(fields, f)
		}
		rows, err := l.Target.Read(ctx, c.Model, []int64{c.DBID}, fields)
		if err != nil {
			return err
		}
		for _, f := range fields {
			if len(rows) == 1 && fmt.Sprint(rows[0][f]) != fmt.Sprint(before.Fields[f]) {
				set.Changes = append(set.Changes, c)
				break
			}
		}
	}
	return nil
}
