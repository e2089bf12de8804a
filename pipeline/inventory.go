package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/scope"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// opened is what a source of migrate.yaml turned out to be.
type opened struct {
	file  connectors.File
	table connectors.Table // the zero value where it was not asked for
}

// parts are the files a source is read from, each with its hash.
func (o opened) parts() []connectors.File {
	if len(o.file.Parts) == 0 {
		return []connectors.File{o.file}
	}
	out := slices.Clone(o.file.Parts)
	for i := range out {
		if _, err := os.Stat(out[i].Path); err != nil && !filepath.IsAbs(out[i].Path) {
			out[i].Path = filepath.Join(folderOf(o.file.Path), out[i].Path)
		}
	}
	return out
}

// folderOf is the folder in which the files of a path lie: of a file its own, of a folder the folder, of a pattern the
// deepest folder without a wildcard.
func folderOf(path string) string {
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return path
		}
		return filepath.Dir(path)
	}
	for path = filepath.Dir(path); strings.ContainsAny(path, "*?["); {
		path = filepath.Dir(path)
	}
	return path
}

// sourceFiles lists every file in the folders of the sources, with those below them. Of a folder that holds the project
// itself only the files right in it are listed.
func (p *Pipeline) sourceFiles() ([]string, error) {
	seen := map[string]bool{}
	var out []string
	for _, name := range p.Project.SourceNames() {
		folder := folderOf(p.Project.Path(p.Project.Sources[name].File))
		if seen[folder] {
			continue
		}
		seen[folder] = true
		files, err := filesBelow(folder, !within(p.Project.Dir, folder))
		if err != nil {
			if _, missing := os.Stat(folder); missing != nil {
				continue // the source itself says so
			}
			return nil, record.Advise(fmt.Errorf("look into the folder %s: %w", p.shownPath(folder), err), "Give yourself the right to read it and what is in it.")
		}
		out = append(out, files...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// within reports whether path is folder or lies below it.
func within(path, folder string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}

// lists finds the extractor's lists: those migrate.yaml names, else those in the folders of the sources. A source is data,
// whatever it is called.
func (p *Pipeline) lists() (lists, error) {
	c := p.Project.Custody
	var found lists
	if c.Checksums == nil || c.RowCounts == nil {
		files, err := p.sourceFiles()
		if err != nil {
			return found, err
		}
		for _, f := range files {
			if !p.isSource(f) {
				found.take(f)
			}
		}
	}
	named := func(declared, found []string) []string {
		if declared == nil {
			return found
		}
		out := make([]string, len(declared))
		for i, f := range declared {
			out[i] = p.Project.Path(f)
		}
		return out
	}
	return lists{named(c.Checksums, found.checksums), named(c.RowCounts, found.counts)}, nil
}

func (p *Pipeline) isSource(path string) bool {
	for _, s := range p.Project.Sources {
		if p.Project.Path(s.File) == path {
			return true
		}
	}
	return false
}

// ownFiles are files of the project that lie among the exports and are no exports: the lists that are read, corrections,
// declared totals, and what the program reads or writes itself. What is only called like a list may be data.
func (p *Pipeline) ownFiles() (func(path string) bool, error) {
	l, err := p.lists()
	if err != nil {
		return nil, err
	}
	own := slices.Concat(l.checksums, l.counts, []string{filepath.Join(p.Project.Dir, filepath.Base(p.Project.File))})
	for _, c := range p.Project.Controls {
		own = append(own, p.Project.Path(c.Expected.File))
	}
	for _, pattern := range p.Project.Corrections {
		files, err := filepath.Glob(p.Project.Path(pattern))
		if err != nil {
			return nil, err
		}
		own = append(own, files...)
	}
	folders := []string{p.Project.Path(p.Project.Mappings), p.ReportDir()}
	return func(path string) bool {
		return slices.Contains(own, path) || slices.ContainsFunc(folders, func(f string) bool { return within(path, f) })
	}, nil
}

// accountTables says of every source, of every other file in the folders of the sources, and of every other table in their
// files what becomes of it. Mapped are the sources that mappings read, each with a mapping.
func (p *Pipeline) accountTables(ctx context.Context, sources map[string]opened, mapped map[string]string) ([]scope.Entry, []mappings.Problem, error) {
	in := scope.Input{Decisions: map[string]scope.Decision{}, Exists: func(path string) bool {
		_, err := os.Stat(p.Project.Path(path))
		return err == nil
	}}
	formats := map[string]string{}
	for _, name := range sortedKeys(sources) {
		o := sources[name]
		s := scope.Source{Name: name, File: p.shownPath(o.file.Path), Mapped: mapped[name]}
		for _, f := range o.parts() {
			s.Files = append(s.Files, p.shownPath(f.Path))
			formats[f.Path] = o.table.Format
		}
		if severalTables(o.table.Format) {
			s.Table, s.Path = o.table.Name, o.table.Detected["rows"].Value
			if len(o.file.Parts) > 0 && o.table.Sheet != "" {
				s.Table = o.table.Sheet // the table of several files is called by what their names have in common
			}
		}
		in.Sources = append(in.Sources, s)
	}
	written := map[string]string{}
	for key, d := range p.Project.Scope {
		plain := p.scopeKey(key)
		written[plain] = key
		in.Decisions[plain] = scope.Decision{Decision: d.Decision, Reason: d.Reason, By: d.By}
	}
	var err error
	if in.Files, err = p.scopeFiles(ctx, formats); err != nil {
		return nil, nil, err
	}
	entries, wrong := scope.Account(in)
	var problems []mappings.Problem
	for _, w := range wrong {
		problems = append(problems, p.Project.ScopeProblem(written[w.Key], w.Known, w.Hint, "%s", w.Message))
	}
	return entries, problems, nil
}

// scopeKey writes a key of scope as files are shown.
func (p *Pipeline) scopeKey(key string) string {
	if _, ok := p.Project.Sources[key]; ok {
		return key
	}
	file, table, several := strings.Cut(key, "#")
	if info, err := os.Stat(p.Project.Path(key)); several && err == nil && info.Mode().IsRegular() {
		return p.shownPath(p.Project.Path(key)) // a # in the file's own name
	}
	key = p.shownPath(p.Project.Path(file))
	if several {
		key += "#" + table
	}
	return key
}

// shownPath is a path relative to the project's folder where it lies in it, or where migrate.yaml leaves the folder by
// relative paths.
func (p *Pipeline) shownPath(path string) string {
	rel, err := filepath.Rel(p.Project.Dir, path)
	if err != nil {
		return filepath.ToSlash(filepath.Clean(path))
	}
	upwards := false
	for _, s := range p.Project.Sources {
		upwards = upwards || strings.HasPrefix(filepath.ToSlash(s.File), "../")
	}
	if filepath.IsLocal(rel) || upwards {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(filepath.Clean(path))
}

func severalTables(format string) bool { return format != "csv" && format != "fixed" }

// scopeFiles lists the files that must be accounted for, those of the sources among them, with their tables where their
// format has several.
func (p *Pipeline) scopeFiles(ctx context.Context, formats map[string]string) ([]scope.File, error) {
	files, err := p.sourceFiles()
	if err != nil {
		return nil, err
	}
	own, err := p.ownFiles()
	if err != nil {
		return nil, err
	}
	files = append(files, sortedKeys(formats)...) // a pattern may reach into folders that are not listed
	slices.Sort(files)
	var out []scope.File
	for _, path := range slices.Compact(files) {
		format, named := formats[path]
		if !named && (isDocument(path) || own(path)) {
			continue
		}
		f := scope.File{Path: p.shownPath(path)}
		if named && severalTables(format) {
			if f.Tables, err = p.tablesOf(ctx, path); err != nil {
				return nil, err
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// tablesOf lists the tables of a file, whether a source takes them or not.
func (p *Pipeline) tablesOf(ctx context.Context, path string) ([]scope.Table, error) {
	src, err := p.registry.Open(ctx, path, connectors.Options{})
	if err != nil {
		return nil, adviseFile(err, p.shownPath(path))
	}
	defer src.Close()
	tables, err := src.Tables(ctx)
	if err != nil {
		return nil, adviseFile(err, p.shownPath(path))
	}
	paths := map[string]bool{}
	var out []scope.Table
	for _, t := range tables {
		s := scope.Table{Name: t.Name, Hidden: t.Hidden}
		if t.Sheet != "" && t.Sheet != t.Name {
			s.Also = append(s.Also, t.Sheet)
		}
		if at := t.Detected["rows"].Value; at != "" && !paths[at] {
			paths[at] = true
			s.Also = append(s.Also, at)
		}
		out = append(out, s)
	}
	return out, nil
}
