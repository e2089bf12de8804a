package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/vouch"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Vouched is what reading a ticked file back gave.
type Vouched struct {
	Version  int              `json:"version"`
	Run      int64            `json:"run"`
	Draw     int64            `json:"draw"` // run that drew
	Target   string           `json:"target"`
	File     string           `json:"file"`
	SHA256   string           `json:"sha256"`
	By       string           `json:"by"` // who ticked
	Passed   int              `json:"passed"`
	Failed   int              `json:"failed"`
	Unticked int              `json:"unticked"`
	Marks    []vouch.Mark     `json:"marks"`
	Findings []record.Finding `json:"findings"`
}

// Clean reports whether every item was ticked, stands, and is as it was drawn.
func (v *Vouched) Clean() bool { return v.Failed+v.Unticked == 0 && len(v.Findings) == 0 }

// VouchRead reads a ticked file back, and keeps its marks for the evidence. It asks no Odoo.
func (p *Pipeline) VouchRead(ctx context.Context, file, by string) (*Vouched, error) {
	by = strings.TrimSpace(by)
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	sheet := ""
	if workbook(file) {
		sheet = vouch.SheetName
	}
	table, err := p.table(ctx, mappings.TableFile{File: path, Sheet: sheet})
	if err != nil {
		return nil, err
	}
	rows := make([]vouch.Row, len(table.Rows))
	for i, r := range table.Rows {
		rows[i] = vouch.Row{Line: r.Line, Cells: r.Cells}
	}
	draw, err := p.drawOf(ctx, file, rows)
	if err != nil {
		return nil, err
	}
	key, err := p.Store.ProjectKey(ctx)
	if err != nil {
		return nil, err
	}
	out := &Vouched{Version: 1, Draw: draw.Run, Target: draw.Target, File: file, SHA256: table.SHA256, By: by, Findings: []record.Finding{}}
	marks, findings, err := vouch.Read(file, table.Columns, rows, draw.Run, draw.Items, key)
	if err != nil {
		return nil, err
	}
	out.Marks, out.Findings = marks, append(out.Findings, findings...)
	for _, m := range marks {
		switch m.Result {
		case vouch.Passed:
			out.Passed++
		case vouch.Failed:
			out.Failed++
		default:
			out.Unticked++
		}
	}
	own, err := p.loadedBy(ctx, draw, by)
	if err != nil {
		return nil, err
	}
	out.Findings = append(out.Findings, own...)
	r, err := p.Begin(ctx, "vouched", draw.Target)
	if err != nil {
		return nil, err
	}
	out.Run = r.ID
	err = p.Store.Event(ctx, r.ID, "vouched", map[string]any{"draw": draw.Run, "by": by, "sha256": out.SHA256, "passed": out.Passed, "failed": out.Failed, "unticked": out.Unticked})
	return out, p.End(ctx, r, out, err)
}

// drawOf finds the draw that a file is of, by the number on its first line.
func (p *Pipeline) drawOf(ctx context.Context, file string, rows []vouch.Row) (*Vouch, error) {
	no := func(why string) error {
		return record.Advise(fmt.Errorf("%s: %s", file, why), "Read a file that migrate vouch --out wrote for this project.")
	}
	if len(rows) == 0 || len(rows[0].Cells) == 0 {
		return nil, no("there is no line in it")
	}
	text := strings.TrimSpace(rows[0].Cells[0])
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, no(fmt.Sprintf("line %d, column draw: %q is no number of a draw", rows[0].Line, text))
	}
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(runs, func(r run.Run) bool { return r.ID == id && r.Kind == "vouch" && r.State == run.Done })
	if i < 0 {
		return nil, no(fmt.Sprintf("this project has no draw %d", id))
	}
	var draw Vouch
	if err := json.Unmarshal(runs[i].Summary, &draw); err != nil {
		return nil, fmt.Errorf("run %d: %w", id, err)
	}
	if slices.ContainsFunc(draw.Items, func(i vouch.Item) bool { return i.Direction != vouch.FromSource && i.Direction != vouch.FromOdoo }) {
		return nil, record.Advise(errors.New("what was drawn was purged"), "Draw anew before the values are purged.")
	}
	return &draw, nil
}

// loadedBy says where whoever ticked is somebody who loaded what they ticked, or who confirmed its value maps: they
// would agree with themselves.
func (p *Pipeline) loadedBy(ctx context.Context, draw *Vouch, by string) ([]record.Finding, error) {
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return nil, err
	}
	say := func(what string) []record.Finding {
		return []record.Finding{{Severity: record.Warning, Rule: "vouch.same_person", Message: fmt.Sprintf("%s %s: nobody vouches for their own work", by, what),
			Hint: "let somebody tick who neither wrote nor loaded it, and name them with --by"}}
	}
	same := func(name string) bool { return name != "" && strings.EqualFold(strings.TrimSpace(name), by) }
	for _, r := range runs {
		if r.Target == draw.Target && loads(r) && same(r.Actor) {
			return say(fmt.Sprintf("made run %d, which loaded", r.ID)), nil
		}
	}
	report := Report{}
	for _, r := range runs {
		if err := report.take(r); err != nil {
			return nil, fmt.Errorf("run %d: %w", r.ID, err)
		}
	}
	if l := report.lastLoad(draw.Target); l != nil {
		for _, m := range l.Stage.ValueMaps {
			if same(m.ConfirmedBy) {
				return say("confirmed the value map " + m.Map), nil
			}
		}
	}
	return nil, nil
}

// vouchLines are the tables of what people vouched for: a line a draw, and a line an item of the draws into a target.
func vouchLines(r *Report, target string) (draws, items [][]string) {
	for _, d := range r.Vouches {
		if d.Target != target {
			continue
		}
		read := r.readOf(d.Run)
		by, at, count := "", "", [3]int{0, 0, len(d.Items)}
		marks := map[int]vouch.Mark{}
		if read != nil {
			by, at, count = read.By, number(read.Run), [3]int{read.Passed, read.Failed, read.Unticked}
			for _, m := range read.Marks {
				marks[m.Item] = m
			}
		}
		draws = append(draws, []string{number(d.Run), number(d.Verified), d.Root, d.Nonce, d.Seed, strings.Join(d.Sources, ", "), strconv.Itoa(d.Rows), strconv.Itoa(d.Largest), strconv.Itoa(d.Records),
			strconv.Itoa(count[0]), strconv.Itoa(count[1]), strconv.Itoa(count[2]), by, at})
		for _, i := range d.Items {
			m, ok := marks[i.Number]
			if !ok {
				m.Result = vouch.Unticked
			}
			items = append(items, []string{number(d.Run), strconv.Itoa(i.Number), i.Direction, i.Drawn, i.Source, text(i.Nth), text(i.Row), i.Model, i.ExternalID, m.Result, mask(m.Remark)})
		}
	}
	return draws, items
}

// readOf is the last reading back of a draw; nil where there is none.
func (r *Report) readOf(draw int64) *Vouched {
	for _, v := range slices.Backward(r.Vouched) {
		if v.Draw == draw {
			return &v
		}
	}
	return nil
}

// OpenVouches counts over all targets what was not ticked, and what does not stand. A newer draw into a target takes the place
// of one that was not ticked; what did not stand stays open until there was another load.
func (r *Report) OpenVouches() (unticked, failed int) {
	newest := map[string]int64{}
	for _, d := range r.Vouches {
		newest[d.Target] = max(newest[d.Target], d.Run)
	}
	for _, d := range r.Vouches {
		read, last := r.readOf(d.Run), d.Run == newest[d.Target]
		loaded := r.lastLoad(d.Target)
		switch {
		case read == nil && last:
			unticked += len(d.Items)
		case read != nil && last:
			unticked, failed = unticked+read.Unticked, failed+read.Failed
		case read != nil && (loaded == nil || loaded.Run < d.Run):
			failed += read.Failed
		}
	}
	return unticked, failed
}
