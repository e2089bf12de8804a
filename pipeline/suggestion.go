package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// SuggestOptions of Suggest.
type SuggestOptions struct {
	Audit   AuditOptions // Now, Progress, and in Fit what the tables are compared with
	Saved   string       // file that migrate audit --format json wrote; "" audits the sources now
	Sources []string     // the sources to draft mappings for; none is all that have no mapping
	Out     string       // folder to write into; "" is the project's folder of mappings
}

// Suggestion is what Suggest drafted.
type Suggestion struct {
	Version int                 `json:"version"`
	Files   []string            `json:"files"`
	Drafts  []suggest.Drafted   `json:"drafts"` // one a file, in load order
	Kept    []Kept              `json:"kept"`   // sources that have a mapping
	Open    []suggest.Undrafted `json:"open"`   // sources that could not be placed
}

// Kept is a source whose mapping is there already.
type Kept struct {
	Source string `json:"source"`
	File   string `json:"file"`
}

// Suggest audits the sources of the project and drafts mappings for those that have none, or for those that are named.
// No file is replaced: where one is in the way of a named source, nothing is written.
func (p *Pipeline) Suggest(ctx context.Context, opt SuggestOptions) (*Suggestion, error) {
	for _, s := range opt.Sources {
		if _, ok := p.Project.Sources[s]; !ok {
			return nil, record.Advise(fmt.Errorf("migrate.yaml has no source %q", s), "It has "+strings.Join(sortedKeys(p.Project.Sources), ", ")+".")
		}
	}
	s := &suggesting{p: p, opt: opt, folder: opt.Out, out: &Suggestion{Version: 1, Files: []string{}, Drafts: []suggest.Drafted{}, Kept: []Kept{}, Open: []suggest.Undrafted{}}}
	if s.folder == "" {
		s.folder = p.Project.Path(p.Project.Mappings)
		if err := s.haveMappings(); err != nil {
			return nil, err
		}
	}
	if err := s.choose(); err != nil || len(s.only) == 0 {
		return s.out, err
	}
	drafts, err := s.draft(ctx)
	if err != nil {
		return nil, err
	}
	return s.out, s.write(drafts)
}

// suggesting is a suggestion under way.
type suggesting struct {
	p      *Pipeline
	opt    SuggestOptions
	folder string
	have   []suggest.Have
	files  map[string]string // source -> file of its mapping
	only   []string
	out    *Suggestion
}

// haveMappings reads the project's mappings. Mistakes in them are the linter's to tell, but for a file that cannot be
// understood at all nobody knows which source it is for.
func (s *suggesting) haveMappings() error {
	s.files = map[string]string{}
	set, problems, err := s.p.readMappings()
	if errors.Is(err, errNoMappings) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, m := range set.Order() {
		if m.Created != nil {
			continue
		}
		s.have = append(s.have, haveOf(m))
		for _, source := range append(m.Reads(), m.Name) { // a source of that name would make a second mapping of it
			if _, ok := s.files[source]; !ok {
				s.files[source] = filepath.Join(s.folder, m.File)
			}
		}
	}
	if len(set.Order()) == 0 && mappings.Failed(problems) {
		return &Problems{problems}
	}
	return nil
}

// haveOf is what drafts must know of a mapping.
func haveOf(m *mappings.Mapping) suggest.Have {
	h := suggest.Have{Mapping: m.Name, Source: m.Source, Model: m.Model, Key: m.ID.Columns, Refs: map[string]string{}}
	for i := range m.Fields {
		if f := &m.Fields[i]; f.Ref != "" {
			h.Refs[f.Name] = f.Ref
		}
	}
	for field := range m.Lines {
		h.Lines = append(h.Lines, field)
	}
	return h
}

// choose decides which sources are drafted: the named ones, or all that have no mapping and no file in the way.
func (s *suggesting) choose() error {
	for _, source := range sortedKeys(s.p.Project.Sources) {
		named := slices.Contains(s.opt.Sources, source)
		if !named && len(s.opt.Sources) > 0 {
			continue
		}
		file, there := s.files[source]
		if !there {
			file = s.path(source)
			_, err := os.Lstat(file)
			there = !errors.Is(err, fs.ErrNotExist)
		}
		switch {
		case !there:
			s.only = append(s.only, source)
		case named:
			return record.Advise(fmt.Errorf("%s has a mapping already: %s; nothing was written", source, s.shown(file)), "Pass --out with another folder to draft it there and compare, or move the file away.")
		default:
			s.out.Kept = append(s.out.Kept, Kept{source, s.shown(file)})
		}
	}
	return nil
}

// shown is a file as people are told of it: as seen from the project's folder, where it lies in that.
func (s *suggesting) shown(file string) string {
	if rel, ok := s.inProject(file); ok {
		return rel
	}
	return filepath.ToSlash(file)
}

// inProject is the path of a file in the project's folder.
func (s *suggesting) inProject(file string) (string, bool) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return "", false
	}
	rel, err := filepath.Rel(s.p.Project.Dir, abs)
	return filepath.ToSlash(rel), err == nil && filepath.IsLocal(rel)
}

func (s *suggesting) path(source string) string { return filepath.Join(s.folder, source+".yaml") }

// draft audits the sources, or reads what an audit said of them.
func (s *suggesting) draft(ctx context.Context) (*suggest.Drafts, error) {
	a := &auditing{opt: s.opt.Audit, reg: s.p.registry, base: s.p.Project.Dir}
	if a.opt.Progress == nil {
		a.opt.Progress = s.p.opt.Progress
	}
	defer a.close()
	var names map[string]string // of the sources, by table
	var err error
	if s.opt.Saved != "" {
		r, err := LoadAudit(s.opt.Saved)
		if err != nil {
			return nil, err
		}
		a.report = &AuditReport{Report: r}
		names = s.savedSources(r)
	} else {
		if err := a.openSources(ctx, s.p); err != nil {
			return nil, err
		}
		if err := a.profile(ctx); err != nil {
			return nil, err
		}
		if names, err = s.ownTables(ctx, a); err != nil {
			return nil, err
		}
	}
	for i := range a.report.Sources { // the file is called as in migrate.yaml
		if source, ok := s.p.Project.Sources[names[a.report.Sources[i].Name]]; ok {
			a.report.Sources[i].File = source.File
		}
	}
	s.unread(a, names)
	return draft(ctx, a.report.Report, a.inputs, s.p.Project.Name, a.opt.Fit, suggest.Options{Sources: names, Have: s.have, Only: s.only})
}

// ownTables finds, of the tables that a file has, the one that is the source; a file may have others around or within it.
func (s *suggesting) ownTables(ctx context.Context, a *auditing) (map[string]string, error) {
	names := map[string]string{}
	for _, in := range a.inputs {
		tables, err := in.Source.Tables(ctx)
		if err != nil {
			return nil, err
		}
		table, err := pickTable(tables, s.p.Project.Sources[in.Name])
		if err != nil {
			a.findings = append(a.findings, unreadable(s.p.Project.Sources[in.Name].File, err))
			continue
		}
		for i := range a.report.Sources {
			if t := &a.report.Sources[i]; t.Input == in.Name && (len(tables) == 1 || t.Table == table.Name) {
				names[t.Name] = in.Name
			}
		}
	}
	return names, nil
}

// savedSources finds the sources that the tables of a saved audit are: by the file, and the table or sheet in it. Where
// several fit, the one of the table's name is meant.
func (s *suggesting) savedSources(r *profile.Report) map[string]string {
	names, taken := map[string]string{}, map[string]bool{}
	for _, byName := range []bool{true, false} {
		for i := range r.Sources {
			t := &r.Sources[i]
			for _, name := range sortedKeys(s.p.Project.Sources) {
				if names[t.Name] == "" && !taken[name] && (!byName || name == t.Name || name == t.Input) && isTable(s.p.Project.Sources[name], t) {
					names[t.Name], taken[name] = name, true
				}
			}
		}
	}
	return names
}

// isTable reports whether a source may be a table of a report, which names table and sheet only where a file has several.
func isTable(s project.Source, t *profile.Source) bool {
	same := func(pinned, seen string) bool { return pinned == seen || pinned == "" || seen == "" }
	return filepath.Base(s.File) == filepath.Base(t.File) && same(s.Table, t.Table) && same(s.Sheet, t.Sheet) && same(s.Rows, t.Dialect.Path)
}

// unread lists the sources to draft of which there is no table.
func (s *suggesting) unread(a *auditing, names map[string]string) {
	for _, source := range s.only {
		found := false
		for _, name := range names {
			found = found || name == source
		}
		if found {
			continue
		}
		why := "the audit does not have it"
		for _, f := range a.findings {
			if f.Rule == "source.unreadable" && f.File == s.p.Project.Sources[source].File {
				why = "it cannot be read: " + f.Message
			}
		}
		s.out.Open = append(s.out.Open, suggest.Undrafted{Source: source, Reason: why})
	}
}

// write writes the drafts, each into a file that is not there.
func (s *suggesting) write(d *suggest.Drafts) error {
	s.out.Drafts = d.Mappings
	s.out.Open = append(s.out.Open, d.Open...)
	for i := range d.Mappings {
		m := &d.Mappings[i]
		path, text := s.path(m.Source), m.Text
		if name, ok := s.inProject(path); ok {
			text = forEditors(name, text)
		}
		if err := NewFile(path, func(f *os.File) error { _, err := f.Write(text); return err }); err != nil {
			return err
		}
		s.out.Files = append(s.out.Files, s.shown(path))
	}
	if len(d.Mappings) == 0 {
		return nil
	}
	_, err := WriteEditorSchemas(s.p.Project.Path(EditorSchemas))
	return err
}

// LoadAudit reads what migrate audit --format json wrote.
func LoadAudit(path string) (*profile.Report, error) {
	const remedy = "Write one with migrate audit --format json."
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, record.Advise(fmt.Errorf("there is no file %s", path), remedy)
	case err != nil:
		return nil, record.Advise(fmt.Errorf("the saved audit %s cannot be read", path), "Name a file that you may read. "+remedy)
	}
	var r profile.Report
	if err := json.Unmarshal(data, &r); err != nil || r.Version == 0 || len(r.Sources) == 0 {
		return nil, record.Advise(fmt.Errorf("%s is no saved audit", path), remedy)
	}
	if r.Version != profile.Version {
		return nil, record.Advise(fmt.Errorf("%s is an audit of version %d, and this program reads version %d", path, r.Version, profile.Version), remedy)
	}
	return &r, nil
}
