package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Some values cannot come with the call that creates their record: translations take the language from the context of a
// call, and files would make a batch of hundreds of megabytes. They are written in a second pass. Until that is through,
// the ledger knows the records without a digest, as it does those that a killed run left: whoever comes next compares
// them and goes on.

// later names the fields of a layout that the second pass writes. A binary field that no record of the batch has bytes
// for in staging holds files, or nothing.
func (st *step) later(l *record.Layout, items []Item) map[string]bool {
	out := map[string]bool{}
	m, _ := st.Schema.Model(l.Model)
	for i, name := range l.Fields {
		_, lang := schema.SplitLanguage(name)
		if name == schema.Company {
			out[name] = true // never written: it is the company the calls are made in
		} else if f, ok := m.Field(name); ok && f.Type == schema.Binary {
			out[name] = !slices.ContainsFunc(items, func(it Item) bool { return it.Layout == l && it.Values[i].Kind() == record.Binary })
		} else if lang != "" {
			out[name] = true
		}
	}
	return out
}

// complete reports whether a record holds all it is meant to hold once it is created.
func complete(it Item) bool {
	for i, name := range it.Layout.Fields {
		field, lang := schema.SplitLanguage(name)
		if it.Values[i].Kind() == record.File || lang != "" && it.Values[i] != it.Get(field) {
			return false
		}
	}
	return true
}

// finish writes what create left out: the translations of the whole batch by load, which is several times as fast as
// writing them one by one; then whatever is still missing, and reads all of it back.
func (st *step) finish(ctx context.Context, entries []run.Entry, items []Item) error {
	byID := map[string]run.Entry{}
	for _, e := range entries {
		byID[e.ExternalID] = e
	}
	var due []revision
	var parts []Item
	for _, it := range items {
		if e := byID[it.ID]; e.Digest == "" {
			due = append(due, revision{Item: it, entry: e, fresh: true})
			parts = append(parts, it)
		}
	}
	if len(due) == 0 {
		return nil
	}
	for _, name := range due[0].Layout.Fields {
		if _, lang := schema.SplitLanguage(name); lang == "" {
			continue
		}
		if err := st.translate(ctx, parts, name); err != nil {
			return err
		}
	}
	return st.update(ctx, due)
}

// translate loads one field in one language, for the records whose text differs from that of the base language. What
// Odoo refuses here is written singly afterwards, which tells whose fault it is.
func (st *step) translate(ctx context.Context, items []Item, name string) error {
	field, lang := schema.SplitLanguage(name)
	var rows [][]string
	var ids []string
	plain := name
	for _, it := range items {
		if v := it.Get(name); !v.IsNull() && v != it.Get(field) {
			rows, ids = append(rows, []string{it.ID, v.Text()}), append(ids, it.ID)
			plain += "\x1e" + it.ID + "\x1f" + v.Text()
		}
	}
	if len(rows) == 0 {
		return nil
	}
	more := map[string]any{"lang": lang}
	for k, v := range st.Context {
		more[k] = v
	}
	var res schema.LoadResult
	id, err := st.exactlyOnce(ctx, st.intent("load", "update", ids, checksum.Bytes([]byte(plain)).String()), func(ctx context.Context) (err error) {
		res, err = st.Target.LoadIn(ctx, st.Model, []string{"id", field}, rows, more)
		return err
	}, func(context.Context) (bool, error) { return false, nil })
	switch {
	case err != nil && refused(err):
		return st.fail(ctx, id, err.Error())
	case err != nil:
		return err
	case res.IDs == nil && len(res.Messages) > 0:
		return st.fail(ctx, id, res.Messages[0].Message)
	}
	ctx, cancel := settleContext(ctx)
	defer cancel()
	return st.Journal.Settle(ctx, id, run.Settlement{State: run.Settled, Note: fmt.Sprintf("%d translations of records this run created", len(rows))})
}

// Files gives the bytes of the project's files. The error is a *record.FileFault where the bytes are not those of the
// hash.
type Files interface {
	Bytes(ctx context.Context, path, hash string) ([]byte, error)
}

// content is the file of a value as write takes it.
func (st *step) content(ctx context.Context, v record.Value) ([]byte, error) {
	f := v.File()
	if st.Files == nil {
		return nil, errors.New("the loader was given no files")
	}
	return st.Files.Bytes(ctx, f.Path, f.Hash)
}

// takeKept remembers what Odoo made of the same file before.
func takeKept(want, was record.Value) record.Value {
	f, before := want.File(), was.File()
	if want.Kind() != record.File || f.Hash != before.Hash || before.Kept == "" {
		return want
	}
	f.Kept = cmp.Or(f.Kept, before.Kept)
	return record.FileValue(f)
}
