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
	items, err := st.refuseForeign(ctx, items)
	if err != nil || len(items) == 0 {
		return err
	}
	p, err := st.build(ctx, items)
	if err != nil {
		return err
	}
	if err := st.named(ctx, p); err != nil {
		return err
	}
	return st.send(ctx, items, p)
}

// send makes the call and acts on the answer. Dropping the rows Odoo names costs one more call, not a bisection.
func (st *step) send(ctx context.Context, items []Item, p *payload) error {
	in := st.intent("load", "create", externalIDs(p.all), p.digest())
	var err error
	if in.Changes, err = st.createChanges(p); err != nil {
		return err
	}
	var res schema.LoadResult
	id, err := st.exactlyOnce(ctx, in, func(ctx context.Context) (err error) {
		res, err = st.Target.LoadIn(ctx, st.Model, p.columns, p.rows, st.Context)
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
	entries, err := st.settleCreated(ctx, id, p, in.Changes)
	if err != nil {
		return err
	}
	return st.finish(ctx, entries, items)
}

// createChanges are the manifest's entries of a batch, but for the database ids Odoo will give.
func (st *step) createChanges(p *payload) ([]run.Change, error) {
	documents := map[string]bool{}
	for _, it := range p.items() {
		documents[it.ID] = true
	}
	var out []run.Change
	for _, it := range p.all {
		after, err := run.Aftermath{Line: !documents[it.ID]}.Encode()
		if err != nil {
			return nil, err
		}
		out = append(out, st.change(it, 0, "create", st.Undo, nil, after))
	}
	return out, nil
}

// allThere asks Odoo whether every record of a batch has its external id: load stores all of them or none.
func (st *step) allThere(ctx context.Context, all []Item) (bool, error) {
	there, err := st.Target.XMLIDs(ctx, st.Module, externalIDs(all))
	return err == nil && len(there) == len(all), err
}

// settleCreated reads the external ids back, which proves that the records are there, and writes the ledger.
func (st *step) settleCreated(ctx context.Context, intentID int64, p *payload, changes []run.Change) ([]run.Entry, error) {
	ctx, cancel := proofContext(ctx)
	defer cancel()
	there, err := st.Target.XMLIDs(ctx, st.Module, externalIDs(p.all))
	if err != nil {
		return nil, err
	}
	set := run.Settlement{State: run.Settled, Changes: changes}
	for i, it := range p.all {
		x, ok := there[it.ID]
		if !ok || x.Model != it.Layout.Model {
			return nil, fmt.Errorf("load answered success, but %s is not in Odoo: %w", it.ID, ErrUnsettled)
		}
		values, err := record.EncodeValues(it.Layout.Fields, it.Values)
		if err != nil {
			return nil, err
		}
		set.Changes[i].DBID = x.ResID
		e := st.entry(it, x.ResID, values, false)
		if !complete(it) {
			e = found(set.Changes[i])
		}
		set.Entries = append(set.Entries, e)
		set.Outcomes = append(set.Outcomes, run.Outcome{Mapping: it.Layout.Mapping, ExternalID: it.ID, Class: run.Created})
	}
	return set.Entries, st.settle(ctx, intentID, set)
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

// refuseForeign takes out records that Odoo has under our external ids although the ledger does not know them: what a
// call of ours may have left was found out before the run, so these are somebody else's.
func (st *step) refuseForeign(ctx context.Context, items []Item) ([]Item, error) {
	there, err := st.Target.XMLIDs(ctx, st.Module, externalIDs(items))
	if err != nil || len(there) == 0 {
		return items, err
	}
	var rest, foreign []Item
	for _, it := range items {
		if _, ok := there[it.ID]; ok {
			foreign = append(foreign, it)
		} else {
			rest = append(rest, it)
		}
	}
	return rest, st.reject(ctx, foreign, "load.external_id_taken",
		"Odoo has a record under this external id that the ledger of this target does not know")
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

// fail settles an intent whose call certainly changed nothing.
func (l *Loader) fail(ctx context.Context, intentID int64, note string) error {
	ctx, cancel := settleContext(ctx)
	defer cancel()
	return l.Journal.Settle(ctx, intentID, run.Settlement{State: run.IntentFailed, Note: oneLine(note)})
}

// settleContext lives on when the run is cancelled: truth is written down first.
func settleContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), settling)
}

// settling is how long truth may take when nobody wants to wait any more.
const settling = 30 * time.Second

// proofContext is for reading back what a call did. It lives on like settleContext, but as long as the run does an outage
// may last: what a call did is better known late than not.
func proofContext(ctx context.Context) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(settling, cancel)
		context.AfterFunc(out, func() { t.Stop() })
	})
	return out, func() { stop(); cancel() }
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
