// Package lookup finds the database ids of records that were in the target before the migration: by natural key, alone or
// within a scope, and by external id. A million references cost a handful of calls. It changes nothing.
package lookup

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Target is what is asked; archived records and all companies are included.
type Target interface {
	SearchRead(ctx context.Context, model string, domain []any, fields []string, limit int) ([]map[string]any, error)
	XMLIDs(ctx context.Context, module string, names []string) (map[string]schema.XMLID, error)
}

// Result maps the texts of references to database ids.
type Result struct {
	IDs       map[string]int64
	Models    map[string]string // model of each reference that was found
	Missing   []string          // sorted
	Ambiguous map[string]int    // reference -> records it fits; none of them is in IDs
}

const chunk = 1000

// Resolve finds all references. Those with a scope come after those the scope itself needs.
func Resolve(ctx context.Context, t Target, texts []string) (*Result, error) {
	res := &Result{IDs: map[string]int64{}, Models: map[string]string{}, Ambiguous: map[string]int{}}
	byKind := map[group][]record.Ref{}
	var xmlids []string
	texts, err := withScopes(texts)
	if err != nil {
		return nil, err
	}
	for _, text := range texts {
		ref, err := record.ParseRef(text)
		if err != nil {
			return nil, err
		}
		if ref.Model == "" {
			xmlids = append(xmlids, text)
			continue
		}
		g := group{ref.Model, ref.Field, ref.ScopeField, ref.ScopeValue}
		byKind[g] = append(byKind[g], ref)
	}
	if err := res.external(ctx, t, xmlids); err != nil {
		return nil, err
	}
	for _, g := range inOrder(byKind) {
		if err := res.natural(ctx, t, g, byKind[g]); err != nil {
			return nil, fmt.Errorf("look up %s by %s: %w", g.model, g.field, err)
		}
	}
	slices.Sort(res.Missing)
	return res, nil
}

type group struct{ model, field, scopeField, scopeValue string }

// inOrder puts groups without a scope first.
func inOrder(byKind map[group][]record.Ref) []group {
	out := make([]group, 0, len(byKind))
	for g := range byKind {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b group) int {
		return cmp.Or(cmp.Compare(len(a.scopeValue), len(b.scopeValue)), cmp.Compare(a.model, b.model), cmp.Compare(a.field, b.field),
			cmp.Compare(a.scopeField, b.scopeField), cmp.Compare(a.scopeValue, b.scopeValue))
	})
	return out
}

func (r *Result) external(ctx context.Context, t Target, names []string) error {
	for part := range slices.Chunk(names, chunk) {
		found, err := t.XMLIDs(ctx, "", part)
		if err != nil {
			return err
		}
		for _, n := range part {
			if x, ok := found[n]; ok {
				r.IDs[n], r.Models[n] = x.ResID, x.Model
			} else {
				r.Missing = append(r.Missing, n)
			}
		}
	}
	return nil
}

func (r *Result) natural(ctx context.Context, t Target, g group, refs []record.Ref) error {
	var domain []any
	if g.scopeField != "" {
		scope, ok := r.IDs[g.scopeValue]
		if !ok {
			for _, ref := range refs {
				r.Missing = append(r.Missing, ref.String())
			}
			return nil
		}
		if g.scopeField == "company_id" || g.scopeField == "company_ids" {
			// What belongs to no company is every company's; some natural keys, codes of accounts, are each company's own.
			domain = append(domain, []any{g.scopeField, "in", []any{scope, false}})
			ctx = schema.InCompany(ctx, scope)
		} else {
			domain = append(domain, []any{g.scopeField, "=", scope})
		}
	}
	for part := range slices.Chunk(refs, chunk) {
		keys := make([]string, len(part))
		for i, ref := range part {
			keys[i] = ref.Key
		}
		rows, err := t.SearchRead(ctx, g.model, append(slices.Clone(domain), []any{g.field, "in", keys}), []string{"id", g.field}, 0)
		if err != nil {
			return err
		}
		found := map[string][]int64{}
		for _, row := range rows {
			if n, ok := row["id"].(json.Number); ok {
				id, _ := n.Int64()
				key := fmt.Sprint(row[g.field])
				found[key] = append(found[key], id)
			}
		}
		for _, ref := range part {
			r.take(ref, found[ref.Key])
		}
	}
	return nil
}

func (r *Result) take(ref record.Ref, ids []int64) {
	text := ref.String()
	switch len(ids) {
	case 0:
		r.Missing = append(r.Missing, text)
	case 1:
		r.IDs[text], r.Models[text] = ids[0], ref.Model
	default:
		r.Ambiguous[text] = len(ids)
	}
}

// withScopes adds the references that stand as scopes within others; the result is sorted, each of them once.
func withScopes(texts []string) ([]string, error) {
	out := slices.Clone(texts)
	for i := 0; i < len(out); i++ {
		ref, err := record.ParseRef(out[i])
		if err != nil {
			return nil, err
		}
		if ref.ScopeField != "" {
			out = append(out, ref.ScopeValue)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// IsOwn reports whether a reference is to a migrated record: an external id of the project's own module.
func IsOwn(text, module string) bool {
	return strings.HasPrefix(text, module+".") && !strings.Contains(text, "[")
}
