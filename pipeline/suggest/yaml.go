package suggest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

var (
	plainScalar = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)
	plainColumn = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	yamlWords   = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
)

// scalar writes a name so that YAML reads it back as a text.
func scalar(s string) string {
	if plainScalar.MatchString(s) && !slices.Contains(yamlWords, strings.ToLower(s)) {
		return s
	}
	return quote(s)
}

// quote writes a text between double quotes, escaped as both YAML and our expressions read it.
func quote(s string) string { return strconv.Quote(s) }

// quoteExpression quotes an expression where YAML would take a part of it for a comment or a key.
func quoteExpression(s string) string {
	if strings.Contains(s, "#") || strings.Contains(s, ": ") || strings.HasSuffix(s, ":") {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return s
}

// cellOf is a column in an expression.
func cellOf(c *profile.Column) string {
	if plainColumn.MatchString(c.Name) {
		return "src." + c.Name
	}
	return "src[" + quote(c.Name) + "]"
}

// identifier makes a name that migrate.yaml accepts: small letters, digits and underscores, a letter first.
func identifier(s string) string {
	parts := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := strings.Join(parts, "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "p_" + name
	}
	return strings.TrimSuffix(name, "_")
}

func (p *plan) uniqueSource(name string) string {
	base := identifier(strings.Join(profile.Words(name), "_"))
	for i := 1; ; i++ {
		candidate := base
		if i > 1 {
			candidate += "_" + strconv.Itoa(i)
		}
		if !slices.Contains(p.sources, candidate) {
			return candidate
		}
	}
}

// text writes the mapping's file.
func (m *mapping) text() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Drafted from the audit of %s; read it before you run it.\n", oneLine(m.src.File))
	rows := fmt.Sprintf("%d rows", m.src.Rows)
	if m.src.Quarantined > 0 {
		rows += fmt.Sprintf(", %d of them damaged", m.src.Quarantined)
	}
	fmt.Fprintf(&b, "# %s -> %s: %s (%.0f %%). %s.\n", m.source, m.model, oneLine(m.why), m.confidence*100, rows)
	if m.know.note != "" {
		fmt.Fprintf(&b, "# %s\n", m.know.note)
	}
	if len(m.todo) > 0 {
		b.WriteString("#\n# TODO\n")
		for _, t := range m.todo {
			fmt.Fprintf(&b, "# - %s\n", oneLine(t))
		}
	}
	fmt.Fprintf(&b, "\nversion: 1\nmapping: %s\nmodel: %s\nfrom: %s\n", m.name, m.model, m.source)
	fmt.Fprintf(&b, "id: %s   # %s\n", quote(m.id), oneLine(m.idWhy))
	if len(m.fields) == 0 {
		b.WriteString("fields: {}\n")
	} else {
		b.WriteString("fields:\n")
		writeLines(&b, m.fields)
	}
	if m.lines != nil {
		b.WriteString("lines:\n")
		writeLines(&b, []line{*m.lines})
	}
	for _, l := range m.policies {
		fmt.Fprintln(&b, l)
	}
	if len(m.ignore) > 0 {
		b.WriteString("ignore:\n")
		for _, l := range m.ignore {
			fmt.Fprintf(&b, "  %s: %s\n", scalar(l.key), l.value)
		}
	}
	return []byte(b.String())
}

// writeLines writes entries with their comments in one column.
func writeLines(b *strings.Builder, lines []line) {
	width := 0
	for _, l := range lines {
		width = max(width, len([]rune(l.key+l.value)))
	}
	width = min(width, 60)
	for _, l := range lines {
		pad := strings.Repeat(" ", max(0, width-len([]rune(l.key+l.value))))
		fmt.Fprintf(b, "  %s: %s%s   # %.0f %%: %s\n", l.key, l.value, pad, l.confidence*100, oneLine(l.why))
	}
}

// oneLine keeps a value of the data from ending a comment.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
}
