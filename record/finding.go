package record

// Severity ranks findings.
type Severity string

// Severities: a Blocker stops a cutover, an Error rejects its row or record, a Warning and a Note do neither.
const (
	Blocker Severity = "blocker"
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Rank orders severities, worst first (0).
func (s Severity) Rank() int {
	switch s {
	case Blocker:
		return 0
	case Error:
		return 1
	case Warning:
		return 2
	}
	return 3
}

// Finding is one thing a person should know or mend, with everything needed to find it: the user's mistakes are
// findings, ours are errors.
type Finding struct {
	Severity Severity `json:"severity"`
	Rule     string   `json:"rule"`    // stable identifier, "csv.ragged_row", "map.value_unknown"
	Message  string   `json:"message"` // one sentence, without the raw value where Personal is set
	Hint     string   `json:"hint,omitempty"`
	Table    string   `json:"table,omitempty"`
	File     string   `json:"file,omitempty"`
	Sheet    string   `json:"sheet,omitempty"`
	Row      int64    `json:"row,omitempty"`
	Line     int64    `json:"line,omitempty"`
	Column   string   `json:"column,omitempty"`
	Raw      string   `json:"raw,omitempty"`
	Mapping  string   `json:"mapping,omitempty"`
	At       string   `json:"at,omitempty"`       // mapping file:line:col
	Record   string   `json:"record,omitempty"`   // external id
	Rows     int64    `json:"rows,omitempty"`     // rows a grouped finding stands for; 0 means 1
	Personal bool     `json:"personal,omitempty"` // Raw is masked
	Owner    string   `json:"owner,omitempty"`    // who mends it
}
