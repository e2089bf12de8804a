package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/odoo-migrate/odoo-migrate/pipeline/books"
	"github.com/odoo-migrate/odoo-migrate/pipeline/linkage"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// When near-duplicates are searched.
const (
	DuplicatesAuto   = "auto"   // in tables of at most duplicateRows rows
	DuplicatesAlways = "always" // whatever the size
	DuplicatesNever  = "never"
)

// duplicateRows is up to how many rows of a table near-duplicates are searched unasked: half a minute's work.
const duplicateRows = 100_000

func (a *auditing) checkBooks(ctx context.Context) error {
	a.opt.Progress.Phase("sums", 0)
	defer a.opt.Progress.Done("sums")
	r, err := books.Run(ctx, a.report.Report, a.inputs, books.Options{Progress: a.rowsDone("sums")})
	if err != nil {
		return err
	}
	a.report.Books = r
	a.findings = append(a.findings, r.Findings...)
	return nil
}

// rowsDone turns rows counted a table into steps of a phase.
func (a *auditing) rowsDone(phase string) func(table string, rows int64) {
	var last string
	var seen int64
	return func(table string, rows int64) {
		if table != last || rows < seen {
			last, seen = table, 0
		}
		a.opt.Progress.Advance(phase, rows-seen)
		seen = rows
	}
}

func (a *auditing) findDuplicates(ctx context.Context) error {
	limit := int64(duplicateRows)
	switch a.opt.Duplicates {
	case DuplicatesNever:
		return nil
	case DuplicatesAlways:
		limit = 0
	}
	a.opt.Progress.Phase("near-duplicates", 0)
	defer a.opt.Progress.Done("near-duplicates")
	before := 0
	r, err := linkage.Run(ctx, a.report.Report, a.inputs, linkage.Options{MaxRows: limit, ShowPersonal: a.opt.ShowPersonal, Progress: func(done, _ int) {
		a.opt.Progress.Advance("near-duplicates", int64(done-before))
		before = done
	}})
	if err != nil {
		return fmt.Errorf("search near-duplicates: %w", err)
	}
	a.report.Duplicates = r
	a.findings = append(a.findings, r.Findings...)
	return nil
}

func (a *auditing) fit(ctx context.Context) error {
	opt := a.opt.Fit
	opt.ShowPersonal = a.opt.ShowPersonal
	r, err := FitAudit(ctx, a.report.Report, a.inputs, opt)
	if err != nil {
		return err
	}
	a.report.Fit = r
	if opt.Schema != nil { // without a server's schema what is missing is a guess
		a.findings = append(a.findings, r.Findings...)
	}
	return nil
}

// WriteDecisions writes the near-duplicates of an audit as a CSV file, for people to decide about.
func WriteDecisions(w io.Writer, a *AuditReport) error {
	if a.Duplicates == nil {
		return record.Advise(errors.New("near-duplicates were not searched, so there is nothing to decide about"), "Leave out --duplicates never.")
	}
	return linkage.WriteDecisions(w, a.Duplicates)
}
