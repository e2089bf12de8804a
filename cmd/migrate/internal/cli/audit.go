package cli

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// auditFlags say what an audit looks at, and what it writes beside its result.
type auditFlags struct {
	html, xlsx, decisions, request string
	duplicates, target, schema     string
	personal                       bool
}

func (a *app) audit() *cobra.Command {
	var f auditFlags
	c := &cobra.Command{
		Use: "audit [file or folder ...]", Short: "Say what is in legacy files, what is wrong with it and how it hangs together",
		Long: "Audit reads files and folders, or without any the sources of migrate.yaml. It needs no Odoo and no database.\n" +
			"With --target or --schema it also says what of it this Odoo accepts, and what it lacks.",
		RunE: func(_ *cobra.Command, args []string) error { return a.runAudit(args, f) },
	}
	c.Flags().StringVar(&f.html, "html", "", "write the whole report as one HTML file")
	c.Flags().StringVar(&f.xlsx, "xlsx", "", "write the whole report as an Excel workbook")
	c.Flags().StringVar(&f.request, "request", "", "write the list of what the data owner has to deliver as this Markdown file, and its columns as CSV beside it")
	c.Flags().StringVar(&f.decisions, "decisions", "", "write the near-duplicates as this CSV file, for people to decide about")
	c.Flags().StringVar(&f.duplicates, "duplicates", pipeline.DuplicatesAuto, "search near-duplicates: auto (up to 100,000 rows a table), always or never")
	c.Flags().StringVarP(&f.target, "target", "t", "", "compare with this target of migrate.yaml")
	c.Flags().StringVar(&f.schema, "schema", "", "compare with the schema that migrate map schema --save wrote")
	c.Flags().BoolVar(&f.personal, "show-personal-data", false, "do not mask personal data")
	return c
}

func (a *app) runAudit(args []string, f auditFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	progress := a.progress()
	defer progress.Stop()
	opt := pipeline.AuditOptions{ShowPersonal: f.personal, Duplicates: f.duplicates, Now: time.Now(), Progress: progress}
	var err error
	if opt.Fit, err = a.fitOptions(f); err != nil {
		return err
	}
	r, q, err := a.profile(args, opt)
	if err != nil {
		return err
	}
	progress.Stop()
	written, err := f.write(r, q)
	if err != nil {
		return err
	}
	if r.Count(record.Blocker) > 0 {
		a.exit = Findings
	}
	if a.format == "json" {
		return view.AuditJSON(a.Out, r)
	}
	return view.AuditText(a.Out, r, view.AuditOptions{Width: view.Width(a.Out), Files: written})
}

// check refuses flags that cannot be right now rather than when everything is read.
func (f auditFlags) check() error {
	if !slices.Contains([]string{pipeline.DuplicatesAuto, pipeline.DuplicatesAlways, pipeline.DuplicatesNever}, f.duplicates) {
		return usage("Write auto, always or never.", "--duplicates does not know %q", f.duplicates)
	}
	if f.target != "" && f.schema != "" {
		return usage("Name one of them.", "--target and --schema both say what to compare with")
	}
	if f.decisions != "" && f.duplicates == pipeline.DuplicatesNever {
		return usage("Leave out one of them.", "--decisions needs the near-duplicates, and --duplicates never does not search them")
	}
	for _, file := range []struct{ flag, path string }{{"html", f.html}, {"xlsx", f.xlsx}} {
		if info, err := os.Stat(file.path); err == nil && info.IsDir() {
			return usage(fmt.Sprintf("Write it like --%s %s.", file.flag, filepath.Join(file.path, "audit."+file.flag)), "--%s wants the name of a file, and %s is a folder", file.flag, file.path)
		}
	}
	if f.decisions != "" {
		if err := pipeline.Vacant(f.decisions); err != nil {
			return err
		}
	}
	return requestable(f.request)
}

// fitOptions reads what the tables are compared with.
func (a *app) fitOptions(f auditFlags) (opt pipeline.FitOptions, err error) {
	switch {
	case f.schema != "":
		opt.Origin = filepath.Base(f.schema)
		opt.Schema, err = pipeline.LoadSchema(f.schema)
	case f.target != "":
		p, err := pipeline.OpenConfig(a.options(nil))
		if err != nil {
			return opt, err
		}
		opt.Origin = f.target
		opt.Schema, err = p.DescribeTarget(a.ctx, f.target)
		opt.Measured = a.measured(p)
		return opt, err
	}
	return opt, err
}

// measured are the project's own rates, none where it has no staging yet or staging cannot be reached: an audit needs no
// database, and the forecast says which rates it used.
func (a *app) measured(p *pipeline.Pipeline) (rates []suggest.Rate) {
	if !p.HasStaging() {
		return nil
	}
	_ = a.withProject(func(p *pipeline.Pipeline) (err error) {
		rates, err = p.MeasuredRates(a.ctx)
		return err
	})
	return rates
}

// write writes the files that were asked for and says where they are.
func (f auditFlags) write(r *pipeline.AuditReport, q *custody.Request) (written []string, err error) {
	if f.request != "" {
		if err := writeRequest(f.request, q); err != nil {
			return nil, err
		}
		written = append(written, "What to ask the data owner for: "+f.request)
	}
	for _, file := range []struct {
		path, says string
		write      func(io.Writer) error
	}{
		{f.html, "The whole report: ", func(w io.Writer) error { return view.AuditHTML(w, r) }},
		{f.xlsx, "The whole report as a workbook: ", func(w io.Writer) error { return view.AuditWorkbook(w, r) }},
		{f.decisions, "Near-duplicates to decide about: ", func(w io.Writer) error { return pipeline.WriteDecisions(w, r) }},
	} {
		if file.path == "" {
			continue
		}
		if err := writeFile(file.path, file.write); err != nil {
			return nil, err
		}
		written = append(written, file.says+file.path)
	}
	return written, nil
}

// profile audits files, or the project, and draws up what to ask the data owner for.
func (a *app) profile(args []string, opt pipeline.AuditOptions) (*pipeline.AuditReport, *custody.Request, error) {
	if len(args) > 0 {
		opt.Paths = args
		r, err := pipeline.Audit(a.ctx, opt)
		if err != nil {
			return nil, nil, err
		}
		return r, pipeline.Request(r, args), nil
	}
	p, err := pipeline.OpenConfig(a.options(nil))
	if err != nil {
		return nil, nil, err
	}
	r, err := p.AuditProject(a.ctx, opt)
	if err != nil {
		return nil, nil, err
	}
	return r, p.Request(r), nil
}

// requestable refuses names for the list now rather than when everything is read.
func requestable(path string) error {
	switch {
	case path == "":
		return nil
	case !slices.Contains([]string{".md", ".markdown"}, strings.ToLower(filepath.Ext(path))):
		return usage("Write it like --request request.md.", "--request wants the name of a Markdown file, and %q is none", path)
	}
	return cmp.Or(pipeline.Vacant(path), pipeline.Vacant(columnsFile(path)))
}

func columnsFile(request string) string {
	return strings.TrimSuffix(request, filepath.Ext(request)) + ".csv"
}

// writeRequest writes the list and its columns. People complete such a list, so one that is there stays.
func writeRequest(path string, q *custody.Request) error {
	columns := columnsFile(path)
	if err := pipeline.NewFile(path, func(f *os.File) error { return view.Request(f, q, filepath.Base(columns)) }); err != nil {
		return err
	}
	return pipeline.NewFile(columns, func(f *os.File) error { return view.RequestCSV(f, q) })
}
