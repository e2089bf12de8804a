package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// ConflictHead are the columns of the file in which people decide about conflicts. The last four are filled in.
var ConflictHead = []string{"mapping", "model", "external_id", "field", "base", "source", "odoo", "seen", "decision", "by", "on", "remark"}

const (
	conflictSheet    = "Conflicts"
	conflictID       = 2
	conflictField    = 3
	conflictSeen     = 7
	conflictDecision = 8
)

// Conflicts says where the file is in which people decide, and how much there is to decide.
type Conflicts struct {
	Version   int    `json:"version"`
	Of        int64  `json:"of"` // the load that found them
	File      string `json:"file"`
	Masked    bool   `json:"masked"`
	All       int    `json:"all"` // fields
	Undecided int    `json:"undecided"`
}

// Decided is what reading decisions about conflicts gave.
type Decided struct {
	Version   int              `json:"version"`
	Run       int64            `json:"run"`
	Of        int64            `json:"of"`
	Target    string           `json:"target"`
	File      string           `json:"file"`
	SHA256    string           `json:"sha256"`
	Source    int              `json:"source"` // fields for which the source's value is to be written
	Odoo      int              `json:"odoo"`   // fields for which people's value is to stay
	Open      int              `json:"open"`   // fields without a decision
	Decisions []Decision       `json:"decisions"`
	Findings  []record.Finding `json:"findings"`
}

// Decision is what one person decided of one field of one record.
type Decision struct {
	Record   string `json:"record"`
	Field    string `json:"field"`
	Seen     string `json:"seen"` // digest of the three values it is about
	Decision string `json:"decision"`
	By       string `json:"by"`
	On       string `json:"on"`
}

// Conflicts writes the fields that the last load found changed on both sides, with what was decided, as a workbook or CSV in
// which people decide. It asks no Odoo.
func (p *Pipeline) Conflicts(ctx context.Context, opt DifferencesOptions) (*Conflicts, error) {
	if err := Vacant(opt.Out); err != nil {
		return nil, err
	}
	of, clashes, err := p.clashes(ctx, opt.Target)
	if err != nil {
		return nil, err
	}
	out := &Conflicts{Version: 1, Of: of.ID, File: opt.Out, Masked: !opt.Clear, All: len(clashes)}
	for _, c := range clashes {
		if c.Decision == "" {
			out.Undecided++
		}
	}
	lines := func(yield func([]string, error) bool) {
		for _, c := range clashes {
			if !yield([]string{c.Mapping, c.Model, c.ExternalID, c.Field, c.Base, c.Source, c.Odoo, c.Seen(), c.Decision, c.By, c.On, ""}, nil) {
				return
			}
		}
	}
	if !opt.Clear {
		return out, writeToDecide(opt.Out, conflictSheet, ConflictHead, maskedWhole(lines, 4, 5, 6))
	}
	return out, writeToDecide(opt.Out, conflictSheet, ConflictHead, lines)
}

// clashes are those that the last load into a target found.
func (p *Pipeline) clashes(ctx context.Context, targetName string) (run.Run, []run.Clash, error) {
	name, _, err := p.target(targetName)
	if err != nil {
		return run.Run{}, nil, err
	}
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return run.Run{}, nil, err
	}
	for _, r := range runs {
		if loads(r) && r.Target == name && r.PlanHash != "" {
			clashes, err := p.Store.Clashes(ctx, r.ID)
			return r, clashes, err
		}
	}
	return run.Run{}, nil, record.Advise(errors.New("nothing was loaded into "+name+" yet"), "Conflicts are found by migrate delta.")
}

// Decide reads a file in which people decided about conflicts. The next delta does as they say, as long as the values are those
// they saw. It asks no Odoo.
func (p *Pipeline) Decide(ctx context.Context, targetName, file string) (*Decided, error) {
	of, clashes, err := p.clashes(ctx, targetName)
	if err != nil {
		return nil, err
	}
	table, err := p.readDecisions(ctx, file, conflictSheet, ConflictHead, "migrate report conflicts")
	if err != nil {
		return nil, err
	}
	out := &Decided{Version: 1, Of: of.ID, Target: of.Target, File: file, SHA256: table.SHA256, Decisions: []Decision{}, Findings: []record.Finding{}}
	decided := out.read(table, clashes)
	// The lease: a load under way must not find decisions that were not there when it began.
	ctx, held, err := p.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer held.release()
	r, err := p.Begin(ctx, "decided", of.Target)
	if err != nil {
		return nil, err
	}
	out.Run = r.ID
	if err = p.Store.DecideClashes(ctx, of.ID, decided); err == nil {
		err = p.Store.Event(ctx, r.ID, "decided", map[string]any{"sha256": out.SHA256, "decisions": out.Decisions})
	}
	return out, p.End(ctx, r, out, err)
}

// read takes the decisions of a file about what a load found, and counts them.
func (d *Decided) read(table mappings.Table, clashes []run.Clash) []run.Clash {
	open := map[[2]string]run.Clash{}
	for _, c := range clashes {
		open[[2]string{c.ExternalID, c.Field}] = c
	}
	var out []run.Clash
	taken := map[[2]string]int64{}
	for _, row := range table.Rows {
		if c, ok := d.take(row, open, taken); ok {
			out = append(out, c)
			d.Decisions = append(d.Decisions, Decision{c.ExternalID, c.Field, c.Seen(), c.Decision, c.By, c.On})
		}
	}
	for _, c := range out {
		open[[2]string{c.ExternalID, c.Field}] = c
	}
	for _, c := range open {
		switch c.Decision {
		case run.DecideSource:
			d.Source++
		case run.DecideOdoo:
			d.Odoo++
		default:
			d.Open++
		}
	}
	return out
}

// take reads one line; a line that is not filled in decides nothing.
func (d *Decided) take(row mappings.TableRow, open map[[2]string]run.Clash, taken map[[2]string]int64) (c run.Clash, ok bool) {
	cells := make([]string, len(ConflictHead))
	for i := range min(len(cells), len(row.Cells)) {
		cells[i] = strings.TrimSpace(row.Cells[i])
	}
	find := func(column, message, hint string) (run.Clash, bool) {
		d.Findings = append(d.Findings, record.Finding{Severity: record.Warning, Rule: "conflict." + column, File: d.File, Line: row.Line, Column: column, Message: message, Hint: hint})
		return run.Clash{}, false
	}
	what, by, on := strings.ToLower(cells[conflictDecision]), cells[conflictDecision+1], cells[conflictDecision+2]
	if what == "" && by == "" {
		return c, false
	}
	key := [2]string{cells[conflictID], cells[conflictField]}
	c, known := open[key]
	switch {
	case what != run.DecideSource && what != run.DecideOdoo:
		return find("decision", fmt.Sprintf("%q is no decision", cells[conflictDecision]), "write source or odoo")
	case by == "" || on == "":
		return find("by", "the decision names nobody, or no day", "fill in the columns by and on")
	case !known:
		return find("field", fmt.Sprintf("%s of %s is no conflict of run %d", key[1], key[0], d.Of), "run migrate report conflicts again, and decide in that file")
	case cells[conflictSeen] != c.Seen():
		return find("seen", fmt.Sprintf("%s of %s is not what it was when the file was written", key[1], key[0]), "run migrate report conflicts again, and decide in that file")
	case taken[key] > 0:
		return find("field", fmt.Sprintf("%s of %s is decided in line %d already", key[1], key[0], taken[key]), "keep one of the lines")
	}
	taken[key] = row.Line
	c.Decision, c.By, c.On = what, by, on
	return c, true
}
