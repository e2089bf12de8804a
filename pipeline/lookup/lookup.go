// Package lookup finds the database ids of records that were in the target before the migration: by natural key, alone or
// within a scope, by database id, and by external id. A million references cost a handful of calls. It changes nothing.
package lookup

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Target is what is asked; archived records and all companies are included.
type Target interface {
	// SearchReadIn takes more keys of context: the language of translated texts.
	SearchReadIn(ctx context.Context, model string, domain []any, fields []string, limit int, more map[string]any) ([]map[string]any, error)
	XMLIDs(ctx context.Context, module string, names []string) (map[string]schema.XMLID, error)
	// Relation is the model a field leads to, "" where it leads to none.
	Relation(ctx context.Context, model, field string) (string, error)
}

// Result maps the texts of references to database ids.
type Result struct {
	IDs       map[string]int64
	Models    map[string]string      // model of each reference that was found
	Missing   []string               // sorted
	Ambiguous map[string][]Candidate // reference -> the records it fits, by id; none of them is in IDs
	Near      map[string]Near        // missing reference -> what was probably meant; see Nearest
}

// Add takes in what was looked up later.
func (r *Result) Add(more *Result) {
	maps.Copy(r.IDs, more.IDs)
	maps.Copy(r.Models, more.Models)
	maps.Copy(r.Ambiguous, more.Ambiguous)
	r.Missing = append(r.Missing, more.Missing...)
	slices.Sort(r.Missing)
	r.Missing = slices.Compact(r.Missing)
}

// Candidate is one of several records a reference fits.
type Candidate struct {
	ID   int64
	Name string // display name; "" beyond the first MaxNamed
}

func (c Candidate) String() string {
	if c.Name == "" {
		return fmt.Sprintf("id %d", c.ID)
	}
	return fmt.Sprintf("%s (id %d)", c.Name, c.ID)
}

// MaxNamed is how many candidates of a reference are named.
const MaxNamed = 5

// Resolve finds all references. Those with a scope come after those the scope itself needs.
func Resolve(ctx context.Context, t Target, texts []string) (*Result, error) {
	r := &resolving{t: t, res: &Result{IDs: map[string]int64{}, Models: map[string]string{}, Ambiguous: map[string][]Candidate{}}}
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
		g := group{depth(ref), ref.Model, ref.Field, ref.ScopeField}
		byKind[g] = append(byKind[g], ref)
	}
	if err := r.languages(ctx, byKind); err != nil {
		return nil, err
	}
	if err := r.external(ctx, xmlids); err != nil {
		return nil, err
	}
	for _, g := range inOrder(byKind) {
		if err := r.natural(ctx, g, byKind[g]); err != nil {
			return nil, fmt.Errorf("look up %s by %s: %w", g.model, g.field, err)
		}
	}
	if err := r.nameCandidates(ctx); err != nil {
		return nil, err
	}
	slices.Sort(r.res.Missing)
	return r.res, nil
}

// group is what can be asked for at once.
type group struct {
	depth                    int // scopes within scopes
	model, field, scopeField string
}

// depth counts the scopes a reference stands within.
func depth(ref record.Ref) int {
	n := 0
	for ref.ScopeField != "" {
		n++
		next, err := record.ParseRef(ref.ScopeValue)
		if err != nil {
			break // withScopes has read it
		}
		ref = next
	}
	return n
}

// inOrder puts groups without a scope first.
func inOrder(byKind map[group][]record.Ref) []group {
	out := make([]group, 0, len(byKind))
	for g := range byKind {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.depth, b.depth), cmp.Compare(a.model, b.model), cmp.Compare(a.field, b.field), cmp.Compare(a.scopeField, b.scopeField))
	})
	return out
}

// resolving is a Resolve on its way.
type resolving struct {
	t   Target
	res *Result
}

// languages refuses a language the target has not: Odoo would answer with a fault, or in English.
func (r *resolving) languages(ctx context.Context, byKind map[group][]record.Ref) error {
	wanted := map[string]bool{}
	for g := range byKind {
		if lang := record.ParseFind(g.field).Lang; lang != "" {
			wanted[lang] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	rows, err := r.t.SearchReadIn(ctx, "res.lang", []any{[]any{"active", "=", true}}, []string{"code"}, 0, nil)
	if err != nil {
		return fmt.Errorf("read the target's languages: %w", err)
	}
	for _, row := range rows {
		delete(wanted, fmt.Sprint(row["code"]))
	}
	for _, lang := range sortedKeys(wanted) {
		return record.Advise(fmt.Errorf("the target has no language %s, in which names are looked up", lang), "Activate the language in Odoo, or look up without lang: "+lang+".")
	}
	return nil
}

func (r *resolving) external(ctx context.Context, names []string) error {
	for part := range slices.Chunk(names, chunk) {
		found, err := r.t.XMLIDs(ctx, "", part)
		if err != nil {
			return err
		}
		for _, n := range part {
			if x, ok := found[n]; ok {
				r.res.IDs[n], r.res.Models[n] = x.ResID, x.Model
			} else {
				r.res.Missing = append(r.res.Missing, n)
			}
		}
	}
	return nil
}

// natural looks up references of one kind, by one field after the other: a later one only where the earlier ones found
// nothing.
func (r *resolving) natural(ctx context.Context, g group, refs []record.Ref) error {
	find := record.ParseFind(g.field)
	refs, scopes := r.scoped(refs)
	for _, path := range find.Fields {
		if len(refs) == 0 {
			return nil
		}
		var rest []record.Ref
		for _, s := range r.searches(g, path, find, refs, scopes) {
			missing, err := r.search(ctx, s)
			if err != nil {
				return err
			}
			rest = append(rest, missing...)
		}
		refs = rest
	}
	for _, ref := range refs {
		r.res.Missing = append(r.res.Missing, ref.String())
	}
	return nil
}

// searches are the searches for references of one kind by one field: one for all of them, or one a company, since codes
// of accounts and the like are each company's own.
func (r *resolving) searches(g group, path string, find record.Find, refs []record.Ref, scopes map[string]int64) []search {
	s := search{t: r.t, model: g.model, path: path, find: find, scopeField: g.scopeField, scopes: scopes, refs: refs}
	if g.scopeField != "company_id" && g.scopeField != "company_ids" {
		return []search{s}
	}
	byCompany := map[int64][]record.Ref{}
	for _, ref := range refs {
		id := scopes[ref.ScopeValue]
		byCompany[id] = append(byCompany[id], ref)
	}
	var out []search
	for _, id := range slices.Sorted(maps.Keys(byCompany)) {
		s.company, s.refs = id, byCompany[id]
		out = append(out, s)
	}
	return out
}

// search settles the references of a search that records fit, and returns the others.
func (r *resolving) search(ctx context.Context, s search) ([]record.Ref, error) {
	if s.company != 0 {
		ctx = schema.InCompany(ctx, s.company)
	}
	var missing []record.Ref
	for part := range slices.Chunk(s.refs, s.chunk()) {
		found, err := s.some(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, ref := range part {
			if !r.take(ref, found[s.keyOf(ref)]) {
				missing = append(missing, ref)
			}
		}
	}
	return missing, nil
}

// scoped sorts out references whose scope is not in the target, and finds the ids of the others' scopes.
func (r *resolving) scoped(refs []record.Ref) ([]record.Ref, map[string]int64) {
	scopes := map[string]int64{}
	var out []record.Ref
	for _, ref := range refs {
		if ref.ScopeField != "" {
			id, ok := r.res.IDs[ref.ScopeValue]
			if !ok {
				r.res.Missing = append(r.res.Missing, ref.String())
				continue
			}
			scopes[ref.ScopeValue] = id
		}
		out = append(out, ref)
	}
	return out, scopes
}

// take settles a reference, if any record fits.
func (r *resolving) take(ref record.Ref, ids []int64) bool {
	text := ref.String()
	switch len(ids) {
	case 0:
		return false
	case 1:
		r.res.IDs[text], r.res.Models[text] = ids[0], ref.Model
	default:
		for _, id := range ids {
			r.res.Ambiguous[text] = append(r.res.Ambiguous[text], Candidate{ID: id})
		}
	}
	return true
}

// nameCandidates reads the names of the records that ambiguous references fit: one call a model.
func (r *resolving) nameCandidates(ctx context.Context) error {
	byModel := map[string][]int64{}
	model := map[string]string{}
	for text, list := range r.res.Ambiguous {
		ref, err := record.ParseRef(text)
		if err != nil {
			return err
		}
		model[text] = ref.Model
		for _, c := range list[:min(len(list), MaxNamed)] {
			byModel[ref.Model] = append(byModel[ref.Model], c.ID)
		}
	}
	for _, m := range sortedKeys(byModel) {
		ids := byModel[m]
		slices.Sort(ids)
		rows, err := r.t.SearchReadIn(ctx, m, []any{[]any{"id", "in", slices.Compact(ids)}}, []string{"id", "display_name"}, 0, nil)
		if err != nil {
			return fmt.Errorf("name the candidates in %s: %w", m, err)
		}
		names := map[int64]string{}
		for _, row := range rows {
			names[idOf(row["id"])], _ = row["display_name"].(string)
		}
		for text, list := range r.res.Ambiguous {
			if model[text] != m {
				continue
			}
			for i := range list[:min(len(list), MaxNamed)] {
				list[i].Name = names[list[i].ID]
			}
		}
	}
	return nil
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
