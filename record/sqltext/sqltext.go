// Package sqltext takes SQL that people wrote apart, as far as telling its words from its texts, quoted names and comments.
package sqltext

import "strings"

// Token is a word, a quoted name or a single other character of a statement; texts and comments are none.
type Token struct {
	Text   string // of a word in small letters, of a quoted name without its quotes
	Quoted bool
	At     int // offset
}

// Word reports whether a token may be the name of something.
func (t Token) Word() bool { return t.Quoted || t.Text != "" && Letter(t.Text[0]) }

// Tokens takes a statement apart.
func Tokens(sql string) []Token {
	var out []Token
	for i := 0; i < len(sql); {
		n := Skipped(sql[i:])
		switch {
		case n > 1 && sql[i] == '"':
			name := strings.TrimSuffix(sql[i+1:i+n], `"`)
			out = append(out, Token{strings.ReplaceAll(name, `""`, `"`), true, i})
		case n > 0:
			if sql[i] == '\'' || sql[i] == '$' || sql[i] == 'e' || sql[i] == 'E' {
				out = append(out, Token{"'", false, i})
			}
		case Letter(sql[i]):
			n = WordEnd(sql[i:])
			out = append(out, Token{strings.ToLower(sql[i : i+n]), false, i})
		case strings.IndexByte(" \t\r\n", sql[i]) < 0:
			out = append(out, Token{sql[i : i+1], false, i})
		}
		i += max(n, 1)
	}
	return out
}

// Skipped is the length of the text, quoted name or comment that sql begins with; 0 where it begins with none.
func Skipped(sql string) int {
	switch {
	case sql[0] == '\'' || sql[0] == '"':
		return quotedEnd(sql, sql[0], false)
	case len(sql) > 1 && (sql[0] == 'e' || sql[0] == 'E') && sql[1] == '\'':
		return 1 + quotedEnd(sql[1:], '\'', true)
	case strings.HasPrefix(sql, "--"):
		if i := strings.IndexByte(sql, '\n'); i >= 0 {
			return i
		}
		return len(sql)
	case strings.HasPrefix(sql, "/*"):
		return commentEnd(sql)
	case sql[0] == '$':
		return dollarEnd(sql)
	}
	return 0
}

func quotedEnd(sql string, quote byte, escapes bool) int {
	for i := 1; i < len(sql); i++ {
		switch {
		case escapes && sql[i] == '\\':
			i++
		case sql[i] == quote && i+1 < len(sql) && sql[i+1] == quote:
			i++
		case sql[i] == quote:
			return i + 1
		}
	}
	return len(sql)
}

// commentEnd knows that PostgreSQL's comments nest.
func commentEnd(sql string) int {
	depth := 0
	for i := 0; i+1 < len(sql); i++ {
		switch sql[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(sql)
}

// dollarEnd measures $tag$ ... $tag$; 0 where the dollar sign is something else, a parameter for instance.
func dollarEnd(sql string) int {
	i := 1
	for i < len(sql) && (Letter(sql[i]) || i > 1 && sql[i] >= '0' && sql[i] <= '9') {
		i++
	}
	if i >= len(sql) || sql[i] != '$' {
		return 0
	}
	tag := sql[:i+1]
	if end := strings.Index(sql[i+1:], tag); end >= 0 {
		return i + 1 + end + len(tag)
	}
	return len(sql)
}

// Letter reports whether a word may begin with a byte.
func Letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

// WordEnd measures the word that sql begins with.
func WordEnd(sql string) int {
	n := 1
	for n < len(sql) && (Letter(sql[n]) || sql[n] >= '0' && sql[n] <= '9' || sql[n] == '$') {
		n++
	}
	return n
}
