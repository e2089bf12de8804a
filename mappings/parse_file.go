package mappings

import (
	"path"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// FileTemplate makes paths of files of the project: fixed text with columns in braces, "photos/{KUNNR}.jpg".
type FileTemplate struct {
	Text    string
	Columns []string // in order of appearance
	fixed   []string // fixed[i] stands before Columns[i]; the last one stands at the end
}

// fileKeys are what may stand beside file.
var fileKeys = []string{"file", "do", "missing"}

// file reads {file: "photos/{KUNNR}.jpg", missing: warn}; it reports false where the rule takes no file.
func (p *mappingParser) file(rule *FieldRule, o yamlpos.Object) bool {
	if !o.Has("file") {
		return false
	}
	n := o.Node("file")
	rule.text, rule.File = n, &FileTemplate{Text: o.Text("file")}
	rule.Do = p.steps(o)
	rule.Missing = p.policy(o, "missing")
	for _, key := range o.Keys() {
		if slices.Contains(fieldKeys.Names(), key) && !slices.Contains(fileKeys, key) {
			p.doc.Report(o.At(key), "keep file, do and missing", "%s means nothing beside file", key)
		}
	}
	rest, ok := rule.File.Text, true
	for rest != "" && ok {
		var fixed, column string
		fixed, rest, ok = strings.Cut(rest, "{")
		rule.File.fixed = append(rule.File.fixed, fixed)
		if !ok {
			break
		}
		if column, rest, ok = strings.Cut(rest, "}"); !ok || column == "" {
			p.doc.Report(n.Pos, "such as photos/{CUSTOMER_NO}.jpg", `the path has a "{" without a column and a "}"`)
			return true
		}
		rule.File.Columns = append(rule.File.Columns, column)
	}
	if len(rule.File.fixed) == len(rule.File.Columns) {
		rule.File.fixed = append(rule.File.fixed, "")
	}
	rule.From = rule.File.Columns
	if hint := outside(rule.File.Text); rule.File.Text != "" && hint != "" {
		p.doc.Report(n.Pos, "put the files into the project's folder; paths begin there", "file: %s", hint)
	}
	return true
}

// outside says why a path is none within the project's folder; "" where it is one.
func outside(text string) string {
	switch {
	case strings.HasPrefix(text, "/"), len(text) > 1 && text[1] == ':':
		return text + " is an absolute path"
	case strings.Contains(text, `\`):
		return text + ` holds a \; folders are written with /`
	case text == "" || strings.ContainsRune(text, 0) || strings.HasSuffix(text, "/"):
		return "the path names no file"
	}
	for _, part := range strings.Split(text, "/") {
		if part == ".." {
			return text + " leads out of its folder"
		}
	}
	return ""
}

// FileField is a field that takes files, and what becomes of a record whose file is not there.
type FileField struct {
	Index   int    // among the layout's fields
	Name    string // of the field
	Missing string // "reject", "warn", or anything else: the field stays empty
	Column  string // of the source
	At      string // file:line:col of the rule
}

// Files are the fields that take files. A mapping makes values with paths alone: whoever reads the files adds the
// digests and judges what is not there.
func (p *Program) Files() []FileField {
	var out []FileField
	for i := range p.fields {
		if r := p.fields[i].rule; r.File != nil {
			out = append(out, FileField{Index: p.fields[i].index, Name: r.Name, Missing: r.Missing, Column: p.fields[i].column(), At: r.At})
		}
	}
	return out
}

// checkFile holds a rule that takes files against the field.
func (c *compiler) checkFile(f *fieldProgram, odoo schema.Field, known bool) {
	f.kind = record.File
	switch {
	case !known:
	case odoo.Type != schema.Binary:
		c.fault(f.rule.key("file"), "", "%s is %s: it cannot hold a file", f.rule.Name, article(odoo.Type))
	case odoo.Required:
		c.fault(f.rule.key("file"), "give the text of the file in base64, with as: binary", "%s is required, and files are written after their record", f.rule.Name)
	}
}

// filePath makes the path of a record's file; false after an error has been reported.
func (a *application) filePath(f *fieldProgram) (record.Value, bool) {
	t := f.rule.File
	text := t.fixed[0]
	for i, slot := range f.slots {
		cell, ok := a.cell(slot)
		if ok {
			cell = f.clean(cell)
		}
		if cell == "" {
			return record.Value{}, true
		}
		text += cell + t.fixed[i+1]
	}
	if why := outside(text); why != "" {
		a.report(finding{rule: "file.outside", message: why, hint: "paths begin in the project's folder and stay in it", column: f.column(),
			raw: text, at: f.rule.At})
		return record.Value{}, false
	}
	return record.FileValue(record.FileRef{Path: path.Clean(text)}), true
}
