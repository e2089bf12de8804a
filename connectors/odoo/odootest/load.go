package odootest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// load plays BaseModel.load: rows of text become records, all or none; messages name every bad row. The order of its
// steps is the real one's, because what callers see depends on it: cells are converted first, then the batch is created,
// and only when that fails each record alone.
func (e *env) load(m *model, columns []string, rows [][]string) (map[string]any, error) {
	e.importing = true
	defer func() { e.importing = false }()
	l := &loader{env: e, model: m, start: e.db.mark(), ids: []int64{}, pending: map[string]bool{}}
	paths := make([][]string, len(columns))
	for i, c := range columns {
		paths[i] = columnPath(c)
	}
	records, err := l.extract(m, paths, rows)
	if err != nil {
		return nil, err
	}
	if err := e.allowed(m, "create"); err != nil {
		return nil, err
	}
	for i := range records {
		r := &records[i]
		r.position["record"] = i
		c := l.convertRecord(m, r)
		l.batch = append(l.batch, c)
		if c.xmlid != "" {
			l.pending[c.xmlid] = true
		}
	}
	l.flush()
	if slices.ContainsFunc(l.messages, func(x map[string]any) bool { return x["type"] == "error" }) {
		e.db.rollback(l.start)
		return map[string]any{"ids": false, "messages": anyList(l.messages), "nextrow": 0}, nil
	}
	return map[string]any{"ids": l.ids, "messages": anyList(l.messages), "nextrow": 0}, nil
}

type loader struct {
	env      *env
	model    *model
	start    int
	messages []map[string]any
	batch    []loadRecord    // converted, not yet created
	pending  map[string]bool // external ids of the batch
	ids      []int64
}

// rawRecord is a record's cells: text, or sub-records for a relational field.
type rawRecord struct {
	cells    map[string]any
	order    []string // of the fields, as the columns have them
	position map[string]any
}

type loadRecord struct {
	xmlid    string
	dbid     int64
	vals     map[string]any
	position map[string]any
}

// columnPath splits "a/b/id" and turns "a:id" and "a.id" into it, as fix_import_export_id_paths does.
func columnPath(c string) []string {
	c = strings.ReplaceAll(c, ":id", "/id")
	if head, ok := strings.CutSuffix(c, ".id"); ok && head != "" && !strings.HasSuffix(head, "/") {
		c = head + "/.id"
	}
	return strings.Split(c, "/")
}

// extract groups rows to records: a row that has values only in one2many columns continues the record above.
func (l *loader) extract(m *model, paths [][]string, rows [][]string) ([]rawRecord, error) {
	many := make([]bool, len(paths))
	for i, p := range paths {
		if p[0] == "id" || p[0] == ".id" || p[0] == "" {
			continue
		}
		f := m.Fields[p[0]]
		if f == nil {
			return nil, raise("builtins.ValueError", "odoo/orm/models.py", "_extract_records", "Invalid field name '%s'", p[0])
		}
		many[i] = f.typ == "one2many"
	}
	continues := func(r []string) bool {
		inMany, elsewhere := false, false
		for i, cell := range r {
			if cell != "" && i < len(many) {
				inMany, elsewhere = inMany || many[i], elsewhere || !many[i]
			}
		}
		return inMany && !elsewhere
	}
	var out []rawRecord
	for at := 0; at < len(rows); {
		to := at + 1
		for to < len(rows) && continues(rows[to]) {
			to++
		}
		r := rawRecord{cells: map[string]any{}, position: map[string]any{"rows": map[string]any{"from": at, "to": to - 1}}}
		for i, p := range paths {
			if err := l.cell(m, &r, paths, p, i, rows[at:to]); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
		at = to
	}
	return out, nil
}

func (l *loader) cell(m *model, r *rawRecord, paths [][]string, p []string, i int, span [][]string) error {
	name := p[0]
	f := m.Fields[name]
	if name == "id" || name == ".id" || name == "" || f.relation == "" || f.typ == "many2one_reference" {
		r.set(name, cellAt(span[0], i))
		return nil
	}
	if _, done := r.cells[name]; done {
		return nil
	}
	var sub [][]string
	var from []int
	for j, q := range paths {
		if q[0] == name {
			rest := q[1:]
			if len(rest) == 0 {
				rest = []string{""}
			}
			sub, from = append(sub, rest), append(from, j)
		}
	}
	var data [][]string
	for _, row := range span {
		cells, any := make([]string, len(from)), false
		for k, j := range from {
			cells[k] = cellAt(row, j)
			any = any || cells[k] != ""
		}
		if any {
			data = append(data, cells)
		}
	}
	target := l.env.db.meta.Models[f.relation]
	if target == nil {
		target = &model{name: f.relation}
	}
	records, err := l.extract(target, sub, data)
	if err != nil {
		return err
	}
	r.set(name, records)
	return nil
}

func (r *rawRecord) set(name string, v any) {
	if _, ok := r.cells[name]; !ok {
		r.order = append(r.order, name)
	}
	r.cells[name] = v
}

func cellAt(row []string, i int) string {
	if i < len(row) {
		return row[i]
	}
	return ""
}

func (l *loader) convertRecord(m *model, r *rawRecord) loadRecord {
	out := loadRecord{position: r.position}
	out.xmlid, _ = r.cells["id"].(string)
	if out.xmlid != "" && !strings.Contains(out.xmlid, ".") {
		out.xmlid = "__import__." + out.xmlid
	}
	if s, _ := r.cells[".id"].(string); s != "" {
		n, _ := strconv.ParseInt(s, 10, 64)
		if l.env.db.tables[m.name].rows[n] == nil {
			l.say(r.position, "error", ".id", fmt.Sprintf("Unknown database identifier '%s'", s), nil)
		} else {
			out.dbid = n
		}
	}
	out.vals = l.values(m, r, func(f *field, x *cellError) {
		kind := "error"
		if x.warning {
			kind = "warning"
		}
		text := strings.ReplaceAll(x.message, "%(field)s", f.label)
		more := map[string]any{}
		if x.more != nil {
			more["moreinfo"], more["field_name"] = x.more, f.label
		}
		l.say(r.position, kind, f.name, text, more)
	})
	return out
}

func (l *loader) say(position map[string]any, kind, field, text string, more map[string]any) {
	msg := map[string]any{"type": kind, "message": text}
	if field != "" {
		msg["field"] = field
	}
	for k, v := range position {
		msg[k] = v
	}
	for k, v := range more {
		msg[k] = v
	}
	l.messages = append(l.messages, msg)
}

// flush creates the batch at once; when that fails, one by one, to find out whose fault it is. It also runs in the
// middle of the conversion, when a cell points to a record of the batch.
func (l *loader) flush() {
	batch := l.batch
	l.batch = nil
	clear(l.pending)
	if len(batch) == 0 {
		return
	}
	point := l.env.db.mark()
	ids, err := l.store(l.model, batch, true)
	if err == nil {
		l.ids = append(l.ids, ids...)
		return
	}
	l.env.db.rollback(point)
	var global map[string]any
	if x, ok := asException(err); ok && strings.HasPrefix(x.name, "odoo.exceptions.") {
		global = map[string]any{"type": "error", "message": x.message}
		for k, v := range batch[0].position {
			global[k] = v
		}
	}
	if l.oneByOne(batch) && global != nil && !slices.ContainsFunc(l.messages, func(x map[string]any) bool { return same(x, global) }) {
		l.messages = slices.Insert(l.messages, 0, global)
	}
}

// oneByOne stores what it can and names what it cannot; it reports whether there was any of that.
func (l *loader) oneByOne(batch []loadRecord) bool {
	bad := 0
	for i, r := range batch {
		one, err := l.store(l.model, []loadRecord{r}, false)
		if err == nil {
			l.ids = append(l.ids, one...)
			continue
		}
		l.env.db.rollback(l.start)
		bad++
		l.refuse(r, err)
		if bad >= 10 && bad*10 >= i+1 {
			l.messages = append(l.messages, map[string]any{"type": "warning",
				"message": "Found more than 10 errors and more than one error per 10 records, interrupted to avoid showing too many errors."})
			break
		}
	}
	return bad > 0
}

func same(a, b map[string]any) bool {
	return a["message"] == b["message"] && a["record"] == b["record"] && a["field"] == b["field"]
}

func (l *loader) refuse(r loadRecord, err error) {
	var d *dbError
	if errors.As(err, &d) {
		l.say(r.position, "error", d.field, d.message, nil)
		return
	}
	x, ok := asException(err)
	if ok && strings.HasPrefix(x.name, "odoo.exceptions.") {
		l.say(r.position, "error", "", x.message, nil)
		return
	}
	name := "Exception"
	if ok {
		name = x.traceName()
	}
	l.say(r.position, "error", "", fmt.Sprintf("Unknown error during import: <class '%s'>: %s", name, err), map[string]any{"moreinfo": "Resolve other errors first"})
}

func asException(err error) (*exception, bool) {
	var x *exception
	ok := errors.As(err, &x)
	return x, ok
}

// store plays _load_records: records whose external id exists are written, the others created, and the external ids
// noted. A batch that names one id twice fails as a whole, as its one INSERT does on a real server.
func (l *loader) store(m *model, batch []loadRecord, together bool) ([]int64, error) {
	e := l.env
	ids := make([]int64, len(batch))
	seen := map[string]bool{}
	for i, r := range batch {
		ids[i] = r.dbid
		if r.xmlid == "" {
			continue
		}
		if together && seen[r.xmlid] {
			return nil, &dbError{message: "ON CONFLICT DO UPDATE command cannot affect row a second time"}
		}
		seen[r.xmlid] = true
		id, err := l.existing(m, r.xmlid)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	for i, r := range batch {
		if ids[i] != 0 {
			if err := e.write(m, []int64{ids[i]}, r.vals); err != nil {
				return nil, err
			}
		}
	}
	for i, r := range batch {
		if ids[i] != 0 {
			continue
		}
		id, err := e.createOne(m, r.vals)
		if err != nil {
			return nil, err
		}
		ids[i] = id
		if r.xmlid == "" {
			continue
		}
		if m.inherits != "" && !truth(r.vals[m.inherits]) {
			parent := m.Fields[m.inherits].relation
			full := r.xmlid + "_" + strings.ReplaceAll(parent, ".", "_")
			if err := e.setXMLID(full, parent, e.db.tables[m.name].rows[id].ref(m.inherits)); err != nil {
				return nil, err
			}
		}
		if err := e.setXMLID(r.xmlid, m.name, id); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// existing is the living record of an external id, 0 when there is none; an id whose record is gone is forgotten.
func (l *loader) existing(m *model, full string) (int64, error) {
	e := l.env
	x := e.db.tables["ir.model.data"].rows[e.db.xmlids[full]]
	if x == nil {
		return 0, nil
	}
	if x.text("model") != m.name {
		return 0, validationError("For external id %s when trying to create/update a record of model %s found record of different model %s (%d)",
			full, m.name, x.text("model"), x.id())
	}
	if e.db.tables[m.name].rows[x.ref("res_id")] == nil {
		e.db.drop("ir.model.data", x.id())
		return 0, nil
	}
	return x.ref("res_id"), nil
}

// setXMLID inserts an external id or points it to another record.
func (e *env) setXMLID(full, model string, id int64) error {
	module, name, _ := strings.Cut(full, ".")
	if old := e.db.xmlids[full]; old != 0 {
		e.db.drop("ir.model.data", old)
	}
	r := row{"id": e.db.nextID("ir.model.data"), "module": module, "name": name, "model": model, "res_id": id, "noupdate": false}
	e.db.put("ir.model.data", r)
	return e.checkXMLID(r)
}
