package profile_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// stream is a source of several tables in one stream, as XML is: its passes are counted, and reading one table alone is
// one, too.
type stream struct {
	tables []*fake
	passes int
}

func (s *stream) File() connectors.File { return connectors.File{Path: "all.xml", Size: 1} }
func (s *stream) Close() error          { return nil }

func (s *stream) Tables(context.Context) (out []connectors.Table, err error) {
	for _, t := range s.tables {
		out = append(out, t.table)
	}
	return out, nil
}

func (s *stream) Batches(ctx context.Context, name string) iter.Seq2[*record.Batch, error] {
	s.passes++
	i := slices.IndexFunc(s.tables, func(t *fake) bool { return t.table.Name == name })
	return s.tables[i].Batches(ctx, name)
}

// AllBatches takes turns between the tables.
func (s *stream) AllBatches(ctx context.Context) iter.Seq2[*record.Batch, error] {
	s.passes++
	return func(yield func(*record.Batch, error) bool) {
		for at, more := 0, true; more; at += 7 {
			more = false
			for _, t := range s.tables {
				if at >= len(t.rows) {
					if at == 0 || t.fail == nil {
						continue
					}
					yield(nil, t.fail)
					return
				}
				more = true
				if !yield(&record.Batch{Table: t.table.Name, Columns: t.table.Columns, Rows: t.rows[at:min(at+7, len(t.rows))]}, ctx.Err()) {
					return
				}
			}
		}
	}
}

func threeTables() []*fake {
	return []*fake{
		made("orders", "order_no|customer_no|day", 300, func(i int) []string {
			return []string{fmt.Sprint("A", i), fmt.Sprint("C-", i%40), fmt.Sprintf("2024-01-%02d", i%28+1)}
		}),
		made("lines", "order_no|line_no|item", 900, func(i int) []string {
			return []string{fmt.Sprint("A", i/3), fmt.Sprint(i % 3), fmt.Sprint("item ", i%11)}
		}),
		made("customers", "customer_no|name", 40, func(i int) []string { return []string{fmt.Sprint("C-", i), fmt.Sprint("Name ", i%39)} }),
	}
}

// TestTablesOfOneStreamAreReadTogether profiles a stream of three tables in one pass, and proves keys of several columns
// and rows that are nearly equal in one more. The report is that of the same tables on their own.
func TestTablesOfOneStreamAreReadTogether(t *testing.T) {
	all := &stream{tables: threeTables()}
	r, err := profile.Run(t.Context(), []profile.Input{{Name: "all", Source: all}}, profile.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if all.passes != 2 {
		t.Errorf("the stream was read %d times, want 2", all.passes)
	}
	single := run(t, profile.Options{}, threeTables()...)
	if len(r.Sources) != 3 || len(r.Relations) != 2 || len(r.Relations) != len(single.Relations) {
		t.Fatalf("%d sources, relations %+v, %+v", len(r.Sources), r.Relations, single.Relations)
	}
	for i, got := range r.Sources {
		want := single.Sources[i]
		if got.Name != "all_"+want.Name {
			t.Errorf("name %s", got.Name)
		}
		if !reflect.DeepEqual(got.Columns, want.Columns) || !reflect.DeepEqual(got.Keys, want.Keys) || got.Rows != want.Rows || got.NearDuplicate != want.NearDuplicate {
			t.Errorf("%s together: %+v\nalone: %+v", want.Name, got, want)
		}
	}
}

func TestAnErrorInAStreamIsReturned(t *testing.T) {
	tables := threeTables()
	tables[2].fail = errors.New("cut off")
	if _, err := profile.Run(t.Context(), []profile.Input{{Name: "all", Source: &stream{tables: tables}}}, profile.Options{}); !errors.Is(err, tables[2].fail) {
		t.Errorf("got %v", err)
	}
}

// TestFewColumnsOfManyAreExact has a wide table of which two columns have many different values: there is room for them.
func TestFewColumnsOfManyAreExact(t *testing.T) {
	const n, width = 30_000, 200
	f := &fake{table: connectors.Table{Name: "t", Format: "csv"}, size: 1_000}
	for c := range width {
		f.table.Columns = append(f.table.Columns, fmt.Sprint("field", c))
	}
	for i := range n {
		cells := make([]string, width)
		cells[0], cells[1], cells[2] = fmt.Sprint("a", i), fmt.Sprint("b", i/2), "c"
		f.rows = append(f.rows, record.Row{Pos: record.Pos{Row: int64(i + 1)}, Cells: cells})
	}
	r := run(t, profile.Options{NoKeys: true}, f)
	for i, want := range []int64{n, n / 2} {
		if c := r.Sources[0].Columns[i]; c.Approximate || c.Distinct != want {
			t.Errorf("%s: %d different values, approximate: %v; want %d", c.Name, c.Distinct, c.Approximate, want)
		}
	}
}
