package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// AuditOptions of Audit.
type AuditOptions struct {
	Paths        []string // files and folders; folders are read with everything in them
	ShowPersonal bool
	Now          time.Time
	Progress     Progress
}

// Audit profiles files nobody knows anything about. Files that cannot be opened are findings of the report.
func Audit(ctx context.Context, opt AuditOptions) (*profile.Report, error) {
	if opt.Progress == nil {
		opt.Progress = silent{}
	}
	reg := Registry()
	files, err := dataFiles(reg, opt.Paths)
	if err != nil {
		return nil, err
	}
	var inputs []profile.Input
	var unread []record.Finding
	names := map[string]bool{}
	defer func() {
		for _, in := range inputs {
			in.Source.Close()
		}
	}()
	for _, f := range files {
		src, err := reg.Open(ctx, f, connectors.Options{})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			unread = append(unread, unreadable(f, err))
			continue
		}
		if _, err := src.Tables(ctx); err != nil {
			src.Close()
			unread = append(unread, unreadable(f, err))
			continue
		}
		inputs = append(inputs, profile.Input{Name: uniqueName(names, f), Source: src})
	}
	return profileInputs(ctx, inputs, unread, opt)
}

func profileInputs(ctx context.Context, inputs []profile.Input, unread []record.Finding, opt AuditOptions) (*profile.Report, error) {
	opt.Progress.Phase("audit", 0)
	defer opt.Progress.Done("audit")
	var last string
	var seen int64
	r, err := profile.Run(ctx, inputs, profile.Options{Now: opt.Now, ShowPersonal: opt.ShowPersonal, Progress: func(table string, rows int64) {
		if table != last {
			last, seen = table, 0
		}
		opt.Progress.Advance("audit", rows-seen)
		seen = rows
	}})
	if err != nil {
		return nil, err
	}
	r.Findings = append(unread, r.Findings...)
	return r, nil
}

// AuditProject profiles the sources of migrate.yaml, as it pins them.
func (p *Pipeline) AuditProject(ctx context.Context, opt AuditOptions) (*profile.Report, error) {
	if opt.Progress == nil {
		opt.Progress = p.opt.Progress
	}
	var inputs []profile.Input
	var unread []record.Finding
	defer func() {
		for _, in := range inputs {
			in.Source.Close()
		}
	}()
	for _, name := range slices.Sorted(maps.Keys(p.Project.Sources)) {
		s := p.Project.Sources[name]
		src, err := p.OpenSource(ctx, s)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			unread = append(unread, unreadable(s.File, err))
			continue
		}
		inputs = append(inputs, profile.Input{Name: name, Source: src, Nulls: s.Nulls, Key: s.Key})
	}
	return profileInputs(ctx, inputs, unread, opt)
}

func unreadable(file string, err error) record.Finding {
	f := record.Finding{Severity: record.Blocker, Rule: "source.unreadable", File: file, Message: err.Error()}
	var a *record.Advice
	if errors.As(adviseFile(err, file), &a) {
		f.Message, f.Hint = a.Error(), a.Remedy
	}
	return f
}

// dataFiles expands folders and keeps files some connector reads; what is named outright is kept whatever it is.
func dataFiles(reg *connectors.Registry, paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, adviseArgument(err, p)
		}
		if !info.IsDir() {
			out = append(out, p)
			continue
		}
		if err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return adviseArgument(err, path)
			case d.IsDir() && path != p && strings.HasPrefix(d.Name(), "."):
				return fs.SkipDir
			case !d.IsDir() && reg.Known(path):
				out = append(out, path)
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, record.Advise(fmt.Errorf("there is no CSV, XML or XLSX file in %s", strings.Join(paths, ", ")), "Name the folder that holds the exports.")
	}
	return out, nil
}

// adviseArgument adds what to do about a file or folder of the command line that cannot be looked into.
func adviseArgument(err error, path string) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return record.Advise(fmt.Errorf("there is no file or folder %s", path), "Name the file or folder that holds the exports.")
	case errors.Is(err, fs.ErrPermission):
		return record.Advise(fmt.Errorf("%s may not be read", path), "Give yourself the right to read it.")
	}
	return err
}

// uniqueName makes the name of a source of the name of a file.
func uniqueName(taken map[string]bool, file string) string {
	name := filepath.Base(file)
	for ext := filepath.Ext(name); ext != "" && ext != name; ext = filepath.Ext(name) {
		name = strings.TrimSuffix(name, ext)
	}
	base := name
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	taken[name] = true
	return name
}

// Init audits a folder and writes a first draft of migrate.yaml and mappings into the project folder. Nothing that is
// there is overwritten.
func Init(ctx context.Context, dir, project string, opt AuditOptions) ([]string, *profile.Report, error) {
	config := filepath.Join(dir, "migrate.yaml")
	if _, err := os.Stat(config); err == nil {
		return nil, nil, record.Advise(fmt.Errorf("%s is there already", config), "Edit it, or begin in another folder.")
	}
	r, err := Audit(ctx, opt)
	if err != nil {
		return nil, nil, err
	}
	for i := range r.Sources {
		if rel, err := filepath.Rel(dir, r.Sources[i].File); err == nil {
			r.Sources[i].File = filepath.ToSlash(rel)
		}
	}
	files := suggest.Draft(r, project)
	names := slices.Sorted(maps.Keys(files))
	for i, name := range names {
		names[i] = filepath.Join(dir, filepath.FromSlash(name))
		if err := newFile(names[i], func(f *os.File) error { _, err := f.Write(files[name]); return err }); err != nil {
			return nil, nil, err
		}
	}
	return names, r, nil
}
