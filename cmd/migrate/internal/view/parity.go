package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// Comparison writes what differs between two targets.
func Comparison(w io.Writer, c *pipeline.Comparison, width int) error {
	var b strings.Builder
	things := 0
	for _, n := range c.Compared {
		things += n
	}
	fmt.Fprintf(&b, "%s and %s: %s compared, %s.\n", c.Left, c.Right, Count(int64(things), "setting"), Count(int64(len(c.Differences)), "difference"))
	if len(c.Differences) > 0 {
		b.WriteByte('\n')
		t := Table{Head: []string{"", "what", "", c.Left, c.Right}, Width: width, Indent: 2}
		for _, d := range c.Differences {
			t.Rows = append(t.Rows, []string{d.Area, d.Thing, d.Field, cmp.Or(d.Left, "not there"), cmp.Or(d.Right, "not there")})
		}
		b.WriteString(t.String())
	}
	if len(c.Absent) > 0 {
		b.WriteString("\n" + Wrap("In neither of them: "+strings.Join(c.Absent, ", ")+".", width, 0))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
