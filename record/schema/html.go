package schema

import (
	"html"
	"slices"
	"strings"
)

// htmlKey is a key that two html texts have in common which differ in how they are written alone: the order of attributes,
// how they are quoted, entities, capital letters of names, and the stroke of elements that are empty. Texts, blanks among them,
// elements and attributes are the same, or the key is another one.
func htmlKey(text string) string {
	var b strings.Builder
	for text != "" {
		at := strings.IndexByte(text, '<')
		if at < 0 {
			at = len(text)
		}
		if at > 0 {
			b.WriteString("\x00t" + html.UnescapeString(text[:at]))
			text = text[at:]
			continue
		}
		tag, rest, ok := cutTag(text)
		if !ok { // a lone sign, or a comment: as it stands
			end := max(strings.IndexByte(text, '>')+1, 1)
			b.WriteString("\x00r" + text[:end])
			text = text[end:]
			continue
		}
		b.WriteString("\x00e" + tag)
		text = rest
	}
	return b.String()
}

// cutTag reads the tag that a text begins with, and gives it with its attributes in order.
func cutTag(text string) (tag, rest string, ok bool) {
	i := 1
	if i < len(text) && text[i] == '/' {
		i++
	}
	end := i
	for end < len(text) && !strings.ContainsRune(" \t\r\n/><", rune(text[end])) {
		end++
	}
	if name := text[i:end]; name == "" || !(name[0] >= 'a' && name[0] <= 'z' || name[0] >= 'A' && name[0] <= 'Z') {
		return "", "", false
	}
	name := strings.ToLower(text[1:end])
	var attributes []string
	for text = text[end:]; ; {
		text = strings.TrimLeft(text, " \t\r\n/")
		switch {
		case text == "":
			return "", "", false // it never ends
		case text[0] == '>':
			slices.Sort(attributes)
			return name + "\x01" + strings.Join(attributes, "\x01"), text[1:], true
		}
		var one string
		if one, text, ok = cutAttribute(text); !ok {
			return "", "", false
		}
		attributes = append(attributes, one)
	}
}

// cutAttribute reads the attribute that a text begins with: its name in small letters and its value without quotes.
func cutAttribute(text string) (attribute, rest string, ok bool) {
	end := strings.IndexAny(text, " \t\r\n/>=")
	if end <= 0 {
		return "", "", false
	}
	name := strings.ToLower(text[:end])
	after := strings.TrimLeft(text[end:], " \t\r\n")
	if !strings.HasPrefix(after, "=") {
		return name + "\x02", text[end:], true
	}
	value := strings.TrimLeft(after[1:], " \t\r\n")
	if value == "" {
		return "", "", false
	}
	if quote := value[:1]; quote == `"` || quote == "'" {
		inner, rest, closed := strings.Cut(value[1:], quote)
		return name + "\x02" + html.UnescapeString(inner), rest, closed
	}
	end = strings.IndexAny(value, " \t\r\n>")
	if end <= 0 {
		return "", "", false
	}
	return name + "\x02" + html.UnescapeString(value[:end]), value[end:], true
}
