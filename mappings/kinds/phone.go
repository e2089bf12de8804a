package kinds

import "strings"

// Phone checks that a text can be a telephone number: 5 to 15 digits (E.164 allows no more), an optional + in front,
// and nothing but the signs people write between groups. An extension ("ext. 12", "x12") may follow. The canonical form
// is the digits, with the + where there was one; no country is guessed.
func Phone(text string) Verdict {
	s, _ := cutExtension(strings.ToLower(strings.TrimSpace(text)))
	if s == "" {
		return no("empty")
	}
	var digits strings.Builder
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case r == '+' && (i == 0 || s[:i] == "("):
		case strings.ContainsRune(" ()-./\u00a0", r):
		default:
			return no("holds " + string(r))
		}
	}
	d := digits.String()
	switch {
	case len(d) < 5:
		return no("too few digits")
	case len(d) > 15:
		return no("more than 15 digits")
	case strings.Trim(d, d[:1]) == "":
		return no("one digit repeated")
	}
	if strings.ContainsRune(s, '+') {
		d = "+" + d
	}
	return yes(d)
}

func cutExtension(s string) (number, extension string) {
	for _, mark := range []string{"extension", "ext.", "ext", "x"} {
		if before, after, ok := strings.Cut(s, mark); ok && digitsOnly(strings.TrimSpace(after)) {
			return strings.TrimSpace(before), strings.TrimSpace(after)
		}
	}
	return s, ""
}
