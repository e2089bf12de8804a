package rollback

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// prove reads what is left of the run's changes: created records and external ids must be gone, updated and archived
// records must hold their before-images again.
func (r *Roller) prove(ctx context.Context, runID int64, res *Result) error {
	changes, err := r.Manifest.Changes(ctx, runID)
	if err != nil {
		return err
	}
	slices.SortFunc(changes, func(a, b run.Change) int { return int(a.Seq - b.Seq) })
	created, stay := mayStay(changes)
	var names, back []string
	adopted := map[string]bool{}
	firstBefore := map[string]run.Change{} // per record, the oldest before-image counts
	made := map[string]bool{}              // by this run: gone, whatever it changed in them afterwards
	for _, c := range changes {
		if c.UndoneAt == nil {
			continue
		}
		switch c.Action {
		case "create":
			made[c.ExternalID] = true
			names = append(names, c.ExternalID)
		case "adopt":
			names = append(names, c.ExternalID)
			adopted[c.ExternalID] = true
		case "delete":
			back = append(back, c.ExternalID)
		case "update", "archive":
			if _, known := firstBefore[c.Action+c.ExternalID]; !known {
				firstBefore[c.Action+c.ExternalID] = c
			}
		}
	}
	maps.DeleteFunc(firstBefore, func(_ string, c run.Change) bool { return made[c.ExternalID] })
	if err := r.proveGone(ctx, created, names, res); err != nil {
		return err
	}
	for _, m := range slices.Sorted(maps.Keys(stay)) {
		if err := r.proveKept(ctx, m, stay[m], res); err != nil {
			return err
		}
	}
	if err := r.proveBack(ctx, back, res); err != nil {
		return err
	}
	return r.proveRestored(ctx, firstBefore, adopted, res)
}

func (r *Roller) proveGone(ctx context.Context, created map[string][]int64, names []string, res *Result) error {
	models := make([]string, 0, len(created))
	for m := range created {
		models = append(models, m)
	}
	slices.Sort(models)
	for _, m := range models {
		left := 0
		for part := range slices.Chunk(created[m], 1000) {
			there, err := r.existing(ctx, m, part)
			if err != nil {
				return err
			}
			left += len(there)
		}
		res.Proof = append(res.Proof, Proof{fmt.Sprintf("the %d records of %s this run created are gone", len(created[m]), m), left == 0, count(left, "are still there")})
	}
	left := 0
	for part := range slices.Chunk(names, 1000) {
		there, err := r.Target.XMLIDs(ctx, r.Module, part)
		if err != nil {
			return err
		}
		left += len(there)
	}
	if len(names) > 0 {
		res.Proof = append(res.Proof, Proof{fmt.Sprintf("the %d external ids this run wrote are gone", len(names)), left == 0, count(left, "are still there")})
	}
	return nil
}

func (r *Roller) proveBack(ctx context.Context, names []string, res *Result) error {
	if len(names) == 0 {
		return nil
	}
	there := 0
	for part := range slices.Chunk(names, 1000) {
		found, err := r.Target.XMLIDs(ctx, r.Module, part)
		if err != nil {
			return err
		}
		there += len(found)
	}
	res.Proof = append(res.Proof, Proof{fmt.Sprintf("the %d records this run deleted are there again", len(names)), there == len(names), count(len(names)-there, "are missing")})
	return nil
}

func count(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, what)
}

// proveRestored compares what was updated with what it held before. What Odoo made along with a record of ours, and we
// adopted, such as the variants of a template, is gone with it; that nothing else is gone is for the counts to show.
func (r *Roller) proveRestored(ctx context.Context, before map[string]run.Change, adopted map[string]bool, res *Result) error {
	if len(before) == 0 {
		return nil
	}
	keys := make([]string, 0, len(before))
	for k := range before {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	wrong, gone := 0, 0
	example := ""
	for _, k := range keys {
		c := before[k]
		want, err := decode(c.Before)
		if err != nil {
			return err
		}
		fields := make([]string, 0, len(want))
		for f := range want {
			fields = append(fields, f)
		}
		slices.Sort(fields)
		ids, err := r.idsNow(ctx, []run.Change{c})
		if err != nil {
			return err
		}
		within, err := r.within(ctx, c)
		if err != nil {
			return err
		}
		rows, err := r.Target.Read(within, c.Model, ids, fields)
		if err != nil {
			return err
		}
		if len(rows) == 0 && adopted[c.ExternalID] {
			gone++
			continue
		}
		for _, f := range fields {
			if len(rows) != 1 || fmt.Sprint(rows[0][f]) != fmt.Sprint(want[f]) {
				wrong++
				example = c.ExternalID + "." + f
			}
		}
	}
	detail := ""
	if wrong > 0 {
		detail = fmt.Sprintf("%d fields differ, for example %s", wrong, example)
	}
	claim := fmt.Sprintf("the %d records this run updated or archived hold their former values", len(keys)-gone)
	if gone > 0 {
		claim += fmt.Sprintf("; %d that Odoo had made along with records of this run went with them", gone)
	}
	res.Proof = append(res.Proof, Proof{claim, wrong == 0, detail})
	return nil
}
