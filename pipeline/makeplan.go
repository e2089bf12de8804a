package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// makePlan writes down what the inputs determine.
func (p *Pipeline) makePlan(ctx context.Context, d *derived, _ *Target) error {
	pl := &plan.Plan{Version: plan.Version, Project: p.Project.Name, Module: p.Project.Module, Mappings: map[string]string{}, Config: p.Project.Hash, Corrections: d.fixes, Files: fileHashes(d.tables)}
	for _, name := range slices.Sorted(maps.Keys(d.snapshots)) {
		s := d.snapshots[name]
		pl.Sources = append(pl.Sources, plan.Source{Name: name, SHA256: s.SHA256, Rows: s.Rows, Quarantined: s.Quarantined, Corrected: d.corrected[name]})
	}
	names, depends := []string{}, map[string][]string{}
	for _, m := range d.order {
		pl.Mappings[m.Name] = m.Hash
		names = append(names, m.Name)
		depends[m.Name] = d.dependencies(m)
	}
	waves, err := plan.Order(names, depends)
	if err != nil {
		return err
	}
	for _, m := range d.order {
		s, err := p.planStep(ctx, d, m, waves[m.Name])
		if err != nil {
			return fmt.Errorf("plan %s: %w", m.Name, err)
		}
		pl.Steps = append(pl.Steps, s)
	}
	if pl.Attached, err = p.filesUsed(ctx, d); err != nil {
		return fmt.Errorf("plan the files: %w", err)
	}
	slices.SortStableFunc(pl.Steps, func(a, b plan.Step) int { return cmp.Compare(a.Wave, b.Wave) })
	pl.Normals = d.normals()
	pl.Schema, err = usedSchema(d)
	pl.Unchecked = d.unchecked()
	d.plan = pl
	return err
}

// dependencies of a mapping: what its links need first. A document needs what its lines link to, since they are loaded
// with it; its lines come after it.
func (d *derived) dependencies(m *mappings.Mapping) []string {
	out := slices.Clone(d.programs[m.Name].DependsOn())
	for _, line := range m.Children() {
		out = slices.DeleteFunc(out, func(n string) bool { return n == line.Mapping })
		for _, n := range d.programs[line.Mapping].DependsOn() {
			if n != m.Name {
				out = append(out, n)
			}
		}
	}
	return out
}

func (p *Pipeline) planStep(ctx context.Context, d *derived, m *mappings.Mapping, wave int) (plan.Step, error) {
	recipe := odoo.RecipeFor(m.Model)
	parent, _ := d.parentOf(m)
	s := plan.Step{
		Wave: wave, Mapping: m.Name, Model: m.Model, Parent: parent, Strategies: []string{"load"}, Undo: d.undoClass(m, recipe),
		Lines: m.Lines, MoreLines: m.MoreLines, Match: d.programs[m.Name].Mapping().Match, Updates: m.Updates, Deletes: m.Deletes, Conflicts: m.Conflicts, Context: recipe.Context,
	}
	for _, a := range m.AfterLoad {
		if a.Expect == "" {
			return s, record.Advise(fmt.Errorf("%s: call %s has no expect:", a.At, a.Call), `Say what must hold afterwards, as expect: 'state == "posted"'.`)
		}
		s.Calls = append(s.Calls, plan.Call{Method: a.Call, When: a.When, Expect: a.Expect, Undo: a.Undo})
	}
	root, n, err := p.stagedRoot(ctx, d, m.Name)
	s.Root, s.Records = root, n
	return s, err
}

// undoClass is the mapping's own, else the recipe's; what is erased by itself is compensated where other records of the
// same load hold it.
func (d *derived) undoClass(m *mappings.Mapping, recipe odoo.Recipe) string {
	var loaded []string
	for _, o := range d.order {
		loaded = append(loaded, o.Model)
	}
	if m.Undo == "" && recipe.Undo == odoo.Erase && held(m.Model, loaded) {
		return string(odoo.Compensate)
	}
	return cmp.Or(m.Undo, string(recipe.Undo))
}

// stagedRoot is the Merkle root over the digests of the records of a mapping, ordered by external id.
func (p *Pipeline) stagedRoot(ctx context.Context, d *derived, mapping string) (string, int64, error) {
	tree := checksum.NewTree()
	err := p.each(ctx, `select x_digest from staged.`+quoted(mapping)+` where not (x_seq = any($1)) order by x_id collate "C"`, []any{d.rejected.Records(mapping)},
		func(scan func(...any) error) error {
			var b []byte
			if err := scan(&b); err != nil {
				return err
			}
			return tree.Add(checksum.Digest(b))
		})
	if err != nil {
		return "", 0, err
	}
	root, err := tree.Root()
	return root.String(), int64(tree.Size()), err
}

// usedSchema digests the metadata of the fields the mappings use: a new field elsewhere makes no plan stale.
func usedSchema(d *derived) (string, error) {
	used := map[string][]schema.Field{}
	for _, m := range d.order {
		model, ok := d.schema.Model(m.Model)
		if !ok {
			continue
		}
		for _, name := range d.programs[m.Name].Layout().Fields {
			if f, ok := model.Field(name); ok {
				used[m.Name] = append(used[m.Name], f)
			}
		}
	}
	b, err := json.Marshal(struct {
		Server string
		Used   map[string][]schema.Field
	}{d.schema.ServerVersion, used})
	return checksum.Bytes(b).String(), err
}

// writePlan signs the plan: its bytes go into a file, its hash into the run.
func (p *Pipeline) writePlan(ctx context.Context, r run.Run, pl *plan.Plan) (string, error) {
	b, err := pl.Encode()
	if err != nil {
		return "", err
	}
	if err := replaceFile(p.PlanPath(), b); err != nil {
		return "", err
	}
	hash := checksum.Bytes(b).String()
	return hash, p.Store.SetPlan(ctx, r.ID, hash)
}

// signedPlan reads the plan the last stage run wrote; nil where there is none.
func (p *Pipeline) signedPlan() (*plan.Plan, error) {
	b, err := os.ReadFile(p.PlanPath())
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, adviseFile(err, p.PlanPath())
	}
	signed, err := plan.Decode(b)
	if err != nil {
		return nil, record.Advise(fmt.Errorf("%s is no plan of this program: %w", p.PlanPath(), err), "Run migrate stage: it writes the plan anew.")
	}
	return signed, nil
}

// filesUsed digests, mapping by mapping, which files the staged records take and what is in them.
func (p *Pipeline) filesUsed(ctx context.Context, d *derived) (map[string]string, error) {
	out := map[string]string{}
	for _, m := range d.order {
		prog := d.programs[m.Name]
		for _, f := range prog.Files() {
			h := sha256.New()
			if was := out[m.Name]; was != "" {
				fmt.Fprintln(h, was)
			}
			field := quoted(prog.Layout().Fields[f.Index])
			err := p.each(ctx, `select distinct `+field+` collate "C" from staged.`+quoted(m.Name)+` where `+field+` is not null order by 1`, nil,
				func(scan func(...any) error) error {
					var text string
					err := scan(&text)
					fmt.Fprintln(h, text)
					return err
				})
			if err != nil {
				return nil, err
			}
			out[m.Name] = hex.EncodeToString(h.Sum(nil))
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}
