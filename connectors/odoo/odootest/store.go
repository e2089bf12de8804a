package odootest

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"time"
)

// row is one record. It is never changed in place: a write stores a new row, so that a rollback and the seed data shared
// by all servers need no copies.
type row map[string]any

func (r row) id() int64 { n, _ := r["id"].(int64); return n }

func (r row) ref(f string) int64 { n, _ := r[f].(int64); return n }

func (r row) text(f string) string { s, _ := r[f].(string); return s }

func (r row) num(f string) float64 { return toFloat(r[f]) }

func (r row) is(f string) bool { b, _ := r[f].(bool); return b }

func (r row) ids(f string) []int64 { l, _ := r[f].([]int64); return l }

type table struct {
	m      *model
	rows   map[int64]row
	next   int64
	byLink map[string]map[int64][]int64 // many2one -> target -> ids, for the fields that a one2many stands on
}

type recKey struct {
	model string
	id    int64
}

// db is the database: tables, the index of external ids, and the undo log of the running transaction.
type db struct {
	meta   *meta
	play   *behaviour
	tables map[string]*table
	xmlids map[string]int64   // "module.name" -> id in ir.model.data
	xmlOf  map[recKey][]int64 // record -> ids in ir.model.data
	seqs   map[string]int64
	undo   []func()
	uuid   string
}

func newDB(m *meta, now time.Time) *db {
	d := &db{meta: m, play: newBehaviour(), tables: map[string]*table{}, xmlids: map[string]int64{}, xmlOf: map[recKey][]int64{}, seqs: map[string]int64{}, uuid: newUUID()}
	for name, mod := range m.Models {
		d.tables[name] = &table{m: mod, rows: map[int64]row{}, next: 1, byLink: map[string]map[int64][]int64{}}
	}
	for _, mod := range m.Models {
		for _, f := range mod.Fields {
			t := d.tables[f.relation]
			if f.typ == "one2many" && t != nil && t.m.Fields[f.inverse] != nil && t.m.Fields[f.inverse].typ == "many2one" {
				t.byLink[f.inverse] = map[int64][]int64{}
			}
		}
	}
	for name, rows := range m.Records {
		for _, r := range rows {
			d.put(name, row(r))
		}
	}
	d.seedSystem(now)
	d.undo = nil
	return d
}

// seedSystem adds the rows that describe the database itself.
func (d *db) seedSystem(now time.Time) {
	stamp := now.UTC().Format(datetimeLayout)
	for i, mod := range d.meta.Modules {
		d.put("ir.module.module", row{"id": int64(i + 1), "name": mod[0], "latest_version": mod[1], "state": "installed", "create_date": stamp})
	}
	for i, name := range slices.Sorted(maps.Keys(d.meta.Models)) {
		d.put("ir.model", row{"id": int64(i + 1), "model": name, "name": d.meta.Models[name].Label, "order": d.meta.Models[name].Order, "state": "base"})
	}
	for i, lang := range [][2]string{{"fr_FR", "French / Français"}, {"de_DE", "German / Deutsch"}} {
		d.put("res.lang", row{"id": int64(100 + i), "code": lang[0], "name": lang[1], "active": false})
	}
	d.put("ir.config_parameter", row{"id": int64(1), "key": "database.uuid", "value": d.uuid})
	for i, x := range d.meta.XMLIDs {
		d.put("ir.model.data", row{"id": int64(i + 1), "module": x.Module, "name": x.Name, "model": x.Model, "res_id": x.ResID, "noupdate": true})
	}
}

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// put inserts or replaces a row and notes how to undo it.
func (d *db) put(name string, r row) {
	t, id := d.tables[name], r.id()
	old, had := t.rows[id]
	t.rows[id] = r
	t.next = max(t.next, id+1) // like a PostgreSQL sequence, it does not go back on rollback
	d.index(t, old, r)
	d.undo = append(d.undo, func() {
		d.index(t, t.rows[id], old)
		if had {
			t.rows[id] = old
		} else {
			delete(t.rows, id)
		}
	})
}

// drop deletes a row.
func (d *db) drop(name string, id int64) {
	t := d.tables[name]
	old, ok := t.rows[id]
	if !ok {
		return
	}
	delete(t.rows, id)
	d.index(t, old, nil)
	d.undo = append(d.undo, func() { t.rows[id] = old; d.index(t, nil, old) })
}

// index keeps the many2one and external id indexes in step with a row that goes from old to r; nil is no row.
func (d *db) index(t *table, old, r row) {
	for f, idx := range t.byLink {
		from, to := old.ref(f), r.ref(f)
		if from == to && (old == nil) == (r == nil) {
			continue
		}
		if from != 0 {
			idx[from] = remove(idx[from], old.id())
		}
		if to != 0 {
			idx[to] = add(idx[to], r.id())
		}
	}
	if t.m.name != "ir.model.data" {
		return
	}
	if old != nil {
		if key := old.text("module") + "." + old.text("name"); d.xmlids[key] == old.id() {
			delete(d.xmlids, key)
		}
		k := recKey{old.text("model"), old.ref("res_id")}
		d.xmlOf[k] = remove(d.xmlOf[k], old.id())
	}
	if r != nil {
		if key := r.text("module") + "." + r.text("name"); d.xmlids[key] == 0 {
			d.xmlids[key] = r.id() // a second one of the name is refused by the check that follows
		}
		k := recKey{r.text("model"), r.ref("res_id")}
		d.xmlOf[k] = add(d.xmlOf[k], r.id())
	}
}

// add and remove keep a sorted list; both return a new slice when they change the middle of one that others may hold.
func add(ids []int64, id int64) []int64 {
	i, ok := slices.BinarySearch(ids, id)
	if ok {
		return ids
	}
	if i == len(ids) {
		return append(ids, id)
	}
	return slices.Insert(slices.Clone(ids), i, id)
}

func remove(ids []int64, id int64) []int64 {
	i, ok := slices.BinarySearch(ids, id)
	if !ok {
		return ids
	}
	return slices.Delete(slices.Clone(ids), i, i+1)
}

// mark and rollback are a savepoint.
func (d *db) mark() int { return len(d.undo) }

func (d *db) rollback(to int) {
	for i := len(d.undo) - 1; i >= to; i-- {
		d.undo[i]()
	}
	d.undo = d.undo[:to]
}

func (d *db) commit() { d.undo = nil }

func (d *db) nextID(name string) int64 {
	t := d.tables[name]
	id := t.next
	t.next++
	return id
}

// sequence counts up within a key and is rolled back with its transaction.
func (d *db) sequence(key string) int64 {
	old := d.seqs[key]
	d.seqs[key] = old + 1
	d.undo = append(d.undo, func() { d.seqs[key] = old })
	return old + 1
}

func (t *table) sorted() []int64 { return slices.Sorted(maps.Keys(t.rows)) }
