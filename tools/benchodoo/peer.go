package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// peerModule is the namespace of the peer's external ids.
const peerModule = "peer"

// peer loads records as the best tool beside migrate does: load with external ids, tracking off, a few calls at once. It
// reads nothing back.
type peer struct {
	server  *server
	client  *odoo.Client
	batch   int // rows a call
	workers int
	again   atomic.Int64 // calls that were repeated after a serialization failure
}

// load sends the records through a model, and returns how long it took.
func (p *peer) load(ctx context.Context, k kind, model string, recs []rec) (time.Duration, error) {
	ids, err := idsByKey(ctx, p.server, k)
	if err != nil {
		return 0, err
	}
	columns := append([]string{"id"}, peerColumns(k.fields, "", p.server.major)...)
	if k.lines != nil {
		columns = append(append(columns, k.lines.field+"/id"), peerColumns(k.lines.fields, k.lines.field+"/", p.server.major)...)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	todo := make(chan [][]string)
	var workers sync.WaitGroup
	begun := time.Now()
	for range p.workers {
		workers.Go(func() {
			for batch := range todo {
				if err := p.send(ctx, model, columns, batch); err != nil {
					stop(err) // the first one counts; the calls that are left fail with it
				}
			}
		})
	}
	for _, batch := range p.batches(k, recs, ids) {
		todo <- batch
	}
	close(todo)
	workers.Wait()
	return time.Since(begun), context.Cause(ctx)
}

// batches cuts the rows at the borders of records.
func (p *peer) batches(k kind, recs []rec, ids map[string]map[string]int64) [][][]string {
	var out [][][]string
	var rows [][]string
	for _, r := range recs {
		add := peerRows(k, r, ids)
		if len(rows) > 0 && len(rows)+len(add) > p.batch {
			out, rows = append(out, rows), nil
		}
		rows = append(rows, add...)
	}
	return append(out, rows)
}

func (p *peer) send(ctx context.Context, model string, columns []string, rows [][]string) error {
	for {
		res, err := p.client.Load(ctx, model, columns, rows)
		if schema.ClassOf(err) == schema.FaultConcurrency && p.again.Add(1) < 100 {
			continue
		}
		if err == nil && res.IDs == nil {
			err = fmt.Errorf("load %s: %v", model, res.Messages)
		}
		return err
	}
}

func peerColumns(fields []field, before string, major int) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = before + f.nameIn(major)
		switch {
		case f.kind == link && f.xmlid, f.kind == empty:
			out[i] += "/id"
		case f.kind == link:
			out[i] += "/.id"
		}
	}
	return out
}

// peerRows are the rows of a record, its first line on its own row.
func peerRows(k kind, r rec, ids map[string]map[string]int64) [][]string {
	own := peerCells(k.fields, r.cells, ids)
	head := append([]string{peerModule + "." + r.key()}, own...)
	if k.lines == nil {
		return [][]string{head}
	}
	out := make([][]string, len(r.lines))
	for i, line := range r.lines {
		if i > 0 {
			head = make([]string, len(head))
		}
		id := fmt.Sprintf("%s.%s_%d", peerModule, r.key(), i+1)
		out[i] = append(append(slices.Clone(head), id), peerCells(k.lines.fields, line, ids)...)
	}
	return out
}

func peerCells(fields []field, cells []string, ids map[string]map[string]int64) []string {
	out := slices.Clone(cells)
	for i, f := range fields {
		switch {
		case f.kind != link:
		case f.module == "base":
			out[i] = "base." + lower(cells[i])
		case f.xmlid:
			out[i] = f.module + "." + cells[i]
		default:
			out[i] = fmt.Sprint(ids[f.to][cells[i]])
		}
	}
	return out
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// idsByKey are the database ids of what a kind links to, by model and natural key.
func idsByKey(ctx context.Context, s *server, k kind) (map[string]map[string]int64, error) {
	keys, err := keysOf(ctx, s, k)
	out := map[string]map[string]int64{}
	for model, byID := range keys {
		out[model] = make(map[string]int64, len(byID))
		for id, key := range byID {
			out[model][key] = id
		}
	}
	return out, err
}

// values are a record as create takes it.
func values(k kind, r rec, ids map[string]map[string]int64, major int) map[string]any {
	out := oneRecord(k.fields, r.cells, ids, major)
	if k.lines == nil {
		return out
	}
	commands := make([]any, 0, len(r.lines))
	for _, line := range r.lines {
		commands = append(commands, []any{0, 0, oneRecord(k.lines.fields, line, ids, major)})
	}
	out[k.lines.field] = commands
	return out
}

func oneRecord(fields []field, cells []string, ids map[string]map[string]int64, major int) map[string]any {
	out := map[string]any{}
	for i, f := range fields {
		var v any = cells[i]
		switch f.kind {
		case whole, decimal:
			v = float(cells[i])
		case truth:
			v = true
		case link:
			v = ids[f.to][cells[i]]
		case empty:
			v = []any{[]any{6, 0, []any{}}}
		}
		out[f.nameIn(major)] = v
	}
	return out
}

// loud takes the client's silence off again: a typical script sends no context.
var loud = map[string]any{
	"tracking_disable": false, "mail_create_nolog": false, "mail_create_nosubscribe": false, "mail_notrack": false, "no_reset_password": false,
}

// oneByOne is what a typical script does.
func (p *peer) oneByOne(ctx context.Context, k kind, recs []rec) (time.Duration, error) {
	ids, err := idsByKey(ctx, p.server, k)
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	for _, r := range recs {
		if _, err := p.client.Call(ctx, k.peer, "create", []any{values(k, r, ids, p.server.major)}, map[string]any{"context": loud}); err != nil {
			return 0, err
		}
	}
	return time.Since(begun), nil
}

// bareRead reads what verify compares, and nothing else.
func bareRead(ctx context.Context, s *server, k kind, ids []int64) (time.Duration, int, error) {
	var lineIDs []int64
	if k.lines != nil {
		var err error
		if lineIDs, err = s.rpc.Search(ctx, k.lines.model, []any{[]any{k.lines.inverse, "in", ids}}, 0); err != nil {
			return 0, 0, err
		}
	}
	begun := time.Now()
	n, err := readAll(ctx, s, k.model, ids, fieldNames(k.fields, s.major))
	if err == nil && k.lines != nil {
		var more int
		more, err = readAll(ctx, s, k.lines.model, lineIDs, append(fieldNames(k.lines.fields, s.major), k.lines.inverse))
		n += more
	}
	return time.Since(begun), n, err
}

func readAll(ctx context.Context, s *server, model string, ids []int64, fields []string) (int, error) {
	n := 0
	for part := range slices.Chunk(ids, 1000) {
		rows, err := s.rpc.Read(ctx, model, part, fields)
		if err != nil {
			return n, err
		}
		n += len(rows)
	}
	return n, nil
}

// bareUnlink deletes records and does not look whether they are gone.
func bareUnlink(ctx context.Context, s *server, model string, ids []int64) (time.Duration, error) {
	begun := time.Now()
	for part := range slices.Chunk(ids, 1000) {
		if err := s.rpc.Unlink(ctx, model, part); err != nil {
			return 0, err
		}
	}
	return time.Since(begun), nil
}
