package pipeline

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Kinds of things that need a disposition.
const (
	rejectKind     = "row"        // a row that was not used: damaged, rejected, excluded, merged
	outcomeKind    = "record"     // a record that was refused, in conflict or put off
	differenceKind = "difference" // a field that does not hold what was meant, or a record that is missing
)

// Dispositions are what people may decide of something that did not arrive as it was meant.
var Dispositions = []string{"accepted", "by hand", "later", "mend"}

// OpenHead are the columns of the file in which people decide. The last four are filled in.
var OpenHead = []string{"kind", "mapping", "source", "row", "model", "external_id", "field", "class", "file", "reason", "meant", "odoo", "disposition", "approver", "approved_on", "remark"}

const (
	openKey         = 8 // the first columns say what a line is of
	openDisposition = 12
)

// Disposition is one decision. Empty columns of its key fit everything.
type Disposition struct {
	Key         []string `json:"key"` // the first columns of OpenHead
	Disposition string   `json:"disposition"`
	Approver    string   `json:"approver,omitempty"`
	On          string   `json:"on,omitempty"`
}

// Disposed is what reading decisions back gave.
type Disposed struct {
	Version   int              `json:"version"`
	Run       int64            `json:"run"`
	Target    string           `json:"target"`
	File      string           `json:"file"`
	SHA256    string           `json:"sha256"`
	Decisions []Disposition    `json:"decisions"`
	Findings  []record.Finding `json:"findings"`
}

// Residue counts the rejects, exclusions and differences of the last load, and what has been decided of them.
type Residue struct {
	All        int64 `json:"all"`
	Undecided  int64 `json:"undecided"`  // without a disposition
	Unapproved int64 `json:"unapproved"` // with one that names no approver
}

// decisions find the disposition of a line.
type decisions struct {
	exact    map[string]Disposition
	general  []Disposition // the newest first
	accepted []project.Accepted
	module   string
}

func (p *Pipeline) decisions(r *Report, target string) decisions {
	d := decisions{exact: map[string]Disposition{}, accepted: p.Project.Accepted, module: p.Project.Module}
	for _, read := range r.Disposed {
		if read.Target != target {
			continue
		}
		for _, one := range read.Decisions {
			if len(one.Key) != openKey {
				continue
			}
			if one.general() {
				d.general = append([]Disposition{one}, d.general...)
			}
			d.exact[strings.Join(one.Key, "\x00")] = one
		}
	}
	return d
}

// of is the decision about a line, by people where there is one, else what is declared about its class.
func (d decisions) of(line []string) (disposition, approver, on string) {
	if one, ok := d.exact[strings.Join(line[:openKey], "\x00")]; ok {
		return one.Disposition, one.Approver, one.On
	}
	for _, one := range d.general {
		if one.fits(line) {
			return one.Disposition, one.Approver, one.On
		}
	}
	class, reason := line[7], line[9]
	for _, a := range d.accepted {
		if a.Record == "" && line[0] == rejectKind && a.Source == line[2] && number(a.Row) == line[3] || a.Record != "" && d.module+"."+a.Record == line[5] {
			return Dispositions[0], a.By, ""
		}
	}
	if by := mergedBy.FindStringSubmatch(reason); class == "merged" && by != nil {
		return declared[class], by[1], by[2]
	}
	return declared[class], "", ""
}

// general reports whether a decision may be about several lines.
func (d Disposition) general() bool {
	switch d.Key[0] {
	case rejectKind:
		return d.Key[1] == "" && d.Key[7] != "damaged" || d.Key[2] == "" || d.Key[3] == "" || d.Key[7] == ""
	case outcomeKind:
		return d.Key[1] == "" || d.Key[5] == "" || d.Key[7] == ""
	case differenceKind:
		return d.Key[4] == "" || d.Key[5] == "" || d.Key[6] == "" || d.Key[7] == ""
	}
	return true
}

func (d Disposition) fits(line []string) bool {
	for i, want := range d.Key {
		if want != "" && want != line[i] {
			return false
		}
	}
	return true
}

// declared are the classes of which mappings, plans and decisions of people say beforehand what becomes of them.
var declared = map[string]string{
	"excluded": "excluded by the mapping", "merged": "merged as decided", "grouped": "part of a record",
	verify.Normalised: "declared normalisation", verify.Logic: "Odoo's own logic, declared", verify.Since: "changed by a user since",
}

var mergedBy = regexp.MustCompile(` by (.+) (\d{4}-\d\d-\d\d) \(`)

// openLines are the lines of everything that did not arrive as it was meant, as OpenHead has them, with what was decided.
func (p *Pipeline) openLines(ctx context.Context, target string, verified int64, report *Report) (iter.Seq2[[]string, error], error) {
	load, stage := report.lastLoad(target), &Stage{}
	loaded := verified
	if load != nil {
		loaded, stage = load.Run, load.Stage
	}
	_, snapshots, err := p.sourceLines(ctx, stage)
	if err != nil {
		return nil, err
	}
	known := p.decisions(report, target)
	parts := []iter.Seq2[[]string, error]{
		reshaped(p.Store.RejectLines(ctx, loaded, snapshots), rejectShape), reshaped(p.Store.OutcomeLines(ctx, loaded), outcomeShape), reshaped(p.Store.DifferenceLines(ctx, verified), differenceShape),
	}
	return func(yield func([]string, error) bool) {
		for _, part := range parts {
			for line, err := range part {
				if err == nil {
					what, by, on := known.of(line)
					line = append(line, what, by, on, "")
				}
				if !yield(line, err) {
					return
				}
			}
		}
	}, nil
}

// rejectShape, outcomeShape and differenceShape make lines as OpenHead has them of those that staging gives.
func rejectShape(l []string) []string {
	return []string{rejectKind, l[1], l[2], l[4], "", "", "", l[5], l[3], l[6], "", ""}
}

func outcomeShape(l []string) []string {
	return []string{outcomeKind, l[1], "", "", "", l[2], "", l[3], "", l[4], "", ""}
}

func differenceShape(l []string) []string {
	return []string{differenceKind, "", "", "", l[0], l[1], l[4], l[3], "", "", l[5], l[6]}
}

func reshaped(rows iter.Seq2[[]string, error], shape func([]string) []string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for row, err := range rows {
			if err == nil {
				row = shape(row)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// disposed adds disposition and approver to the rows of a bundle's table.
func disposed(rows iter.Seq2[[]string, error], known decisions, shape func([]string) []string) iter.Seq2[[]string, error] {
	return reshaped(rows, func(row []string) []string {
		what, by, on := known.of(shape(row))
		return append(row, what, by, on)
	})
}

// countOpen counts what did not arrive as it was meant, and what of it nobody decided.
func (p *Pipeline) countOpen(ctx context.Context, target string, verified int64, report *Report) error {
	lines, err := p.openLines(ctx, target, verified, report)
	if err != nil {
		return err
	}
	report.Open = &Residue{}
	for line, err := range lines {
		if err != nil {
			return err
		}
		report.Open.All++
		switch {
		case line[openDisposition] == "":
			report.Open.Undecided++
		case line[openDisposition+1] == "":
			report.Open.Unapproved++
		}
	}
	return nil
}

// Dispose reads a file in which people decided, and keeps the decisions for the evidence. It asks no Odoo.
func (p *Pipeline) Dispose(ctx context.Context, targetName, file string) (*Disposed, error) {
	name, _, err := p.verified(ctx, targetName)
	if err != nil {
		return nil, err
	}
	table, err := p.readDecisions(ctx, file, openSheet, OpenHead, "migrate report differences")
	if err != nil {
		return nil, err
	}
	out := &Disposed{Version: 1, Target: name, File: file, SHA256: table.SHA256, Decisions: []Disposition{}, Findings: []record.Finding{}}
	for _, row := range table.Rows {
		out.take(row)
	}
	r, err := p.Begin(ctx, "disposed", name)
	if err != nil {
		return nil, err
	}
	out.Run = r.ID
	err = p.Store.Event(ctx, r.ID, "disposed", map[string]any{"sha256": out.SHA256, "decisions": len(out.Decisions)})
	return out, p.End(ctx, r, out, err)
}

// take reads one line; a line that is not filled in decides nothing.
func (d *Disposed) take(row mappings.TableRow) {
	cells := slices.Clone(row.Cells)
	for len(cells) < len(OpenHead) {
		cells = append(cells, "")
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	what := strings.ToLower(cells[openDisposition])
	find := func(column, message, hint string) {
		d.Findings = append(d.Findings, record.Finding{Severity: record.Warning, Rule: "disposition." + column, File: d.File, Line: row.Line, Column: column, Message: message, Hint: hint})
	}
	switch {
	case what == "" && cells[openDisposition+1] != "":
		find("disposition", fmt.Sprintf("%s approves nothing", cells[openDisposition+1]), "write one of: "+strings.Join(Dispositions, ", "))
		return
	case what == "" || cells[openDisposition+1] == "" && isDeclared(cells[openDisposition]):
		return
	case isDeclared(cells[openDisposition]):
		what = cells[openDisposition]
	case !slices.Contains(Dispositions, what):
		find("disposition", fmt.Sprintf("%q is no disposition", cells[openDisposition]), "write one of: "+strings.Join(Dispositions, ", "))
		return
	case cells[openDisposition+1] == "":
		find("approver", "nobody approves it", "fill in the columns approver and approved_on")
	}
	d.Decisions = append(d.Decisions, Disposition{Key: cells[:openKey], Disposition: what, Approver: cells[openDisposition+1], On: cells[openDisposition+2]})
}

// isDeclared reports whether a disposition is one that was declared beforehand.
func isDeclared(text string) bool {
	for _, d := range declared {
		if d == text {
			return true
		}
	}
	return false
}

// readDecisions reads a file in which people filled in the lines that a command of ours wrote into a sheet under these columns.
func (p *Pipeline) readDecisions(ctx context.Context, file, sheet string, head []string, command string) (mappings.Table, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return mappings.Table{}, err
	}
	if !workbook(file) {
		sheet = ""
	}
	table, err := p.table(ctx, mappings.TableFile{File: path, Sheet: sheet})
	if err != nil {
		return mappings.Table{}, err
	}
	if len(table.Columns) < len(head) || !slices.Equal(table.Columns[:len(head)], head) {
		return mappings.Table{}, record.Advise(fmt.Errorf("%s: the header is %q", file, strings.Join(table.Columns, ",")), "Read a file that "+command+" wrote, with its columns as they are.")
	}
	return table, nil
}
