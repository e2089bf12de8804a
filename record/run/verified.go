package run

// Verified is what one record was found to be when it was read back.
type Verified struct {
	Mapping, Model, ExternalID string
	DBID                       int64
	Class                      string // of the package verify: "equal", "differs", "missing" and so on
	Meant                      [32]byte
	Have                       [32]byte // nothing where the record is missing
	Missing                    bool
	Fields                     []Differing // of one that is not as it was meant, byte by byte
}

// Differing is a field that does not hold what was meant, in canonical texts.
type Differing struct{ Field, Want, Have string }
