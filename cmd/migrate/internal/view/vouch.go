package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/vouch"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Vouch says what was drawn, and what to do with it.
func Vouch(w io.Writer, v *pipeline.Vouch, width int) error {
	var b strings.Builder
	rows, value, records := 0, 0, 0
	for _, i := range v.Items {
		switch {
		case i.Direction == vouch.FromOdoo:
			records++
		case i.Drawn == vouch.Random:
			rows++
		default:
			value++
		}
	}
	fmt.Fprintf(&b, "%s: draw %d, %s.\n", Clean(v.File), v.Run, Count(len(v.Items), "item"))
	fmt.Fprintf(&b, "  %s at random, %s by value, %s in Odoo\n", Count(rows, "row"), Count(value, "row"), Count(records, "record"))
	fmt.Fprintf(&b, "  nonce %q\n  root  %s\n  seed  %s\n", Clean(v.Nonce), v.Root, v.Seed)
	b.WriteString(Wrap("Give it to somebody who did not write the mappings; it holds values in clear. Then: migrate vouch --read "+Clean(v.File)+" --by NAME", width, 0))
	_, err := io.WriteString(w, b.String())
	return err
}

// Vouched says what became of a file that was ticked.
func Vouched(w io.Writer, v *pipeline.Vouched, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: draw %d, ticked by %s.\n", Clean(v.File), v.Draw, Clean(v.By))
	b.WriteString(hang("  "+mark(v.Clean())+"  ", fmt.Sprintf("%s passed, %s failed, %s not ticked", Number(v.Passed), Number(v.Failed), Number(v.Unticked)), width))
	const most = 40
	for i, f := range v.Findings {
		if i == most {
			fmt.Fprintf(&b, "  and %s more; --format json has all\n", Number(len(v.Findings)-most))
			break
		}
		b.WriteString(hang("  ", vouchPlace(f)+Clean(f.Message)+"; "+f.Hint, width))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func vouchPlace(f record.Finding) string {
	switch {
	case f.Line == 0:
		return ""
	case f.Column == "":
		return fmt.Sprintf("line %d: ", f.Line)
	}
	return fmt.Sprintf("line %d, column %s: ", f.Line, f.Column)
}
