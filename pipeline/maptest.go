package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/fixture"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// MapTests is what the tests of mappings came to.
type MapTests struct {
	Version  int              `json:"version"`
	Passed   int              `json:"passed"`
	Failed   int              `json:"failed"`
	Tests    []fixture.Result `json:"tests"`
	Untested []string         `json:"untested,omitempty"` // mappings without any test
}

// TestMappings runs the tests beside the mappings, or those of the mappings named. It needs neither the sources nor a
// server; a schema, where there is one, decides kinds as it does in a run. Mistakes in the files come as *Problems.
func (p *Pipeline) TestMappings(ctx context.Context, names []string, s *schema.Snapshot) (*MapTests, error) {
	programs, set, err := p.programs(ctx, s)
	if err != nil {
		return nil, err
	}
	var known []string
	for _, m := range set.Order() {
		if m.Created == nil {
			known = append(known, m.Name)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, record.Advise(fmt.Errorf("there is no mapping %s", name), "The mappings are "+strings.Join(sorted(known), ", ")+".")
		}
	}
	files, err := p.fixtures()
	if err != nil {
		return nil, err
	}
	out, problems := runFixtures(files, programs, set, names)
	for _, name := range sorted(known) {
		if !slices.ContainsFunc(files, func(f *fixture.File) bool { return f.Mapping == name }) && (len(names) == 0 || slices.Contains(names, name)) {
			out.Untested = append(out.Untested, name)
		}
	}
	if mappings.Failed(problems) {
		return nil, &Problems{mappings.SortProblems(problems)}
	}
	return out, nil
}

func runFixtures(files []*fixture.File, programs map[string]*mappings.Program, set *mappings.Set, names []string) (*MapTests, []mappings.Problem) {
	out := &MapTests{Version: 1, Tests: []fixture.Result{}}
	var known []string
	for name := range programs {
		known = append(known, name)
	}
	var problems []mappings.Problem
	for _, f := range files {
		program := programs[f.Mapping]
		if program == nil {
			problems = append(problems, f.NoMapping(sorted(known)))
			continue
		}
		if len(names) > 0 && !slices.Contains(names, f.Mapping) {
			continue
		}
		results, found := f.Run(program, set.Module())
		problems = append(problems, found...)
		for _, r := range results {
			if out.Tests = append(out.Tests, r); r.OK {
				out.Passed++
			} else {
				out.Failed++
			}
		}
	}
	return out, problems
}

// programs compiles the mappings as far as that goes without sources and server.
func (p *Pipeline) programs(ctx context.Context, s *schema.Snapshot) (map[string]*mappings.Program, *mappings.Set, error) {
	set, problems, err := p.readMappings()
	if err != nil {
		return nil, nil, err
	}
	location, err := time.LoadLocation(p.Project.Timezone)
	if err != nil {
		return nil, nil, fmt.Errorf("timezone: %w", err)
	}
	env := mappings.Env{Location: location, Nulls: map[string][]string{}, Styles: map[string]mappings.Style{}, Schema: s}
	for name, source := range p.Project.Sources {
		env.Nulls[name], env.Styles[name] = source.Nulls, source.Style()
	}
	if err := p.setMaps(ctx, set, &env); err != nil {
		return nil, nil, err
	}
	programs, found := set.Compile(env)
	if problems = append(problems, found...); mappings.Failed(problems) {
		return nil, nil, &Problems{mappings.SortProblems(problems)}
	}
	return programs, set, nil
}

// fixtures reads every file of tests beside the mappings.
func (p *Pipeline) fixtures() ([]*fixture.File, error) {
	folder := p.Project.Path(p.Project.Mappings)
	paths, err := filepath.Glob(filepath.Join(folder, "*"+fixture.Ending))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, record.Advise(errors.New("there are no tests of mappings"), "Write them beside the mappings, as NAME"+fixture.Ending+": see docs/MAPPINGS.md.")
	}
	var files []*fixture.File
	var problems []mappings.Problem
	for _, path := range sorted(paths) {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, adviseFile(err, path)
		}
		f, found := fixture.Parse(filepath.Base(path), data)
		files, problems = append(files, f), append(problems, found...)
	}
	if mappings.Failed(problems) {
		return nil, &Problems{mappings.SortProblems(problems)}
	}
	return files, nil
}
