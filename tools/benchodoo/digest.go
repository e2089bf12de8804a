package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// digestOf is the SHA-256 over records in canonical form, sorted by key; what the leg put in front is left out, and so is
// the order of a document's lines.
func digestOf(k kind, leg string, recs []rec) string {
	lines := make([]string, 0, len(recs))
	for _, r := range recs {
		cells := slices.Clone(r.cells)
		for i, f := range k.fields {
			if f.own {
				cells[i] = strings.TrimPrefix(cells[i], leg)
			}
		}
		parts := make([]string, 0, len(r.lines))
		for _, line := range r.lines {
			parts = append(parts, strings.Join(line, "\x1f"))
		}
		slices.Sort(parts)
		lines = append(lines, strings.Join(append([]string{strings.Join(cells, "\x1f")}, parts...), "\x1e"))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\x1d")))
	return hex.EncodeToString(sum[:])
}

// same holds what a leg left in Odoo against what was meant, and returns the digest of both.
func same(ctx context.Context, s *server, k kind, leg string, meant []rec) (string, error) {
	held, _, err := readBack(ctx, s, k, leg, len(meant))
	if err != nil {
		return "", err
	}
	want, got := digestOf(k, leg, meant), digestOf(k, leg, held)
	if want != got {
		return "", fmt.Errorf("%s in %s differ from what was generated: %d records instead of %d%s", k.name, s.db, len(held), len(meant), firstDifference(k, meant, held))
	}
	return got, nil
}

func firstDifference(k kind, meant, held []rec) string {
	by := map[string]rec{}
	for _, r := range held {
		by[r.key()] = r
	}
	for _, r := range meant {
		h, ok := by[r.key()]
		if !ok || digestOf(k, "", []rec{r}) != digestOf(k, "", []rec{h}) {
			return fmt.Sprintf("\n  meant %q\n  Odoo  %q", r, h)
		}
	}
	return ""
}

// readBack reads a leg's records, lines included, and their database ids.
func readBack(ctx context.Context, s *server, k kind, leg string, atMost int) ([]rec, []int64, error) {
	key := k.fields[0]
	first := map[string]string{"partners": "P", "products": "T", "orders": "O", "entries": "E"}[k.name]
	rows, err := s.rpc.SearchRead(ctx, k.model, []any{[]any{key.name, "=like", leg + first + "%"}}, fieldNames(k.fields, s.major), 0)
	if err != nil {
		return nil, nil, err
	}
	if len(rows) > atMost {
		return nil, nil, fmt.Errorf("%d %s in %s, %d were meant", len(rows), k.name, s.db, atMost)
	}
	keys, err := keysOf(ctx, s, k)
	if err != nil {
		return nil, nil, err
	}
	recs, ids, at := make([]rec, len(rows)), make([]int64, len(rows)), map[int64]int{}
	for i, row := range rows {
		ids[i] = idOf(row["id"])
		at[ids[i]] = i
		recs[i].cells = cellsOf(row, k.fields, s.major, keys)
	}
	if k.lines == nil {
		return recs, ids, nil
	}
	for part := range slices.Chunk(ids, 1000) {
		found, err := s.rpc.SearchRead(ctx, k.lines.model, []any{[]any{k.lines.inverse, "in", part}}, append(fieldNames(k.lines.fields, s.major), k.lines.inverse), 0)
		if err != nil {
			return nil, nil, err
		}
		for _, row := range found {
			i := at[idOf(row[k.lines.inverse])]
			recs[i].lines = append(recs[i].lines, cellsOf(row, k.lines.fields, s.major, keys))
		}
	}
	return recs, ids, nil
}

// keysOf are the natural keys of the records that a kind links to, by model and id.
func keysOf(ctx context.Context, s *server, k kind) (map[string]map[int64]string, error) {
	out := map[string]map[int64]string{}
	for _, f := range linksOf(k) {
		rows, err := s.rpc.SearchRead(ctx, f.to, []any{}, []string{f.by}, 0)
		if err != nil {
			return nil, err
		}
		out[f.to] = make(map[int64]string, len(rows))
		for _, row := range rows {
			if key, ok := row[f.by].(string); ok {
				out[f.to][idOf(row["id"])] = key
			}
		}
	}
	return out, nil
}

func linksOf(k kind) []field {
	all := k.fields
	if k.lines != nil {
		all = slices.Concat(all, k.lines.fields)
	}
	return slices.DeleteFunc(slices.Clone(all), func(f field) bool { return f.kind != link })
}

func fieldNames(fields []field, major int) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.nameIn(major)
	}
	return out
}

// cellsOf writes what was read as the generator writes it.
func cellsOf(row map[string]any, fields []field, major int, keys map[string]map[int64]string) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		v := row[f.nameIn(major)]
		switch f.kind {
		case text, day, instant:
			out[i], _ = v.(string)
		case truth:
			out[i] = map[bool]string{true: "1"}[v == true]
		case whole, decimal:
			n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
			if out[i] = number(n); err != nil {
				out[i] = fmt.Sprint(v)
			}
		case link:
			out[i] = keys[f.to][idOf(v)]
		case empty:
			if list, ok := v.([]any); !ok || len(list) > 0 {
				out[i] = fmt.Sprint(v)
			}
		}
	}
	return out
}

func idOf(v any) int64 {
	if n, ok := v.(json.Number); ok {
		id, _ := n.Int64() // of what is none 0, which no record has
		return id
	}
	return 0
}
