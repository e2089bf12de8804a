package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/fixture"
	"github.com/odoo-migrate/odoo-migrate/pipeline/scope"
	"github.com/odoo-migrate/odoo-migrate/pipeline/transform"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var errNoMappings = errors.New("there are no mappings")

// readMappings parses every mapping file of the project.
func (p *Pipeline) readMappings() (*mappings.Set, []mappings.Problem, error) {
	folder := p.Project.Path(p.Project.Mappings)
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, nil, err
	}
	slices.Sort(files)
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, fixture.Ending) })
	if len(files) == 0 {
		return nil, nil, record.Advise(fmt.Errorf("%w in %s", errNoMappings, folder), "Run migrate map suggest, or write one file a target model there.")
	}
	var all []*mappings.Mapping
	var problems []mappings.Problem
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, nil, adviseFile(err, f)
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
	if d.schema, err = p.metadata(ctx, d, t, set); err != nil {
		return err
	}
	location, err := time.LoadLocation(p.Project.Timezone)
	if err != nil {
		return fmt.Errorf("timezone: %w", err)
	}
	env := mappings.Env{Location: location, Columns: map[string][]string{}, Nulls: map[string][]string{}, Styles: map[string]mappings.Style{}, Schema: d.schema}
	for name, s := range d.snapshots {
		env.Columns[name] = s.Columns
		env.Nulls[name], env.Styles[name] = p.Project.Sources[name].Nulls, p.Project.Sources[name].Style()
	}
	if err := p.setMaps(ctx, set, &env); err != nil {
		return err
	}
	d.tables = env.Tables
	programs, found := set.Compile(env)
	entries, wrong, err := p.accountTables(ctx, d.opened, mappedBy(d.order))
	if err != nil {
		return err
	}
	problems = mappings.SortProblems(slices.Concat(problems, found, wrong))
	if mappings.Failed(problems) {
		return &Problems{problems}
	}
	d.programs, d.scope, d.undecided = programs, entries, scope.Open(entries)
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

// mappedBy names, for every source that is mapped, a mapping that reads it, if only to join it.
func mappedBy(order []*mappings.Mapping) map[string]string {
	out := map[string]string{}
	for _, m := range order {
		for _, source := range m.Reads() {
			if _, ok := out[source]; !ok {
				out[source] = m.Name
			}
		}
	}
	return out
}

// transformAll maps the rows of every mapping into its staged table.
func (p *Pipeline) transformAll(ctx context.Context, d *derived, _ *Target) error {
	for _, m := range d.order {
		if err := p.transform(ctx, d, m); err != nil {
			return err
		}
		if err := p.checkDecisions(ctx, d, m); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pipeline) transform(ctx context.Context, d *derived, m *mappings.Mapping) error {
	prog := d.programs[m.Name]
	p.opt.Progress.Phase("map "+m.Name, d.rows(m))
	w, err := p.Store.StageWriter(ctx, d.run.ID, prog.Layout(), prog.Kinds())
	if err != nil {
		return err
	}
	files, err := p.files()
	if err != nil {
		return err
	}
	defer files.Close()
	model, _ := d.schema.Model(m.Model)
	counts, err := transform.Run(ctx, prog, p.reading(ctx, d, prog), &sink{p.Store, w, d.run.ID, m.Name, d}, transform.Options{
		Workers: runtime.GOMAXPROCS(0), Model: model, Files: files, CurrencyDigits: d.schema.CurrencyDigits, Normals: d.schema.NormalsOf(m.Model),
		Rows: func(n int) { p.opt.Progress.Advance("map "+m.Name, int64(n)) },
	})
	if _, closeErr := w.Close(ctx); err == nil {
		err = closeErr
	}
	d.counts[m.Name] = counts
	p.opt.Progress.Done("map " + m.Name)
	if _, link := d.parentOf(m); err == nil && prog.Layout().Index(link) >= 0 {
		err = p.Store.IndexStaged(ctx, d.run.ID, prog.Layout(), link)
	}
	return err
}
