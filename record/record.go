package record

// Layout is what all records of one mapping share: which model they belong to and which fields they carry.
type Layout struct {
	Mapping string
	Model   string
	Fields  []string // sorted by name
}

// Index returns the position of a field in Values, or -1.
func (l *Layout) Index(field string) int {
	for i, f := range l.Fields {
		if f == field {
			return i
		}
	}
	return -1
}

// Record is one typed target record, bound for one Odoo model.
type Record struct {
	Layout *Layout
	ID     string  // external id, "module.name"
	Values []Value // one a field of the layout
	Table  string  // source table
	Pos    Pos     // source row
}

// Get returns the value of a field; null for a field the layout does not have.
func (r *Record) Get(field string) Value {
	if i := r.Layout.Index(field); i >= 0 {
		return r.Values[i]
	}
	return Value{}
}
