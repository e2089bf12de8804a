package project

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

// The formats, by ending of the file, and the keys that only one of them knows.
var (
	formats = map[string]string{".csv": "text", ".tsv": "text", ".txt": "text", ".xml": "XML", ".xlsx": "XLSX", ".xlsm": "XLSX"}
	keyOf   = []struct{ key, format string }{
		{"delimiter", "text"}, {"quote", "text"}, {"escape", "text"}, {"record_end", "text"}, {"widths", "text"},
		{"sheet", "XLSX"}, {"rows", "XML"}, {"namespaces", "XML"},
	}
)

func (p *parser) sources(o yamlpos.Object) {
	p.project.Sources = map[string]Source{}
	o.Each("sources", func(name string, at yamlpos.Pos, value *yamlpos.Node) {
		if !sourceName.MatchString(name) {
			p.doc.Report(at, "", "a source's name must be letters, digits and _, not %q", name)
		}
		s := p.doc.Object(value, "source "+name, sourceKeys.Names()...)
		s.Require(sourceKeys.Required()...)
		src := Source{Name: name, File: s.Text("file"), Encoding: s.Text("encoding"), Delimiter: p.characters(s, "delimiter"),
			Quote: p.character(s, "quote"), Escape: p.character(s, "escape"), RecordEnd: p.characters(s, "record_end"), Widths: p.widths(s),
			Header: s.Bool("header"), HeaderRows: p.count(s, "header_rows", 1), Skip: p.count(s, "skip", 0), Footer: p.footer(s),
			Columns: s.Texts("columns"), Nulls: s.Texts("nulls"), Key: s.Texts("key"), Amount: p.amount(s), Sheet: s.Text("sheet"), Rows: s.Text("rows"),
			Point: p.character(s, "point"), Group: p.character(s, "group"), Dates: s.Texts("dates"), Custodian: s.Text("extracted_by"),
			Table: s.Text("table"), Namespaces: p.namespaces(s), At: p.doc.Where(at)}
		p.columns(s, &src)
		p.text(s, &src)
		p.format(s, &src)
		p.style(s, &src)
		p.project.Sources[name] = src
	})
	if n := o.Node("sources"); n != nil && n.Kind == yamlpos.Map && len(n.Pairs) == 0 {
		p.doc.Report(n.Pos, "", "there is no source")
	}
}

// columns checks what is said about columns and header.
func (p *parser) columns(s yamlpos.Object, src *Source) {
	for i, column := range src.Columns {
		if slices.Contains(src.Columns[:i], column) {
			p.doc.Report(s.Node("columns").Pos, "", "column %q is named twice", column)
		}
	}
	for _, column := range src.Key {
		if len(src.Columns) > 0 && !slices.Contains(src.Columns, column) {
			p.doc.Report(s.Node("key").Pos, suggest(column, src.Columns), "the key's column %q is none of columns", column)
		}
	}
	if len(src.Columns) > 0 && len(src.Widths) > 0 && len(src.Columns) != len(src.Widths) {
		p.doc.Report(s.Node("widths").Pos, "give each column its width", "columns are %d, widths are %d", len(src.Columns), len(src.Widths))
	}
	if src.Header != nil && !*src.Header && src.HeaderRows > 0 {
		p.doc.Report(s.Node("header_rows").Pos, "leave one of them out", "a file without a header has no header_rows")
	}
}

// style checks how numbers and dates are said to be written.
func (p *parser) style(s yamlpos.Object, src *Source) {
	if src.Point != "" && src.Point == src.Group {
		p.doc.Report(s.Node("group").Pos, "leave group out", "point and group are the same")
	}
	for _, layout := range src.Dates {
		if err := mappings.CheckLayout(layout); err != nil {
			p.doc.Report(s.Node("dates").Pos, "letters: yyyy MM dd", "%s", err.Error())
		}
	}
}

// text checks how a text file divides records and fields.
func (p *parser) text(s yamlpos.Object, src *Source) {
	for _, key := range []string{"delimiter", "quote", "escape"} {
		if len(src.Widths) > 0 && s.Has(key) {
			p.doc.Report(s.At(key), "leave one of them out", "a file of fixed widths has no %s", key)
		}
	}
	switch {
	case src.Delimiter == "":
	case src.Quote != "" && strings.Contains(src.Delimiter, src.Quote):
		p.doc.Report(s.Node("quote").Pos, "", "quote is part of the delimiter")
	case src.Escape != "" && strings.Contains(src.Delimiter, src.Escape):
		p.doc.Report(s.Node("escape").Pos, "", "escape is part of the delimiter")
	case src.RecordEnd == src.Delimiter:
		p.doc.Report(s.Node("record_end").Pos, "", "record_end is the delimiter")
	}
	if src.Escape != "" && src.Escape == src.Quote {
		p.doc.Report(s.Node("escape").Pos, "leave escape out: doubled quotes are understood without it", "escape is the quote")
	}
}

// format checks the file's name, and that no key is for files of another format.
func (p *parser) format(s yamlpos.Object, src *Source) {
	if _, err := path.Match(src.File, ""); err != nil {
		p.doc.Report(s.Node("file").Pos, "such as exports/orders_*.csv", "%q is not a pattern of file names", src.File)
	}
	if s.Has("sheet") && s.Has("table") {
		p.doc.Report(s.At("table"), "leave one of them out", "sheet names the table already")
	}
	format := formats[ending(src.File)]
	if format == "" {
		return
	}
	for _, k := range keyOf {
		if s.Has(k.key) && k.format != format {
			p.doc.Report(s.At(k.key), "", "%s is for %s files, and %s is none", k.key, k.format, src.File)
		}
	}
}

// ending is the ending of a file's name, in small letters, a packed file's without that of its packing.
func ending(file string) string {
	name := strings.ToLower(file)
	for _, packed := range []string{".gz", ".xz", ".zip"} {
		name = strings.TrimSuffix(name, packed)
	}
	return path.Ext(name)
}

var escapes = strings.NewReplacer(`\t`, "\t", `\r`, "\r", `\n`, "\n")

// characters reads a text of one character or more in which \t, \r and \n stand for what they usually do; "tab" is the
// tabulator.
func (p *parser) characters(o yamlpos.Object, key string) string {
	text := escapes.Replace(o.Text(key))
	if text == "tab" {
		return "\t"
	}
	if n := o.Node(key); n != nil && n.Kind == yamlpos.Scalar && !n.IsNull() && text == "" {
		p.doc.Report(n.Pos, "leave it out to have it detected", "%s is empty", key)
	}
	return text
}

// character reads one character.
func (p *parser) character(o yamlpos.Object, key string) string {
	text := o.Text(key)
	if o.Has(key) && len([]rune(text)) > 1 {
		p.doc.Report(o.Node(key).Pos, "", "%s must be one character, not %q", key, text)
	}
	return text
}

// count reads a number of lines or rows; 0 where the key is absent.
func (p *parser) count(o yamlpos.Object, key string, least int) int {
	n := o.Int(key)
	switch node := o.Node(key); {
	case node == nil || n >= least || n == 0 && node.Text != "0":
	case least == 0:
		p.doc.Report(node.Pos, "", "%s cannot be negative", key)
	default:
		p.doc.Report(node.Pos, "", "%s must be %d at least", key, least)
	}
	return n
}

// footer is the number of lines below the last row; where the file says that there are none, -1 keeps readers from
// looking for some.
func (p *parser) footer(o yamlpos.Object) int {
	n := p.count(o, "footer", 0)
	if node := o.Node("footer"); node != nil && node.Text == "0" {
		return -1
	}
	return n
}

func (p *parser) widths(o yamlpos.Object) []int {
	n := o.Node("widths")
	if n == nil {
		return nil
	}
	if n.Kind != yamlpos.List || len(n.Items) == 0 {
		p.doc.Report(n.Pos, "such as [8, 30, 12]", "widths must be a list of whole numbers")
		return nil
	}
	var out []int
	for _, item := range n.Items {
		w, err := strconv.Atoi(item.Text)
		if item.Kind != yamlpos.Scalar || err != nil || w < 1 {
			p.doc.Report(item.Pos, "", "a width must be a whole number of characters, 1 at least")
			continue
		}
		out = append(out, w)
	}
	return out
}

// namespaces reads the prefixes, and checks those used in rows against them.
func (p *parser) namespaces(o yamlpos.Object) map[string]string {
	if !o.Has("namespaces") {
		return nil
	}
	out := map[string]string{}
	o.Each("namespaces", func(prefix string, _ yamlpos.Pos, value *yamlpos.Node) {
		if out[prefix] = p.doc.Text(value, "the namespace of "+prefix); out[prefix] == "" && value.Kind == yamlpos.Scalar && !value.IsNull() {
			p.doc.Report(value.Pos, "such as urn:StandardAuditFile-Taxation-Financial:NO", "the namespace of %s is empty", prefix)
		}
	})
	for step := range strings.SplitSeq(o.Text("rows"), "/") {
		prefix, _, ok := strings.Cut(step, ":")
		if _, known := out[prefix]; ok && !known {
			all := slices.Sorted(maps.Keys(out))
			hint := suggest(prefix, all)
			if hint == "" {
				hint = fmt.Sprintf("namespaces has %s", strings.Join(all, ", "))
			}
			p.doc.Report(o.Node("rows").Pos, hint, "the prefix %q is none of namespaces", prefix)
		}
	}
	return out
}
