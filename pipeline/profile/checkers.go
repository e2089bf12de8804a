package profile

import "strings"

func checkers() []Checker {
	return []Checker{{Kind: "email", Valid: func(s string) bool { return strings.Contains(s, "@") }, Personal: true}}
}
