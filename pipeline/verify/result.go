package verify

// Classes of a compared record, and of its fields: a record is of the gravest class among its fields.
const (
	Equal      = "equal"
	Normalised = "normalised" // another text for the same, by a normalisation that the plan declares
	Logic      = "logic"      // Odoo's own logic moved it on, as the recipe of the model declares
	Since      = "since"      // somebody wrote the record after it was loaded
	Differs    = "differs"
	Missing    = "missing" // not in Odoo, or not under its external id
	Extra      = "extra"   // under an external id of the project, and nothing the ledger knows
)

// gravity orders the classes.
var gravity = []string{Equal, Normalised, Logic, Since, Differs, Missing}

// Difference is one field that does not hold what was meant, or one record that is not there (Field "").
type Difference struct {
	Mapping    string `json:"mapping"`
	Model      string `json:"model"`
	ExternalID string `json:"external_id"`
	DBID       int64  `json:"db_id"`
	Class      string `json:"class"`
	Field      string `json:"field,omitempty"`
	Want       string `json:"want,omitempty"`
	Have       string `json:"have,omitempty"`
	Rule       string `json:"rule,omitempty"`    // what is declared, of a class that rests on it
	Written    string `json:"written,omitempty"` // write_date of the record, of one that was written since
	At         string `json:"at,omitempty"`      // line of the mapping
	Source     string `json:"source,omitempty"`  // file, row and columns the value came from
}

// Mapping is the result for one mapping.
type Mapping struct {
	Mapping  string `json:"mapping"`
	Model    string `json:"model"`
	Compared int64  `json:"compared"`
	Equal    int64  `json:"equal"`
	Differs  int64  `json:"differs"`
	Missing  int64  `json:"missing"`

	Normalised int64 `json:"normalised"`
	Logic      int64 `json:"logic"`
	Since      int64 `json:"since"`

	MeantRoot string `json:"meant_root"` // Merkle root over the digests of what was meant
	OdooRoot  string `json:"odoo_root"`  // over the digests of what Odoo holds
}

// Result of a verification.
type Result struct {
	Mappings    []Mapping    `json:"mappings"`
	Differences []Difference `json:"differences,omitempty"` // at most 1,000; the counts are complete
	Fields      int64        `json:"fields"`                // values compared
	Extra       []Difference `json:"extra,omitempty"`       // at most 1,000
	Extras      int64        `json:"extras"`
	Window      Window       `json:"window"`
	Sample      *Sample      `json:"sample,omitempty"` // nil where everything was read
}

// Clean reports whether Odoo holds what was loaded, but for what is declared.
func (r *Result) Clean() bool {
	for _, m := range r.Mappings {
		if m.Since > 0 {
			return false
		}
	}
	return r.Sound()
}

// Sound reports whether nothing is wrong, lost or too much: what people wrote since is theirs, and no damage.
func (r *Result) Sound() bool {
	for _, m := range r.Mappings {
		if m.Differs+m.Missing > 0 {
			return false
		}
	}
	return r.Extras == 0
}
