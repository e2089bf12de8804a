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
		err = l.recoverCreate(ctx, in, &set)
	case in.Action == "update":
		// Whether it was made or not: putting the before-images back undoes it, and the next pass compares anew.
		set.Changes = in.Changes
	case in.Action == "adopt":
		err = l.recoverAdopt(ctx, in, &set)
	case in.Action == "archive" || in.Action == "delete":
		err = l.recoverRemoval(ctx, in, &set)
	case strings.HasPrefix(in.Action, "call:"):
		err = l.recoverCall(ctx, in, &set)
	}
	if err != nil {
		return err
	}
	if len(set.Changes) == 0 {
		set = run.Settlement{State: run.IntentFailed, Note: "interrupted before it took effect"}
	}
	return l.Journal.Settle(ctx, in.ID, set)
}

// recoverCreate settles what a batch created. The digest of the entries stays empty until the run that follows has
// compared the records with what is staged now.
func (l *Loader) recoverCreate(ctx context.Context, in run.Intent, set *run.Settlement) error {
	for part := range slices.Chunk(in.Changes, 1000) {
		names := make([]string, len(part))
		for i, c := range part {
			names[i] = c.ExternalID
		}
		there, err := l.Target.XMLIDs(ctx, l.Module, names)
		if err != nil {
			return err
		}
		for _, c := range part {
			x, ok := there[c.ExternalID]
			if !ok || x.Model != c.Model {
				continue
			}
			c.DBID = x.ResID
			e := found(c)
			e.RunID = in.RunID
			set.Changes = append(set.Changes, c)
			set.Entries = append(set.Entries, e)
			set.Outcomes = append(set.Outcomes, run.Outcome{Mapping: c.Mapping, ExternalID: c.ExternalID, Class: run.Created})
		}
	}
	return nil
}

// recoverRemoval keeps the records that are archived or gone.
func (l *Loader) recoverRemoval(ctx context.Context, in run.Intent, set *run.Settlement) error {
	for _, c := range in.Changes {
		a, err := c.Aftermath()
		if err != nil || a.Base == nil {
			return fmt.Errorf("%s: the journal does not say what it held: %w", c.ExternalID, err)
		}
		fields := []string{"id"}
		if in.Action == "archive" {
			fields = append(fields, "active")
		}
		rows, err := l.Target.SearchRead(ctx, c.Model, []any{[]any{"id", "=", c.DBID}}, fields, 1)
		if err != nil {
			return err
		}
		e := *a.Base
		e.RunID = in.RunID
		switch {
		case in.Action == "delete" && len(rows) == 0:
			e.State = run.Deleted
		case in.Action == "archive" && len(rows) == 1 && rows[0]["active"] == false:
			e.State = run.Archived
			if e.Values, err = inactive(e.State, e.Values); err != nil {
				return err
			}
		default:
			continue
		}
		set.Changes = append(set.Changes, c)
		set.Entries = append(set.Entries, e)
		set.Outcomes = append(set.Outcomes, run.Outcome{Mapping: c.Mapping, ExternalID: c.ExternalID, Class: e.State, Note: goneNote})
	}
	return nil
}

func (l *Loader) recoverAdopt(ctx context.Context, in run.Intent, set *run.Settlement) error {
	there, err := l.Target.XMLIDs(ctx, l.Module, in.ExternalIDs)
	if err != nil {
		return err
	}
	for _, c := range in.Changes {
		if x, ok := there[c.ExternalID]; ok && x.ResID == c.DBID {
			set.Changes = append(set.Changes, c)
			e := found(c)
			e.Adopted, e.RunID = true, in.RunID
			set.Entries = append(set.Entries, e)
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
