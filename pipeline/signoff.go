package pipeline

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/evidence"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// openLinesOf are what keeps evidence from being signed, a line each: what it is, how many, which, and what to do. Rows nobody
// could read and records that were put off may be accepted one by one; a call whose outcome is not known, a record that did
// not take its last step, and a run that broke off cannot.
func (p *Pipeline) openLinesOf(ctx context.Context, target string, load *Load, stage *Stage) ([][]string, error) {
	accept := "correct them, or accept each under accepted: in migrate.yaml; then load, verify and write the evidence anew"
	var out [][]string
	add := func(kind string, n int64, which, remedy string) {
		if n > 0 {
			out = append(out, []string{kind, number(n), which, remedy})
		}
	}
	add("quarantined", int64(len(stage.Quarantine)), strings.Join(stage.Quarantine, "; "), accept)
	if load != nil {
		if d := load.Deferral; d != nil {
			add("deferred", d.Records, strings.Join(d.First, "; "), accept)
		}
		add("unfinished", load.Unfinished, "records that are in Odoo and did not take their last step", "mend what the findings say and run migrate delta")
		add("unbalanced", int64(len(load.Balance)), strings.Join(load.Balance, "; "), "keep the project folder and report this: records must not vanish")
	}
	unsettled, err := p.unsettledCalls(ctx, target)
	if err != nil {
		return nil, err
	}
	add("unsettled", unsettled, "calls to Odoo whose outcome is not known", "run migrate cutover --resume, or migrate delta --resume")
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		if r.Target != target || r.Kind != "rollback" && !loads(r) || r.PlanHash == "" && loads(r) {
			continue // a run that stopped at its gates wrote nothing
		}
		if r.State != run.Done {
			add("broken off", 1, fmt.Sprintf("run %d, a %s, was not finished", r.ID, r.Kind), "finish it: migrate "+r.Kind+map[bool]string{true: " --resume"}[loads(r)])
		}
		break
	}
	return out, nil
}

func (p *Pipeline) unsettledCalls(ctx context.Context, target string) (n int64, err error) {
	err = p.each(ctx, "select count(*) from {s}.intents i join {s}.runs r on r.id = i.run_id where r.target = $1 and i.state in ('intended', 'unsettled')", []any{target},
		func(scan func(...any) error) error { return scan(&n) })
	return n, err
}

// signable checks a bundle and refuses one that does not hold, or in which something is open: nobody signs that.
func signable(bundle string) (*evidence.Verdict, error) {
	v, err := CheckBundle(bundle, CheckBundleOptions{})
	if err != nil {
		return nil, err
	}
	var open []evidence.Open
	err = withBundle(bundle, func(f io.ReaderAt, size int64) error {
		open, err = evidence.ReadOpen(f, size)
		return err
	})
	switch {
	case len(open) > 0: // first: the lists of a run that broke off do not add up either
		var what []string
		for _, o := range open {
			what = append(what, fmt.Sprintf("%s %s (%s)", o.Count, o.Kind, o.Which))
		}
		return nil, record.Advise(fmt.Errorf("%s is not to be signed, something is open: %s", bundle, strings.Join(what, "; ")), capitalised(open[0].Remedy)+".")
	case !v.Holds():
		return nil, record.Advise(fmt.Errorf("%s does not hold, and is not to be signed: %s", bundle, v.Wrong[0]), "migrate verify-evidence says everything that is wrong with it. Write it anew.")
	}
	return v, err
}

func capitalised(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
