package books_test

import (
	"context"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/books"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fake is a source of one table in memory.
type fake struct {
	table connectors.Table
	rows  []record.Row
	fail  error // after the rows
	reads int
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
		f.reads++
		const size = 100
		for at := 0; at < len(f.rows); at += size {
			if ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			if !yield(&record.Batch{Table: table, Columns: f.table.Columns, Rows: f.rows[at:min(at+size, len(f.rows))]}, nil) {
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

// document is a source of several tables, nested in each other as an XML reader yields them.
type document []*fake

func (d document) File() connectors.File {
	return connectors.File{Path: "document.xml", Size: 1, SHA256: strings.Repeat("0", 64)}
}

func (d document) Tables(context.Context) (out []connectors.Table, err error) {
	for _, f := range d {
		out = append(out, f.table)
	}
	return out, nil
}

func (d document) Batches(ctx context.Context, table string) iter.Seq2[*record.Batch, error] {
	for _, f := range d {
		if f.table.Name == table {
			return f.Batches(ctx, table)
		}
	}
	return func(yield func(*record.Batch, error) bool) { yield(nil, connectors.ErrNoTable) }
}

func (d document) Close() error { return nil }

// elements makes the table of the elements at a path of a document.
func elements(path, text string) *fake {
	f := tableOf(path[strings.LastIndexByte(path, '/')+1:], text)
	f.table.Format = "xml"
	f.table.Detected = map[string]connectors.Detection{"rows": {Value: path, Confidence: 1}}
	return f
}

func run(t *testing.T, opt books.Options, sources ...*fake) *books.Result {
	t.Helper()
	var in []profile.Input
	for _, s := range sources {
		in = append(in, profile.Input{Name: s.table.Name, Source: s})
	}
	return runInputs(t, opt, in)
}

func runInputs(t *testing.T, opt books.Options, in []profile.Input) *books.Result {
	t.Helper()
	r, err := profile.Run(t.Context(), in, profile.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	got, err := books.Run(t.Context(), r, in, opt)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// oneBook runs and wants one book.
func oneBook(t *testing.T, sources ...*fake) (books.Book, *books.Result) {
	t.Helper()
	r := run(t, books.Options{}, sources...)
	if len(r.Books) != 1 {
		t.Fatalf("%d books, want one: %+v", len(r.Books), r.Books)
	}
	return r.Books[0], r
}

func finding(t *testing.T, r *books.Result, rule string) record.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Rule == rule {
			return f
		}
	}
	t.Fatalf("no finding %s among %+v", rule, r.Findings)
	return record.Finding{}
}

func noFindings(t *testing.T, r *books.Result) {
	t.Helper()
	for _, f := range r.Findings {
		t.Errorf("finding %s: %s", f.Rule, f.Message)
	}
}
