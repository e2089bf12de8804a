package profile_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fake is a source of one table in memory.
type fake struct {
	table connectors.Table
	rows  []record.Row
	size  int  // rows a batch; 0 is all
	once  bool // may be read once only
	reads int
	fail  error
}

func (f *fake) File() connectors.File {
	return connectors.File{Path: f.table.Name + ".csv", Size: 1, SHA256: strings.Repeat("0", 64)}
}
func (f *fake) Tables(context.Context) ([]connectors.Table, error) {
	return []connectors.Table{f.table}, nil
}
func (f *fake) Close() error { return nil }

func (f *fake) Batches(ctx context.Context, table string) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		if f.reads++; f.once && f.reads > 1 {
			yield(nil, errors.New("read twice"))
			return
		}
		size := f.size
		if size == 0 {
			size = max(1, len(f.rows))
		}
		for at := 0; at < len(f.rows); at += size {
			if ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			b := &record.Batch{Table: table, Columns: f.table.Columns, Rows: f.rows[at:min(at+size, len(f.rows))]}
			if !yield(b, nil) {
				return
			}
		}
		if f.fail != nil {
			yield(nil, f.fail)
		}
	}
}

// tableOf makes a fake of lines: a header, then rows, cells separated by "|". A line that begins with "!" is damaged.
func tableOf(name, text string) *fake {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	f := &fake{table: connectors.Table{Name: name, Format: "csv", Columns: strings.Split(lines[0], "|")}}
	for i, l := range lines[1:] {
		row := record.Row{Pos: record.Pos{Row: int64(i + 1), Line: int64(i + 2)}}
		if raw, damaged := strings.CutPrefix(l, "!"); damaged {
			row.Damage, row.Raw = "too many fields", []byte(raw)
		} else {
			row.Cells = strings.Split(l, "|")
		}
		f.rows = append(f.rows, row)
	}
	return f
}

// column makes a fake of one column.
func column(name string, values ...string) *fake {
	f := &fake{table: connectors.Table{Name: "t", Format: "csv", Columns: []string{name}}}
	for i, v := range values {
		f.rows = append(f.rows, record.Row{Pos: record.Pos{Row: int64(i + 1), Line: int64(i + 2)}, Cells: []string{v}})
	}
	return f
}

func run(t *testing.T, opt profile.Options, sources ...*fake) *profile.Report {
	t.Helper()
	if opt.Now.IsZero() {
		opt.Now = now
	}
	var in []profile.Input
	for _, s := range sources {
		in = append(in, profile.Input{Name: s.table.Name, Source: s})
	}
	r, err := profile.Run(t.Context(), in, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rules(r *profile.Report) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.Rule)
	}
	return out
}

func numbered(n int, format string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, i)
	}
	return out
}
