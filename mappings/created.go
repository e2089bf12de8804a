package mappings

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Created is behind a mapping that nobody wrote: the one that makes the records which fields with missing: create look up
// and the target has not. Its rows are made of references, not read from a source; like every other mapping's records they
// are planned, loaded, verified, counted and rolled back.
type Created struct {
	Model      string
	Field      string // of the natural key
	ScopeField string // "" without within
	AnyCase    bool   // keys that differ by letter case only mean one record

	needs []string // mappings that make the records these stand within
}

// CreatedColumns are the columns of the rows such a mapping is applied to: what its external id is made of, the natural
// key, and the reference to the record it stands within.
var CreatedColumns = []string{"id", "key", "scope"}

// name is the name of the mapping.
func (c Created) name() string {
	name := "new_" + strings.ReplaceAll(c.Model, ".", "_")
	if c.ScopeField != "" {
		name += "_within_" + c.ScopeField
	}
	return name + "_by_" + c.Field
}

// Cells are the cells of the row that makes the record a reference means, under CreatedColumns.
func (c Created) Cells(ref record.Ref) []string {
	id := ref.Key
	if c.AnyCase {
		id = strings.ToLower(id)
	}
	if ref.ScopeField != "" {
		id = ref.ScopeValue + mergeKeySeparator + id
	}
	return []string{id, ref.Key, ref.ScopeValue}
}

// CreatedID is the external id of the record a reference means, in a mapping whose Created is set.
func (s *Set) CreatedID(m *Mapping, ref record.Ref) string {
	return s.module + "." + string(m.ID.Append(nil, m.Created.Cells(ref)[:1]))
}

// addCreated adds the mappings that fields with missing: create need.
func (s *Set) addCreated() []Problem {
	var problems []Problem
	for _, name := range s.names() {
		m := s.byName[name]
		for i := range m.Fields {
			r := &m.Fields[i]
			if r.Missing != policyCreate || r.Find == "" {
				continue
			}
			model, field := splitPath(r.Find)
			c := Created{Model: model, Field: field, ScopeField: r.Within, AnyCase: r.AnyCase}
			r.Creates = c.name()
			if at := slices.IndexFunc(s.namesOf(model), func(o string) bool { return s.byName[o].Created == nil }); at >= 0 {
				problems = append(problems, m.warning(r.key("missing"), "refer to its records by ref:",
					"mapping %s makes records of %s too, and what it makes is not there yet when keys are looked up", s.namesOf(model)[at], model))
			}
			known := s.byName[r.Creates]
			switch {
			case known == nil:
				s.byName[r.Creates] = c.mapping(m, r)
			case known.Created == nil:
				problems = append(problems, known.problem(known.at["mapping"], "give it another name", "the name %s belongs to the records that %s of %s creates", r.Creates, r.Name, m.Name))
			default:
				known.Created.AnyCase = known.Created.AnyCase || c.AnyCase
			}
			if within := m.Field(r.Within); within != nil && within.Ref != "" && s.byName[r.Creates].Created != nil {
				made := s.byName[r.Creates].Created
				made.needs = append(made.needs, within.Ref)
			}
		}
	}
	return problems
}

func (s *Set) namesOf(model string) []string {
	return slices.DeleteFunc(s.names(), func(n string) bool { return s.byName[n].Model != model })
}

// mapping is the mapping itself; what is wrong with it is reported where the field of the user's mapping says create.
func (c Created) mapping(user *Mapping, r *FieldRule) *Mapping {
	at := r.key("missing")
	digest := sha256.Sum256([]byte("created " + c.name()))
	m := &Mapping{Name: c.name(), Model: c.Model, File: user.File, Deletes: DeletesIgnore, Updates: UpdatesUpdate, Created: &c, Hash: hex.EncodeToString(digest[:]),
		Lines: map[string]string{}, Ignore: map[string]string{}, doc: user.doc, at: map[string]yamlpos.Pos{}}
	for _, key := range []string{"mapping", "model", "id", "fields", "from"} {
		m.at[key] = at
	}
	m.ID, _ = ParseIDTemplate(c.name() + "_{id}") // the name holds what an id may hold
	field := func(name, column string) FieldRule {
		return FieldRule{Name: name, At: r.At, From: []string{column}, pos: at, node: &yamlpos.Node{Pos: at}, text: &yamlpos.Node{Pos: at}}
	}
	m.Fields = append(m.Fields, field(c.Field, "key"))
	if c.ScopeField != "" {
		scope := field(c.ScopeField, "scope")
		scope.verbatim = true
		m.Fields = append(m.Fields, scope)
	}
	slices.SortFunc(m.Fields, func(a, b FieldRule) int { return strings.Compare(a.Name, b.Name) })
	return m
}
