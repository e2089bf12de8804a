package linkage

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// blind is a source without the column that tells the truth; it notes the truth by row.
type blind struct {
	connectors.Source
	columns []string // left out
	truth   string   // column
	entity  map[int64]string
}

func (s *blind) Tables(ctx context.Context) ([]connectors.Table, error) {
	tables, err := s.Source.Tables(ctx)
	for i := range tables {
		tables[i].Columns = slices.DeleteFunc(slices.Clone(tables[i].Columns), func(c string) bool { return slices.Contains(s.columns, c) })
	}
	return tables, err
}

func (s *blind) Batches(ctx context.Context, table string) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		for b, err := range s.Source.Batches(ctx, table) {
			if err != nil {
				yield(nil, err)
				return
			}
			out := *b
			out.Columns, out.Rows = nil, nil
			var keep []int
			truth := slices.Index(b.Columns, s.truth)
			for i, c := range b.Columns {
				if !slices.Contains(s.columns, c) {
					keep, out.Columns = append(keep, i), append(out.Columns, c)
				}
			}
			for _, row := range b.Rows {
				if row.Damage == "" {
					s.entity[row.Row] = row.Cells[truth]
					cells := make([]string, len(keep))
					for i, k := range keep {
						cells[i] = row.Cells[k]
					}
					row.Cells = cells
				}
				out.Rows = append(out.Rows, row)
			}
			if !yield(&out, nil) {
				return
			}
		}
	}
}

// sharedData opens a file of ../shared/data, which lies beside the project where it exists.
func sharedData(t testing.TB, file, truth string, hide ...string) *blind {
	t.Helper()
	path := filepath.Join("../../../shared/data", file)
	if _, err := os.Stat(path); err != nil {
		t.Skip("needs the folder ../shared/data beside the project, with " + file)
	}
	s, err := csvfile.Open(t.Context(), path, connectors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &blind{Source: s, columns: append(hide, truth), truth: truth, entity: map[int64]string{}}
}

// accuracy is how the groups compare with the truth, counted in pairs.
type accuracy struct {
	found, true, right   int
	precision, recall, f float64
}

// accuracyOf compares the groups with the truth: the entity of each party.
func accuracyOf(l *linker, entity []int) accuracy {
	var a accuracy
	size := map[int]int{}
	for _, e := range entity {
		size[e]++
	}
	for _, n := range size {
		a.true += n * (n - 1) / 2
	}
	for _, g := range l.groups {
		for i, x := range g.members {
			for _, y := range g.members[i+1:] {
				a.found++
				if entity[x] == entity[y] {
					a.right++
				}
			}
		}
	}
	a.precision, a.recall = float64(a.right)/float64(max(1, a.found)), float64(a.right)/float64(max(1, a.true))
	a.f = 2 * a.precision * a.recall / max(1e-9, a.precision+a.recall)
	return a
}

func linkOne(t testing.TB, name string, s connectors.Source, opt Options) *linker {
	t.Helper()
	in := []profile.Input{{Name: name, Source: s}}
	r, err := profile.Run(t.Context(), in, profile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	opt = opt.withDefaults()
	plans, err := plan(r, opt)
	if err != nil {
		t.Fatal(err)
	}
	l, err := link(t.Context(), KindParty, plans, in, opt)
	if err != nil {
		t.Fatal(err)
	}
	if l == nil {
		t.Fatalf("nothing was compared: %+v", plans[0].Roles)
	}
	return l
}

func TestKnownTruth(t *testing.T) {
	for _, tc := range []struct {
		name, file, truth string
		entity            func(string) string
		hide              []string
		floor             float64
		pairs             int
	}{
		{"febrl 1", "dedup_febrl/dataset1.csv", "rec_id", febrlEntity, nil, 0.95, 500},
		{"febrl 3", "dedup_febrl/dataset3.csv", "rec_id", febrlEntity, nil, 0.95, 6538},
		{"febrl 1 without the national number", "dedup_febrl/dataset1.csv", "rec_id", febrlEntity, []string{"soc_sec_id"}, 0.90, 500},
		{"febrl 3 without the national number", "dedup_febrl/dataset3.csv", "rec_id", febrlEntity, []string{"soc_sec_id"}, 0.90, 6538},
		{"chicago", "dedup_chicago/csv_example_input_with_true_ids.csv", "True Id", strings.TrimSpace, []string{"Id"}, 0.80, 6608},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := sharedData(t, tc.file, tc.truth, tc.hide...)
			l := linkOne(t, "data", s, Options{})
			truth := make([]int, l.size())
			number := map[string]int{}
			for i := range truth {
				id := tc.entity(s.entity[int64(l.row[i])])
				if number[id] == 0 {
					number[id] = len(number) + 1
				}
				truth[i] = number[id]
			}
			a := accuracyOf(l, truth)
			t.Logf("%d rows, %d pairs compared, %d groups, threshold %.3f, prior %.1f bits: precision %.4f recall %.4f F1 %.4f", l.size(), l.compared, len(l.groups), probability(l.threshold), l.model.prior, a.precision, a.recall, a.f)
			if a.true != tc.pairs {
				t.Errorf("the truth has %d pairs, want %d", a.true, tc.pairs)
			}
			if a.f < tc.floor {
				t.Errorf("F1 %.4f is below %.2f", a.f, tc.floor)
			}
		})
	}
}

// febrlEntity takes the number out of "rec-223-dup-0".
func febrlEntity(id string) string { return strings.Split(strings.TrimSpace(id), "-")[1] }
