package cli

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func (a *app) runbook() *cobra.Command {
	var target, out, html string
	c := &cobra.Command{
		Use: "runbook", Short: "Write the plan of the cutover for the people who carry it out", Args: noArguments,
		Long: "The runbook is made from the plan that migrate stage signed and from what rehearsals took. It asks no Odoo. A file of that name is replaced.",
		RunE: func(*cobra.Command, []string) error {
			return a.withProject(func(p *pipeline.Pipeline) error {
				r, err := p.Runbook(a.ctx, target)
				if err != nil {
					return err
				}
				if html == "" && strings.EqualFold(filepath.Ext(out), ".html") {
					out, html = "", out
				}
				if out == "" && html == "" {
					out, html = filepath.Join(p.ReportDir(), "runbook.md"), filepath.Join(p.ReportDir(), "runbook.html")
				}
				files, err := writeRunbook(r, out, html)
				if err != nil {
					return err
				}
				return a.print(r, func(w io.Writer) error { return view.Runbook(w, r, files, view.Width(w)) })
			})
		},
	}
	f := c.Flags()
	f.StringVarP(&target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	f.StringVarP(&out, "out", "o", "", "file to write: Markdown, or HTML where it ends in .html (default: reports/runbook.md and .html, beside migrate.yaml)")
	f.StringVar(&html, "html", "", "HTML file to write beside it")
	return c
}

func writeRunbook(r *pipeline.Runbook, out, html string) ([]string, error) {
	var files []string
	for _, one := range []struct {
		file  string
		write func(io.Writer, *pipeline.Runbook) error
	}{{out, view.RunbookMarkdown}, {html, view.RunbookHTML}} {
		if one.file == "" {
			continue
		}
		var b bytes.Buffer
		if err := one.write(&b, r); err != nil {
			return nil, err
		}
		if err := pipeline.WriteFileWhole(one.file, b.Bytes()); err != nil {
			return nil, err
		}
		files = append(files, one.file)
	}
	return files, nil
}
