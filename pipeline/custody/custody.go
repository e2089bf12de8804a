// Package custody says whether the files are what the extractor made, and all of it: it reads his checksums, row counts
// and control totals and compares them with the files and with what was read. It also writes the list of what a data
// owner has to deliver. It reads lists and hashes files; it changes nothing, and what it finds are findings.
package custody

import (
	"context"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// What is known about the completeness of an extraction.
const (
	Established    = "established"     // every file and every table was compared, and all agree
	InPart         = "in_part"         // what was compared agrees, and not everything could be
	NotEstablished = "not_established" // there is nothing to compare with
	Contradicted   = "contradicted"    // something differs or is missing
)

// What became of a file, a table or a control total.
const (
	Matched     = "matched"
	Differs     = "differs"
	NotListed   = "not_listed"   // there, and in no list
	Missing     = "missing"      // listed, and not there
	NotCompared = "not_compared" // listed and there, and could not be compared; Why says why
)

// Kinds of lists.
const (
	KindChecksums = "checksums"
	KindRowCounts = "row_counts"
)

// Report is the result of Check.
type Report struct {
	Completeness string  `json:"completeness"`
	Statement    string  `json:"statement"` // the same as a sentence, with figures
	System       string  `json:"system,omitempty"`
	ExtractedBy  string  `json:"extracted_by,omitempty"`
	ExtractedAt  string  `json:"extracted_at,omitempty"`
	Lists        []List  `json:"lists"`
	Files        []File  `json:"files"`            // sorted by path
	Tables       []Table `json:"tables"`           // in the order of the input, then the missing ones
	Proofs       []Proof `json:"proofs,omitempty"` // a table each, in the order of the input
}

// Holds reports whether nothing contradicts that the extraction is complete.
func (r *Report) Holds() bool { return r == nil || r.Completeness != Contradicted }

// List is one list of the extractor that was read.
type List struct {
	File    string `json:"file"`
	Kind    string `json:"kind"`
	SHA256  string `json:"sha256,omitempty"` // of the list itself
	Entries int    `json:"entries"`
}

// File is one file against its checksums.
type File struct {
	File      string `json:"file"`
	Status    string `json:"status"`
	Algorithm string `json:"algorithm,omitempty"` // "sha256"; of the entry that decided
	Want      string `json:"want,omitempty"`      // hex
	Got       string `json:"got,omitempty"`
	Why       string `json:"why,omitempty"`
	At        string `json:"at,omitempty"` // list:line
}

// Table is one table against its row count and control totals.
type Table struct {
	Table   string  `json:"table"`
	File    string  `json:"file,omitempty"`
	Status  string  `json:"status"` // of the row count
	Want    int64   `json:"want"`   // rows the extractor counted; -1 where he did not
	Got     int64   `json:"got"`    // rows read, damaged ones included; -1 where nothing was read
	Why     string  `json:"why,omitempty"`
	At      string  `json:"at,omitempty"`
	Columns string  `json:"columns,omitempty"` // Matched or Differs, where the number of columns was given
	Totals  []Total `json:"totals,omitempty"`
}

// Total is one control total.
type Total struct {
	Column string `json:"column"`
	Status string `json:"status"`
	Want   string `json:"want"`
	Got    string `json:"got,omitempty"`
	Why    string `json:"why,omitempty"`
	At     string `json:"at,omitempty"`

	damaged int64 // rows whose values are not in Got
}

// Input is what Check compares.
type Input struct {
	Checksums []string // files with checksums
	RowCounts []string // files with row counts
	Files     []FileFact
	Tables    []TableFact
	Base      string // folder that paths in the report are relative to; "" leaves them as they are

	System, ExtractedBy, ExtractedAt string
}

// FileFact is a file that was delivered.
type FileFact struct {
	Path   string
	SHA256 string // hex, small letters; "" where it is not known yet
}

// TableFact is a table that was read.
type TableFact struct {
	Name    string // unique
	File    string
	Sheet   string
	Table   string   // the file's own name for it
	Parts   []string // files that together are the table
	Rows    int64    // damaged ones included
	Damaged int64
	Columns []string
	// Sum adds up a column. Why says in a sentence's end why it cannot: "it holds no numbers".
	Sum func(ctx context.Context, column string) (sum record.Decimal, why string, err error)
}

// Check compares the lists with the files and tables. An error is the context's, or that a file cannot be read any more.
func Check(ctx context.Context, in Input) (*Report, []record.Finding, error) {
	c := &checker{in: in, hashes: map[string]string{}, report: &Report{System: in.System, ExtractedBy: in.ExtractedBy, ExtractedAt: in.ExtractedAt,
		Lists: []List{}, Files: []File{}, Tables: []Table{}}}
	c.index()
	c.readLists()
	if err := c.files(ctx); err != nil {
		return nil, nil, err
	}
	if err := c.tables(ctx); err != nil {
		return nil, nil, err
	}
	c.conclude()
	c.prove()
	return c.report, c.findings, nil
}
