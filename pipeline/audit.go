package pipeline

import (
	"cmp"
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
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/books"
	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
	"github.com/odoo-migrate/odoo-migrate/pipeline/linkage"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// AuditOptions of Audit.
type AuditOptions struct {
	Paths        []string // files and folders; folders are read with everything in them
	ShowPersonal bool
	Duplicates   string     // DuplicatesAuto, DuplicatesAlways or DuplicatesNever; "" is DuplicatesAuto
	Fit          FitOptions // what the tables are compared with; zero is what is known of Odoo without a server
	Now          time.Time
	Progress     Progress
}

// AuditReport is what an audit says: the profile of every table, and what else was looked at. Its findings are all in the
// profile's.
type AuditReport struct {
	*profile.Report
	Custody    *custody.Report  `json:"custody,omitempty"`
	Books      *books.Result    `json:"books,omitempty"`
	Duplicates *linkage.Result  `json:"duplicates,omitempty"`
	Fit        *suggest.Fitting `json:"fit,omitempty"`
}

// Audit profiles files nobody knows anything about. Files that cannot be opened are findings of the report.
func Audit(ctx context.Context, opt AuditOptions) (*AuditReport, error) {
	a := &auditing{opt: opt, reg: Registry()}
	a.open = a.openFiles
	return a.run(ctx)
}

// AuditProject profiles the sources of migrate.yaml, as it pins them.
func (p *Pipeline) AuditProject(ctx context.Context, opt AuditOptions) (*AuditReport, error) {
	if opt.Progress == nil {
		opt.Progress = p.opt.Progress
	}
	a := &auditing{opt: opt, reg: p.registry, base: p.Project.Dir, declared: p.Project.Custody}
	a.open = func(ctx context.Context) error { return a.openSources(ctx, p) }
	return a.run(ctx)
}

// auditing is an audit under way.
type auditing struct {
	opt      AuditOptions
	reg      *connectors.Registry
	base     string // folder that paths are shown relative to
	declared project.Custody
	open     func(context.Context) error

	inputs   []profile.Input
	unread   []string // files that cannot be opened
	lists    lists
	findings []record.Finding // of all steps but the profile
	report   *AuditReport
}

// run takes one step after the other; what a step adds, it adds to the report. more come last, the files still open.
func (a *auditing) run(ctx context.Context, more ...func(context.Context) error) (*AuditReport, error) {
	if a.opt.Progress == nil {
		a.opt.Progress = silent{}
	}
	defer a.close()
	steps := []func(context.Context) error{
		a.open,
		a.profile,
		a.findAlike,
		a.checkCustody,
		a.checkBooks,
		a.findDuplicates,
		a.fit,
	}
	for _, step := range append(steps, more...) {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	a.report.Findings = append(a.findings, a.report.Findings...)
	slices.SortStableFunc(a.report.Findings, func(x, y record.Finding) int { return x.Severity.Rank() - y.Severity.Rank() })
	return a.report, nil
}

func (a *auditing) close() {
	for _, in := range a.inputs {
		in.Source.Close()
	}
}

// openFiles opens the files and folders of the command line.
func (a *auditing) openFiles(ctx context.Context) error {
	files, err := a.dataFiles()
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, f := range files {
		src, err := a.reg.Open(ctx, f, connectors.Options{})
		if err == nil {
			if _, err = src.Tables(ctx); err != nil {
				src.Close()
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			a.cannotRead(f, f, err)
			continue
		}
		a.inputs = append(a.inputs, profile.Input{Name: uniqueName(names, f), Source: src})
	}
	return nil
}

// openSources opens the sources of migrate.yaml.
func (a *auditing) openSources(ctx context.Context, p *Pipeline) error {
	for _, name := range slices.Sorted(maps.Keys(p.Project.Sources)) {
		s := p.Project.Sources[name]
		src, err := p.OpenSource(ctx, s)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			a.cannotRead(s.File, p.Project.Path(s.File), err)
			continue
		}
		a.inputs = append(a.inputs, profile.Input{Name: name, Source: src, Nulls: s.Nulls, Key: s.Key, Point: s.Point, Dates: s.Dates})
	}
	var err error
	a.lists, err = p.lists()
	return err
}

func (a *auditing) cannotRead(shown, path string, err error) {
	a.findings = append(a.findings, unreadable(shown, err))
	a.unread = append(a.unread, path)
}

func unreadable(file string, err error) record.Finding {
	f := record.Finding{Severity: record.Blocker, Rule: "source.unreadable", File: file, Message: err.Error()}
	var a *record.Advice
	if errors.As(adviseFile(err, file), &a) {
		f.Message, f.Hint = a.Error(), a.Remedy
	}
	f.Message = strings.TrimPrefix(f.Message, file+": ")
	return f
}

func (a *auditing) profile(ctx context.Context) error {
	a.opt.Progress.Phase("audit", 0)
	defer a.opt.Progress.Done("audit")
	r, err := profile.Run(ctx, a.inputs, profile.Options{Now: a.opt.Now, ShowPersonal: a.opt.ShowPersonal, Progress: a.rowsDone("audit")})
	a.report = &AuditReport{Report: r}
	return err
}

// dataFiles expands folders and keeps files some connector reads; what is named outright is kept whatever it is, and
// what is named twice is read once. The lists of an extractor are no data.
func (a *auditing) dataFiles() ([]string, error) {
	var out, other []string
	for _, p := range a.opt.Paths {
		info, err := os.Stat(p)
		if err != nil && isPattern(p) {
			out = append(out, p)
			continue
		}
		if err != nil {
			return nil, adviseArgument(err, p)
		}
		files := []string{p}
		if info.IsDir() {
			if files, err = filesBelow(p, true); err != nil {
				return nil, adviseArgument(err, p)
			}
			files = slices.DeleteFunc(files, func(f string) bool {
				switch {
				case a.lists.take(f):
					return true
				case a.reg.Known(f):
					return false
				case !isDocument(f):
					other = append(other, f)
				}
				return true
			})
		} else if a.lists.take(p) {
			continue
		}
		out = append(out, files...)
	}
	out, other = once(out), once(other)
	if len(out) == 0 {
		text, remedy := "there is no CSV, XML or XLSX file in "+strings.Join(a.opt.Paths, ", "), "Name the folder that holds the exports."
		if len(other) > 0 {
			text, remedy = text+", but "+otherKinds(other), notReadHint
		}
		return nil, record.Advise(errors.New(text), remedy)
	}
	if len(other) > 0 {
		a.findings = append(a.findings, record.Finding{Severity: record.Warning, Rule: "source.not_read", File: filepath.Dir(other[0]),
			Message: otherKinds(other) + ": nothing here is about them", Hint: notReadHint})
	}
	return out, nil
}

const notReadHint = "If they hold data, have it exported as CSV, XML or XLSX."

// otherKinds says which files no connector reads.
func otherKinds(files []string) string {
	const most = 5
	names := make([]string, min(most, len(files)))
	for i := range names {
		names[i] = filepath.Base(files[i])
	}
	list := strings.Join(names, ", ")
	if n := len(files) - most; n > 0 {
		list += fmt.Sprintf(" and %d more", n)
	}
	if len(files) == 1 {
		return "1 file of a kind that is not read (" + list + ")"
	}
	return fmt.Sprintf("%d files of kinds that are not read (%s)", len(files), list)
}

// isPattern reports whether path is a pattern that files match: they are read as one table.
func isPattern(path string) bool {
	found, err := filepath.Glob(path)
	return err == nil && len(found) > 0 && strings.ContainsAny(path, "*?[")
}

// once leaves out files that came before under the same path or another way of writing it.
func once(files []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(files, func(f string) bool {
		path, err := filepath.Abs(f)
		if err != nil {
			path = filepath.Clean(f)
		}
		again := seen[path]
		seen[path] = true
		return again
	})
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

// uniqueName makes the name of a source of the name of a file; of a pattern, of what is certain in it.
func uniqueName(taken map[string]bool, file string) string {
	name := filepath.Base(file)
	for strings.ContainsAny(name, "*?[") {
		certain := strings.Trim(name[:strings.IndexAny(name, "*?[")], " ._-")
		if file = filepath.Dir(file); certain == "" && file != "." {
			certain = filepath.Base(file)
		}
		name = cmp.Or(certain, "files")
	}
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

// Init audits a folder and writes a first draft of migrate.yaml and mappings into the project folder. Files that are parts
// of one table are one source. Nothing that is there is overwritten.
func Init(ctx context.Context, dir, project string, opt AuditOptions) ([]string, *AuditReport, error) {
	config := filepath.Join(dir, "migrate.yaml")
	if _, err := os.Stat(config); err == nil {
		return nil, nil, record.Advise(fmt.Errorf("%s is there already", config), "Edit it, or begin in another folder.")
	}
	var files map[string][]byte
	a := &auditing{opt: opt, reg: Registry()}
	a.open = a.openGrouped
	r, err := a.run(ctx, func(ctx context.Context) (err error) {
		for i := range a.report.Sources {
			if rel, err := filepath.Rel(dir, a.report.Sources[i].File); err == nil {
				a.report.Sources[i].File = filepath.ToSlash(rel)
			}
		}
		files, err = DraftProject(ctx, a.report.Report, a.inputs, project, opt.Fit)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	names := slices.Sorted(maps.Keys(files))
	for i, name := range names {
		names[i] = filepath.Join(dir, filepath.FromSlash(name))
		if err := NewFile(names[i], func(f *os.File) error { _, err := f.Write(forEditors(name, files[name])); return err }); err != nil {
			return nil, nil, err
		}
	}
	if _, err := WriteEditorSchemas(filepath.Join(dir, filepath.FromSlash(EditorSchemas))); err != nil {
		return nil, nil, err
	}
	return names, r, nil
}
