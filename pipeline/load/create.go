package load

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// create loads records that the ledger does not know. Where Odoo has one under its external id already, a reply of ours
// was lost and it is settled; what Odoo refuses becomes a finding, and the rest is sent once more.
func (st *step) create(ctx context.Context, items []Item) error {
	if len(items) == 0 {
		return nil
	}
	there, err := st.Target.XMLIDs(ctx, st.Module, externalIDs(items))
	if err != nil {
		return err
	}
	if len(there) > 0 {
		if items, err = st.settleFound(ctx, items, there); err != nil || len(items) == 0 {
			return err
		}
	}
	p, err := st.build(ctx, items)
	if err != nil {
		return err
	}
	return st.send(ctx, items, p)
}

// send makes the call and acts on the answer. Dropping the rows Odoo names costs one more call, not a bisection.
func (st *step) send(ctx context.Context, items []Item, p *payload) error {
	in := st.intent("load", "create", externalIDs(p.all), p.digest())
	var res schema.LoadResult
	id, err := st.exactlyOnce(ctx, in, func(ctx context.Context) (err error) {
		res, err = st.Target.Load(ctx, st.Model, p.columns, p.rows)
		return err
	}, func(ctx context.Context) (bool, error) { return st.allThere(ctx, p.all) })
	if err != nil {
		if refused(err) {
			return st.halve(ctx, id, items, err.Error())
		}
		return err
	}
	if failed := len(res.Messages) > 0 && res.IDs == nil; failed {
		return st.dropNamed(ctx, id, items, p, res)
	}
	return st.settleCreated(ctx, id, p, "")
}

// allThere asks Odoo whether every record of a batch has its external id: load stores all of them or none.
func (st *step) allThere(ctx context.Context, all []Item) (bool, error) {
	there, err := st.Target.XMLIDs(ctx, st.Module, externalIDs(all))
	return err == nil && len(there) == len(all), err
}

// settleCreated reads the external ids back, which proves that the records are there, and writes the ledger.
func (st *step) settleCreated(ctx context.Context, intentID int64, p *payload, note string) error {
	ctx, cancel := settleContext(ctx)
	defer cancel()
	there, err := st.Target.XMLIDs(ctx, st.Module, externalIDs(p.all))
	if err != nil {
		return err
	}
	set := run.Settlement{State: run.Settled, Note: note}
	var outcomes []run.Outcome
	parents := map[string]bool{}
	for _, i := range p.items() {
		parents[i.ID] = true
	}
	for _, it := range p.all {
		x, ok := there[it.ID]
		if !ok {
			return fmt.Errorf("load answered success, but %s is not in Odoo: %w", it.ID, ErrUnsettled)
		}
		values, err := record.EncodeValues(it.Layout.Fields, it.Values)
		if err != nil {
			return err
		}
		set.Entries = append(set.Entries, st.entry(it, x.ResID, values, false))
		after, err := run.Aftermath{Line: !parents[it.ID]}.Encode()
		if err != nil {
			return err
		}
		set.Changes = append(set.Changes, st.change(it, x.ResID, "create", st.undoOf(it), nil, after))
		outcomes = append(outcomes, run.Outcome{Mapping: it.Layout.Mapping, ExternalID: it.ID, Class: run.Created})
	}
	if err := st.Journal.Settle(ctx, intentID, set); err != nil {
		return err
	}
	return st.Ledger.AddOutcomes(ctx, st.RunID, outcomes)
}

// items are the records of a payload without their lines.
func (p *payload) items() []Item { return p.all[:len(p.first)] }

func (p *payload) digest() string {
	var b strings.Builder
	b.WriteString(strings.Join(p.columns, "\x1f"))
	for _, r := range p.rows {
		b.WriteString("\x1e")
		b.WriteString(strings.Join(r, "\x1f"))
	}
	return checksum.Bytes([]byte(b.String())).String()
}

// settleFound deals with records that are in Odoo under our external ids although the ledger does not know them: those an
// open intent of ours announced are settled, the others are somebody's and are refused.
func (st *step) settleFound(ctx context.Context, items []Item, there map[string]schema.XMLID) ([]Item, error) {
	open, err := st.Journal.OpenIntents(ctx, st.TargetID)
	if err != nil {
		return nil, err
	}
	announced := map[string]int64{}
	for _, in := range open {
		if in.Action == "create" {
			for _, id := range in.ExternalIDs {
				announced[id] = in.ID
			}
		}
	}
	var rest, foreign []Item
	found := map[int64][]Item{}
	for _, it := range items {
		switch _, ok := there[it.ID]; {
		case !ok:
			rest = append(rest, it)
		case announced[it.ID] != 0:
			found[announced[it.ID]] = append(found[announced[it.ID]], it)
		default:
			foreign = append(foreign, it)
		}
	}
	for _, in := range open {
		if len(found[in.ID]) == 0 {
			continue
		}
		p, err := st.build(ctx, found[in.ID])
		if err != nil {
			return nil, err
		}
		if err := st.settleCreated(ctx, in.ID, p, "reply lost; found by external id"); err != nil {
			return nil, err
		}
	}
	if len(foreign) > 0 {
		return rest, st.reject(ctx, foreign, "load.external_id_taken",
			"Odoo has a record under this external id that the ledger of this target does not know")
	}
	return rest, nil
}

// dropNamed makes findings of the rows load complained about and sends the rest once more. Where load names nobody, or
// only row 0 in place of the whole batch, the batch is halved.
func (st *step) dropNamed(ctx context.Context, intentID int64, items []Item, p *payload, res schema.LoadResult) error {
	bad := map[int]string{}
	general := ""
	for _, m := range res.Messages {
		if m.Type != "error" {
			continue
		}
		if m.From < 0 || (m.Field == "" && m.From == 0 && m.To == 0) {
			general = m.Message
			continue
		}
		at, _ := slices.BinarySearch(p.first, m.From+1)
		text := m.Message
		if m.Field != "" {
			text = m.Field + ": " + text
		}
		if _, known := bad[at-1]; !known {
			bad[at-1] = text
		}
	}
	if len(bad) == 0 || len(bad) == len(items) && len(items) > 1 && general != "" {
		return st.halve(ctx, intentID, items, general)
	}
	if err := st.fail(ctx, intentID, "Odoo refused rows of the batch"); err != nil {
		return err
	}
	var rest, out []Item
	var findings []record.Finding
	for i, it := range items {
		if text, ok := bad[i]; ok {
			out = append(out, it)
			findings = append(findings, st.finding(it, "odoo.refused", "Odoo refuses the record: "+oneLine(text)))
		} else {
			rest = append(rest, it)
		}
	}
	if err := st.refuse(ctx, out, findings); err != nil {
		return err
	}
	return st.create(ctx, rest)
}

// halve sends the two halves of a batch of which nobody knows the bad record; a batch of one is the bad record.
func (st *step) halve(ctx context.Context, intentID int64, items []Item, message string) error {
	if err := st.fail(ctx, intentID, message); err != nil {
		return err
	}
	if len(items) == 1 {
		return st.refuse(ctx, items, []record.Finding{st.finding(items[0], "odoo.refused", "Odoo refuses the record: "+oneLine(message))})
	}
	half := len(items) / 2
	if err := st.create(ctx, items[:half]); err != nil {
		return err
	}
	return st.create(ctx, items[half:])
}

// refuse rejects records together with the lines that would have come with them.
func (st *step) refuse(ctx context.Context, items []Item, findings []record.Finding) error {
	if len(items) == 0 {
		return nil
	}
	if err := st.rejected(ctx, items, findings); err != nil {
		return err
	}
	for _, ls := range st.lines {
		children, err := st.Staged.Children(ctx, ls.mapping, ls.inverse, externalIDs(items))
		if err != nil {
			return err
		}
		for _, it := range items {
			if err := st.reject(ctx, children[it.ID], "load.parent_refused", "Odoo refused the document this line belongs to"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (st *step) fail(ctx context.Context, intentID int64, note string) error {
	ctx, cancel := settleContext(ctx)
	defer cancel()
	return st.Journal.Settle(ctx, intentID, run.Settlement{State: run.IntentFailed, Note: oneLine(note)})
}

// settleContext lives on when the run is cancelled: truth is written down first.
func settleContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
