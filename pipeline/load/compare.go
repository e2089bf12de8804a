package load

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// compared are the fields that have to be looked at: of records that were just created, those the create left out.
func (st *step) compared(revisions []revision) []string {
	l := revisions[0].Layout
	if slices.ContainsFunc(revisions, func(r revision) bool { return !r.fresh }) {
		return l.Fields
	}
	items := make([]Item, len(revisions))
	for i, r := range revisions {
		items[i] = r.Item
	}
	later := st.later(l, items)
	return slices.DeleteFunc(slices.Clone(l.Fields), func(f string) bool { return !later[f] })
}

func (st *step) readNow(ctx context.Context, revisions []revision, fields []string) (map[int64]map[string]any, error) {
	ids := make([]int64, len(revisions))
	for i, r := range revisions {
		ids[i] = r.entry.DBID
	}
	return st.read(ctx, ids, fields)
}

// compare decides about one record and puts what has to be written into the group of equal writes.
func (st *step) compare(ctx context.Context, r revision, fields []string, row map[string]any, ids map[string]int64, names checksum.Naming, groups map[string][]edit) error {
	base, err := record.DecodeValues(r.entry.Values)
	if err != nil {
		return fmt.Errorf("ledger entry %s: %w", r.ID, err)
	}
	r.Values = slices.Clone(r.Values)
	for i, f := range r.Layout.Fields {
		r.Values[i] = takeKept(r.Values[i], base[f])
	}
	naming := st.namingOf(r.Item, ids, names)
	now, err := st.canonical(row, fields, naming, r.Get)
	if err != nil {
		return err
	}
	then, err := st.canonical(row, fields, naming, func(f string) record.Value { return base[f] })
	if err != nil {
		return err
	}
	e := edit{revision: r, before: map[string]any{}}
	var clash []run.Clash
	var key strings.Builder
	for _, f := range fields {
		want := st.asNamed(f, r.Get(f), ids, naming)
		was, hadBase := base[f]
		was = st.asNamed(f, was, ids, naming)
		switch {
		case now[f] == want:
			continue
		case r.adopted || !hadBase || then[f] == was:
			e.fields = append(e.fields, f)
			fmt.Fprintf(&key, "%s=%s:%s\x1f", f, want.Kind(), want.Text())
		case want != was:
			clash = append(clash, run.Clash{Mapping: st.Mapping, Model: st.Model, ExternalID: r.ID, Field: f, Base: was.Text(), Source: want.Text(), Odoo: now[f].Text()})
		}
	}
	prevails, left, err := st.settleClash(ctx, &e, clash)
	if err != nil || left {
		return err
	}
	for _, f := range prevails {
		e.fields = append(e.fields, f)
		want := st.asNamed(f, r.Get(f), ids, naming)
		fmt.Fprintf(&key, "%s=%s:%s\x1f", f, want.Kind(), want.Text())
	}
	if err := st.beforeImage(ctx, &e, row); err != nil {
		return err
	}
	if st.revives(r) {
		e.revive = true
		e.before["active"] = false
		key.WriteString("revive")
	}
	groups[key.String()] = append(groups[key.String()], e)
	return nil
}

// beforeImage keeps what the fields to be written hold. A file is read for it, whole: what is overwritten must be
// there to be put back.
func (st *step) beforeImage(ctx context.Context, e *edit, row map[string]any) error {
	if e.fresh {
		return nil
	}
	for _, name := range e.fields {
		f, _ := st.model.Field(name)
		if f.Type != schema.Binary || row[schema.Hashed(name)] == false {
			e.before[name] = row[name]
			if f.Type == schema.Binary {
				e.before[name] = false
			}
			continue
		}
		raw, err := st.wholeFile(ctx, e.entry.DBID, name)
		if err != nil {
			return err
		}
		e.before[name] = raw
	}
	return nil
}

// wholeFile is what a binary field of one record holds, in base64.
func (st *step) wholeFile(ctx context.Context, id int64, field string) (any, error) {
	rows, err := st.Target.Read(ctx, st.Model, []int64{id}, []string{field})
	if err != nil || len(rows) != 1 {
		return false, err
	}
	return rows[0][field], nil
}

// held reports whether Odoo keeps what was written. Of a picture that Odoo made smaller, it remembers what that is.
func (st *step) held(ctx context.Context, e *edit, row map[string]any, fields []string, ids map[string]int64, names checksum.Naming) (bool, error) {
	if len(fields) == 0 {
		return true, nil
	}
	if row == nil {
		return false, nil
	}
	now, err := st.canonical(row, fields, names, e.Get)
	if err != nil {
		return false, err
	}
	for _, f := range fields {
		if now[f] == st.asNamed(f, e.Get(f), ids, names) {
			continue
		}
		if ok, err := st.resized(ctx, e, f, now[f]); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// asNamed spells the links of a field as names does.
func (st *step) asNamed(field string, v record.Value, ids map[string]int64, names checksum.Naming) record.Value {
	f, _ := st.model.Field(field)
	return checksum.AsNamed(f.Towards(v, st.Refs.Model), v, ids, names)
}

// canonical brings the fields of a row that was read into canonical form. Binary fields were read as digests, and are
// held against what they are meant to hold.
func (st *step) canonical(row map[string]any, fields []string, names checksum.Naming, meant func(field string) record.Value) (map[string]record.Value, error) {
	out := make(map[string]record.Value, len(fields))
	for _, name := range fields {
		f, ok := st.model.Field(name)
		if !ok {
			return nil, fmt.Errorf("%s has no field %s", st.Model, name)
		}
		var v record.Value
		var err error
		if f.Type == schema.Binary && meant != nil {
			v, err = checksum.FromHash(row[schema.Hashed(name)], meant(name))
		} else {
			v, err = checksum.FromOdoo(f, row[name], names)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = v
	}
	return out, nil
}
