package cli

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
)

// The rehearsals of stage --rehearse.
const (
	onServer = "server"
	byLoad   = "load"
)

// rehearsing are the flags of a dry run that go further than staging.
type rehearsing struct {
	how    string
	sample int
	name   string
}

// rehearsedRecords is how many records of each mapping a server is asked about, unless told otherwise.
const rehearsedRecords = 500

func (r *rehearsing) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&r.how, "rehearse", "", `go further: "server" has the target validate records and roll back, "load" loads into a copy and undoes it`)
	f.IntVar(&r.sample, "sample", rehearsedRecords, "with --rehearse server: records of each mapping, spread over its rows; 0 is all")
	f.StringVar(&r.name, "production", "", "with --rehearse: the name of the database, typed as a confirmation, where it is not neutralised")
}

// check holds the flags against each other.
func (r *rehearsing) check(c *cobra.Command, schema string) error {
	switch sampled := c.Flags().Changed("sample"); {
	case r.how != "" && r.how != onServer && r.how != byLoad:
		return usage("Pass server or load.", "--rehearse %s is neither server nor load", r.how)
	case r.how == "" && (sampled || r.name != ""):
		return usage("Pass --rehearse, too.", "--sample and --production go with --rehearse")
	case r.how != "" && schema != "":
		return usage("Pass --target instead of --schema.", "a rehearsal needs a server, and --schema stands for one")
	case r.how == byLoad && sampled:
		return usage("Leave --sample out.", "--rehearse load loads everything: controls and balances hold for the whole only")
	case r.sample < 0:
		return usage("Pass a number of records, or 0 for all.", "--sample %d is no number of records", r.sample)
	}
	return nil
}

func (r *rehearsing) options() pipeline.RehearseOptions {
	return pipeline.RehearseOptions{Server: r.how == onServer, Sample: r.sample, Production: r.name}
}

// rehearseLoad loads into a copy and undoes it.
func (a *app) rehearseLoad(opt pipeline.StageOptions) error {
	return a.withProject(func(p *pipeline.Pipeline) error {
		r, err := p.RehearseLoad(a.loading, opt, pipeline.LoadOptions{Workers: 4})
		if r == nil {
			return err
		}
		switch {
		case err != nil:
		case r.Undo != nil && r.Undo.Result != nil && len(r.Undo.Result.Blockers) > 0:
			a.exit = Findings
		case !r.Sound():
			a.exit = Mismatch
		case !r.Complete():
			a.exit = Findings
		}
		if err != nil && !errors.Is(err, pipeline.ErrGates) && !errors.Is(err, rollback.ErrBlocked) {
			return err
		}
		if printErr := a.print(r, func(w io.Writer) error { return view.LoadRehearsal(w, r, view.Width(w)) }); err == nil {
			err = printErr
		}
		return err
	})
}
