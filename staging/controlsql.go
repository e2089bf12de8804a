package staging

import (
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/sqltext"
)

// ControlSQL puts the project's schemas into SQL that a person wrote: the words landed and staged, where they qualify a
// name ("landed.customers"), become the schemas of views. Texts, quoted names and comments stay as they are.
func (s *Store) ControlSQL(sql string) string {
	var out strings.Builder
	for i := 0; i < len(sql); {
		n := sqltext.Skipped(sql[i:])
		if n == 0 && sqltext.Letter(sql[i]) {
			n = sqltext.WordEnd(sql[i:])
			word := strings.ToLower(sql[i : i+n])
			qualifies := strings.HasPrefix(strings.TrimLeft(sql[i+n:], " \t\r\n"), ".")
			qualified := strings.HasSuffix(strings.TrimRight(out.String(), " \t\r\n"), ".")
			if (word == "landed" || word == "staged") && qualifies && !qualified {
				out.WriteString(quote(s.Schema() + "_" + word))
				i += n
				continue
			}
		}
		n = max(n, 1)
		out.WriteString(sql[i : i+n])
		i += n
	}
	return out.String()
}
