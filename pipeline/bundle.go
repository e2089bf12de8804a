package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/evidence"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// BundleOptions of Bundle.
type BundleOptions struct {
	Target string
	Out    string                         // the bundle; it must not be there yet
	Salts  string                         // the file of salts, which goes to the auditor apart from the bundle; "" writes none
	Binary string                         // SHA-256 of the program
	Files  map[string][]byte              // pages and scripts, by name
	Page   func(io.Writer, *Report) error // the report for people
	JSON   func(io.Writer, any) error     // and for programs
}

// Bundle is what writing an evidence bundle gave.
type Bundle struct {
	Version  int                `json:"version"`
	File     string             `json:"file"`
	Salts    string             `json:"salts,omitempty"`
	Root     string             `json:"root"` // SHA-256 of the manifest: what people sign
	Manifest *evidence.Manifest `json:"manifest"`
}

// errUnread says that there is nothing to give evidence of.
var errUnread = errors.New("nothing was read back yet")

// verified is the newest run into a target that read everything back.
func (p *Pipeline) verified(ctx context.Context, targetName string) (string, run.Run, error) {
	name, _, err := p.target(targetName)
	if err != nil {
		return "", run.Run{}, err
	}
	r, err := p.Store.LastVerified(ctx, name)
	if errors.Is(err, staging.ErrNotFound) {
		err = record.Advise(fmt.Errorf("%w from %s", errUnread, name), "Run migrate verify first.")
	}
	return name, r, err
}

// Bundle writes the evidence bundle of a target: what its newest verification read, and everything that led there. It asks no
// Odoo. Personal values are masked.
func (p *Pipeline) Bundle(ctx context.Context, opt BundleOptions) (*Bundle, error) {
	for _, file := range []string{opt.Out, opt.Salts} {
		if file != "" {
			if err := Vacant(file); err != nil {
				return nil, err
			}
		}
	}
	name, r, err := p.verified(ctx, opt.Target)
	if err != nil {
		return nil, err
	}
	b, err := p.bundle(ctx, name, r, opt)
	if err != nil {
		return nil, err
	}
	out := &Bundle{Version: 1, File: opt.Out, Salts: opt.Salts}
	err = NewFile(opt.Out, func(f *os.File) error {
		out.Manifest, out.Root, err = b.Write(f)
		return err
	})
	if err == nil && opt.Salts != "" {
		err = NewPrivateFile(opt.Salts, func(f *os.File) error {
			return evidence.WriteSalts(f, b.Key, b.Records)
		})
	}
	return out, err
}

func (p *Pipeline) bundle(ctx context.Context, target string, r run.Run, opt BundleOptions) (*evidence.Bundle, error) {
	report, err := p.gather(ctx)
	if err != nil {
		return nil, err
	}
	report.mask()
	if err := p.countOpen(ctx, target, r.ID, report); err != nil {
		return nil, err
	}
	key, err := p.Store.ProjectKey(ctx)
	if err != nil {
		return nil, err
	}
	b := &evidence.Bundle{
		Project: p.Project.Name, Module: p.Project.Module, Program: p.opt.Version, Binary: opt.Binary, Target: target, Key: key,
		Run:     evidence.Run{ID: r.ID, Kind: r.Kind, Actor: r.Actor, Host: r.Host, Version: r.Version, Started: r.Started, UndoneBy: report.undoneBy(target, r.ID)},
		Records: p.Store.Verified(ctx, r.ID), Events: p.eventLog(ctx), Files: map[string][]byte{"README.txt": []byte(bundleReadme)},
	}
	for name, text := range opt.Files {
		b.Files[name] = text
	}
	for name, write := range map[string]func(io.Writer) error{
		"report.html": func(w io.Writer) error { return opt.Page(w, report) },
		"report.json": func(w io.Writer) error { return opt.JSON(w, report) },
	} {
		var text bytes.Buffer
		if err := write(&text); err != nil {
			return nil, fmt.Errorf("bundle %s: %w", name, err)
		}
		b.Files[name] = text.Bytes()
	}
	b.Sheets, err = p.sheets(ctx, target, r, report)
	return b, err
}

// undoneBy is the rollback that changed a target after a run, 0 where none did.
func (r *Report) undoneBy(target string, runID int64) int64 {
	var by int64
	for _, u := range r.Undos {
		if u.Target == target && !u.DryRun && u.Result != nil && u.Run > runID {
			by = u.Run
		}
	}
	return by
}

func (p *Pipeline) eventLog(ctx context.Context) iter.Seq2[evidence.Event, error] {
	return func(yield func(evidence.Event, error) bool) {
		events, err := p.Store.Events(ctx, 0)
		if err != nil {
			yield(evidence.Event{}, err)
			return
		}
		for _, e := range events {
			if !yield(evidence.Event{Seq: e.Seq, Run: e.RunID, At: e.At, Kind: e.Kind, Data: string(e.Data), Hash: e.Hash}, nil) {
				return
			}
		}
	}
}

// lastLoad is the newest load into a target that left a summary; nil where there is none.
func (r *Report) lastLoad(target string) *Load {
	for _, l := range slices.Backward(r.Loads) {
		if l.Target == target && l.Stage != nil {
			return &l
		}
	}
	return nil
}

// sheets are the tables of a bundle.
func (p *Pipeline) sheets(ctx context.Context, target string, r run.Run, report *Report) ([]evidence.Sheet, error) {
	load, stage := report.lastLoad(target), report.Stage
	if load != nil {
		stage = load.Stage
	}
	if stage == nil {
		stage = &Stage{}
	}
	loaded := r.ID
	if load != nil {
		loaded = load.Run
	}
	sources, snapshots, err := p.sourceLines(ctx, stage)
	if err != nil {
		return nil, err
	}
	open, err := p.openLinesOf(ctx, target, load, stage)
	if err != nil {
		return nil, err
	}
	known := p.decisions(report, target)
	out := []evidence.Sheet{
		{Name: "sources.csv", Head: []string{"source", "file", "several", "sheet", "format", "encoding", "bytes", "sha256", "rows", "damaged", "corrected", "custodian", "extracted_at", "completeness", "rests_on"}, Rows: eachOf(sources)},
		{Name: "inputs.csv", Head: []string{"what", "name", "sha256"}, Rows: eachOf(inputLines(stage))},
		{Name: "conservation.csv", Head: slices.Concat([]string{"what", "run", "mapping", "source", "model", "total"}, conservationClasses), Rows: eachOf(conservationLines(stage, report.Loads, target))},
		{Name: "runs.csv", Head: []string{"run", "kind", "state", "actor", "host", "version", "target", "plan", "started", "finished"}, Rows: p.Store.RunLines(ctx)},
		{Name: "rejects.csv", Head: []string{"run", "mapping", "source", "file", "row", "class", "reason", "disposition", "approver", "approved_on"}, Rows: maskedLines(disposed(p.Store.RejectLines(ctx, loaded, snapshots), known, rejectShape), 6)},
		{Name: "outcomes.csv", Head: []string{"run", "mapping", "external_id", "class", "note", "disposition", "approver", "approved_on"}, Rows: maskedLines(disposed(p.Store.OutcomeLines(ctx, loaded), known, outcomeShape), 4)},
		{Name: "differences.csv", Head: []string{"model", "external_id", "db_id", "class", "field", "meant", "odoo", "disposition", "approver", "approved_on"}, Rows: maskedWhole(disposed(p.Store.DifferenceLines(ctx, r.ID), known, differenceShape), 5, 6)},
		{Name: "journal.csv", Head: []string{"call", "run", "wave", "mapping", "model", "strategy", "action", "records", "attempts", "state", "intended", "settled"}, Rows: p.Store.JournalLines(ctx, target)},
		{Name: "changes.csv", Head: []string{"change", "run", "mapping", "model", "external_id", "db_id", "action", "undo", "undone"}, Rows: p.Store.ChangeLines(ctx, target)},
		{Name: "scope.csv", Head: []string{"table", "status", "source", "file", "reason", "by"}, Rows: eachOf(scopeLines(stage))},
		{Name: "value_maps.csv", Head: []string{"map", "mapping", "field", "at", "managed", "confirmed_by", "confirmed_on", "values", "unknown"}, Rows: eachOf(valueMapLines(stage))},
		{Name: "modules.csv", Head: []string{"module", "version"}, Rows: eachOf(moduleLines(load))},
		{Name: evidence.OpenName, Head: evidence.OpenHead, Rows: eachOf(open)},
		{Name: "rollbacks.csv", Head: []string{"run", "of", "target", "rehearsal", "claim", "holds", "detail"}, Rows: eachOf(rollbackLines(report.Undos, target))},
	}
	draws, items := vouchLines(report, target)
	out = append(out,
		evidence.Sheet{Name: evidence.DrawsName, Head: []string{"draw", "verified", "root", "nonce", "seed", "sources", "rows", "largest", "records", "passed", "failed", "unticked", "by", "read"}, Rows: eachOf(draws)},
		evidence.Sheet{Name: evidence.VouchedName, Head: []string{"draw", "item", "direction", "drawn", "source", "nth", "row", "model", "external_id", "result", "remark"}, Rows: eachOf(items)})
	if load != nil {
		out = append(out,
			evidence.Sheet{Name: "controls.csv", Head: []string{"control", "expected", "source", "staged", "odoo", "keys", "equal", "why"}, Rows: eachOf(controlLines(load))},
			evidence.Sheet{Name: "gates.csv", Head: []string{"run", "gate", "open", "evidence", "overridden_by", "reason"}, Rows: eachOf(gateLines(report.Loads, target))})
	}
	return out, nil
}

// sourceLines are the files that were loaded, as they were landed, and the numbers of their snapshots.
func (p *Pipeline) sourceLines(ctx context.Context, stage *Stage) ([][]string, []int64, error) {
	var lines [][]string
	var ids []int64
	for _, src := range stage.Sources {
		all, err := p.Store.Snapshots(ctx, src.Name)
		if err != nil {
			return nil, nil, err
		}
		counted := slices.Concat([]string{number(src.Rows), number(src.Quarantined), number(src.Corrected)}, p.custodyCells(stage, src.Name))
		i := slices.IndexFunc(all, func(s staging.Snapshot) bool { return s.SHA256 == src.SHA256 })
		if i < 0 {
			lines = append(lines, append([]string{src.Name, "", "", "", "", "", "", src.SHA256}, counted...))
			continue
		}
		s := all[i]
		ids = append(ids, s.ID)
		several := ""
		if slices.Contains(s.Columns, connectors.FileColumn) {
			several = "yes"
		}
		lines = append(lines, append([]string{src.Name, p.shownPath(s.File), several, s.Sheet, s.Format, s.Detected["encoding"].Value, number(s.Bytes), s.SHA256}, counted...))
	}
	return lines, ids, nil
}

// custodyCells say of a source who extracted it and when, and whether all of it was proven to be there, by what.
func (p *Pipeline) custodyCells(stage *Stage, source string) []string {
	who, at := p.Project.Sources[source].Custodian, ""
	if c := stage.Custody; c != nil {
		who, at = cmp.Or(who, c.ExtractedBy), c.ExtractedAt
	}
	proof := stage.Custody.Of(source)
	return []string{who, at, proof.Completeness, strings.Join(proof.Rests, "; ")}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func eachOf(rows [][]string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// bundleReadme goes into every bundle.
const bundleReadme = `Evidence of a migration into Odoo

Everything here can be checked without the program that wrote it, and without asking anybody:

    python3 verify_evidence.py evidence.zip [--root ROOT] [--salts salts.csv] [--sources FOLDER]

verify_evidence.py is in the bundle: take it out, read it (200 lines), run it. ROOT is the SHA-256 of manifest.json that
people signed or wrote down. salts.csv is handed over apart from the bundle; with it every leaf in records/ can be
told from its record. FOLDER is the project's folder with the source files.

manifest.json     every file here with its SHA-256, the Merkle roots, the end of the event log
signatures.json   who signed the manifest, in which role (absent until somebody did)
report.html       for people; report.json the same for programs
sources.csv       the source files: size, SHA-256, encoding, rows, who extracted them, whether that was proven to be all
modules.csv       the modules of the target and their versions, as the last load saw them
inputs.csv        digests of configuration, mappings, value maps, corrections, target metadata
scope.csv         what became of every table, decided by whom
value_maps.csv    value maps and who confirmed them
conservation.csv  every row that was read and every record that was made, by what became of it
controls.csv      control totals: legacy system, files, predicted, Odoo
gates.csv         what was checked before the first write, and what was opened by whom
records/          a list a model: each record's class, and its salted leaf as meant and as read from Odoo
differences.csv   every field that does not hold what was meant, and every record that is missing
rejects.csv       every row that was not used, with the reason
vouch_draws.csv   what was drawn for people to hold against the legacy system, with which seed, who ticked it
vouched.csv       every row and record that was drawn, and whether it stands
outcomes.csv      records that were refused, in conflict or put off
open.csv          what keeps this evidence from being signed; empty but for its first line where nothing does
journal.csv       every call that changed Odoo
changes.csv       the manifest that a rollback follows
rollbacks.csv     what was proven when a run was rolled back
runs.csv          every run
events.csv        the event log; the hash of each event covers the one before it

Values of records are masked: the first character, then an asterisk a character. A text that a spreadsheet would compute has
an apostrophe in front. CHECKSUMS.md says how everything is computed, checksum-vectors.json has examples, and
verify_vectors.py runs them.
`
