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
	case Integer, Float, Monetary, M2ORef:
		return record.Number
	case Boolean:
		return record.Boolean
	case Date:
		return record.Date
	case DateTime:
		return record.DateTime
	case Many2one, Reference:
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
	Value string `json:"value"`
	Label string `json:"label"`
}

// Field is one field of a model.
type Field struct {
	Name         string   `json:"name"`
	Type         Type     `json:"type"`
	Label        string   `json:"label,omitempty"`
	Relation     string   `json:"relation,omitempty"`      // comodel of a relational field
	InverseField string   `json:"inverse_field,omitempty"` // many2one of the comodel that a one2many stands on
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
}

// Model is one Odoo model with its fields sorted by name.
type Model struct {
	Name     string         `json:"name"`
	Label    string         `json:"label,omitempty"`
	Fields   []Field        `json:"fields"`
	Defaults map[string]any `json:"defaults,omitempty"` // default_get of the fields that have one
}

// Field finds a field by name.
func (m *Model) Field(name string) (Field, bool) {
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
	Models         []Model  `json:"models"`                   // sorted by name
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
