package cell

import "strings"

// Boolean reads the words for yes and no: 1/0, true/false, yes/no, y/n, t/f, x, in any case. Other words are declared
// with a map.
func Boolean(text string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "1", "true", "t", "yes", "y", "x":
		return true, nil
	case "0", "false", "f", "no", "n":
		return false, nil
	}
	return false, &Error{What: "a boolean", Raw: text, Hint: "declare the words: map: {J: true, N: false}"}
}
