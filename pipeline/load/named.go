package load

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// namesKept bounds the external ids a Loader remembers.
const namesKept = 50_000

// names remembers under which external ids records of the target are known, so that each is asked for once.
type names struct {
	sync.Mutex
	byModel map[string]map[int64]string // "" is a record that has none
	count   int
}

// named turns columns of database ids into columns of external ids where the records linked to repeat and all have one.
// For a database id load asks PostgreSQL row by row whether the record exists; an external id it looks up once. Both
// link the same records.
func (st *step) named(ctx context.Context, p *payload) error {
	for c, column := range p.columns {
		path, ok := strings.CutSuffix(column, "/.id")
		model := st.comodel(path)
		if !ok || model == "" {
			continue
		}
		ids, cells, err := p.linked(c)
		if err != nil {
			return err
		}
		if cells < 2*len(ids) { // too few would be saved for the call it takes
			continue
		}
		known, err := st.namesOf(ctx, model, ids)
		if err != nil {
			return err
		}
		if known == nil {
			continue
		}
		p.columns[c] = path + "/id"
		for _, row := range p.rows {
			row[c] = renamed(row[c], known)
		}
	}
	return nil
}

// linked are the distinct ids in a column, sorted, and how many links there are.
func (p *payload) linked(column int) (ids []int64, cells int, err error) {
	for _, row := range p.rows {
		for text := range strings.SplitSeq(row[column], ",") {
			if text == "" {
				continue
			}
			id, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return nil, 0, fmt.Errorf("column %s: %w", p.columns[column], err)
			}
			ids = append(ids, id)
		}
	}
	cells = len(ids)
	slices.Sort(ids)
	return slices.Compact(ids), cells, nil
}

func renamed(cell string, known map[int64]string) string {
	if cell == "" {
		return ""
	}
	parts := strings.Split(cell, ",")
	for i, text := range parts {
		id, _ := strconv.ParseInt(text, 10, 64) // linked has read it before
		parts[i] = known[id]
	}
	return strings.Join(parts, ",")
}

// comodel is the model that a path of fields leads to; "" where the schema does not know it.
func (st *step) comodel(path string) string {
	model := st.Model
	for name := range strings.SplitSeq(path, "/") {
		m, ok := st.Schema.Model(model)
		if !ok {
			return ""
		}
		f, ok := m.Field(name)
		if !ok {
			return ""
		}
		model = f.Relation
	}
	return model
}

// namesOf are the external ids of records of a model, or nil where one of them has none that load can read.
func (l *Loader) namesOf(ctx context.Context, model string, ids []int64) (map[int64]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	l.names.Lock()
	defer l.names.Unlock()
	if l.names.byModel == nil || l.names.count > namesKept {
		l.names.byModel, l.names.count = map[string]map[int64]string{}, 0
	}
	var missing []int64
	for _, id := range ids {
		if _, ok := l.names.byModel[model][id]; !ok {
			missing = append(missing, id)
		}
	}
	if err := l.names.learn(ctx, l.Target, model, missing); err != nil {
		return nil, err
	}
	out := make(map[int64]string, len(ids))
	for _, id := range ids {
		if out[id] = l.names.byModel[model][id]; out[id] == "" {
			return nil, nil
		}
	}
	return out, nil
}

// learn asks for external ids. Of several the first in the alphabet is taken, so that the same run sends the same rows.
func (n *names) learn(ctx context.Context, target Reader, model string, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := target.SearchRead(ctx, "ir.model.data", []any{[]any{"model", "=", model}, []any{"res_id", "in", ids}}, []string{"module", "name", "res_id"}, 0)
	if err != nil {
		return err
	}
	if n.byModel[model] == nil {
		n.byModel[model] = map[int64]string{}
	}
	known := n.byModel[model]
	for _, id := range ids {
		known[id] = ""
	}
	n.count += len(ids)
	for _, row := range rows {
		id := schema.ID(row["res_id"])
		module, _ := row["module"].(string)
		name, _ := row["name"].(string)
		full := module + "." + name
		if module == "" || name == "" || strings.ContainsAny(full, ", \t\n") {
			continue // load would not read it as one external id
		}
		if known[id] == "" || cmp.Less(full, known[id]) {
			known[id] = full
		}
	}
	return nil
}
