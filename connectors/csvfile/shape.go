package csvfile

import (
	"fmt"
)

// shape is how the rows of a file differ from its header without being damaged.
type shape struct {
	extra int   // empty fields that follow the last column in the rows, at most
	exact bool  // a row without them may lack a field in its middle, so it is damaged
	short bool  // rows may end early: what is missing at their end was left out, as spreadsheets once did
	tail  int64 // offset in the unpacked file of the lines below the table; -1: there are none
}

// misfit says what is wrong with the number of a row's fields; "" for nothing.
func (s *Source) misfit(spans []span) string {
	n, want := len(spans), len(s.table.Columns)
	if n == want && !s.shape.exact || n < want && s.shape.short {
		return ""
	}
	usual := want
	if s.shape.exact {
		usual += s.shape.extra
	}
	if n > want && n <= want+s.shape.extra && (n == usual || !s.shape.exact) && empty(spans[want:]) {
		return ""
	}
	return fmt.Sprintf("%d %s expected, %d found", usual, plural(usual, "field"), n)
}

// blank reports whether a record is no row: an empty line, unless the table has one column.
func (s *Source) blank(rec line, spans []span) bool {
	if rec.start == rec.end {
		return len(s.table.Columns) > 1
	}
	if s.dialect.widths == nil || rec.problem != "" {
		return false
	}
	return empty(spans)
}

func empty(spans []span) bool {
	for _, c := range spans {
		if c.start != c.end {
			return false
		}
	}
	return true
}
