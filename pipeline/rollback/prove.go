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
	if changes, err = r.notAgain(ctx, runID, changes); err != nil {
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
