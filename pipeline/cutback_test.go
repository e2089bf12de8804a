package pipeline_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// A rollback that is cut off again and again, at moments drawn by a seed, ends as an undisturbed one: by the ledger, and by
// the manifest file alone.
func TestRollbackCutAtSeededMoments(t *testing.T) {
	const seeds = 8
	cuts := make([]int, seeds)
	t.Run("seeds", func(t *testing.T) {
		for seed := range seeds {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				w, before, _ := loaded(t)
				path, alone := w.newest(), seed%2 == 1
				if alone {
					w.dropStaging()
				}
				r := rand.New(rand.NewPCG(uint64(seed), 11))
				for {
					w.double.Inject(odootest.Rule{Method: "unlink", Nth: 1 + r.IntN(6), Kind: []odootest.Kind{odootest.LostReply, odootest.Dropped}[r.IntN(2)]})
					u, err := w.once(path, alone)
					w.double.Heal()
					if err == nil {
						if !u.Proven() || u.Left != 0 {
							t.Errorf("not proven: %+v", u.Result)
						}
						break
					}
					if cuts[seed]++; cuts[seed] > 60 {
						t.Fatalf("it gets nowhere: %v", err)
					}
				}
				if got := w.counts(); !maps.Equal(got, before) {
					t.Errorf("the server holds %v, before %v", got, before)
				}
			})
		}
	})
	all := 0
	for _, n := range cuts {
		all += n
	}
	t.Logf("%d rollbacks were cut off %d times: %v", seeds, all, cuts)
	if all < seeds {
		t.Errorf("only %d cuts", all)
	}
}

func (w *world) once(path string, alone bool) (*pipeline.Undo, error) {
	if alone {
		return w.RollbackManifest(w.t.Context(), path, "", pipeline.UndoOptions{})
	}
	return w.Rollback(w.t.Context(), pipeline.UndoOptions{})
}
