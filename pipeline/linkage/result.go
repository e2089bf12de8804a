package linkage

import "github.com/odoo-migrate/odoo-migrate/record"

// Version is the version of the result's JSON.
const Version = 1

// Result is what look like duplicates. It proposes: what is one party is for people to decide.
type Result struct {
	Version   int              `json:"version"`
	Tables    []Roles          `json:"tables"`   // all tables of the report, in its order
	Compared  int64            `json:"compared"` // pairs compared
	Pairs     int64            `json:"pairs"`    // pairs proposed
	Rows      int64            `json:"rows"`     // rows that stand in some group
	Found     int64            `json:"found"`    // groups found; Groups has the first of them
	Groups    []Group          `json:"groups"`   // the surest first
	Models    []Model          `json:"models"`   // how pairs were found and weighed, one a kind
	Truncated Truncated        `json:"truncated"`
	Masked    bool             `json:"masked,omitempty"` // personal values are masked
	Findings  []record.Finding `json:"-"`                // they stand among the audit's
}

// Truncated counts what the result or the search left out.
type Truncated struct {
	Groups  int64 `json:"groups,omitempty"`  // groups found but not listed
	Members int64 `json:"members,omitempty"` // members of listed groups that are not listed
	Pairs   int64 `json:"pairs,omitempty"`   // pairs of listed groups that are not explained
	Blocks  int64 `json:"blocks,omitempty"`  // sets of rows with one key that were too large to compare all with all
	Dropped int64 `json:"dropped,omitempty"` // likely pairs beyond the 60 best of one row
}

// Group is a set of rows that look like one party or product.
type Group struct {
	Number      int      `json:"number"` // from 1
	Kind        string   `json:"kind"`
	Probability float64  `json:"probability"` // of the weakest pair that holds it together, 0 to 1
	Size        int      `json:"size"`        // rows
	Keep        int      `json:"keep"`        // index of the member with the most values: the proposed survivor
	Members     []Member `json:"members"`     // in order of table and row
	Pairs       []Pair   `json:"pairs"`       // best first
	Reason      string   `json:"reason"`      // of the weakest pair that is listed, one sentence

	hidden int // pairs that are not explained
}

// Member is one row of a group.
type Member struct {
	Table string `json:"table"`
	Row   int64  `json:"row"`
	Line  int64  `json:"line,omitempty"`
	Key   string `json:"key,omitempty"` // value of the table's key column
}

// Pair is two members, and why they look like one.
type Pair struct {
	A           int     `json:"a"` // indexes in Members
	B           int     `json:"b"`
	Score       float64 `json:"score"`       // bits: log2 of the odds that the two are one
	Probability float64 `json:"probability"` // 0 to 1
	Fields      []Field `json:"fields"`      // the most telling first
	Reason      string  `json:"reason"`
}

// Field is what one role says about a pair.
type Field struct {
	Role   Role    `json:"role"`
	A      string  `json:"a"` // the values, masked where they are personal
	B      string  `json:"b"`
	Level  string  `json:"level"`  // "same", "near", "swapped", ..., "different"
	Weight float64 `json:"weight"` // bits, before fields that depend on each other are bounded together
}

// Model is how the pairs of a kind were found and weighed.
type Model struct {
	Kind      string   `json:"kind"`
	Rows      int64    `json:"rows"`      // rows compared
	Bytes     int64    `json:"bytes"`     // memory their values took
	Prior     float64  `json:"prior"`     // bits: log2 of the odds that any two rows are one
	Threshold float64  `json:"threshold"` // probability from which pairs are proposed
	Chosen    bool     `json:"chosen"`    // the threshold was chosen from the data
	Passes    []Pass   `json:"passes"`
	Levels    []Weight `json:"levels"`
}

// Weight is what a level of a role counts.
type Weight struct {
	Role   Role    `json:"role"`
	Level  string  `json:"level"`
	M      float64 `json:"m"`      // share of pairs that are one which agree so far
	U      float64 `json:"u"`      // share of pairs of strangers which do; of equal values it is the average
	Weight float64 `json:"weight"` // bits: log2(m/u)
}
