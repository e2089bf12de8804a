package staging

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PostgreSQL cuts longer names off, silently.
const longestName = 63

// landedColumns are our own columns of a landed table; a source's column of that name gets another one there.
var landedColumns = []string{"row_no", "line", "byte_offset", "digest", "rest"}

// stagedColumns are our own columns of a staged table, and of its views.
var stagedColumns = []string{"x_id", "x_seq", "x_table", "x_row", "x_line", "x_offset", "x_digest", stateColumn, reasonColumn}

// The view of all records of a mapping says by these whether one is loaded. The names are long so that no custom field has them.
const (
	stateColumn  = "x_staging_state"
	reasonColumn = "x_staging_reason"
)

// PostgreSQL has these in every table.
var systemColumns = []string{"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"}

// ColumnNames makes column names of a landed table out of whatever a source calls its columns, one for one: at most 63
// bytes of UTF-8 without control characters, none empty, none twice, none of PostgreSQL's system columns, none of our
// own. A name that is fit is kept as it is, blanks and capitals included; of two equal ones the first keeps it. The names
// still have to be quoted.
func ColumnNames(names []string) []string { return safeNames(names, landedColumns) }

func safeNames(names []string, reserved []string) []string {
	taken := map[string]bool{}
	for _, r := range append(systemColumns[:len(systemColumns):len(systemColumns)], reserved...) {
		taken[r] = true
	}
	out := make([]string, len(names))
	// Fit names first: an invented name must not take the place of one that stands further right.
	for i, n := range names {
		if n != "" && n == cleanName(n) && !taken[n] {
			out[i], taken[n] = n, true
		}
	}
	for i, n := range names {
		if out[i] == "" {
			out[i] = freeName(cleanName(n), i, taken)
			taken[out[i]] = true
		}
	}
	return out
}

func freeName(name string, index int, taken map[string]bool) string {
	if name == "" {
		name = fmt.Sprintf("column_%d", index+1)
	}
	for n := 1; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = fmt.Sprintf("_%d", n)
		}
		if candidate := cutName(name, longestName-len(suffix)) + suffix; !taken[candidate] {
			return candidate
		}
	}
}

func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if strings.TrimSpace(name) == "" {
		return ""
	}
	return cutName(name, longestName)
}

func cutName(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	for limit > 0 && !utf8.RuneStart(name[limit]) {
		limit--
	}
	return name[:limit]
}
