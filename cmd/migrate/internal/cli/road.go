package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func (a *app) init() *cobra.Command {
	var name, schema string
	c := &cobra.Command{
		Use: "init [folder of exports]", Short: "Write a commented migrate.yaml and mappings for the files found", Args: atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, data := filepath.Dir(a.config), "."
			if len(args) == 1 {
				data = args[0]
			}
			if name == "" {
				abs, err := filepath.Abs(dir)
				if err != nil {
					return err
				}
				name = view.ProjectName(filepath.Base(abs))
			}
			fit, err := a.fitOptions(auditFlags{schema: schema})
			if err != nil {
				return err
			}
			progress := a.progress()
			defer progress.Stop()
			files, report, err := pipeline.Init(a.ctx, dir, name, pipeline.AuditOptions{Paths: []string{data}, Fit: fit, Now: time.Now(), Progress: progress})
			if err != nil {
				return err
			}
			progress.Stop()
			return a.print(map[string]any{"version": 1, "files": files}, func(w io.Writer) error { return view.Init(w, files, report.Report) })
		},
	}
	c.Flags().StringVar(&name, "project", "", "name of the project (default: the folder's)")
	c.Flags().StringVar(&schema, "schema", "", "draft for the schema that migrate map schema --save wrote")
	return c
}

func writeFile(path string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return pipeline.AdviseWrite(err)
	}
	f, err := os.Create(path)
	if err != nil {
		return pipeline.AdviseWrite(err)
	}
	err = write(f)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if info, statErr := os.Lstat(path); err != nil && statErr == nil && info.Mode().IsRegular() {
		_ = os.Remove(path) // half a report is worse than none
	}
	return pipeline.AdviseWrite(err)
}

func (a *app) stage() *cobra.Command {
	var opt pipeline.StageOptions
	var schemaFile string
	var rehearse rehearsing
	c := &cobra.Command{
		Use: "stage", Short: "Dry run: land, map, validate, reconcile and plan; nothing reaches Odoo", Args: noArguments,
		Long: "With --rehearse server the target itself validates records that passed, by the dry run of its import dialogue, and keeps none.\n" +
			"With --rehearse load everything is loaded into a copy, read back, undone, and proven to be. A database that is not neutralised has\n" +
			"to be named: --production. Exit code 3 says that something falls short of the thresholds, or that the target refuses a record.",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := rehearse.check(c, schemaFile); err != nil {
				return err
			}
			if opt.Target != "" && schemaFile != "" {
				return usage("Pass one of them.", "--target and --schema both say what to check against")
			}
			if schemaFile != "" {
				var err error
				if opt.Schema, err = pipeline.LoadSchema(schemaFile); err != nil {
					return err
				}
			}
			opt.Rehearse = rehearse.options()
			if rehearse.how == byLoad {
				return a.rehearseLoad(opt)
			}
			return a.withProject(func(p *pipeline.Pipeline) error {
				s, err := p.Stage(a.ctx, opt)
				if err != nil {
					return err
				}
				if !s.Clean() {
					a.exit = Findings
				}
				return a.print(s, func(w io.Writer) error { return view.Stage(w, s, view.Width(w)) })
			})
		},
	}
	rehearse.flags(c)
	c.Flags().StringVarP(&opt.Target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	c.Flags().StringVar(&schemaFile, "schema", "", "ask no server: check against the schema that map schema --save wrote, as far as it goes")
	c.Flags().StringVar(&opt.ValueMaps, "value-maps", "", "write the values that value maps lack into CSV files of this folder, to be filled in")
	c.Flags().StringVar(&opt.Excluded, "excluded", "", "write the rows that mappings leave out, with the reason, into this CSV file")
	c.Flags().StringVar(&opt.Corrections, "corrections", "", "write the rows that do not load, with what is wrong with them, into this .csv or .xlsx file, to be corrected")
	return c
}

func (a *app) loadFlags(c *cobra.Command, opt *pipeline.LoadOptions, overrides *[]string) {
	f := c.Flags()
	f.StringVarP(&opt.Target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	f.BoolVar(&opt.Resume, "resume", false, "go on with the run that was interrupted")
	f.StringArrayVar(overrides, "override", nil, `open a gate: "gate=who: why" (may be repeated)`)
	f.StringVar(&opt.Production, "production", "", "the name of production's database, typed as a confirmation")
	f.BoolVar(&opt.AcceptRestoreOnly, "accept-restore-only", false, "go on although the only way back from part of it is a backup")
	f.IntVar(&opt.Workers, "workers", 4, "calls to Odoo at once, at most")
	f.IntVar(&opt.BatchRecords, "batch", 0, "records a call, at most (default 2000; a load begins with 500)")
	f.DurationVar(&opt.CallTimeout, "call-timeout", 0, "when a call counts as lost (default 3m)")
	f.DurationVar(&opt.Patience, "patience", 0, "how long an outage is waited out (default 1h)")
}

func (a *app) loadCommand(use, short string, run func(*pipeline.Pipeline, pipeline.LoadOptions) (*pipeline.Load, error)) *cobra.Command {
	var opt pipeline.LoadOptions
	var overrides, decisions []string
	var backup, quiet string
	var polite politeness
	c := &cobra.Command{
		Use: use, Short: short, Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if opt.Pausing, err = pausing(c, quiet); err != nil {
				return misuse{fmt.Errorf("--pause: %w", err)}
			}
			if opt.Go, err = decided(decisions, opt.Resume); err != nil {
				return err
			}
			if opt.Overrides, err = parseOverrides(overrides); err != nil {
				return err
			}
			if err := errors.Join(atLeast("workers", opt.Workers, 1), atLeast("batch", opt.BatchRecords, 0),
				atLeast("call-timeout", opt.CallTimeout, 0), atLeast("patience", opt.Patience, 0)); err != nil {
				return err
			}
			closeLog, err := polite.openLog(a)
			if err != nil {
				return err
			}
			defer closeLog()
			return a.withProject(func(p *pipeline.Pipeline) error {
				if opt.Flow, err = polite.flow(p.Project.Timezone, a.Pause); err != nil {
					return err
				}
				if opt.Backup, err = attested(backup, p.Project.Timezone); err != nil {
					return err
				}
				l, err := run(p, opt)
				if l != nil && (err == nil || len(l.Gates) > 0) {
					switch {
					case err != nil:
					case !l.Clean():
						a.exit = Mismatch
					case !l.Complete():
						a.exit = Findings
					}
					if printErr := a.print(l, func(w io.Writer) error { return view.Load(w, l, view.Width(w)) }); err == nil {
						err = printErr
					}
				}
				return err
			})
		},
	}
	a.loadFlags(c, &opt, &overrides)
	polite.flags(c.Flags())
	c.Flags().StringArrayVar(&decisions, "go", nil, `with --resume: go on at a checkpoint: "wave N=who: why" (may be repeated)`)
	c.Flags().StringVar(&quiet, "pause", "", `what to switch off in Odoo meanwhile, in place of migrate.yaml's: "cron", "cron,mail", or none`)
	c.Flags().StringVar(&backup, "backup", "", `attest a backup of the target: "who, when, minutes that restoring it took"`)
	return c
}

func (a *app) cutover() *cobra.Command {
	return a.loadCommand("cutover", "Go live: check the gates, load the plan, read everything back, reconcile",
		func(p *pipeline.Pipeline, o pipeline.LoadOptions) (*pipeline.Load, error) {
			return p.Cutover(a.loading, o)
		})
}

func (a *app) delta() *cobra.Command {
	return a.loadCommand("delta", "Load what changed since: insert, update, archive; unchanged records are not written",
		func(p *pipeline.Pipeline, o pipeline.LoadOptions) (*pipeline.Load, error) {
			return p.Delta(a.loading, o)
		})
}

func (a *app) verify() *cobra.Command {
	var opt pipeline.VerifyOptions
	c := &cobra.Command{
		Use: "verify", Short: "Read everything back from Odoo and compare", Args: noArguments,
		Long: "Exit code 4 says that records differ, are missing, or were loaded by nobody. What people changed in Odoo since is told, and no damage.\n" +
			"With --sample only so many records are read, drawn by the records' Merkle root and a nonce that the auditor chooses.",
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case c.Flags().Changed("sample") && opt.Sample < 1:
				return usage("598 records without a fault support 99.5 % at 95 % confidence.", "--sample %d is no number of records", opt.Sample)
			case opt.Sample > 0 && opt.Nonce == "":
				return usage("Let the auditor choose a text that nobody could foresee, such as numbers diced in public.", "--sample needs --nonce: without it whoever loads could know what is drawn")
			case unwritable(opt.Nonce):
				return usage("Choose letters, digits and blanks.", "--nonce %q holds characters that nobody can write down", opt.Nonce)
			case opt.Sample == 0 && opt.Nonce != "":
				return usage("Say how many records to read, such as --sample 598.", "--nonce is for a sample, and --sample is missing")
			}
			return a.withProject(func(p *pipeline.Pipeline) error {
				v, err := p.Verify(a.ctx, opt)
				if err != nil {
					return err
				}
				if !v.Result.Sound() {
					a.exit = Mismatch
				}
				return a.print(v, func(w io.Writer) error { return view.Verification(w, v, view.Width(w)) })
			})
		},
	}
	f := c.Flags()
	f.StringVarP(&opt.Target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	f.IntVar(&opt.Sample, "sample", 0, "read so many records instead of all")
	f.StringVar(&opt.Nonce, "nonce", "", "text that the sample is drawn with: the auditor's choice")
	return c
}

func (a *app) report() *cobra.Command {
	var out, target, salts string
	c := &cobra.Command{
		Use: "report", Short: "Write the evidence of what was done", Args: noArguments,
		Long: "With a folder, report writes the report for people and programs. With a name that ends in .zip it writes the evidence bundle: what the\n" +
			"last verification read, and everything that led there, for a stranger to check without this program.",
		RunE: func(*cobra.Command, []string) error {
			if salts != "" && !isBundle(out) {
				return usage("Pass --out evidence.zip, too.", "--salts goes with an evidence bundle")
			}
			return a.withProject(func(p *pipeline.Pipeline) error {
				if isBundle(out) {
					return a.bundle(p, pipeline.BundleOptions{Target: target, Out: out, Salts: salts})
				}
				r, err := p.Report(a.ctx)
				if err != nil {
					return err
				}
				if out == "" {
					out = p.ReportDir()
				}
				html, raw := filepath.Join(out, "report.html"), filepath.Join(out, "report.json")
				if err := writeFile(html, func(w io.Writer) error { return view.ReportHTML(w, r) }); err != nil {
					return err
				}
				if err := writeFile(raw, func(w io.Writer) error { return view.JSON(w, r) }); err != nil {
					return err
				}
				return a.print(r, func(w io.Writer) error { return view.Report(w, r, []string{html, raw}, view.Width(w)) })
			})
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "folder to write to (default: reports, beside migrate.yaml), or the evidence bundle, a .zip")
	c.Flags().StringVar(&salts, "salts", "", "with a bundle: file for the salts of its leaves, which the auditor gets apart from it")
	c.Flags().StringVarP(&target, "target", "t", "", "with a bundle: target of migrate.yaml (default: the only one)")
	c.AddCommand(a.xref(), a.differences(), a.conflicts())
	return c
}
