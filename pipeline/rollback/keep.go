package rollback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// letGo deletes records. Where Odoo refuses for the state they are in, they are brought into one in which it does not.
func (r *Roller) letGo(ctx context.Context, model string, ids []int64) error {
	err := r.Target.Unlink(ctx, model, ids)
	rel, ok := r.Release[model]
	if err == nil || !ok || !refused(err) {
		return err
	}
	rows, failed := r.Target.SearchRead(ctx, model, []any{[]any{"id", "in", ids}, []any{rel.Field, "not in", rel.Free}}, []string{"id"}, 0)
	if failed != nil || len(rows) == 0 {
		return errors.Join(err, failed)
	}
	if err := r.Target.Write(ctx, model, idsIn(rows), map[string]any{rel.Field: rel.Write}); err != nil {
		return err
	}
	return r.Target.Unlink(ctx, model, ids)
}

// unlinkOrKeep deletes what Odoo lets go. What it refuses, because history hangs on it, is found by halving and archived,
// where the model can be archived.
func (r *Roller) unlinkOrKeep(ctx context.Context, model string, ids []int64) error {
	if c, ok := r.Counter[model]; ok {
		return r.book(ctx, model, c, ids)
	}
	err := r.unlink(ctx, model, ids)
	switch {
	case errors.Is(err, ErrNotUndone), refused(err) && len(ids) == 1: // of some models Odoo archives what it is told to delete
		return r.archive(ctx, model, ids)
	case !refused(err):
		return err
	}
	half := len(ids) / 2
	if err := r.unlinkOrKeep(ctx, model, ids[:half]); err != nil {
		return err
	}
	return r.unlinkOrKeep(ctx, model, ids[half:])
}

// book writes the numbers that take a booking back, and reads them.
func (r *Roller) book(ctx context.Context, model string, c Counter, ids []int64) error {
	there, err := r.existing(ctx, model, ids)
	if err != nil || len(there) == 0 {
		return err
	}
	if _, err := r.Target.Method(ctx, model, "write", there, map[string]any{"vals": c.Values, "context": c.Context}); err != nil {
		return err
	}
	left, err := r.notBooked(ctx, model, c, there)
	if err == nil && left > 0 {
		return fmt.Errorf("%w: %s do not hold %v", ErrNotUndone, records(left), c.Values)
	}
	return err
}

// notBooked counts records that are there and do not hold the numbers.
func (r *Roller) notBooked(ctx context.Context, model string, c Counter, ids []int64) (int, error) {
	there, err := r.existing(ctx, model, ids)
	if err != nil || len(there) == 0 {
		return 0, err
	}
	rows, err := r.Target.Read(ctx, model, there, slices.Sorted(maps.Keys(c.Values)))
	if err != nil {
		return 0, err
	}
	left := 0
	for _, row := range rows {
		for f, want := range c.Values {
			n, _ := row[f].(json.Number)
			if is, err := n.Float64(); err != nil || is != float64(want) {
				left++
				break
			}
		}
	}
	return left, nil
}

// refused reports whether Odoo understood the call and said no.
func refused(err error) bool {
	class := schema.ClassOf(err)
	return class == schema.FaultUser || class == schema.FaultValidation
}

func (r *Roller) archive(ctx context.Context, model string, ids []int64) error {
	ids, err := r.existing(ctx, model, ids)
	if err != nil || len(ids) == 0 || !r.archives(model) {
		return err
	}
	if _, err := r.Target.Method(ctx, model, "action_archive", ids, nil); err != nil {
		return fmt.Errorf("archive what Odoo does not delete: %w", err)
	}
	return nil
}

// archives reports whether records of a model can be archived.
func (r *Roller) archives(model string) bool {
	m, ok := r.Schema.Model(model)
	if !ok {
		return false
	}
	_, ok = m.Field("active")
	return ok
}

// withBeside adds the external ids that load wrote besides ours.
func (r *Roller) withBeside(model string, names []string) []string {
	out := slices.Clone(names)
	for _, c := range r.Beside[model] {
		for _, n := range names {
			out = append(out, n+c.Ending)
		}
	}
	return out
}

// proveKept claims of the records of a model that Odoo may keep that those which are there are archived, and remembers
// how many they are.
func (r *Roller) proveKept(ctx context.Context, model string, ids []int64, res *Result) error {
	fields := []string{"id"}
	if r.archives(model) {
		fields = append(fields, "active")
	}
	along := map[string]map[string]bool{}
	for _, c := range r.Beside[model] {
		fields, along[c.Model] = append(fields, c.Field), map[string]bool{}
	}
	kept, active := 0, 0
	for part := range slices.Chunk(ids, 1000) {
		rows, err := r.Target.SearchRead(ctx, model, []any{[]any{"id", "in", part}}, fields, 0)
		if err != nil {
			return err
		}
		kept += len(rows)
		for _, row := range rows {
			if row["active"] == true {
				active++
			}
			for _, c := range r.Beside[model] {
				along[c.Model][fmt.Sprint(row[c.Field])] = true
			}
		}
	}
	if kept > 0 {
		if res.Kept == nil {
			res.Kept = map[string]int{}
		}
		res.Kept[model] += kept
		for m, ids := range along {
			res.Kept[m] += len(ids)
		}
	}
	if c, ok := r.Counter[model]; ok {
		left, err := r.notBooked(ctx, model, c, ids)
		if err != nil {
			return err
		}
		res.Proof = append(res.Proof, Proof{fmt.Sprintf("the %d records of %s this run created are booked back: %d are gone, and the others hold nothing", len(ids), model, len(ids)-kept),
			left == 0, count(left, "are not")})
		return nil
	}
	claim := fmt.Sprintf("of the %d records of %s this run created %d are gone", len(ids), model, len(ids)-kept)
	switch {
	case kept > 0 && r.archives(model):
		claim += fmt.Sprintf(", and %d, which Odoo keeps for what happened with them, are archived", kept)
	case kept > 0:
		claim += fmt.Sprintf("; Odoo keeps %d for what happened with them, without our external id", kept)
	}
	res.Proof = append(res.Proof, Proof{claim, active == 0, count(active, "are not archived")})
	return nil
}

// mayStay splits created records into those that must be gone and those that Odoo may keep.
func mayStay(changes []run.Change) (gone, stay map[string][]int64) {
	gone, stay = map[string][]int64{}, map[string][]int64{}
	for _, c := range changes {
		switch {
		case c.UndoneAt == nil || c.Action != "create":
		case c.Undo == run.Compensate:
			stay[c.Model] = append(stay[c.Model], c.DBID)
		default:
			gone[c.Model] = append(gone[c.Model], c.DBID)
		}
	}
	return gone, stay
}
