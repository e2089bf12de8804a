package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// peopleTiles are what people decided and vouched for, on the first page of a report.
func peopleTiles(r *pipeline.Report) Tiles {
	var out Tiles
	if r.Open != nil {
		out = append(out, Tile{fmt.Sprintf("%s of %s", Number(r.Open.Undecided), Number(r.Open.All)), "rejects, exclusions and differences without a disposition", tone(r.Open.Undecided == 0)})
	}
	if unticked, failed := r.OpenVouches(); len(r.Vouches) > 0 {
		out = append(out, Tile{yes(unticked+failed == 0, "vouched", "open"), "draws held against the legacy system", tone(unticked+failed == 0)})
	}
	return out
}

// peopleLines say what people have still to do.
func peopleLines(r *pipeline.Report) []Block {
	var out []Block
	if o := r.Open; o != nil && o.Undecided > 0 {
		out = append(out, Para(fmt.Sprintf("%s of %s have no disposition: migrate report differences lists them.", Number(o.Undecided), Number(o.All)+" rejects, exclusions and differences")))
	}
	if o := r.Open; o != nil && o.Unapproved > 0 {
		out = append(out, Para(fmt.Sprintf("Of %s the disposition names no approver.", Number(o.Unapproved)+" rejects, exclusions and differences")))
	}
	for _, d := range r.Decided {
		out = append(out, Para(fmt.Sprintf("Of the conflicts of run %d people decided %s in run %d: the source prevails in %s, Odoo in %s, %s undecided.", d.Of, Number(len(d.Decisions)), d.Run,
			Number(d.Source), Number(d.Odoo), Number(d.Open))))
	}
	if unticked, failed := r.OpenVouches(); unticked+failed > 0 {
		out = append(out, Para(fmt.Sprintf("Of what was drawn for people to tick, %s failed and %s have not been ticked.", Number(failed), Number(unticked))))
	}
	return out
}

// Differences says where the file is in which people decide.
func Differences(w io.Writer, d *pipeline.Differences, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s without a disposition, %s without an approver.\n", Clean(d.File), Count(d.All, "line"), Number(d.Undecided), Number(d.Unapproved))
	if d.Masked {
		b.WriteString(Wrap("Values are masked; --clear shows them.", width, 0))
	}
	b.WriteString(Wrap("Fill in disposition ("+strings.Join(pipeline.Dispositions, ", ")+"), approver and approved_on, in lines or, with columns emptied, in one line for many; then: migrate report differences --read "+
		Clean(d.File), width, 0))
	_, err := io.WriteString(w, b.String())
	return err
}

// Disposed says what was decided.
func Disposed(w io.Writer, d *pipeline.Disposed, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s.\n", Clean(d.File), Count(len(d.Decisions), "decision"))
	b.WriteString(notTaken(d.Findings, width))
	_, err := io.WriteString(w, b.String())
	return err
}

// notTaken says which lines of a file that people filled in were not taken, and why.
func notTaken(findings []record.Finding, width int) string {
	var b strings.Builder
	for i, f := range findings {
		if i == 40 {
			fmt.Fprintf(&b, "  and %s more; --format json has all\n", Number(len(findings)-i))
			break
		}
		b.WriteString(hang("  ", vouchPlace(f)+Clean(f.Message)+"; "+f.Hint, width))
	}
	return b.String()
}
