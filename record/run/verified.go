package run

// Verified is what one record was found to be when it was read back.
type Verified struct {
	Mapping, Model, ExternalID string
	DBID                       int64
	Class                      string // "equal", "differs" or "missing"
	Meant                      [32]byte
	Have                       [32]byte // nothing where the record is missing
	Missing                    bool
	Fields                     []Differing // of one that differs
}

// Differing is a field that does not hold what was meant, in canonical texts.
type Differing struct{ Field, Want, Have string }
