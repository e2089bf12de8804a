package rollback

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// restored counts what reading updated records gave.
type restored struct {
	wrong, gone int
	example     string
}

// proveRestored compares what was updated with what it held before. What Odoo made along with a record of ours, and we
// adopted, such as the variants of a template, is gone with it; that nothing else is gone is for the counts to show.
func (r *Roller) proveRestored(ctx context.Context, before map[string]run.Change, adopted map[string]bool, res *Result) error {
	if len(before) == 0 {
		return nil
	}
	alike := map[string][]run.Change{} // what one call reads: the same fields of a model within a company
	for _, key := range slices.Sorted(maps.Keys(before)) {
		c := before[key]
		want, err := decode(c.Before)
		if err != nil {
			return fmt.Errorf("before-image of %s: %w", c.ExternalID, err)
		}
		kind := fmt.Sprint(c.Model, " ", companyOf(c), " ", strings.Join(slices.Sorted(maps.Keys(want)), " "))
		alike[kind] = append(alike[kind], c)
	}
	var found restored
	for _, kind := range slices.Sorted(maps.Keys(alike)) {
		for part := range slices.Chunk(alike[kind], chunk) {
			if err := r.compareRestored(ctx, part, adopted, &found); err != nil {
				return err
			}
		}
	}
	detail := ""
	if found.wrong > 0 {
		detail = fmt.Sprintf("%d fields differ, for example %s", found.wrong, found.example)
	}
	claim := fmt.Sprintf("the %d records this run updated or archived hold their former values", len(before)-found.gone)
	if found.gone > 0 {
		claim += fmt.Sprintf("; %d that Odoo had made along with records of this run went with them", found.gone)
	}
	res.Proof = append(res.Proof, Proof{claim, found.wrong == 0, detail})
	return nil
}

// compareRestored reads changed records of one kind by one call.
func (r *Roller) compareRestored(ctx context.Context, part []run.Change, adopted map[string]bool, found *restored) error {
	ids, err := r.idsNow(ctx, part)
	if err != nil {
		return err
	}
	if ctx, err = r.within(ctx, part[0]); err != nil {
		return err
	}
	first, err := decode(part[0].Before)
	if err != nil {
		return err
	}
	fields := slices.Sorted(maps.Keys(first))
	rows, err := r.Target.Read(ctx, part[0].Model, ids, fields)
	if err != nil {
		return err
	}
	byID := make(map[int64]map[string]any, len(rows))
	for _, row := range rows {
		byID[schema.ID(row["id"])] = row
	}
	for i, c := range part {
		row, there := byID[ids[i]]
		if !there && adopted[c.ExternalID] {
			found.gone++
			continue
		}
		want, err := decode(c.Before)
		if err != nil {
			return err
		}
		for _, f := range fields {
			if !there || fmt.Sprint(row[f]) != fmt.Sprint(want[f]) {
				found.wrong++
				found.example = cmp.Or(found.example, c.ExternalID+"."+f)
			}
		}
	}
	return nil
}
