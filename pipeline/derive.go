package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/correct"
	"github.com/odoo-migrate/odoo-migrate/pipeline/lookup"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/transform"
	"github.com/odoo-migrate/odoo-migrate/pipeline/validate"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// derived is everything the inputs determine: landed sources, staged records, and the plan. Stage, cutover and delta all
// begin by deriving it anew, so that what is loaded is never older than what was checked.
type derived struct {
	run       run.Run
	snapshots map[string]staging.Snapshot
	corrected map[string]int64
	schema    *schema.Snapshot
	set       *mappings.Set
	order     []*mappings.Mapping
	programs  map[string]*mappings.Program
	counts    map[string]transform.Counts
	lookups   *lookup.Result
	rejected  validate.Rejected
	controls  []control
	results   []reconcile.Result
	plan      *plan.Plan
	fixes     string // digest over the corrections that were applied
	undecided []string
	gone      map[string]int64 // by mapping: records of the ledger the source has no longer
}

func (p *Pipeline) derive(ctx context.Context, r run.Run, t *Target) (*derived, error) {
	d := &derived{run: r, snapshots: map[string]staging.Snapshot{}, corrected: map[string]int64{}, counts: map[string]transform.Counts{}, gone: map[string]int64{}}
	for _, step := range []func(context.Context, *derived, *Target) error{
		p.landAll, p.correctAll, p.compile, p.transformAll, p.lookUp, p.validateAll, p.controlsBefore, p.makePlan,
	} {
		if err := step(ctx, d, t); err != nil {
			return d, err
		}
	}
	return d, nil
}

// readMappings parses every mapping file of the project.
func (p *Pipeline) readMappings() (*mappings.Set, []mappings.Problem, error) {
	folder := p.Project.Path(p.Project.Mappings)
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, nil, err
	}
	slices.Sort(files)
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".test.yaml") })
	if len(files) == 0 {
		return nil, nil, record.Advise(fmt.Errorf("there are no mappings in %s", folder), "Run migrate init, or write one file a target model there.")
	}
	var all []*mappings.Mapping
	var problems []mappings.Problem
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, nil, err
		}
		m, found := mappings.Parse(filepath.Base(f), data)
		problems = append(problems, found...)
		if m != nil {
			all = append(all, m)
		}
	}
	set, found := mappings.NewSet(p.Project.Module, all)
	problems = append(problems, found...)
	return set, mappings.SortProblems(problems), nil
}

// landAll lands every source of migrate.yaml; a file that is landed already is only hashed.
func (p *Pipeline) landAll(ctx context.Context, d *derived, _ *Target) error {
	names := slices.Sorted(maps.Keys(p.Project.Sources))
	p.opt.Progress.Phase("land", int64(len(names)))
	for _, name := range names {
		s, err := p.land(ctx, name, p.Project.Sources[name])
		if err != nil {
			return fmt.Errorf("land %s: %w", name, err)
		}
		d.snapshots[name] = s
		findings := slices.Clone(s.Findings)
		for i := range findings {
			findings[i].Table = name
		}
		if err := p.Store.AddFindings(ctx, d.run.ID, findings); err != nil {
			return err
		}
		p.opt.Progress.Advance("land", 1)
	}
	p.opt.Progress.Done("land")
	return nil
}

func (p *Pipeline) land(ctx context.Context, name string, s project.Source) (staging.Snapshot, error) {
	src, err := p.OpenSource(ctx, s)
	if err != nil {
		return staging.Snapshot{}, err
	}
	defer src.Close()
	tables, err := src.Tables(ctx)
	if err != nil {
		return staging.Snapshot{}, err
	}
	table, err := pickTable(tables, s)
	if err != nil {
		return staging.Snapshot{}, err
	}
	digester := checksum.NewRowDigester(table.Columns)
	return p.Store.Land(ctx, staging.Landing{
		Source: name, File: src.File(), Table: table,
		Digest:  func(_, cells []string) [32]byte { return digester.Row(cells) },
		Batches: src.Batches(ctx, table.Name),
	})
}

// OpenSource opens the file of a source as migrate.yaml pins it.
func (p *Pipeline) OpenSource(ctx context.Context, s project.Source) (connectors.Source, error) {
	src, err := p.registry.Open(ctx, p.Project.Path(s.File), connectors.Options{
		Encoding: s.Encoding, Delimiter: s.Delimiter, Quote: s.Quote, NoHeader: s.Header != nil && !*s.Header,
		Columns: s.Columns, Skip: s.Skip, Sheet: s.Sheet, Rows: s.Rows,
	})
	return src, adviseFile(err, s.File)
}

// adviseFile adds what to do about a file that cannot be opened.
func adviseFile(err error, file string) error {
	var known *record.Advice
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return record.Advise(fmt.Errorf("there is no file %s", file), "Put the export there, or change file: in migrate.yaml.")
	case errors.Is(err, fs.ErrPermission):
		return record.Advise(fmt.Errorf("the file %s may not be read", file), "Give yourself the right to read it.")
	case errors.Is(err, connectors.ErrEmpty):
		return record.Advise(fmt.Errorf("the file %s is empty", file), "Export it again; an empty table has at least its header.")
	case errors.Is(err, connectors.ErrUnsupported):
		return record.Advise(err, "Export it as CSV, XML or XLSX.")
	case errors.Is(err, connectors.ErrEncrypted):
		return record.Advise(fmt.Errorf("the file %s is encrypted", file), "Save it without a password.")
	}
	return err
}

func pickTable(tables []connectors.Table, s project.Source) (connectors.Table, error) {
	names := make([]string, len(tables))
	for i, t := range tables {
		if s.Sheet == "" && i == 0 || s.Sheet != "" && t.Sheet == s.Sheet {
			return t, nil
		}
		names[i] = t.Sheet
	}
	if s.Sheet == "" {
		return connectors.Table{}, record.Advise(fmt.Errorf("%s holds no table", s.File), "Pin rows: (XML) or sheet: (XLSX) in migrate.yaml.")
	}
	return connectors.Table{}, record.Advise(fmt.Errorf("%s has no sheet %q", s.File, s.Sheet), "Its sheets are: "+strings.Join(names, ", ")+".")
}

// compile reads the target's metadata and compiles all mappings against it and the landed columns.
func (p *Pipeline) compile(ctx context.Context, d *derived, t *Target) error {
	set, problems, err := p.readMappings()
	if err != nil {
		return err
	}
	if mappings.Failed(problems) {
		return &Problems{problems}
	}
	d.set, d.order = set, set.Order()
	if d.schema, err = t.Snapshot(ctx, modelsMapped(set)); err != nil {
		return fmt.Errorf("read the target's metadata: %w", err)
	}
	location, err := time.LoadLocation(p.Project.Timezone)
	if err != nil {
		return fmt.Errorf("timezone: %w", err)
	}
	env := mappings.Env{Location: location, Columns: map[string][]string{}, Nulls: map[string][]string{}, Schema: d.schema}
	for name, s := range d.snapshots {
		env.Columns[name] = s.Columns
		env.Nulls[name] = p.Project.Sources[name].Nulls
	}
	programs, found := set.Compile(env)
	problems = mappings.SortProblems(append(problems, found...))
	if mappings.Failed(problems) {
		return &Problems{problems}
	}
	d.programs = programs
	d.undecided = p.undecided(d)
	return p.Store.AddFindings(ctx, d.run.ID, problemFindings(problems))
}

func problemFindings(problems []mappings.Problem) []record.Finding {
	var out []record.Finding
	for _, q := range problems {
		out = append(out, record.Finding{Severity: q.Severity, Rule: "map.lint", Message: q.Message, Hint: q.Hint,
			Mapping: strings.TrimSuffix(q.File, ".yaml"), At: fmt.Sprintf("%s:%d:%d", q.File, q.Line, q.Col)})
	}
	return out
}

// undecided lists the sources nobody maps and nobody decided about.
func (p *Pipeline) undecided(d *derived) []string {
	var out []string
	for name := range p.Project.Sources {
		_, decided := p.Project.Scope[name]
		mapped := slices.ContainsFunc(d.order, func(m *mappings.Mapping) bool { return m.Source == name })
		if !decided && !mapped {
			out = append(out, name)
		}
	}
	return sorted(out)
}

// transformAll maps the rows of every mapping into its staged table.
func (p *Pipeline) transformAll(ctx context.Context, d *derived, _ *Target) error {
	for _, m := range d.order {
		if err := p.transform(ctx, d, m); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pipeline) transform(ctx context.Context, d *derived, m *mappings.Mapping) error {
	prog, snap := d.programs[m.Name], d.snapshots[m.Source]
	p.opt.Progress.Phase("map "+m.Name, snap.Rows)
	w, err := p.Store.StageWriter(ctx, d.run.ID, prog.Layout(), prog.Kinds())
	if err != nil {
		return err
	}
	model, _ := d.schema.Model(m.Model)
	counts, err := transform.Run(ctx, prog, p.Store.Landed(ctx, snap), &sink{p.Store, w, d.run.ID, m.Name, snap}, transform.Options{
		Workers: runtime.GOMAXPROCS(0), Model: model, CurrencyDigits: d.schema.CurrencyDigits,
		Rows: func(n int) { p.opt.Progress.Advance("map "+m.Name, int64(n)) },
	})
	if _, closeErr := w.Close(ctx); err == nil {
		err = closeErr
	}
	d.counts[m.Name] = counts
	p.opt.Progress.Done("map " + m.Name)
	return err
}

// lookUp finds every record of the target the staged records link to.
func (p *Pipeline) lookUp(ctx context.Context, d *derived, t *Target) error {
	var refs []string
	for _, m := range d.order {
		prog := d.programs[m.Name]
		for i, field := range prog.Layout().Fields {
			if k := prog.Kinds()[i]; k != record.Link && k != record.Links {
				continue
			}
			found, err := p.distinctRefs(ctx, m.Name, field)
			if err != nil {
				return err
			}
			refs = append(refs, found...)
		}
	}
	refs = slices.DeleteFunc(refs, func(r string) bool { return lookup.IsOwn(r, p.Project.Module) })
	var err error
	if d.lookups, err = lookup.Resolve(ctx, t, refs); err != nil {
		return fmt.Errorf("look up records of the target: %w", err)
	}
	return nil
}

func (p *Pipeline) distinctRefs(ctx context.Context, mapping, field string) ([]string, error) {
	var out []string
	sql := fmt.Sprintf(`select distinct x_ref from staged.%s, unnest(string_to_array(%s, ',')) x_ref where x_ref <> '' order by 1`, quoted(mapping), quoted(field))
	err := p.each(ctx, sql, nil, func(scan func(...any) error) error {
		var ref string
		err := scan(&ref)
		out = append(out, ref)
		return err
	})
	return out, err
}

func (p *Pipeline) validateAll(ctx context.Context, d *derived, t *Target) error {
	p.opt.Progress.Phase("validate", 0)
	target, _, err := p.identify(ctx, t)
	if err != nil {
		return err
	}
	in := validate.Input{
		Module: p.Project.Module, Schema: d.schema, Lookups: d.lookups,
		InTarget: func(ctx context.Context, ids []string) ([]string, error) {
			known, err := p.Store.DBIDs(ctx, target.ID, ids)
			return slices.Sorted(maps.Keys(known)), err
		},
		Findings: func(ctx context.Context, f []record.Finding) error {
			return p.Store.AddFindings(ctx, d.run.ID, d.placed(f))
		},
		Reject: func(ctx context.Context, mapping string, rows []validate.Row) error {
			classes := make([]staging.RowClass, len(rows))
			for i, r := range rows {
				classes[i] = staging.RowClass{Row: r.Row, Class: r.Class, Reason: r.Reason}
			}
			return p.Store.AddClasses(ctx, d.run.ID, mapping, d.snapshots[d.set.Mapping(mapping).Source].ID, classes)
		},
	}
	for _, m := range d.order {
		v := validate.Mapping{Name: m.Name, Layout: d.programs[m.Name].Layout(), Kinds: d.programs[m.Name].Kinds(), At: func(field string) string {
			if f := m.Field(field); f != nil {
				return f.At
			}
			return ""
		}}
		v.Parent, v.Link = d.parentOf(m)
		in.Mappings = append(in.Mappings, v)
	}
	d.rejected, err = validate.Run(ctx, queryer{p}, in)
	p.opt.Progress.Done("validate")
	return err
}

// parentOf is the mapping whose documents a mapping's records are lines of, and the field that links them.
func (d *derived) parentOf(m *mappings.Mapping) (parent, link string) {
	for _, o := range d.order {
		for field, child := range o.Lines {
			if child != m.Name {
				continue
			}
			if model, ok := d.schema.Model(o.Model); ok {
				if f, ok := model.Field(field); ok {
					return o.Name, f.InverseField
				}
			}
		}
	}
	return "", ""
}

// placed completes findings with the file and sheet of their mapping's source.
func (d *derived) placed(findings []record.Finding) []record.Finding {
	for i := range findings {
		if m := d.set.Mapping(findings[i].Mapping); m != nil && findings[i].File == "" {
			s := d.snapshots[m.Source]
			findings[i].Table, findings[i].File, findings[i].Sheet = m.Source, s.File, s.Sheet
		}
	}
	return findings
}

// correctAll applies the corrections files to the landed tables, as an overlay.
func (p *Pipeline) correctAll(ctx context.Context, d *derived, _ *Target) error {
	byTable := map[string][]correct.Correction{}
	var findings []record.Finding
	var all bytes.Buffer
	for _, file := range p.correctionFiles() {
		in, err := p.openFile(file)
		if err != nil {
			return adviseFile(err, file)
		}
		list, found, err := correct.Read(file, in)
		in.Close()
		if err != nil {
			return err
		}
		findings = append(findings, found...)
		for _, c := range list {
			fmt.Fprintf(&all, "%q\n", []string{c.Table, c.Key, c.Column, c.Old, c.New, c.Who, c.When})
			byTable[c.Table] = append(byTable[c.Table], c)
		}
	}
	d.fixes = checksum.Bytes(all.Bytes()).String()
	for _, name := range slices.Sorted(maps.Keys(d.snapshots)) {
		found, err := p.correct(ctx, d, name, byTable[name])
		if err != nil {
			return fmt.Errorf("correct %s: %w", name, err)
		}
		findings = append(findings, found...)
		delete(byTable, name)
	}
	for _, name := range slices.Sorted(maps.Keys(byTable)) {
		c := byTable[name][0]
		findings = append(findings, record.Finding{Severity: record.Warning, Rule: "correct.no_table", File: c.File, Line: int64(c.Line),
			Message: fmt.Sprintf("there is no source %q to correct", name), Hint: "see sources: in migrate.yaml"})
	}
	return p.Store.AddFindings(ctx, d.run.ID, findings)
}
