package profile

import (
	"errors"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"
)

const (
	joinValues  = 20_000    // distinct values a column that are tried against the keys
	joinTotal   = 1_000_000 // over all tables: a column gets a sixteenth of what is left of it
	joinLeast   = 200       // and so many in any case
	joinKeys    = 64        // keys of a table that others may refer to, those called a key first
	orphansKept = 10
)

// joinIndex keeps of each table what is needed to see how tables hang together: the values of the columns that may
// refer, and the hashes of the keys that may be referred to. Both are bounded over all tables.
type joinIndex struct {
	columns []*joinColumn
	keys    [][]*joinKey // of each table
	values  int
	raw     int
}

type joinColumn struct {
	source, column int
	called         called
	values         []joinValue
	approximate    bool
}

type joinValue struct {
	hash uint64
	sample
}

type joinKey struct {
	source, column int
	called         called
	rank           int
	set            hashSet
	stripped       *hashSet // of the values without leading zeros; nil where there is none
	keys, padded   *spill   // the same of a key whose values are too many for memory, until load
	damaged        *hashSet // what stands in quarantined rows of the table
}

func hashOf(s string) uint64 { return xxh3.HashString128(s).Lo }

func stripZeros(s string) string {
	if allDigits(s) {
		return strings.TrimLeft(s, "0")
	}
	return s
}

// add keeps a table's values, and returns what stands in its quarantined rows.
func (j *joinIndex) add(t *table, s *Source, index int) *hashSet {
	damaged := j.damaged(t)
	keys := map[string]bool{}
	for _, k := range s.Keys {
		if len(k.Columns) == 1 && len(keys) < joinKeys {
			keys[k.Columns[0]] = true
		}
	}
	for len(j.keys) <= index {
		j.keys = append(j.keys, nil)
	}
	for i, c := range t.columns {
		p := &s.Columns[i]
		if p.Name == "" || p.MaxLength > longestKey || p.Type != TypeInteger && p.Type != TypeText {
			continue
		}
		name := calledSo(s.Name, p.Name)
		j.addColumn(c, &joinColumn{source: index, column: i, called: name})
		if keys[p.Name] && p.Semantic != "email" && p.Semantic != "phone" {
			j.addKey(c, p, &joinKey{source: index, column: i, called: name, rank: keyRank(p.Name, s.Name), damaged: damaged})
		}
	}
	return damaged
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
				set.insert(hashOf(f))
			}
		}
	}
	return set
}

func (j *joinIndex) addColumn(c *column, jc *joinColumn) {
	limit := max(joinLeast, min(joinValues, (joinTotal-j.values)/16))
	// The values with the smallest hashes are a sample that does not depend on their order.
	level := c.values.level
	for len(c.values.entries)>>(level-c.values.level) > limit {
		level++
	}
	jc.approximate = c.overflow || level > c.values.level
	for i := range c.values.entries {
		e := &c.values.entries[i]
		if e.hash>>(64-level) != 0 {
			continue
		}
		text := c.values.textOf(e)
		trimmed := strings.TrimSpace(text)
		if c.nothing(trimmed) {
			continue
		}
		h := e.hash
		if len(trimmed) != len(text) {
			h = hashOf(trimmed)
		}
		jc.values = append(jc.values, joinValue{h, sample{trimmed, e.count, e.row, e.line}})
	}
	if len(jc.values) > 0 {
		j.values += len(jc.values)
		j.columns = append(j.columns, jc)
	}
}

func (j *joinIndex) addKey(c *column, p *Column, k *joinKey) {
	if c.keys != nil {
		k.keys, k.padded = c.keys, c.padded
		c.keys, c.padded = nil, nil
	}
	if p.Digits || k.padded != nil && k.padded.items > 0 {
		k.stripped = &hashSet{}
	}
	if k.keys == nil {
		for i := range c.values.entries {
			text := strings.TrimSpace(string(c.values.view(&c.values.entries[i])))
			k.set.insert(hashOf(text))
			if k.stripped != nil {
				k.stripped.insert(hashOf(stripZeros(text)))
			}
		}
	}
	j.keys[k.source] = append(j.keys[k.source], k)
}

// load brings of the keys that went to disk those that some column's values ask for.
func (j *joinIndex) load() error {
	var wanted hashSet
	for _, k := range slices.Concat(j.keys...) {
		if k.keys == nil {
			continue
		}
		if wanted.len() == 0 {
			for _, c := range j.columns {
				for i := range c.values {
					wanted.insert(c.values[i].hash)
					if s := stripZeros(c.values[i].text); len(s) < len(c.values[i].text) {
						wanted.insert(hashOf(s))
					}
				}
			}
		}
		into := func(s *hashSet) func([]uint64) bool {
			return func(words []uint64) bool {
				for _, h := range words {
					if wanted.has(h) {
						s.insert(h)
					}
				}
				return true
			}
		}
		if err := k.keys.each(func(int) {}, into(&k.set)); err != nil {
			return err
		}
		if k.stripped == nil {
			continue
		}
		// A number without zeros in front is the same stripped.
		if err := errors.Join(k.keys.each(func(int) {}, into(k.stripped)), k.padded.each(func(int) {}, into(k.stripped))); err != nil {
			return err
		}
	}
	return nil
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
			h = hashOf(stripZeros(v.text))
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
