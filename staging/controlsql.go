package staging

import "strings"

// ControlSQL puts the project's schemas into SQL that a person wrote: the words landed and staged, where they qualify a
// name ("landed.customers"), become the schemas of views. Texts, quoted names and comments stay as they are.
func (s *Store) ControlSQL(sql string) string {
	var out strings.Builder
	for i := 0; i < len(sql); {
		n := skipped(sql[i:])
		if n == 0 && letter(sql[i]) {
			n = wordEnd(sql[i:])
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

// skipped is the length of the text, quoted name or comment that sql begins with; 0 where it begins with none.
func skipped(sql string) int {
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
	for i < len(sql) && (letter(sql[i]) || i > 1 && sql[i] >= '0' && sql[i] <= '9') {
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

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func wordEnd(sql string) int {
	n := 1
	for n < len(sql) && (letter(sql[n]) || sql[n] >= '0' && sql[n] <= '9' || sql[n] == '$') {
		n++
	}
	return n
}
