package profile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"
)

const (
	joinValues  = 20_000    // distinct values a column that are tried against the keys
	joinSample  = 1_000     // the same once joinTotal values are kept
	joinTotal   = 2_000_000 // over all tables
	joinKeys    = 8_000_000 // hashes of keys over all tables
	orphansKept = 10
)

// joinIndex keeps of each table what is needed to see how tables hang together: the values of the columns that may
// refer, and the hashes of the keys that may be referred to. Both are bounded over all tables.
type joinIndex struct {
	columns []*joinColumn
	keys    []*joinKey
	values  int
	hashes  int
	raw     int
}

type joinColumn struct {
	source, column int
	values         []joinValue
	approximate    bool
}

type joinValue struct {
	hash uint64
	sample
}

type joinKey struct {
	source, column int
	rank           int
	set            hashSet
	stripped       *hashSet // of the values without leading zeros; nil where there is none
	damaged        *hashSet // what stands in quarantined rows of the table
}

func pairHash(a, b string) uint64 {
	return xxh3.HashString(a)*0x9E3779B97F4A7C15 ^ xxh3.HashString(b)
}

func stripZeros(s string) string {
	if allDigits(s) {
		return strings.TrimLeft(s, "0")
	}
	return s
}

func (j *joinIndex) add(t *table, s *Source, index int) {
	damaged := j.damaged(t)
	for i, c := range t.columns {
		p := &s.Columns[i]
		if p.Name == "" || p.MaxLength > longestKey || p.Type != TypeInteger && p.Type != TypeText {
			continue
		}
		j.addColumn(c, index, i)
		if s.HasKey(p.Name) && p.Semantic != "email" && p.Semantic != "phone" {
			j.addKey(c, p, &joinKey{source: index, column: i, rank: keyRank(p.Name, s.Name), damaged: damaged})
		}
	}
}

// damaged collects the fields of quarantined rows, as far as they can be told, to explain missing keys.
func (j *joinIndex) damaged(t *table) *hashSet {
	set := &hashSet{}
	for _, raw := range t.raws {
		if j.raw += len(raw); j.raw > rawTotal {
			break
		}
		for _, f := range strings.FieldsFunc(raw, func(r rune) bool { return strings.ContainsRune(",;|\t\"\r\n", r) }) {
			if f = strings.TrimSpace(f); f != "" && len(f) <= longestKey {
				set.insert(xxh3.HashString(f))
			}
		}
	}
	return set
}

func (j *joinIndex) addColumn(c *column, source, index int) {
	limit := joinValues
	if j.values > joinTotal {
		limit = joinSample
	}
	jc := &joinColumn{source: source, column: index, approximate: c.overflow}
	for i := range c.entries {
		e := &c.entries[i]
		text := strings.TrimSpace(e.text)
		if isNothing(text) {
			continue
		}
		h := e.hash
		if len(text) != len(e.text) {
			h = xxh3.HashString(text)
		}
		jc.values = append(jc.values, joinValue{h, sample{text, e.count, e.row, e.line}})
	}
	if len(jc.values) > limit {
		// The values with the smallest hashes are a sample that does not depend on their order.
		slices.SortFunc(jc.values, func(a, b joinValue) int { return cmp.Compare(a.hash, b.hash) })
		jc.values, jc.approximate = slices.Clone(jc.values[:limit]), true
	}
	if len(jc.values) > 0 {
		j.values += len(jc.values)
		j.columns = append(j.columns, jc)
	}
}

func (j *joinIndex) addKey(c *column, p *Column, k *joinKey) {
	if c.unsure || j.hashes > joinKeys {
		return
	}
	if c.keys != nil {
		k.set = *c.keys
	}
	if p.Digits {
		k.stripped = &hashSet{}
	}
	for i := range c.entries {
		text := strings.TrimSpace(c.entries[i].text)
		h := xxh3.HashString(text)
		k.set.insert(h)
		if k.stripped != nil {
			k.stripped.insert(xxh3.HashString(stripZeros(text)))
		}
	}
	j.hashes += k.set.len()
	j.keys = append(j.keys, k)
}

// match is how well a column's values stand in a key.
type match struct {
	covered, coveredRows int64
	orphans              int64
	orphanRows           int64
	explained            int64
	stripped             bool
	examples             []joinValue
}

// try looks all values of a column up in a key. It gives up once more than half of them are missing and cannot be
// explained.
func (k *joinKey) try(c *joinColumn, strip bool) (m match, ok bool) {
	set := &k.set
	if strip {
		m.stripped = true
		if k.stripped != nil {
			set = k.stripped
		}
	}
	half := int64(len(c.values)) / 2
	for i := range c.values {
		v := &c.values[i]
		h := v.hash
		if strip {
			h = xxh3.HashString(stripZeros(v.text))
		}
		if set.has(h) {
			m.covered++
			m.coveredRows += v.rows
			continue
		}
		m.orphans++
		m.orphanRows += v.rows
		if k.damaged.has(v.hash) {
			m.explained++
		}
		if m.orphans-m.explained > half {
			return m, false
		}
		m.examples = append(m.examples, *v)
	}
	return m, m.covered > 0
}

// share is the part of the distinct values that stands in the key, those in quarantined rows included.
func (m *match) share() float64 {
	return float64(m.covered+m.explained) / float64(m.covered+m.orphans)
}
