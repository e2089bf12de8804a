// Package books recognises what an accountant would recognise in legacy tables, and checks the sums an accountant would
// check: journals whose entries balance, trial balances, documents whose total is the sum of their lines, and control
// totals that files declare about themselves. It starts from what profile found, reads only the tables that come into
// question again, computes in exact decimals, and changes nothing.
package books

import (
	"context"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Options bound the work. Zero values mean the documented defaults.
type Options struct {
	// EntryCap is how many entries or documents are kept in memory at once, 100 to 400 bytes each; 0 is 200,000. Where a
	// table has more, its file is read once more for each further part of them: it costs time, never exactness.
	EntryCap int
	Progress func(table string, rows int64)
}

// Result is what the sums of the tables say. Every amount is the text of an exact decimal.
type Result struct {
	Books    []Book           `json:"books"`    // in the order of the report's tables
	Totals   []Total          `json:"totals"`   // in the order of the report's relations
	Declared []Declared       `json:"declared"` // control totals that the files state themselves
	Findings []record.Finding `json:"-"`        // what is wrong, in the order of the above; they stand among the audit's
}

// The ways in which a table writes debit and credit.
const (
	DebitCreditColumns  = "debit_credit_columns"    // a column for each side
	SignedAmount        = "signed_amount"           // one column, credit negative
	AmountWithSide      = "amount_with_side"        // an amount, and a column that says which side it is on
	AmountBetweenBooked = "amount_between_accounts" // an amount with account and contra account: each row balances by itself
)

// What a table with debit and credit is.
const (
	Journal      = "journal"       // lines of entries, each of which balances
	TrialBalance = "trial_balance" // a row an account; the whole table balances
	Ledger       = "ledger"        // lines without a column that holds entries together; the whole table should balance
)

// Book is an accounting table and how it balances.
type Book struct {
	Table string `json:"table"`
	Role  string `json:"role"`
	Kind  string `json:"kind"`

	EntryColumns  []string `json:"entry_columns"` // which together say what entry a line belongs to; none but in a journal
	JournalColumn string   `json:"journal_column,omitempty"`
	PeriodColumn  string   `json:"period_column,omitempty"`
	YearColumn    string   `json:"year_column,omitempty"`
	DateColumn    string   `json:"date_column,omitempty"` // periods are its months where there is no period column
	AccountColumn string   `json:"account_column,omitempty"`
	ContraColumn  string   `json:"contra_column,omitempty"`
	DebitColumn   string   `json:"debit_column,omitempty"`
	CreditColumn  string   `json:"credit_column,omitempty"`
	CreditTable   string   `json:"credit_table,omitempty"` // XML: where the credits stand that are elements of their own
	AmountColumn  string   `json:"amount_column,omitempty"`
	SideColumn    string   `json:"side_column,omitempty"`

	Rows       int64 `json:"rows"`       // rows read; the sum of the next five
	Used       int64 `json:"used"`       // with an amount that was added up
	Empty      int64 `json:"empty"`      // without an amount
	Unreadable int64 `json:"unreadable"` // with an amount or a side that nobody can read; in no sum
	Damaged    int64 `json:"damaged"`    // quarantined rows; in no sum
	Asides     int64 `json:"asides"`     // rows that are a total or the header once more; in no sum

	Debit   string `json:"debit"`
	Credit  string `json:"credit"`
	Balance string `json:"balance"` // debit - credit

	Entries    int64   `json:"entries"`
	Unbalanced int64   `json:"unbalanced"` // entries whose debit is not their credit
	Unproven   int64   `json:"unproven"`   // entries with an unreadable line: neither balanced nor unbalanced
	BothSides  int64   `json:"both_sides"` // rows with an amount on both sides
	Worst      []Entry `json:"worst"`      // of the unbalanced ones, the 20 with the largest difference

	PerJournal   []Group `json:"per_journal"` // sorted by key
	PerPeriod    []Group `json:"per_period"`  // sorted by key
	JournalsMore int64   `json:"journals_more,omitempty"`
	PeriodsMore  int64   `json:"periods_more,omitempty"` // rows of periods beyond the first 500; they are in no group, but in every other figure

	Confidence  float64  `json:"confidence"` // that this is an accounting table, 0 to 1
	Reason      string   `json:"reason"`
	NotComputed []string `json:"not_computed,omitempty"` // what was left out, and why
}

// Entry is one entry that does not balance.
type Entry struct {
	Key        string `json:"key"` // values of the entry columns, joined with " / "
	Debit      string `json:"debit"`
	Credit     string `json:"credit"`
	Difference string `json:"difference"` // debit - credit
	Lines      int64  `json:"lines"`
	Row        int64  `json:"row"` // of its first line
	Line       int64  `json:"line,omitempty"`
}

// Group is the part of a book in one journal or one period. Entries count where their first line stands.
type Group struct {
	Key        string `json:"key"` // "" for rows without one
	Rows       int64  `json:"rows"`
	Debit      string `json:"debit"`
	Credit     string `json:"credit"`
	Balance    string `json:"balance"`
	Entries    int64  `json:"entries"`
	Unbalanced int64  `json:"unbalanced"`
}

// Total says which column of a document's header is the sum of what in its lines, and for how many documents it holds.
type Total struct {
	Header     profile.ColumnRef `json:"header"`
	Lines      string            `json:"lines"`   // table of the lines
	Formula    string            `json:"formula"` // of a line: "LineTotal", "quantity * unitPrice * (1 - discount)"
	Columns    []string          `json:"columns"` // the line columns in it
	HeaderKey  string            `json:"header_key"`
	LineKey    string            `json:"line_key"`
	Rounding   string            `json:"rounding,omitempty"` // "sum": sums are rounded to the header's digits; "line": each line is
	Compared   int64             `json:"compared"`           // headers with an amount, with lines, and all of them readable
	Equal      int64             `json:"equal"`
	Different  int64             `json:"different"`
	NoLines    int64             `json:"no_lines"`   // headers with an amount other than 0 and no line
	NoHeader   int64             `json:"no_header"`  // documents that have lines and no header
	Unreadable int64             `json:"unreadable"` // headers that could not be compared because an amount is not readable
	HeaderSum  string            `json:"header_sum"` // of all headers
	LineSum    string            `json:"line_sum"`   // of all lines, unrounded
	Difference string            `json:"difference"` // header sum - line sum
	Examples   []Document        `json:"examples"`   // the first 20 of those that differ, have no lines or no header
	LineCheck  *LineCheck        `json:"line_check,omitempty"`
	Confidence float64           `json:"confidence"` // share of compared headers that agree, less where few show it
	Reason     string            `json:"reason"`
}

// Document is one header whose total is not that of its lines.
type Document struct {
	Key        string `json:"key"`
	Header     string `json:"header,omitempty"`
	LineSum    string `json:"line_sum,omitempty"`
	Difference string `json:"difference"`
	Lines      int64  `json:"lines"`
	Row        int64  `json:"row"` // of the header, of the first line where there is no header
	Line       int64  `json:"line,omitempty"`
	Why        string `json:"why"` // "different", "no_lines", "no_header"
}

// LineCheck says that a line's amount is the product of other columns of the line.
type LineCheck struct {
	Column    string `json:"column"`
	Formula   string `json:"formula"`
	Rows      int64  `json:"rows"` // compared
	Equal     int64  `json:"equal"`
	Different int64  `json:"different"`
	Row       int64  `json:"row,omitempty"` // the first that differs
	Line      int64  `json:"line,omitempty"`
}

// The control totals that are recognised.
const (
	ControlEntries = "entries"         // number of entries
	ControlDebit   = "debit"           // sum of debits
	ControlCredit  = "credit"          // sum of credits
	ControlClosing = "closing_balance" // opening balance + lines = closing balance
	ControlRunning = "running_balance" // the balance after each line
)

// Declared is a control total that a file states about itself, beside what its lines give.
type Declared struct {
	Table      string `json:"table"`  // where it is stated
	Column     string `json:"column"` // in which column
	What       string `json:"what"`
	Of         string `json:"of"`            // the table it is about
	Key        string `json:"key,omitempty"` // account or statement, where there are several
	Row        int64  `json:"row"`
	Line       int64  `json:"line,omitempty"`
	Declared   string `json:"declared,omitempty"` // of running balances: the first that does not follow, "" where all do
	Computed   string `json:"computed,omitempty"`
	Difference string `json:"difference,omitempty"` // declared - computed
	Compared   int64  `json:"compared"`             // balances compared; 1 for a total
	Equal      int64  `json:"equal"`
	Reason     string `json:"reason"`
}

// Run checks the sums of all tables of a report. inputs are those the report was made of. An error is a source that
// cannot be read again; what is wrong with the sums is in the findings.
func Run(ctx context.Context, report *profile.Report, inputs []profile.Input, opt Options) (*Result, error) {
	if opt.EntryCap <= 0 {
		opt.EntryCap = 200_000
	}
	tables, err := open(ctx, report, inputs)
	if err != nil {
		return nil, fmt.Errorf("books: %w", err)
	}
	a := &auditor{ctx: ctx, opt: opt, report: report, tables: tables,
		result: &Result{Books: []Book{}, Totals: []Total{}, Declared: []Declared{}, Findings: []record.Finding{}}}
	for _, step := range []func() error{a.books, a.totals, a.declared, a.statements} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("books: %w", err)
		}
	}
	return a.result, nil
}

// auditor is one run.
type auditor struct {
	ctx    context.Context
	opt    Options
	report *profile.Report
	tables []*table
	ledger []*ledger // what became books, in the order of result.Books
	result *Result
}

// shown is a value of a column as it may be named: masked where the report masks personal data and it is such.
func (a *auditor) shown(value string, columns ...*column) string {
	for _, c := range columns {
		if c != nil && c.Personal && a.report.Masked {
			return profile.Mask(value)
		}
	}
	return value
}

func (a *auditor) find(f record.Finding) { a.result.Findings = append(a.result.Findings, f) }
