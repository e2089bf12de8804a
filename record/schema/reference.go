package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Towards is the field with the model its value leads to as its relation. A reference leads to records of several models,
// and modelOf tells which one the record at hand has; every other field is returned as it is.
func (f Field) Towards(v record.Value, modelOf func(ref string) string) Field {
	if f.Type == Reference && v.Kind() == record.Link {
		f.Relation = modelOf(v.Text())
	}
	return f
}

// Refs lists what a reference field's value refers to, so that its model can be learned; of every other field it is nil.
func (f Field) Refs(v record.Value) []string {
	if f.Type != Reference || v.Kind() != record.Link {
		return nil
	}
	return record.SplitRefs(v.Text())
}

// Takes reports whether a reference may lead to records of a model. A field whose models are not known takes any.
func (f Field) Takes(model string) bool {
	return f.Type != Reference || len(f.Options) == 0 ||
		slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == model })
}

// Models names the models a relational field leads to, for a sentence: "res.partner", "res.bank or res.partner".
func (f Field) Models() string {
	names := make([]string, len(f.Options))
	for i, o := range f.Options {
		names[i] = o.Value
	}
	if len(names) < 2 || f.Type != Reference {
		return cmp.Or(f.Relation, strings.Join(names, ""))
	}
	slices.Sort(names)
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// ReferenceText is a reference as Odoo writes and reads it: "res.partner,42".
func ReferenceText(model, id string) string { return model + "," + id }
