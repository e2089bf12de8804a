package odootest

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:generate sh -c "cd ../../.. && go run ./tools/capture -out connectors/odoo/odootest/odoo19.json.gz"

//go:embed odoo19.json.gz
var captured []byte

// meta is what was captured from a real server (tools/capture).
type meta struct {
	ServerVersion string                      `json:"server_version"`
	Modules       [][2]string                 `json:"modules"`
	Models        map[string]*model           `json:"models"`
	Records       map[string][]map[string]any `json:"records"`
	XMLIDs        []struct {
		Module string `json:"module"`
		Name   string `json:"name"`
		Model  string `json:"model"`
		ResID  int64  `json:"res_id"`
	} `json:"xmlids"`
	backlinks map[string][]backlink // comodel -> stored many2one fields that point to it
}

type backlink struct {
	model *model
	field *field
}

type model struct {
	name     string
	Label    string                    `json:"label"`
	Order    string                    `json:"order"`
	Fields   map[string]*field         `json:"-"`
	Raw      map[string]map[string]any `json:"fields"`
	Defaults map[string]any            `json:"defaults"`
	names    []string                  // of fields, sorted
	checked  []*field                  // required columns and links, by name
	inherits string                    // many2one by which a record holds another one's fields (_inherits)
}

type field struct {
	name, typ, label, relation, inverse, related, currency, onDelete string
	required, readonly, store, computed, translate, perCompany       bool
	digits                                                           int // -1 is none
	selection                                                        [][2]string
}

// inherited are Odoo's _inherits, which no public call tells.
var inherited = map[string]string{"product.product": "product_tmpl_id", "res.users": "partner_id", "mail.mail": "mail_message_id"}

// modelFields are what fields_get calls model_field of many2one_reference fields.
var modelFields = map[string]string{"ir.attachment.res_id": "res_model", "ir.model.data.res_id": "model", "mail.mail.res_id": "model", "mail.message.res_id": "model"}

var loadMeta = sync.OnceValue(func() *meta {
	m, err := readMeta(captured)
	if err != nil {
		panic(fmt.Sprintf("odootest: the embedded metadata is damaged: %v", err)) // a build error, never a user's
	}
	return m
})

func readMeta(packed []byte) (*meta, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	var m meta
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&m); err != nil {
		return nil, err
	}
	m.backlinks = map[string][]backlink{}
	for _, name := range slices.Sorted(maps.Keys(m.Models)) {
		m.Models[name].complete(name)
		for _, fn := range m.Models[name].names {
			f := m.Models[name].Fields[fn]
			if f.typ == "many2one" && f.store && f.related == "" {
				m.backlinks[f.relation] = append(m.backlinks[f.relation], backlink{m.Models[name], f})
			}
		}
	}
	for name, rows := range m.Records {
		for _, r := range rows {
			for k, v := range r {
				r[k] = plain(v)
				if f := m.Models[name].Fields[k]; f != nil && (f.typ == "float" || f.typ == "monetary") {
					r[k] = toFloat(r[k])
				}
			}
		}
	}
	return &m, nil
}

func (m *model) complete(name string) {
	m.name, m.inherits = name, inherited[name]
	m.Fields = make(map[string]*field, len(m.Raw))
	for fn, a := range m.Raw {
		m.Fields[fn] = newField(fn, a)
		m.names = append(m.names, fn)
	}
	slices.Sort(m.names)
	for _, fn := range m.names {
		f := m.Fields[fn]
		if f.store && f.related == "" && (f.typ == "many2one" || (f.required && !f.computed)) {
			m.checked = append(m.checked, f)
		}
	}
	for k, v := range m.Defaults {
		m.Defaults[k] = plain(v)
	}
}

func newField(name string, a map[string]any) *field {
	text := func(k string) string { s, _ := a[k].(string); return s }
	is := func(k string) bool { b, _ := a[k].(bool); return b }
	f := &field{name: name, typ: text("type"), label: text("string"), relation: text("relation"), inverse: text("relation_field"),
		related: text("related"), currency: text("currency_field"), onDelete: text("on_delete"), required: is("required"),
		readonly: is("readonly"), store: is("store"), computed: a["depends"] != nil,
		translate: is("translate"), perCompany: is("company_dependent"), digits: -1}
	if d, ok := a["digits"].([]any); ok && len(d) == 2 {
		f.digits, _ = strconv.Atoi(fmt.Sprint(d[1]))
	}
	options, _ := a["selection"].([]any)
	for _, o := range options {
		if p, ok := o.([]any); ok && len(p) == 2 {
			f.selection = append(f.selection, [2]string{fmt.Sprint(p[0]), fmt.Sprint(p[1])})
		}
	}
	return f
}

// describe is one field as fields_get tells it: what was left out of the capture because it is empty is told as such.
func (m *model) describe(name string, attributes []string) map[string]any {
	out := map[string]any{"type": "", "string": "", "required": false, "readonly": false, "store": false, "depends": []any{},
		"translate": false, "company_dependent": false, "related": false}
	if f := modelFields[m.name+"."+name]; f != "" {
		out["model_field"] = f
	}
	for k, v := range m.Raw[name] {
		if k != "on_delete" {
			out[k] = v
		}
	}
	if len(attributes) > 0 {
		for k := range out {
			if !slices.Contains(attributes, k) {
				delete(out, k)
			}
		}
	}
	return out
}

// plain turns decoded JSON into the values rows hold: int64, float64, string, bool, []any, map[string]any; nil is false.
func plain(v any) any {
	switch v := v.(type) {
	case nil:
		return false
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		if ids, ok := allInts(out); ok && len(ids) > 0 {
			return ids
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = plain(v[k])
		}
		return out
	}
	return v
}

func allInts(list []any) ([]int64, bool) {
	ids := make([]int64, len(list))
	for i, v := range list {
		n, ok := v.(int64)
		if !ok {
			return nil, false
		}
		ids[i] = n
	}
	return ids, true
}

func toFloat(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case int64:
		return float64(v)
	case string:
		f, _ := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return f
	case bool:
		if v {
			return 1
		}
	}
	return 0
}
