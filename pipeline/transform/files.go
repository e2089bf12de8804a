package transform

import (
	"cmp"
	"errors"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Files tells what is in the project's files: the SHA-256 of one in hexadecimal. The error is a *record.FileFault where
// it cannot be had.
type Files interface {
	Hash(path string) (string, error)
}

// missingFile is the rule of the fault of a file that is not there; others are the user's to mend in any case.
const missingFile = "file.missing"

// readFiles gives the files among the records' values their digests. A record whose file must be there and is not becomes a
// rejected row.
func (r *rounding) readFiles(res *mappings.Result) {
	if len(r.takes) == 0 {
		return
	}
	kept := res.Records[:0]
	var rejected []mappings.Class
	for _, rec := range res.Records {
		reason := ""
		for _, f := range r.takes {
			if v := rec.Values[f.Index]; v.Kind() == record.File {
				var found *record.Finding
				rec.Values[f.Index], found = r.readFile(f, v.File())
				if found == nil {
					continue
				}
				found.Table, found.Row, found.Line, found.Record = rec.Table, rec.Pos.Row, rec.Pos.Line, rec.ID
				res.Findings = append(res.Findings, *found)
				if found.Severity == record.Error && reason == "" {
					reason = found.Message
				}
			}
		}
		if reason == "" {
			kept = append(kept, rec)
			continue
		}
		rejected = append(rejected, mappings.Class{Row: rec.Pos.Row, Class: mappings.ClassRejected, Reason: reason, Links: [][]string{linksOf(rec)}})
	}
	clear(res.Records[len(kept):])
	res.Records = kept
	res.Classes = mergeClasses(res.Classes, rejected)
}

// readFile returns the value of a file that is there. What is to be said of one that is not depends on the mapping.
func (r *rounding) readFile(field mappings.FileField, f record.FileRef) (record.Value, *record.Finding) {
	hash, err := r.files.Hash(f.Path)
	if err == nil {
		f.Hash = hash
		return record.FileValue(f), nil
	}
	found := &record.Finding{Severity: record.Error, Rule: "file.unreadable", Message: err.Error(), Mapping: r.layout.Mapping, Column: field.Column,
		Raw: f.Path, At: field.At}
	var fault *record.FileFault
	if errors.As(err, &fault) {
		found.Rule, found.Hint = fault.Rule, fault.Hint
	}
	switch {
	case found.Rule != missingFile || field.Missing == "reject":
	case field.Missing == "warn":
		found.Severity = record.Warning
		found.Hint += "; the record is loaded without it"
	default:
		found = nil
	}
	return record.Value{}, found
}

// linksOf lists what a record links to: whoever owns a rejected line must hear of it.
func linksOf(rec record.Record) []string {
	var out []string
	for _, v := range rec.Values {
		if v.Kind() == record.Link {
			out = append(out, v.Text())
		}
	}
	return out
}

// mergeClasses keeps the classes in row order, and one a row: a row of which several records are made is rejected when one
// of them is. What the records that were not made link to stays known, each record's by itself.
func mergeClasses(a, rejected []mappings.Class) []mappings.Class {
	if len(rejected) == 0 {
		return a
	}
	out := slices.Concat(rejected, a)
	slices.SortStableFunc(out, func(x, y mappings.Class) int { return cmp.Compare(x.Row, y.Row) })
	kept := out[:1]
	for _, c := range out[1:] {
		last := &kept[len(kept)-1]
		if last.Row != c.Row {
			kept = append(kept, c)
			continue
		}
		links := slices.Concat(last.Links, c.Links)
		if last.Class != mappings.ClassRejected && c.Class == mappings.ClassRejected {
			*last = c
		}
		last.Links = links
	}
	return kept
}
