package mappings

import (
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

// tableEndings are the files a table of values can be in.
var tableEndings = []string{".csv", ".tsv", ".txt", ".xlsx", ".xlsm"}

// valueMap reads what stands under map: of a field: the name of a shared map, a map in files, a confirmed one, or the
// plain table.
func (p *mappingParser) valueMap(rule *FieldRule, n *yamlpos.Node) {
	switch {
	case n.Kind == yamlpos.Scalar && !n.IsNull():
		rule.ValueMap = &ValueMap{Name: n.Text, At: p.doc.Where(n.Pos), use: true, doc: p.doc, pos: n.Pos}
	case longMap(n):
		rule.ValueMap = ParseValueMap(p.doc, n, "")
	default:
		rule.Map = p.values(n, "map")
	}
}

// longMap reports whether a map of YAML is about a value map, and not the table itself: it names a file of a kind that
// holds tables, or has its table under values.
func longMap(n *yamlpos.Node) bool {
	if n.Kind != yamlpos.Map {
		return false
	}
	if file := n.Get("file"); file != nil {
		return file.Kind == yamlpos.List || slices.ContainsFunc(tableEndings, func(e string) bool { return strings.HasSuffix(strings.ToLower(file.Text), e) })
	}
	values := n.Get("values")
	return values != nil && values.Kind == yamlpos.Map && values.Get("xmlid") == nil && values.Get("find") == nil
}

// values reads a plain table.
func (p *mappingParser) values(n *yamlpos.Node, what string) map[string]Constant {
	out := map[string]Constant{}
	if n.IsNull() {
		return out
	}
	if n.Kind != yamlpos.Map {
		p.doc.Report(n.Pos, "", "%s must be a map", what)
		return out
	}
	for _, pair := range n.Pairs {
		out[pair.Key] = *p.constant(pair.Value)
	}
	return out
}

// ParseValueMap reads a value map that has keys of its own: {file, sheet, from, to, confirmed} or {values, confirmed}. name
// is the one it has under maps: of migrate.yaml.
func ParseValueMap(doc *yamlpos.Document, n *yamlpos.Node, name string) *ValueMap {
	vm := &ValueMap{Name: name, At: doc.Where(n.Pos), doc: doc, pos: n.Pos, at: map[string]yamlpos.Pos{}}
	o := doc.Object(n, "a value map", valueMapKeys.Names()...)
	if n.Kind != yamlpos.Map {
		return vm
	}
	for _, pair := range n.Pairs {
		vm.at[pair.Key] = pair.Value.Pos
	}
	vm.Files, vm.Sheet, vm.From, vm.To = o.Texts("file"), o.Text("sheet"), o.Text("from"), o.Text("to")
	switch {
	case o.Has("file") && o.Has("values"):
		doc.Report(o.At("values"), "keep one of them", "the value map is in a file and here too")
	case !o.Has("file") && !o.Has("values"):
		doc.Report(n.Pos, `{file: maps/countries.xlsx, from: Legacy, to: Odoo} or {values: {D: de_DE}}`, "the value map says neither in which file it is nor its values")
	case o.Has("values"):
		p := mappingParser{doc: doc}
		vm.Values = p.values(o.Node("values"), "values")
		for _, key := range []string{"sheet", "from", "to"} {
			if o.Has(key) {
				doc.Report(o.At(key), "", "%s means nothing without file", key)
			}
		}
	}
	var files []string
	for _, file := range vm.Files {
		if slices.ContainsFunc(tableEndings, func(e string) bool { return strings.HasSuffix(strings.ToLower(file), e) }) {
			files = append(files, file)
		} else {
			doc.Report(vm.at["file"], "known endings: "+strings.Join(tableEndings, " "), "%q is no file that holds a table", file)
		}
	}
	vm.Files = files
	if (vm.From == "") != (vm.To == "") {
		doc.Report(n.Pos, "name both columns", "the value map names one of its columns only")
	}
	if o.Has("confirmed") {
		vm.Confirmed = confirmation(doc, o.Node("confirmed"))
	}
	return vm
}

// confirmation reads {by, on}. A null is none: the place to fill in.
func confirmation(doc *yamlpos.Document, n *yamlpos.Node) *Confirmation {
	if n.IsNull() {
		return nil
	}
	o := doc.Object(n, "confirmed", confirmedKeys.Names()...)
	if n.Kind != yamlpos.Map {
		return nil
	}
	o.Require(confirmedKeys.Required()...)
	c := &Confirmation{By: strings.TrimSpace(o.Text("by")), On: o.Text("on")}
	if _, err := time.Parse(time.DateOnly, c.On); err != nil && c.On != "" {
		doc.Report(o.Node("on").Pos, "such as 2026-11-02", "%q is not a day", c.On)
	}
	return c
}
