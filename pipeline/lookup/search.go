package lookup

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// How many keys one call asks for. A pattern costs Odoo's database more than a key.
const (
	chunk        = 5000
	patternChunk = 200
)

// search asks for the records of one model by one field.
type search struct {
	t          Target
	model      string
	path       string // a field, or a path through many2one: partner_id.ref
	find       record.Find
	scopeField string
	scopes     map[string]int64 // scope reference -> id
	company    int64            // whose records these are, or no company's; 0 where the scope is no company
	refs       []record.Ref
}

// hitKey is what a record is found by.
type hitKey struct {
	scope int64
	key   string
}

func (s search) chunk() int {
	if s.find.AnyCase && s.path != "id" {
		return patternChunk
	}
	return chunk
}

func (s search) keyOf(ref record.Ref) hitKey {
	return hitKey{s.scopes[ref.ScopeValue], s.fold(ref.Key)}
}

func (s search) fold(key string) string {
	if s.find.AnyCase {
		return strings.ToLower(key)
	}
	return key
}

func (s search) more() map[string]any {
	if s.find.Lang == "" {
		return nil
	}
	return map[string]any{"lang": s.find.Lang}
}

// some finds the records of a part of the references, by what they were found by; ids rise.
func (s search) some(ctx context.Context, refs []record.Ref) (map[hitKey][]int64, error) {
	domain, err := s.domain(refs)
	if err != nil || domain == nil {
		return nil, err
	}
	head, rest, through := strings.Cut(s.path, ".")
	fields := []string{"id"}
	if head != "id" {
		fields = append(fields, head)
	}
	if s.scopeField != "" && s.scopeField != head && s.company == 0 {
		fields = append(fields, s.scopeField)
	}
	rows, err := s.t.SearchReadIn(ctx, s.model, domain, fields, 0, s.more())
	if err != nil {
		return nil, err
	}
	keys := func(row map[string]any) string { return keyText(row[head]) }
	if through {
		texts, err := s.through(ctx, s.model, head, rest, rows)
		if err != nil {
			return nil, err
		}
		keys = func(row map[string]any) string { return texts[idOf(row[head])] }
	}
	found := map[hitKey][]int64{}
	for _, row := range rows {
		k := hitKey{key: s.fold(keys(row))}
		switch {
		case s.company != 0:
			k.scope = s.company
		case s.scopeField != "":
			k.scope = idOf(row[s.scopeField])
		}
		found[k] = append(found[k], idOf(row["id"]))
	}
	for _, ids := range found {
		slices.Sort(ids)
	}
	return found, nil
}

// domain is the condition in Odoo's prefix notation; nil where nothing can be found.
func (s search) domain(refs []record.Ref) ([]any, error) {
	var domain []any
	switch {
	case s.company != 0:
		// What belongs to no company is every company's.
		domain = append(domain, []any{s.scopeField, "in", []any{s.company, false}})
	case s.scopeField != "":
		domain = append(domain, []any{s.scopeField, "in", slices.Sorted(maps.Values(s.scopes))})
	}
	keys := make([]string, 0, len(refs))
	for _, ref := range refs {
		keys = append(keys, ref.Key)
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	switch {
	case s.path == "id":
		ids := []int64{}
		for _, k := range keys {
			if id, err := strconv.ParseInt(k, 10, 64); err == nil && id > 0 {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			return nil, nil
		}
		return append(domain, []any{"id", "in", ids}), nil
	case s.find.AnyCase:
		for range len(keys) - 1 {
			domain = append(domain, "|")
		}
		for _, k := range keys {
			domain = append(domain, []any{s.path, "=ilike", likeEscaper.Replace(k)})
		}
		return domain, nil
	}
	return append(domain, []any{s.path, "in", keys}), nil
}

// likeEscaper makes a pattern of a text that stands for itself.
var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// through reads the texts at the end of a path for the records that the rows' field leads to: one call a step.
func (s search) through(ctx context.Context, model, head, rest string, rows []map[string]any) (map[int64]string, error) {
	relation, err := s.t.Relation(ctx, model, head)
	if err != nil {
		return nil, err
	}
	if relation == "" {
		return nil, record.Advise(fmt.Errorf("%s of %s leads to no other model", head, model), "Write a path of many2one fields, such as res.partner.bank.partner_id.ref.")
	}
	ids := []int64{}
	for _, row := range rows {
		if id := idOf(row[head]); id != 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	next, after, deeper := strings.Cut(rest, ".")
	there, err := s.t.SearchReadIn(ctx, relation, []any{[]any{"id", "in", slices.Compact(ids)}}, []string{"id", next}, 0, s.more())
	if err != nil {
		return nil, err
	}
	out := map[int64]string{}
	if !deeper {
		for _, row := range there {
			out[idOf(row["id"])] = keyText(row[next])
		}
		return out, nil
	}
	texts, err := s.through(ctx, relation, next, after, there)
	for _, row := range there {
		out[idOf(row["id"])] = texts[idOf(row[next])]
	}
	return out, err
}

// keyText is a value as keys spell it; what is empty in Odoo (false) is no key.
func keyText(v any) string {
	if v == nil || v == false {
		return ""
	}
	return fmt.Sprint(v)
}

func idOf(v any) int64 {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	id, err := n.Int64()
	if err != nil {
		return 0
	}
	return id
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
