// Package correct reads corrections, the overlay in which people mend what the source cannot: a cell, found by the
// table's declared key and its old value, or a whole damaged row, found by its raw text. The source itself is never
// changed. It performs no I/O of its own.
package correct

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Header is the header of a corrections file.
var Header = []string{"table", "key", "column", "old", "new", "who", "when"}

// SheetName is the sheet of a workbook that holds corrections.
const SheetName = "Corrections"

// WholeRow in the column "column" says that old and new are the text of a whole row.
const WholeRow = "*"

// KeySeparator joins the values of a key of several columns.
const KeySeparator = "|"

// Correction is one line of a corrections file.
type Correction struct {
	Table, Key, Column, Old, New, Who, When string
	File                                    string
	Line                                    int
}

// Read reads a corrections file (CSV, comma, UTF-8, with the header above). Lines without a new value have not been
// filled in yet and are left out; a line nobody signed is a finding. Texts of whole rows
// come out of a file this program wrote, so an apostrophe before what a spreadsheet program would compute is no part of them.
func Read(file string, r io.Reader) ([]Correction, []record.Finding, error) {
	in := csv.NewReader(r)
	head, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, unreadable(file, err)
	}
	if len(head) > 0 {
		head[0] = strings.TrimPrefix(head[0], "\uFEFF")
	}
	if !slices.Equal(head[:min(len(head), len(Header))], Header) {
		return nil, nil, record.Advise(fmt.Errorf("%s:1: the header is %q", file, strings.Join(head, ",")),
			"Begin a corrections file with the header "+strings.Join(Header, ",")+".")
	}
	in.FieldsPerRecord = -1 // columns behind ours are the user's own
	var out []Correction
	var findings []record.Finding
	for {
		f, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, findings, nil
		}
		if err != nil {
			return nil, nil, unreadable(file, err)
		}
		line, _ := in.FieldPos(0)
		if len(f) < len(Header) {
			return nil, nil, unreadable(file, &csv.ParseError{Line: line, Err: csv.ErrFieldCount})
		}
		for i := range f {
			f[i] = record.AsWritten(f[i])
		}
		out, findings = take(file, line, f, out, findings)
	}
}

// Row is one row of a workbook with corrections.
type Row struct {
	Line  int
	Cells []string
}

// FromSheet reads corrections out of a sheet with the header above, as Read does out of a file.
func FromSheet(file string, columns []string, rows []Row) ([]Correction, []record.Finding, error) {
	if !slices.Equal(columns[:min(len(columns), len(Header))], Header) {
		return nil, nil, record.Advise(fmt.Errorf("%s: the header is %q", file, strings.Join(columns, ",")),
			"Begin the sheet "+SheetName+" with the columns "+strings.Join(Header, ", ")+".")
	}
	var out []Correction
	var findings []record.Finding
	for _, r := range rows {
		if len(r.Cells) >= len(Header) {
			out, findings = take(file, r.Line, r.Cells, out, findings)
		}
	}
	return out, findings, nil
}

// take adds the correction of one line, where it has been filled in: a whole row needs its new text, a cell its new value
// or, where that is to be empty, the name of who emptied it.
func take(file string, line int, f []string, out []Correction, findings []record.Finding) ([]Correction, []record.Finding) {
	c := Correction{Table: f[0], Key: f[1], Column: f[2], Old: f[3], New: f[4], Who: f[5], When: f[6], File: file, Line: line}
	if c.New == "" && (c.Column == WholeRow || c.Who == "") {
		return out, findings
	}
	if c.Who == "" {
		findings = append(findings, c.finding("correct.unsigned", "nobody signed this correction", "fill in the columns who and when"))
	}
	return append(out, c), findings
}

// RowKey is the key of a row that has no other: its number in the source.
func RowKey(row int64) string { return "row " + strconv.FormatInt(row, 10) }

func unreadable(file string, err error) error {
	var at *csv.ParseError
	if !errors.As(err, &at) {
		return fmt.Errorf("%s: %w", file, err)
	}
	return record.Advise(fmt.Errorf("%s:%d: %w", file, at.Line, at.Err),
		"Write a correction with the columns "+strings.Join(Header, ",")+", and a text that holds commas or quotes in quotes.")
}

func (c Correction) finding(rule, message, hint string) record.Finding {
	return record.Finding{Severity: record.Warning, Rule: rule, Message: message, Hint: hint, Table: c.Table, File: c.File, Line: int64(c.Line), Column: c.Column}
}

// Damaged is a quarantined row with its text decoded.
type Damaged struct {
	Pos  record.Pos
	Text string
}

// Rows replaces damaged rows by their corrections: a correction whose old text matches gives a sound row, one that
// matches nothing, or whose new text is no sound row either, gives a finding.
// The corrections that were used come with them.
func Rows(columns []string, delimiter string, damaged []Damaged, corrections []Correction) ([]record.Row, []Correction, []record.Finding) {
	var used []Correction
	byText := map[string][]int{}
	for i, d := range damaged {
		byText[trimEnd(d.Text)] = append(byText[trimEnd(d.Text)], i)
	}
	var rows []record.Row
	var findings []record.Finding
	for _, c := range corrections {
		if c.Column != WholeRow {
			continue
		}
		at := byText[trimEnd(c.Old)]
		if len(at) == 0 {
			findings = append(findings, c.finding("correct.no_match", "no damaged row of the source has this text any more", "remove the correction, or copy the row's text anew"))
			continue
		}
		cells, err := parseRow(c.New, delimiter)
		if err != nil || len(cells) != len(columns) {
			why := fmt.Sprintf("the corrected row has %d fields, the table has %d", len(cells), len(columns))
			if err != nil {
				why = "the corrected row cannot be read: " + err.Error()
			}
			findings = append(findings, c.finding("correct.unsound", why, "quote fields that hold the delimiter"))
			continue
		}
		for _, i := range at {
			rows = append(rows, record.Row{Pos: damaged[i].Pos, Cells: cells})
		}
		used = append(used, c)
		delete(byText, trimEnd(c.Old))
	}
	slices.SortFunc(rows, func(a, b record.Row) int { return int(a.Pos.Row - b.Pos.Row) })
	return rows, used, findings
}

func trimEnd(s string) string { return strings.TrimRight(s, "\r\n") }

func parseRow(text, delimiter string) ([]string, error) {
	in := csv.NewReader(strings.NewReader(text))
	if delimiter != "" {
		in.Comma = []rune(delimiter)[0]
	}
	in.FieldsPerRecord = -1
	return in.Read()
}

// Cells applies cell corrections to a sound row, in place of a copy, and reports which of them were used. byKey holds the
// corrections of the row's key.
func Cells(columns []string, row record.Row, byKey []Correction) (record.Row, []Correction, []record.Finding) {
	var used []Correction
	var findings []record.Finding
	fixed := row
	fixed.Cells = slices.Clone(row.Cells)
	for _, c := range byKey {
		i := slices.Index(columns, c.Column)
		switch {
		case i < 0:
			findings = append(findings, c.finding("correct.no_column", fmt.Sprintf("table %s has no column %q", c.Table, c.Column), "see the header of the source"))
		case row.Cells[i] != c.Old:
			findings = append(findings, c.finding("correct.no_match", fmt.Sprintf("%s of %s is not what the correction was made for", c.Column, c.Key), "look at the new value and correct it anew, or remove the correction"))
		default:
			fixed.Cells[i] = c.New
			used = append(used, c)
		}
	}
	return fixed, used, findings
}

// KeyOf is the key of a row as corrections spell it.
func KeyOf(columns, key []string, cells []string) string {
	parts := make([]string, len(key))
	for i, k := range key {
		if at := slices.Index(columns, k); at >= 0 && at < len(cells) {
			parts[i] = cells[at]
		}
	}
	return strings.Join(parts, KeySeparator)
}

// Unmatched makes a finding of a cell correction whose key no row has.
func Unmatched(c Correction) record.Finding {
	return c.finding("correct.no_match", fmt.Sprintf("no row of %s has the key %q", c.Table, c.Key), "remove the correction, or mend its key")
}
