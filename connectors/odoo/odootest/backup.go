package odootest

import (
	"maps"
	"slices"
)

// Backup is what a database held at one moment.
type Backup struct{ db *db }

// Backup copies the database, as a dump does.
func (s *Server) Backup() *Backup {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Backup{s.db.copied()}
}

// Restore puts a backup in the database's place: what was written since is gone, and its ids are given again.
func (s *Server) Restore(b *Backup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.db = b.db.copied()
}

// copied shares the rows, which are never changed in place.
func (d *db) copied() *db {
	out := *d
	out.tables, out.undo = map[string]*table{}, nil
	for name, t := range d.tables {
		c := &table{m: t.m, rows: maps.Clone(t.rows), next: t.next, byLink: map[string]map[int64][]int64{}}
		for field, links := range t.byLink {
			c.byLink[field] = map[int64][]int64{}
			for id, list := range links {
				c.byLink[field][id] = slices.Clone(list)
			}
		}
		out.tables[name] = c
	}
	out.xmlids, out.seqs, out.xmlOf = maps.Clone(d.xmlids), maps.Clone(d.seqs), map[recKey][]int64{}
	for key, list := range d.xmlOf {
		out.xmlOf[key] = slices.Clone(list)
	}
	return &out
}
