package mappings

import (
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

// Problem is one mistake in a mapping file or in migrate.yaml: file, line and column (from 1), the message, a hint, and
// an excerpt with a caret. Severity is record.Error, or record.Warning for what does not keep a mapping from running.
type Problem = yamlpos.Problem

// SortProblems orders problems by file and position and drops repetitions.
func SortProblems(problems []Problem) []Problem { return yamlpos.Sort(problems) }

// Failed reports whether any problem is more than a warning.
func Failed(problems []Problem) bool { return yamlpos.Failed(problems) }

// What becomes of a record in Odoo whose source row is gone (Mapping.Deletes) or changed (Mapping.Updates), which side
// prevails where both changed a field (Mapping.Conflicts), and how a load is undone (Mapping.Undo).
const (
	DeletesIgnore  = "ignore" // the default
	DeletesArchive = "archive"
	DeletesDelete  = "delete"

	UpdatesUpdate = "update" // the default
	UpdatesAppend = "append" // never written again once created

	ConflictsSource = "source" // the source's values are written over people's
	ConflictsOdoo   = "odoo"   // the record stays as people have it
	ConflictsFields = "fields" // the field stays as people have it, until they decide; what else the source changed is written
	ConflictsManual = "manual" // the record stays as people have it, until they decide; as without the key

	UndoErase      = "erase"
	UndoCompensate = "compensate"
)

// Mapping is one mapping file.
type Mapping struct {
	Name   string
	Model  string // Odoo model
	File   string // as given to Parse
	Source string // name of a source of migrate.yaml; the first one of a union
	Where  string // expression without its "="; rows for which it is false are excluded; "" keeps all
	Reason string // why rows are excluded
	ID     IDTemplate
	Merge  *Merge // decisions by which rows become one record; nil: none

	Union []Member // the sources whose rows are united; nil where Source is the only one
	Joins []Join
	Group *Group
	Each  *Each

	Match     [][]string // natural keys, in order of preference, by which a record already in the target is adopted
	Fields    []FieldRule
	Lines     map[string]string   // one2many field -> mapping of its lines
	MoreLines map[string][]string // one2many field -> further mappings of lines of the same field
	AfterLoad []AfterLoad
	Ignore    map[string]string // source column -> reason
	Checks    []Check

	Deletes   string // DeletesIgnore, DeletesArchive or DeletesDelete
	Updates   string // UpdatesUpdate or UpdatesAppend
	Conflicts string // one of the constants, or "", which is ConflictsManual
	Undo      string // UndoErase, UndoCompensate, or "" for the recipe's own
	Order     int    // tie-break between mappings that do not depend on each other; lower first

	Hash string // SHA-256 of the file, hex

	Created *Created // set where nobody wrote the mapping: it makes records that are looked up and missing

	doc    *yamlpos.Document
	at     map[string]yamlpos.Pos // top-level key -> its value
	where  *yamlpos.Node
	ignore map[string]yamlpos.Pos // of Ignore
	lines  map[string]yamlpos.Pos // of Lines
}

// Field returns the rule of a field, or nil.
func (m *Mapping) Field(name string) *FieldRule {
	for i := range m.Fields {
		if m.Fields[i].Name == name {
			return &m.Fields[i]
		}
	}
	return nil
}

// FieldRule says how one Odoo field is made. Exactly one of From, Expression and Value is set; a file may do without.
type FieldRule struct {
	Name string
	At   string // file:line:col

	From       []string      // source columns; several only with Ref
	Expression string        // without its "="
	Value      *Constant     // the same value for every record
	File       *FileTemplate // the file that the field holds; From are its columns

	Do    []string            // steps on the text, in order: trim, squeeze, upper, lower, title, digits, strip_zeros, nfc
	Split string              // separator of a cell that holds several values
	Map   map[string]Constant // the plain table; ValueMap is set instead where the map is in files, shared or confirmed

	ValueMap *ValueMap

	Else   string // what to do with a value outside Map: reject (default), null, keep, or value
	ElseTo *Constant

	Find    string   // model.field: the natural key by which the related record is found; the first of Finds
	Finds   []string // all keys, in order
	Lang    string   // language of the key, "de_DE"; "" is the untranslated text
	AnyCase bool     // letter case of the key does not count
	Within  string   // field of this record that the related record must share
	Ref     string   // name of the mapping that makes the related record

	As      string // text, decimal, integer, boolean, date, datetime, binary, xmlid; "" is what the field's type says
	Point   string
	Group   string
	Layouts []string
	Zero    string // "null" takes 0, 00.00.0000 and the like as no value

	Default *Constant
	Missing string // null (default), reject, warn, default or create: what an empty value is, and a record the target has not
	Creates string // with Missing create: the mapping that makes the records; set by NewSet

	derived bool // company_id, the same as schema.Company: judged and reported there

	pos  yamlpos.Pos
	node *yamlpos.Node
	text *yamlpos.Node // the scalar that holds a column name or an expression

	verbatim bool // the cell is the text of a reference
}

// Constant is a value written in a mapping file. At most one of XMLID, Find and List is used.
type Constant struct {
	Null  bool
	Text  string
	XMLID string // external id, "base.main_company"
	Find  string // model.field
	Key   string // with Find
	List  []Constant
	Many  bool // the constant is a list, also when it is empty

	kind yamlpos.Type
	pos  yamlpos.Pos
	doc  *yamlpos.Document // in which pos is; nil with file
	file string            // table that it stands in
}

// AfterLoad is one method called on the records of the mapping once they are in Odoo.
type AfterLoad struct {
	Call   string // method
	When   string // condition on the record's fields; "" is always
	Expect string // condition that must hold afterwards
	Undo   string // method that takes it back; "" where nothing does
	At     string // file:line:col

	pos yamlpos.Pos
}
