// Package yamlpos reads YAML strictly and keeps the position of every key and value, so that each mistake can be named
// with file:line:col, an excerpt and what was probably meant, all of them in one pass. Mapping files and migrate.yaml
// are read with it. It performs no I/O.
package yamlpos

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Problem is one mistake in a file that a person wrote.
type Problem struct {
	File     string          `json:"file"`
	Line     int             `json:"line"` // from 1
	Col      int             `json:"col"`  // from 1, in characters
	Severity record.Severity `json:"severity"`
	Message  string          `json:"message"`           // one sentence, no final stop
	Hint     string          `json:"hint,omitempty"`    // what was probably meant, or what to do
	Excerpt  string          `json:"excerpt,omitempty"` // the line and a caret below the place
}

// Where returns file:line:col.
func (p Problem) Where() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// String returns the problem as compilers print one: position, message and hint, then the excerpt.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Where() + ": ")
	if p.Severity != record.Error {
		b.WriteString(string(p.Severity) + ": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString("; " + p.Hint)
	}
	if p.Excerpt != "" {
		b.WriteString("\n" + p.Excerpt)
	}
	return b.String()
}

// Sort orders problems by file and position and drops repetitions.
func Sort(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(problems)
}

// Failed reports whether any of the problems is more than a warning.
func Failed(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity.Rank() <= record.Error.Rank() })
}
