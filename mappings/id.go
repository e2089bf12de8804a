package mappings

import (
	"fmt"
	"strings"
)

// IDTemplate makes external ids, without the module: fixed text with columns in braces, "line_{orderID}_{productID}".
// Two different rows never get the same id: see AppendEscaped.
type IDTemplate struct {
	Text    string
	Columns []string // in order of appearance
	fixed   []string // fixed[i] stands before Columns[i]; the last one stands at the end
}

// ParseIDTemplate reads a template. Fixed text may hold ASCII letters, digits, "_" and "-"; two columns need a text
// with "_" between them, or their values could run into each other.
func ParseIDTemplate(text string) (IDTemplate, error) {
	t := IDTemplate{Text: text}
	rest := text
	for {
		fixed, after, found := strings.Cut(rest, "{")
		if err := checkFixed(fixed); err != nil {
			return t, err
		}
		if len(t.Columns) > 0 && found && !strings.Contains(fixed, "_") {
			return t, fmt.Errorf(`two columns of an id need a "_" between them`)
		}
		t.fixed = append(t.fixed, fixed)
		if !found {
			break
		}
		column, tail, closed := strings.Cut(after, "}")
		if !closed {
			return t, fmt.Errorf(`the id lacks a "}"`)
		}
		if column == "" {
			return t, fmt.Errorf("the id names no column between its braces")
		}
		t.Columns = append(t.Columns, column)
		rest = tail
	}
	if len(t.Columns) == 0 {
		return t, fmt.Errorf("the id names no column, so all records would share it")
	}
	return t, nil
}

func checkFixed(text string) error {
	for i := 0; i < len(text); i++ {
		if !plainIDByte(text[i]) && text[i] != '-' {
			return fmt.Errorf("an id cannot hold %q: letters, digits, _ and - only", text[i:i+1])
		}
	}
	return nil
}

// Append appends the id for the given values, one a column and none of them empty.
func (t *IDTemplate) Append(dst []byte, values []string) []byte {
	for i, v := range values {
		dst = append(dst, t.fixed[i]...)
		dst = appendEscaped(dst, v, i < len(values)-1)
	}
	return append(dst, t.fixed[len(values)]...)
}

// Shape is the template without its column names: templates of one shape can make the same id.
func (t *IDTemplate) Shape() string { return strings.Join(t.fixed, "{}") }

const hexDigits = "0123456789abcdef"

// AppendEscaped appends value in the letters an external id may hold: ASCII letters, digits and "_" stay, every other
// byte becomes "-xx". No two values have the same escaped form.
func AppendEscaped(dst []byte, value string) []byte { return appendEscaped(dst, value, false) }

// appendEscaped escapes "_" too in every column but the last, so that the "_" between two columns is unmistakable.
func appendEscaped(dst []byte, value string, underscore bool) []byte {
	for i := 0; i < len(value); i++ {
		c := value[i]
		if plainIDByte(c) && (c != '_' || !underscore) {
			dst = append(dst, c)
			continue
		}
		dst = append(dst, '-', hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}

func plainIDByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
