package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/docs"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/evidence"
)

// isBundle reports whether report is to write a bundle rather than a folder.
func isBundle(out string) bool { return strings.HasSuffix(strings.ToLower(out), ".zip") }

// bundle writes the evidence bundle.
func (a *app) bundle(p *pipeline.Pipeline, opt pipeline.BundleOptions) error {
	var err error
	if path, found := os.Executable(); found == nil {
		if opt.Binary, err = pipeline.FileSHA256(path); err != nil {
			return err
		}
	}
	opt.Page, opt.JSON = view.ReportHTML, view.JSON
	opt.Files = map[string][]byte{"CHECKSUMS.md": docs.Checksums, "checksum-vectors.json": docs.Vectors,
		"verify_evidence.py": docs.VerifyEvidence, "verify_vectors.py": docs.VerifyVectors}
	b, err := p.Bundle(a.ctx, opt)
	if err != nil {
		return err
	}
	return a.print(b, func(w io.Writer) error { return view.Bundle(w, b, view.Width(w)) })
}

func (a *app) xref() *cobra.Command {
	var out, target string
	c := &cobra.Command{
		Use: "xref", Short: "Write a CSV file from which legacy records are found in Odoo", Args: noArguments,
		Long: "A line a record: model, mapping, key, external id, Odoo's id, name. The names are as they were loaded, and in clear.",
		RunE: func(*cobra.Command, []string) error {
			return a.withProject(func(p *pipeline.Pipeline) error {
				if out == "" {
					out = filepath.Join(p.ReportDir(), "xref.csv")
				}
				x, err := p.Xref(a.ctx, target, out)
				if err != nil {
					return err
				}
				return a.print(x, func(w io.Writer) error { return view.Xref(w, x) })
			})
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "file to write (default: reports/xref.csv, beside migrate.yaml)")
	c.Flags().StringVarP(&target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	return c
}

func (a *app) prove() *cobra.Command {
	var target, out string
	c := &cobra.Command{
		Use: "prove RECORD", Short: "Show where a record came from, and that it is in the evidence", Args: one("the record, by external id"),
		Long: "Prove shows the source row of a record, the line of the mapping that fills each field, what was read back from Odoo, and the path of\n" +
			"hashes that leads from the record to the roots of the evidence bundle. It asks no Odoo.",
		RunE: func(_ *cobra.Command, args []string) error {
			if out != "" {
				if err := pipeline.Vacant(out); err != nil {
					return err
				}
			}
			return a.withProject(func(p *pipeline.Pipeline) error {
				proof, err := p.Prove(a.ctx, target, args[0])
				if err != nil {
					return err
				}
				if out != "" {
					if err := pipeline.NewPrivateFile(out, func(f *os.File) error { return view.JSON(f, proof) }); err != nil {
						return err
					}
				}
				if proof.Class != "equal" {
					a.exit = Mismatch
				}
				return a.print(proof, func(w io.Writer) error { return view.Proof(w, proof, out, view.Width(w)) })
			})
		},
	}
	c.Flags().StringVarP(&target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	c.Flags().StringVarP(&out, "out", "o", "", "write the proof into this file, too; it holds what the record holds")
	return c
}

func (a *app) keys() *cobra.Command {
	c := &cobra.Command{Use: "keys", Short: "Keys that people sign evidence with"}
	var role, name string
	fresh := &cobra.Command{
		Use: "new FILE", Short: "Draw a key for one person in one role", Args: one("the file to write"),
		RunE: func(_ *cobra.Command, args []string) error {
			k, err := pipeline.NewSigningKey(args[0], role, name)
			if err != nil {
				return err
			}
			return a.print(k, func(w io.Writer) error { return view.KeyMade(w, k, view.Width(w)) })
		},
	}
	fresh.Flags().StringVar(&role, "role", "", strings.Join(evidence.Roles, ", "))
	fresh.Flags().StringVar(&name, "name", "", "of the person")
	c.AddCommand(fresh)
	return family(c)
}

func (a *app) sign() *cobra.Command {
	var key, sheet string
	c := &cobra.Command{
		Use: "sign BUNDLE", Short: "Check an evidence bundle, and sign it", Args: one("the bundle"),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case sheet != "" && key != "":
				return usage("Write the sheet first, or sign.", "--sheet and --key do not go together")
			case sheet != "":
				s, err := pipeline.WriteSignSheet(args[0], sheet, view.SignSheet)
				if err != nil {
					return err
				}
				return a.print(s, func(w io.Writer) error { return view.SignSheetWritten(w, s) })
			case key == "":
				return usage("migrate keys new makes one; --sheet writes a page to sign by hand.", "--key is missing: the file of the key to sign with")
			}
			s, err := pipeline.SignBundle(args[0], key)
			if err != nil {
				return err
			}
			return a.print(s, func(w io.Writer) error { return view.Signed(w, s, view.Width(w)) })
		},
	}
	c.Flags().StringVar(&key, "key", "", "the file of the key")
	c.Flags().StringVar(&sheet, "sheet", "", "in place of a signature: write this HTML page, which bears the root, to print and sign by hand")
	return c
}

func (a *app) verifyEvidence() *cobra.Command {
	var opt pipeline.CheckBundleOptions
	c := &cobra.Command{
		Use: "verify-evidence BUNDLE", Short: "Compute everything in an evidence bundle again", Args: one("the bundle"),
		Long: "It needs no project, no staging and no Odoo, and says the same as verify_evidence.py in the bundle.",
		RunE: func(_ *cobra.Command, args []string) error {
			v, err := pipeline.CheckBundle(args[0], opt)
			if err != nil {
				return err
			}
			if !v.Holds() {
				a.exit = Mismatch
			}
			return a.print(v, func(w io.Writer) error { return view.Verdict(w, v, view.Width(w)) })
		},
	}
	f := c.Flags()
	f.StringVar(&opt.Root, "root", "", "SHA-256 of the manifest, as it was signed or written down")
	f.StringVar(&opt.Salts, "salts", "", "the file of salts: every leaf is held against its record")
	f.StringVar(&opt.Sources, "sources", "", "folder of the source files: their hashes are compared")
	f.StringVar(&opt.Proof, "proof", "", "proof of one record, as migrate prove wrote it")
	return c
}
