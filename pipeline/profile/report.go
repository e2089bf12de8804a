package profile

import (
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Version is the version of the report's JSON.
const Version = 1

// Report is what an audit found: every table with its columns, how the tables hang together, and what is wrong.
type Report struct {
	Version   int              `json:"version"`
	Sources   []Source         `json:"sources"`          // one a table, in the order of the inputs
	Relations []Relation       `json:"relations"`        // sorted by From
	LoadOrder []string         `json:"load_order"`       // table names, referenced tables first
	Cycles    [][]string       `json:"cycles"`           // rings of references, each as "table.column" from one to the next
	Findings  []record.Finding `json:"findings"`         // all of them, worst first
	Masked    bool             `json:"masked,omitempty"` // personal data is masked
}

// Source is one table of one file.
type Source struct {
	Name          string   `json:"name"`            // unique in the report
	Input         string   `json:"input"`           // name of the input the table stands in
	Table         string   `json:"table,omitempty"` // the file's own name for the table, where it holds several
	Sheet         string   `json:"sheet,omitempty"`
	File          string   `json:"file"`
	Bytes         int64    `json:"bytes"`
	Format        string   `json:"format"`
	Encoding      string   `json:"encoding,omitempty"`
	Dialect       Dialect  `json:"dialect"`
	SHA256        string   `json:"sha256"`
	Rows          int64    `json:"rows"` // rows read, quarantined ones included
	Quarantined   int64    `json:"quarantined"`
	DuplicateRows int64    `json:"duplicate_rows"`      // rows equal to an earlier one
	NearDuplicate int64    `json:"near_duplicate_rows"` // more rows that equal an earlier one but for case and blanks
	HeaderRows    int64    `json:"header_rows"`         // rows that repeat the header
	TotalRows     int64    `json:"total_rows"`          // rows that are a total and no record
	Keys          []Key    `json:"keys"`
	Columns       []Column `json:"columns"`
}

// Dialect is how the file writes its table, as detected or pinned, with the confidence of the least certain part.
type Dialect struct {
	Delimiter  string  `json:"delimiter,omitempty"`
	Quote      string  `json:"quote,omitempty"`
	Header     string  `json:"header,omitempty"`
	Path       string  `json:"path,omitempty"` // XML: path of the repeating element
	Confidence float64 `json:"confidence,omitempty"`
}

// Key is a set of columns whose values differ from row to row and are never missing.
type Key struct {
	Columns []string `json:"columns"`
}

// The types of a column.
const (
	TypeEmpty    = "empty"
	TypeInteger  = "integer"
	TypeDecimal  = "decimal"
	TypeBoolean  = "boolean"
	TypeDate     = "date"
	TypeDateTime = "datetime"
	TypeText     = "text"
)

// Column is the profile of one column. Counts are of rows.
type Column struct {
	Name        string   `json:"name"`
	Type        string   `json:"type"`
	Confidence  float64  `json:"confidence"`         // share of the values that are of the type, 0 to 1
	Layout      string   `json:"layout,omitempty"`   // dates: "yyyy-MM-dd"
	Point       string   `json:"point,omitempty"`    // decimals: "." or ","
	Group       string   `json:"group,omitempty"`    // decimals: the thousands separator in use
	Digits      bool     `json:"digits,omitempty"`   // text that is digits with leading zeros: a code, not a number
	Values      int64    `json:"values"`             // rows with a value
	Nulls       int64    `json:"nulls"`              // empty, absent, or a declared null text
	Blanks      int64    `json:"blanks"`             // only spaces
	NullWords   []Count  `json:"null_words"`         // "NULL", "N/A", "-": text that means nothing
	Distinct    int64    `json:"distinct"`           // different values, null words not counted
	Approximate bool     `json:"approximate"`        // Distinct is an estimate (about 1 %), Top counts at least so many rows
	Unique      bool     `json:"unique,omitempty"`   // no value twice, as far as it was counted
	Min         string   `json:"min,omitempty"`      // smallest value in the order of the type
	Max         string   `json:"max,omitempty"`      // largest
	Sum         string   `json:"sum,omitempty"`      // exact decimal; numbers only
	Mean        string   `json:"mean,omitempty"`     // rounded to four digits more than the values have
	MinLength   int      `json:"min_length"`         // characters
	MaxLength   int      `json:"max_length"`         // characters
	MeanLength  float64  `json:"mean_length"`        // characters, rounded to two digits
	Masks       []Count  `json:"masks"`              // most frequent first: A, a letters, 9 digits
	Top         []Count  `json:"top"`                // most frequent values first
	Breaking    []Sample `json:"breaking,omitempty"` // values that are not of the type: the first hundred
	Semantic    string   `json:"semantic,omitempty"` // "email", "phone", "vat", "iban", "ean", "country", ...
	Personal    bool     `json:"personal,omitempty"`
	// BreakingRows is the number of rows whose value is not of the type, all of them.
	BreakingRows int64 `json:"breaking_rows,omitempty"`
	// Quantiles of numbers and dates, p1 to p99: values that occur, or with QuantilesApproximate numbers at most 0.5 % off.
	Quantiles            []Quantile `json:"quantiles,omitempty"`
	QuantilesApproximate bool       `json:"quantiles_approximate,omitempty"`
	// Variants are values written in several ways: the first twenty of VariantCount, those of most rows first.
	Variants     []Variant `json:"variants,omitempty"`
	VariantCount int64     `json:"variant_count,omitempty"`
	// Outliers are values far from all others: the first ten of OutlierRows rows.
	Outliers      []Sample `json:"outliers,omitempty"`
	OutlierRows   int64    `json:"outlier_rows,omitempty"`
	OutlierReason string   `json:"outlier_reason,omitempty"` // why they count as far, without a value where the column is personal
	// Invalid are values that fail the check of the semantic type: the first hundred of InvalidRows rows, among the
	// different values that were checked.
	Invalid     []Sample `json:"invalid,omitempty"`
	InvalidRows int64    `json:"invalid_rows,omitempty"`
	Findings    []string `json:"findings"` // rules of this column's findings; the findings stand in Report.Findings
}

// Quantile is the value that a part of a hundred of the rows does not exceed.
type Quantile struct {
	Percent int    `json:"p"`
	Value   string `json:"value"`
}

// Variant is one value that stands in the column in several spellings.
type Variant struct {
	Spellings []Count  `json:"spellings"` // most rows first, at most five
	Differ    []string `json:"differ"`    // in what: "case", "blanks" inside, "composition" of characters
}

// Count is a value and how many rows have it.
type Count struct {
	Value string `json:"value"`
	Rows  int64  `json:"rows"`
}

// Sample is a value, how many rows have it, and the first of them.
type Sample struct {
	Value string `json:"value"`
	Rows  int64  `json:"rows"`
	Row   int64  `json:"row"`
	Line  int64  `json:"line,omitempty"`
}

// Relation says that one column's values stand in another table's key.
type Relation struct {
	From        ColumnRef `json:"from"`
	To          ColumnRef `json:"to"`
	Coverage    float64   `json:"coverage"`             // share of rows with a value whose value stands in the key, 0 to 1
	Confidence  float64   `json:"confidence"`           // that this is a foreign key and no coincidence
	Reason      string    `json:"reason"`               // why it is believed
	StripZeros  bool      `json:"strip_zeros,omitzero"` // the values join only without their leading zeros
	Approximate bool      `json:"approximate,omitzero"` // computed on a sample of the distinct values
	OrphanRows  int64     `json:"orphan_rows"`          // rows whose value does not stand in the key
	OrphanCount int64     `json:"orphan_values"`        // different values among them
	Explained   int64     `json:"explained"`            // of OrphanCount, values seen in quarantined rows of the key's table
	Orphans     []Sample  `json:"orphans"`              // the first ten, most frequent first
	// FromColumns and ToColumns are the columns where several refer together to a key of several, in the order of the key;
	// From.Column and To.Column are their names, and the values of Orphans are theirs, with " + " between.
	FromColumns []string `json:"from_columns,omitempty"`
	ToColumns   []string `json:"to_columns,omitempty"`
}

// Names reports whether a column is one of those that refer.
func (r *Relation) Names(table, column string) bool {
	return r.From.Table == table && (r.From.Column == column && len(r.FromColumns) == 0 || slices.Contains(r.FromColumns, column))
}

// ColumnRef names a column of a table of the report.
type ColumnRef struct {
	Table  string `json:"table"`
	Column string `json:"column"`
}

// String returns "table.column".
func (c ColumnRef) String() string { return c.Table + "." + c.Column }

// Source finds a table by name.
func (r *Report) Source(name string) (*Source, bool) {
	for i := range r.Sources {
		if r.Sources[i].Name == name {
			return &r.Sources[i], true
		}
	}
	return nil, false
}

// Column finds a column by name.
func (s *Source) Column(name string) (*Column, bool) {
	for i := range s.Columns {
		if s.Columns[i].Name == name {
			return &s.Columns[i], true
		}
	}
	return nil, false
}

// HasKey reports whether the named columns are one of the table's keys.
func (s *Source) HasKey(columns ...string) bool {
	return slices.ContainsFunc(s.Keys, func(k Key) bool { return slices.Equal(k.Columns, columns) })
}

// Count returns how many findings of a severity there are, a grouped finding counting once.
func (r *Report) Count(s record.Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// sortFindings orders worst first, then by how many rows are concerned, then by place.
func sortFindings(fs []record.Finding) {
	slices.SortStableFunc(fs, func(a, b record.Finding) int {
		if d := a.Severity.Rank() - b.Severity.Rank(); d != 0 {
			return d
		}
		if a.Rows != b.Rows {
			if a.Rows > b.Rows {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Table+"\x00"+a.Column+"\x00"+a.Rule+"\x00"+a.Message, b.Table+"\x00"+b.Column+"\x00"+b.Rule+"\x00"+b.Message)
	})
}
