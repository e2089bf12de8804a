package pipeline_test

import (
	"iter"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/pipeline/manifest"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

func sequence[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func entriesOf(f *manifest.File) []run.Entry {
	var out []run.Entry
	for _, id := range slices.Sorted(maps.Keys(f.Entries)) {
		out = append(out, f.Entries[id])
	}
	return out
}
