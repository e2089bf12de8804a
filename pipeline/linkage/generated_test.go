package linkage

import (
	"fmt"
	"testing"
)

// linkWorld links the parties of a world.
func linkWorld(t testing.TB, w *world, opt Options) *linker {
	t.Helper()
	in := w.inputs()
	opt = opt.withDefaults()
	plans, err := plan(profiled(t, in), opt)
	if err != nil {
		t.Fatal(err)
	}
	l, err := link(t.Context(), KindParty, plans, in, opt)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// truth numbers the rows over all tables.
func (w *world) truth(l *linker) []int {
	out := make([]int, l.size())
	for i := range out {
		out[i] = w.entity[fmt.Sprint(l.tables[l.table[i]].Table, " ", l.row[i])]
	}
	return out
}

func TestGeneratedTruth(t *testing.T) {
	for _, n := range []int{300, 3000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			w := newWorld(uint64(n))
			w.fill(n)
			l := linkWorld(t, w, Options{})
			a := accuracyOf(l, w.truth(l))
			t.Logf("%d rows, %d pairs compared, %d groups, threshold %.3f, prior %.1f bits: precision %.4f recall %.4f F1 %.4f", l.size(), l.compared, len(l.groups), probability(l.threshold), l.model.prior, a.precision, a.recall, a.f)
			if a.f < 0.95 || a.precision < 0.95 {
				t.Errorf("F1 %.4f, precision %.4f", a.f, a.precision)
			}
		})
	}
}
