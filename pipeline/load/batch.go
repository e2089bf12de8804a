package load

import (
	"context"
	"fmt"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// ready parts the items whose links, and whose lines' links, are all in Odoo from those that have to wait.
func (st *step) ready(ctx context.Context, items []Item) (wait, ready []Item, err error) {
	lines := map[string][]Item{}
	every := slices.Clone(items)
	for _, ls := range st.lines {
		children, err := st.Staged.Children(ctx, ls.mapping, ls.inverse, externalIDs(items))
		if err != nil {
			return nil, nil, err
		}
		for parent, list := range children {
			lines[parent] = append(lines[parent], list...)
			every = append(every, list...)
		}
	}
	known, err := st.idsOf(ctx, every)
	if err != nil {
		return nil, nil, err
	}
	for _, it := range items {
		ok := linked(it, "", known)
		for _, line := range lines[it.ID] {
			ok = ok && linked(line, it.ID, known)
		}
		if ok {
			ready = append(ready, it)
		} else {
			wait = append(wait, it)
		}
	}
	return wait, ready, nil
}

// linked reports whether everything an item links to is in the target, but for the document it is a line of.
func linked(it Item, document string, known map[string]int64) bool {
	for _, v := range it.Values {
		for _, ref := range refsOf(v) {
			if _, there := known[ref]; !there && ref != document {
				return false
			}
		}
	}
	return true
}

// idsOf returns the database ids of every record the items link to, by the text of the reference.
func (l *Loader) idsOf(ctx context.Context, items []Item) (map[string]int64, error) {
	var refs []string
	for _, it := range items {
		for _, v := range it.Values {
			refs = append(refs, refsOf(v)...)
		}
	}
	if err := l.learnModels(ctx, items); err != nil {
		return nil, err
	}
	return l.ids(ctx, refs)
}

func (l *Loader) ids(ctx context.Context, refs []string) (map[string]int64, error) {
	slices.Sort(refs)
	if refs = slices.Compact(refs); len(refs) == 0 {
		return map[string]int64{}, nil
	}
	return l.Refs.IDs(ctx, refs)
}

// refsOf lists the references of a link; of another value it is nil.
func refsOf(v record.Value) []string {
	if v.Kind() != record.Link && v.Kind() != record.Links {
		return nil
	}
	return record.SplitRefs(v.Text())
}

// batch deals with items that are ready: what the ledger knows with the same digest is left alone, what it knows with
// another digest is updated, the rest is created, or adopted where the mapping matches a record of the target.
func (st *step) batch(ctx context.Context, items []Item) error {
	if len(items) == 0 {
		return nil
	}
	entries, err := st.Ledger.EntriesByID(ctx, st.TargetID, externalIDs(items))
	if err != nil {
		return err
	}
	var outcomes []run.Outcome
	var fresh, kept []Item
	var changed []revision
	for _, it := range items {
		e, known := entries[it.ID]
		switch {
		case !known || e.State == run.Deleted:
			fresh = append(fresh, it)
		case e.Digest == it.Digest.String() && e.State == run.Active:
			outcomes = append(outcomes, run.Outcome{Mapping: st.Mapping, ExternalID: it.ID, Class: run.Unchanged})
		case st.Updates == "append" && e.Digest != "": // without one nobody has compared it yet
			kept = append(kept, it)
		default:
			changed = append(changed, revision{Item: it, entry: e, fresh: st.cameAlong(e)})
		}
	}
	if err := st.Ledger.AddOutcomes(ctx, st.RunID, outcomes); err != nil {
		return err
	}
	if err := st.appendOnly(ctx, kept); err != nil {
		return err
	}
	fresh, adopted, err := st.adopt(ctx, fresh)
	if err != nil {
		return err
	}
	if err := st.update(ctx, append(changed, adopted...)); err != nil {
		return err
	}
	return st.create(ctx, fresh)
}

// cameAlong reports whether a record is a line that this run created with its document, and which still lacks what could
// not come with that: translations and files.
func (st *step) cameAlong(e run.Entry) bool {
	return st.Parent != "" && e.Digest == "" && e.RunID == st.RunID && !e.Adopted
}

func externalIDs(items []Item) []string {
	out := make([]string, len(items))
	for i, it := range items {
		out[i] = it.ID
	}
	return out
}

// reject records items as rejected, each with a finding.
func (st *step) reject(ctx context.Context, items []Item, rule, message string) error {
	return st.rejected(ctx, items, st.findings(items, rule, message))
}

// findings makes the same finding of each item.
func (st *step) findings(items []Item, rule, message string) []record.Finding {
	out := make([]record.Finding, 0, len(items))
	for _, it := range items {
		out = append(out, st.finding(it, rule, message))
	}
	return out
}

func (st *step) rejected(ctx context.Context, items []Item, findings []record.Finding) error {
	outcomes := make([]run.Outcome, 0, len(items))
	for i, it := range items {
		outcomes = append(outcomes, run.Outcome{Mapping: it.Layout.Mapping, ExternalID: it.ID, Class: run.Rejected, Note: findings[i].Message})
	}
	if err := st.Ledger.AddFindings(ctx, st.RunID, findings); err != nil {
		return err
	}
	return st.Ledger.AddOutcomes(ctx, st.RunID, outcomes)
}

func (st *step) finding(it Item, rule, message string) record.Finding {
	return record.Finding{
		Severity: record.Error, Rule: rule, Message: message, Table: it.Table, Row: it.Pos.Row, Line: it.Pos.Line,
		Mapping: it.Layout.Mapping, Record: it.ID,
	}
}

// payload is one call of load: text cells under Odoo's import columns, and which rows belong to which record.
type payload struct {
	columns []string
	rows    [][]string
	first   []int  // row at which record i begins
	all     []Item // records and their lines, in the order they stand
}

// build writes records, each with its lines on the rows below it, as load wants them.
func (st *step) build(ctx context.Context, items []Item) (*payload, error) {
	children := make([]map[string][]Item, len(st.lines))
	every := slices.Clone(items)
	for i, ls := range st.lines {
		var err error
		if children[i], err = st.Staged.Children(ctx, ls.mapping, ls.inverse, externalIDs(items)); err != nil {
			return nil, err
		}
		for _, it := range items {
			every = append(every, children[i][it.ID]...)
		}
	}
	ids, err := st.idsOf(ctx, every)
	if err != nil {
		return nil, err
	}
	skip := st.later(items[0].Layout, every)
	p := &payload{all: every, columns: st.columns(items[0].Layout, skip)}
	places, skipped := make([][]int, len(st.lines)), make([]map[string]bool, len(st.lines))
	for i, ls := range st.lines {
		if l := layoutOf(children[i]); l != nil {
			// The link to the document the line stands under is not among its columns either.
			skipped[i] = st.later(l, every)
			skipped[i][ls.inverse] = true
			places[i] = p.share(st.columnsOf(ls, l, skipped[i]))
		}
	}
	for _, it := range items {
		base := len(p.rows)
		p.first = append(p.first, base)
		p.grow(base)
		if err := st.cells(p.rows[base], it, skip, ids); err != nil {
			return nil, err
		}
		next := map[string]int{} // by one2many: the row its next line stands on
		for i, ls := range st.lines {
			for _, child := range children[i][it.ID] {
				row := base + next[ls.field]
				next[ls.field]++
				p.grow(row)
				cells := make([]string, len(places[i]))
				if err := st.cells(cells, child, skipped[i], ids); err != nil {
					return nil, err
				}
				for c, at := range places[i] {
					p.rows[row][at] = cells[c]
				}
			}
		}
	}
	return p, nil
}

// share adds columns that the payload does not have yet and returns where each stands: two mappings of lines of the same
// field share their columns.
func (p *payload) share(columns []string) []int {
	out := make([]int, len(columns))
	for i, c := range columns {
		if out[i] = slices.Index(p.columns, c); out[i] < 0 {
			out[i] = len(p.columns)
			p.columns = append(p.columns, c)
		}
	}
	return out
}

// grow makes sure that a row is there.
func (p *payload) grow(row int) {
	for len(p.rows) <= row {
		p.rows = append(p.rows, make([]string, len(p.columns)))
	}
}

// columnsOf are the columns of the lines of a one2many.
func (st *step) columnsOf(ls lineSet, l *record.Layout, skip map[string]bool) []string {
	out := st.columns(l, skip)
	for i := range out {
		out[i] = ls.field + "/" + out[i]
	}
	return out
}

func layoutOf(children map[string][]Item) *record.Layout {
	for _, items := range children {
		if len(items) > 0 {
			return items[0].Layout
		}
	}
	return nil
}

// columns are the import columns of a layout, but for those to skip: the external id first, links by database id.
func (st *step) columns(l *record.Layout, skip map[string]bool) []string {
	m, _ := st.Schema.Model(l.Model)
	out := []string{"id"}
	for _, name := range l.Fields {
		if !skip[name] {
			out = append(out, m.LoadColumn(name))
		}
	}
	return out
}

// cells fills a row with a record's values as load reads them.
func (st *step) cells(row []string, it Item, skip map[string]bool, ids map[string]int64) error {
	row[0] = it.ID
	at := 1
	for i, name := range it.Layout.Fields {
		if skip[name] {
			continue
		}
		text, err := schema.LoadCell(st.towards(it, i), it.Values[i], ids)
		if err != nil {
			return fmt.Errorf("%s field %s: %w", it.ID, name, err)
		}
		row[at] = text
		at++
	}
	return nil
}

func resolve(ref string, ids map[string]int64) (int64, error) {
	if id, ok := ids[ref]; ok {
		return id, nil
	}
	return 0, fmt.Errorf("%s is not in the target", ref)
}
