package cli

import (
	"io"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func (a *app) vouch() *cobra.Command {
	var opt pipeline.VouchOptions
	var read, by string
	c := &cobra.Command{
		Use: "vouch", Short: "Let somebody hold a draw of records against the legacy system", Args: noArguments,
		Long: "A wrong mapping agrees with itself. Vouch draws rows of the sources (the largest amounts, and some at random) and records in Odoo, and writes\n" +
			"a workbook in which the cells of the source stand beside what Odoo holds. Somebody who did not write the mappings ticks it, with the legacy\n" +
			"system open; --read takes the ticked file into the evidence. The same records and nonce give the same draw.",
		RunE: func(*cobra.Command, []string) error {
			if read != "" {
				if by == "" {
					return usage("Name who ticked the file.", "--by is missing")
				}
				return a.withProject(func(p *pipeline.Pipeline) error { return a.vouchRead(p, read, by) })
			}
			if err := drawFlags(opt, by); err != nil {
				return err
			}
			return a.withProject(func(p *pipeline.Pipeline) error {
				if opt.Out == "" {
					opt.Out = filepath.Join(p.ReportDir(), "vouch.xlsx")
				}
				v, err := p.Vouch(a.ctx, opt)
				if err != nil {
					return err
				}
				return a.print(v, func(w io.Writer) error { return view.Vouch(w, v, view.Width(w)) })
			})
		},
	}
	f := c.Flags()
	f.StringVarP(&opt.Target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	f.StringVarP(&opt.Out, "out", "o", "", "file to tick, .xlsx or .csv (default: reports/vouch.xlsx, beside migrate.yaml)")
	f.StringVar(&opt.Nonce, "nonce", "", "any text, chosen by whoever ticks: it decides what is drawn")
	f.IntVar(&opt.Rows, "rows", 25, "rows of all sources, at random")
	f.IntVar(&opt.Largest, "largest", 5, "rows of each source with an amount, the largest")
	f.IntVar(&opt.Records, "records", 25, "records in Odoo, at random")
	f.StringVar(&read, "read", "", "read this ticked file back")
	f.StringVar(&by, "by", "", "with --read: who ticked it")
	return c
}

func drawFlags(opt pipeline.VouchOptions, by string) error {
	switch {
	case by != "":
		return usage("Pass --read FILE, too.", "--by goes with a file that was ticked")
	case opt.Nonce == "":
		return usage("Let whoever ticks choose any text.", "--nonce is missing: what is drawn with")
	case !unicode.IsLetter([]rune(opt.Nonce)[0]) && !unicode.IsDigit([]rune(opt.Nonce)[0]):
		return usage("It stands in files that spreadsheet programs open.", "--nonce begins with a letter or a digit, not as %q does", opt.Nonce)
	case unwritable(opt.Nonce):
		return usage("Choose letters, digits and blanks.", "--nonce %q holds characters that nobody can write down", opt.Nonce)
	case opt.Rows+opt.Largest+opt.Records <= 0:
		return usage("Leave them out for the defaults.", "--rows, --largest and --records are all 0")
	}
	for _, n := range []struct {
		flag  string
		value int
	}{{"rows", opt.Rows}, {"largest", opt.Largest}, {"records", opt.Records}} {
		if err := atLeast(n.flag, n.value, 0); err != nil {
			return err
		}
	}
	return nil
}

// unwritable reports whether a text has characters that do not show: an auditor could not type it again.
func unwritable(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

func (a *app) vouchRead(p *pipeline.Pipeline, file, by string) error {
	v, err := p.VouchRead(a.ctx, file, by)
	if err != nil {
		return err
	}
	switch {
	case v.Failed > 0:
		a.exit = Mismatch
	case !v.Clean():
		a.exit = Findings
	}
	return a.print(v, func(w io.Writer) error { return view.Vouched(w, v, view.Width(w)) })
}
