package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// normals are the normalisations of the mapped fields, sorted.
func (d *derived) normals() []string {
	rules := map[string]bool{}
	for _, m := range d.order {
		of := d.schema.NormalsOf(m.Model)
		for _, name := range d.programs[m.Name].Layout().Fields {
			base, _ := schema.SplitLanguage(name)
			if n, ok := of[base]; ok {
				rules[n.Rule()] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(rules))
}

// clock is the server's, as its last answer told it; zero where it told none.
func (t *Target) clock() time.Time { return t.Connection().Clock }

// known gathers what tells differences apart from what earlier runs into the target said about themselves.
func (p *Pipeline) known(ctx context.Context, t *Target, targetID int64) (verify.Known, error) {
	runs, err := p.writers(ctx, t.Name)
	if err != nil {
		return verify.Known{}, err
	}
	k, err := knownOf(t, runs)
	k.Listed = p.listedIn(t, targetID)
	return k, err
}

// knownOf is what the runs that wrote into a target said about themselves.
func knownOf(t *Target, runs []run.Run) (verify.Known, error) {
	k := verify.Known{Clock: t.clock, UID: t.UID(), Declared: map[int64][]string{}, Loaded: map[int64]string{}}
	for _, r := range runs {
		var said struct {
			Stage  struct{ Normalisations []string }
			Verify struct {
				Window struct{ Loading, From string }
			}
		}
		if len(r.Summary) > 0 {
			if err := json.Unmarshal(r.Summary, &said); err != nil {
				return k, fmt.Errorf("read the summary of run %d: %w", r.ID, err)
			}
		}
		if from := said.Verify.Window.From; from != "" {
			k.Loaded[r.ID], k.Declared[r.ID] = from, said.Stage.Normalisations
			k.Busy = append(k.Busy, [2]string{said.Verify.Window.Loading, from})
			continue
		}
		busy := [2]string{r.Started.UTC().Format(time.DateTime), "9999"} // it may be writing yet, or wrote until nobody knows when
		if !r.Finished.IsZero() {
			busy[1] = r.Finished.UTC().Format(time.DateTime)
		}
		k.Busy = append(k.Busy, busy)
	}
	return k, nil
}

// listedIn reads the external ids of the project in the target beside those of the ledger.
func (p *Pipeline) listedIn(t *Target, targetID int64) verify.Listed {
	return func(ctx context.Context, each func(verify.Difference)) (bool, error) {
		var matched int64
		err := listXMLIDs(ctx, t, p.Project.Module, func(page []verify.Difference) error {
			names := make([]string, 0, 2*len(page))
			for _, d := range page {
				names = append(names, d.ExternalID)
				if o := owner(d); o != d.ExternalID {
					names = append(names, o)
				}
			}
			known, err := p.Store.DBIDs(ctx, targetID, names)
			if err != nil {
				return err
			}
			for _, d := range page {
				id, own := known[d.ExternalID]
				_, along := known[owner(d)]
				switch {
				case own && id == d.DBID:
					matched++
				case !own && !along:
					each(d)
				}
			}
			return nil
		})
		if err != nil {
			return false, err
		}
		all, err := p.Store.CountEntries(ctx, targetID)
		return matched == all, err
	}
}

// listXMLIDs reads the external ids of a module, page by page.
func listXMLIDs(ctx context.Context, t *Target, module string, each func([]verify.Difference) error) error {
	const page = 5000
	for after := int64(0); ; {
		domain := []any{[]any{"module", "=", module}, []any{"id", ">", after}}
		answer, err := t.Call(ctx, "ir.model.data", "search_read", []any{domain},
			map[string]any{"fields": []string{"id", "name", "model", "res_id"}, "limit": page, "order": "id", "load": false})
		if err != nil {
			return err
		}
		rows, _ := answer.([]any)
		found := make([]verify.Difference, len(rows))
		for i, one := range rows {
			row, _ := one.(map[string]any)
			name, _ := row["name"].(string)
			model, _ := row["model"].(string)
			after = max(after, schema.ID(row["id"]))
			found[i] = verify.Difference{Model: model, ExternalID: module + "." + name, DBID: schema.ID(row["res_id"])}
		}
		if err := each(found); err != nil || len(rows) < page {
			return err
		}
	}
}

// owner is the record along with which Odoo made this one, by its external id; its own where it stands for itself.
func owner(d verify.Difference) string {
	for _, c := range odoo.Companions() {
		if id, ok := strings.CutSuffix(d.ExternalID, c.Ending); ok && c.Model == d.Model {
			return id
		}
	}
	return d.ExternalID
}

// trace adds to differences where the values came from: the line of the mapping, and the place in the source.
func (p *Pipeline) trace(ctx context.Context, res *verify.Result) error {
	set, _, err := p.readMappings()
	if err != nil {
		return err
	}
	places := map[string]string{}
	for i := range res.Differences {
		d := &res.Differences[i]
		if m := set.Mapping(d.Mapping); m != nil && m.Field(d.Field) != nil {
			d.At = m.Field(d.Field).At
			if from := m.Field(d.Field).From; len(from) > 0 {
				d.Source = ", " + strings.Join(from, ", ")
			}
		}
		key := d.Mapping + " " + d.ExternalID
		place, known := places[key]
		if !known {
			if place, err = p.placeOf(ctx, d.Mapping, d.ExternalID); err != nil {
				return err
			}
			places[key] = place
		}
		if d.Source = place + d.Source; place == "" {
			d.Source = ""
		}
	}
	return nil
}

// placeOf is the file and row a record was made of; "" where it is not staged any more.
func (p *Pipeline) placeOf(ctx context.Context, mapping, externalID string) (string, error) {
	snap, row, _, ok, err := p.stagedFrom(ctx, mapping, externalID)
	if err != nil || !ok {
		return "", err
	}
	if snap.Sheet != "" {
		return fmt.Sprintf("%s, sheet %s, row %d", p.shownPath(snap.File), snap.Sheet, row), nil
	}
	return fmt.Sprintf("%s, row %d", p.shownPath(snap.File), row), nil
}

// ofThisRun adds to what is known what the run that loads knows of itself: it wrote until now, and everything that others
// wrote since it began is theirs.
func ofThisRun(k verify.Known, r run.Run, normals []string, began string) verify.Known {
	k.Declared[r.ID] = normals
	k.Loaded[r.ID], k.Loading = began, began
	k.Busy = append(k.Busy, [2]string{began, k.Now()})
	return k
}

// traced verifies, keeps what was found, and says of the differences where they came from.
func (p *Pipeline) traced(ctx context.Context, runID int64, v *verify.Verifier, mappings []string) (*verify.Result, error) {
	res, err := p.keptVerification(ctx, runID, v, mappings)
	if err != nil {
		return nil, err
	}
	return res, p.trace(ctx, res)
}

// VerifyOptions of Verify.
type VerifyOptions struct {
	Target string
	Sample int    // so many records; 0 is all
	Nonce  string // what the sample is drawn with, besides the root of all records: somebody else's choice
}

// sampled verifies a sample. What is kept of verifications is about all records, so nothing of it is kept.
func (p *Pipeline) sampled(ctx context.Context, v *verify.Verifier, mappings []string, opt VerifyOptions) (*verify.Result, error) {
	s, err := verify.NewSample(p.Store.Entries(ctx, v.TargetID, ""), opt.Sample, opt.Nonce)
	if err != nil {
		return nil, err
	}
	v.Ledger, v.Keeper = s.Ledger(v.Ledger), nil
	res, err := v.Run(ctx, mappings)
	if err != nil {
		return nil, err
	}
	s.Conclude(res)
	return res, p.trace(ctx, res)
}

// writers are the runs that may have written into a target, the newest first.
func (p *Pipeline) writers(ctx context.Context, target string) ([]run.Run, error) {
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return nil, err
	}
	var out []run.Run
	for _, r := range runs {
		wrote := loads(r)
		if r.Target == target && r.Kind == "rollback" {
			if wrote, err = p.wroteBack(ctx, r.ID); err != nil {
				return nil, err
			}
		}
		if r.Target == target && wrote {
			out = append(out, r)
		}
	}
	return out, nil
}

// wroteBack reports whether a rollback got so far that it changed Odoo.
func (p *Pipeline) wroteBack(ctx context.Context, runID int64) (bool, error) {
	events, err := p.Store.Events(ctx, runID)
	return slices.ContainsFunc(events, func(e staging.Event) bool { return e.Kind == rollbackEvent }), err
}
