package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
)

func (a *app) rollback() *cobra.Command {
	var opt pipeline.UndoOptions
	var records, manifest, digest, blockers string
	c := &cobra.Command{
		Use: "rollback [RUN]", Short: "Undo a run, or a part of it, from its manifest and prove that it is undone", Args: atMost(1),
		Long: "Without anything else the last run that left something is undone; RUN names another. --wave, --mapping and --records undo a part of it.\n" +
			"A record of the run that would be left pointing at what is removed stands in the way, unless --with-dependents takes it along.\n" +
			"Exit code 3 says that something stands in the way; nothing was changed then.",
		RunE: func(c *cobra.Command, args []string) (err error) {
			if opt.Run, err = numbered(args, opt.Run, c.Flags().Changed("run")); err != nil {
				return err
			}
			if opt.Scope.Records, err = recordNames(records); err != nil {
				return err
			}
			if opt.Scope.WithDependents && opt.Scope.Whole() {
				return usage("Name a part: --wave, --mapping or --records.", "--with-dependents goes with a part of a run, and none is named")
			}
			if digest != "" && manifest == "" {
				return usage("Pass --manifest, too.", "--sha256 goes with a manifest")
			}
			if manifest != "" {
				return a.byManifest(manifest, digest, blockers, opt)
			}
			return a.withProject(func(p *pipeline.Pipeline) error {
				u, err := p.Rollback(a.loading, opt)
				return a.undone(u, opt.DryRun, blockers, err)
			})
		},
	}
	f := c.Flags()
	f.StringVarP(&opt.Target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	f.Int64Var(&opt.Run, "run", 0, "run to undo (default: the last one that left something)")
	f.IntSliceVar(&opt.Scope.Waves, "wave", nil, "undo this wave only (may be repeated)")
	f.StringArrayVar(&opt.Scope.Mappings, "mapping", nil, "undo this mapping only (may be repeated)")
	f.StringVar(&records, "records", "", "undo these records only: external ids with commas between, or a file with one a line")
	f.BoolVar(&opt.Scope.WithDependents, "with-dependents", false, "undo the run's records that point at what is removed, too")
	f.StringVar(&manifest, "manifest", "", "undo the run of this manifest file; the staging database may be gone")
	f.StringVar(&digest, "sha256", "", "with --manifest: the SHA-256 that was written down of it")
	f.StringVar(&blockers, "blockers", "", "write all that stands in the way into this CSV file")
	f.BoolVar(&opt.DryRun, "dry-run", false, "say what would be undone and what stands in the way")
	f.BoolVar(&opt.Force, "force", false, "give up what users changed since")
	return c
}

// byManifest undoes a run from its file, with staging where that is there.
func (a *app) byManifest(path, digest, blockers string, opt pipeline.UndoOptions) error {
	progress := a.progress()
	defer progress.Stop()
	p, without, err := pipeline.OpenForManifest(a.ctx, a.options(progress))
	if err != nil {
		return err
	}
	defer p.Close()
	if without != "" {
		fmt.Fprintf(a.Err, "Going by the manifest alone: %s.\n", without)
	}
	u, err := p.RollbackManifest(a.loading, path, digest, opt)
	return a.undone(u, opt.DryRun, blockers, err)
}

// undone shows what a rollback did, and sets the exit code.
func (a *app) undone(u *pipeline.Undo, dry bool, blockers string, err error) error {
	if u == nil || u.Result == nil || err != nil && !errors.Is(err, rollback.ErrBlocked) {
		return err
	}
	switch {
	case err != nil || len(u.Result.Blockers) > 0:
		a.exit = Findings
	case !dry && !u.Proven():
		a.exit = Mismatch
	}
	if printErr := a.print(u, func(w io.Writer) error { return view.Undo(w, u, view.Width(w)) }); err == nil {
		err = printErr
	}
	if blockers != "" { // after the result: a file that cannot be written must not hide it
		err = cmp.Or(err, pipeline.WriteBlockers(blockers, u.Result.Blockers))
	}
	return err
}

// numbered is the run that an argument, or the flag, names.
func numbered(args []string, flag int64, given bool) (int64, error) {
	if len(args) == 0 {
		return flag, nil
	}
	n, err := strconv.ParseInt(args[0], 10, 64)
	switch {
	case err != nil || n < 1:
		return 0, usage("migrate runs lists the numbers of the runs.", "%q is no number of a run", args[0])
	case given && n != flag:
		return 0, usage("Name one of them.", "run %d and --run %d are two runs", n, flag)
	}
	return n, nil
}

// recordNames reads external ids: those of a file where there is one of that name, else the text itself.
func recordNames(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	info, err := os.Stat(text)
	if (err != nil || info.IsDir()) && !strings.ContainsAny(text, `/\`) && filepath.Ext(text) != ".txt" && filepath.Ext(text) != ".csv" {
		return names(strings.Split(text, ","), text)
	}
	file, err := os.Open(text)
	if err != nil {
		return nil, usage("Name the records with commas between them, or a file with one a line.", "the list of records %s cannot be read", text)
	}
	defer file.Close()
	var lines []string
	scan := bufio.NewScanner(file)
	for scan.Scan() {
		lines = append(lines, scan.Text())
	}
	if err := scan.Err(); err != nil {
		return nil, err
	}
	return names(lines, text)
}

// names trims names and leaves out empty ones; there has to be one.
func names(list []string, from string) ([]string, error) {
	var out []string
	for _, n := range list {
		if n = strings.TrimSpace(strings.TrimPrefix(n, "\ufeff")); n != "" {
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		return nil, usage("Name the records with commas between them, or a file with one a line.", "%q names no record", from)
	}
	return out, nil
}
