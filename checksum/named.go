package checksum

import (
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// AsNamed spells the references of a link as name spells the records they mean, so that it can be compared with what was
// read: one record may have several names, found by its code here and by its name there, and a set of links that names a
// record twice holds it once. A reference field is given as Towards makes it. ids are the database ids of references; one that is not among them stays as it is.
func AsNamed(f schema.Field, v record.Value, ids map[string]int64, name Naming) record.Value {
	if !f.Type.Relational() && f.Type != schema.Reference || v.Kind() != record.Link && v.Kind() != record.Links {
		return v
	}
	refs := record.SplitRefs(v.Text())
	for i, ref := range refs {
		if id, ok := ids[ref]; ok {
			refs[i] = name(f.Relation, id)
		}
	}
	return record.NewValue(v.Kind(), record.JoinRefs(refs))
}
