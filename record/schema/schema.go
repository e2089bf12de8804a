// Package schema describes Odoo's models and fields as data, as fields_get tells them, and names the classes of fault a
// server can answer with. It performs no I/O.
package schema

import (
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Type is an Odoo field type (odoo/fields.py).
type Type string

// Odoo's field types.
const (
	Char      Type = "char"
	Text      Type = "text"
	HTML      Type = "html"
	Integer   Type = "integer"
	Float     Type = "float"
	Monetary  Type = "monetary"
	Boolean   Type = "boolean"
	Date      Type = "date"
	DateTime  Type = "datetime"
	Selection Type = "selection"
	Many2one  Type = "many2one"
	Many2many Type = "many2many"
	One2many  Type = "one2many"
	Reference Type = "reference"
	M2ORef    Type = "many2one_reference"
	Binary    Type = "binary"
	JSON      Type = "json"
	Props     Type = "properties"
	PropsDef  Type = "properties_definition"
)

// Relational reports whether values of the type are records of another model.
func (t Type) Relational() bool { return t == Many2one || t == Many2many || t == One2many }

// Kind is the kind of value a field of the type holds.
func (t Type) Kind() record.Kind {
	switch t {
	case Integer, Float, Monetary:
		return record.Number
	case Boolean:
		return record.Boolean
	case Date:
		return record.Date
	case DateTime:
		return record.DateTime
	case Many2one, Reference, M2ORef:
		return record.Link
	case Many2many, One2many:
		return record.Links
	case Binary:
		return record.Binary
	}
	return record.Text
}

// Option is one choice of a selection.
type Option struct {
	Value  string            `json:"value"`
	Label  string            `json:"label"`
	Labels map[string]string `json:"labels,omitempty"` // language code -> label, where the server has other languages
}

// Field is one field of a model.
type Field struct {
	Name         string   `json:"name"`
	Type         Type     `json:"type"`
	Label        string   `json:"label,omitempty"`
	Help         string   `json:"help,omitempty"`          // the text people see who hover over the field
	Relation     string   `json:"relation,omitempty"`      // comodel of a relational field
	InverseField string   `json:"inverse_field,omitempty"` // many2one of the comodel that a one2many stands on
	ModelField   string   `json:"model_field,omitempty"`   // field that names the model of a many2one_reference
	Required     bool     `json:"required,omitempty"`
	Readonly     bool     `json:"readonly,omitempty"`
	Stored       bool     `json:"stored,omitempty"`
	Computed     bool     `json:"computed,omitempty"` // has dependencies: Odoo computes it
	Translated   bool     `json:"translated,omitempty"`
	PerCompany   bool     `json:"per_company,omitempty"`
	Size         int      `json:"size,omitempty"`   // characters; 0 is unlimited
	Digits       int      `json:"digits,omitempty"` // digits after the point; valid where HasDigits
	HasDigits    bool     `json:"has_digits,omitempty"`
	Currency     string   `json:"currency,omitempty"` // currency field of a monetary
	Options      []Option `json:"options,omitempty"`
	// Labels are the field's names in the server's other languages, by language code ("de_DE").
	Labels map[string]string `json:"labels,omitempty"`
}

// Model is one Odoo model with its fields sorted by name.
type Model struct {
	Name     string         `json:"name"`
	Label    string         `json:"label,omitempty"`
	Fields   []Field        `json:"fields"`
	Defaults map[string]any `json:"defaults,omitempty"` // default_get of the fields that have one
	Uniques  []Constraint   `json:"uniques,omitempty"`  // by name
}

// Constraint is what PostgreSQL keeps unique in a model's table.
type Constraint struct {
	Name       string   `json:"name"`
	Fields     []string `json:"fields,omitempty"` // none where the definition says more than fields: a condition, an expression
	Definition string   `json:"definition"`
}

// Field finds a field by name. A field in a language ("name@fr_FR") is the field under that name.
func (m *Model) Field(name string) (Field, bool) {
	if name == Company {
		return Field{Name: name, Type: Many2one, Relation: "res.company"}, true
	}
	base, lang := SplitLanguage(name)
	f, ok := m.plainField(base)
	if lang != "" {
		f.Name = name
	}
	return f, ok
}

func (m *Model) plainField(name string) (Field, bool) {
	i, ok := slices.BinarySearchFunc(m.Fields, name, func(f Field, n string) int {
		switch {
		case f.Name < n:
			return -1
		case f.Name > n:
			return 1
		}
		return 0
	})
	if !ok {
		return Field{}, false
	}
	return m.Fields[i], true
}

// Sort orders the fields by name, as Field expects.
func (m *Model) Sort() {
	slices.SortFunc(m.Fields, func(a, b Field) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
}

// Snapshot is the metadata of a target at one moment: what validation needs when the server is not there.
type Snapshot struct {
	Version        int      `json:"version"`        // of this format: 1
	ServerVersion  string   `json:"server_version"` // "19.0"
	CurrencyDigits int      `json:"currency_digits"`
	RoundGlobally  bool     `json:"round_globally,omitempty"` // documents round the sum of their lines, not each line (res.company.tax_calculation_rounding_method)
	Modules        []string `json:"modules"`                  // installed, "name version", sorted
	Languages      []string `json:"languages,omitempty"`      // codes of the active ones, sorted; nil where they are not known
	Models         []Model  `json:"models"`                   // sorted by name
	// The rest is there only where it was asked for: it tells what fits the target, and nothing that is loaded depends
	// on it.
	Lookups []Lookup         `json:"lookups,omitempty"` // small tables that legacy values are looked up in, sorted by model
	Counts  map[string]int64 `json:"counts,omitempty"`  // records the target has already, by model, archived ones included
}

// Lookup holds the names and codes of all records of a small table of the target: countries, currencies, accounts.
type Lookup struct {
	Model   string     `json:"model"`
	Fields  []string   `json:"fields"`           // columns of Rows; "name@de_DE" is the field in another language
	Rows    [][]string `json:"rows"`             // in the order of their texts; "" where a record has no value
	Partial bool       `json:"partial,omitzero"` // the table has more records than were read: it proves nothing to be missing
}

// Column returns the values of one field in the order of the rows; nil where the field was not read.
func (l *Lookup) Column(field string) []string {
	i := slices.Index(l.Fields, field)
	if i < 0 {
		return nil
	}
	out := make([]string, len(l.Rows))
	for n, r := range l.Rows {
		out[n] = r[i]
	}
	return out
}

// Lookup finds the lookup table of a model.
func (s *Snapshot) Lookup(model string) (*Lookup, bool) {
	for i := range s.Lookups {
		if s.Lookups[i].Model == model {
			return &s.Lookups[i], true
		}
	}
	return nil, false
}

// Model finds a model by name.
func (s *Snapshot) Model(name string) (*Model, bool) {
	for i := range s.Models {
		if s.Models[i].Name == name {
			return &s.Models[i], true
		}
	}
	return nil, false
}
