package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/fixture"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// MapTests prints what the tests of mappings came to: the failed ones with their differences, the others in numbers.
func MapTests(w io.Writer, t *pipeline.MapTests) error {
	var b strings.Builder
	for _, r := range t.Tests {
		if r.OK {
			continue
		}
		fmt.Fprintf(&b, "FAIL  %s: %s (%s)\n", r.Mapping, r.Test, r.At)
		record := ""
		for _, d := range r.Differences {
			if d.Field == "" || d.Record != record {
				b.WriteString(subject(d))
			}
			if record = d.Record; d.Field != "" {
				fmt.Fprintf(&b, "    %s (%s)\n", d.Field, d.At)
			}
			sides(&b, d)
		}
		b.WriteByte('\n')
	}
	if len(t.Untested) > 0 {
		fmt.Fprintf(&b, "Without tests: %s.\n", strings.Join(t.Untested, ", "))
	}
	fmt.Fprintf(&b, "%s passed, %d failed.\n", Count(t.Passed, "test"), t.Failed)
	_, err := io.WriteString(w, b.String())
	return err
}

func subject(d fixture.Difference) string {
	switch {
	case d.Field != "":
		return fmt.Sprintf("  %s, row %d\n", d.Record, d.Row)
	case d.Record != "" && d.Row > 0:
		return fmt.Sprintf("  %s, row %d (%s)\n", d.Record, d.Row, d.At)
	case d.Record != "":
		return fmt.Sprintf("  %s (%s)\n", d.Record, d.At)
	}
	return fmt.Sprintf("  row %d (%s)\n", d.Row, d.At)
}

func sides(b *strings.Builder, d fixture.Difference) {
	for _, side := range [][2]string{{"expected", d.Expected}, {"got", d.Got}} {
		if side[1] == "" {
			side[1] = "nothing of the kind"
		}
		fmt.Fprintf(b, "      %-8s  %s\n", side[0], side[1])
	}
}

// Files prints what was written.
func Files(w io.Writer, files []string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Wrote %s:\n", Count(len(files), "file"))
	for _, f := range files {
		b.WriteString("  " + Clean(f) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
