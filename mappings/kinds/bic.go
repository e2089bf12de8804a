package kinds

// BIC checks a bank's identifier (ISO 9362): four letters or digits of the bank, its country, two letters or digits of
// the place and, if there are any, three of the branch. The canonical form is in capitals and without blanks.
func BIC(text string) Verdict {
	s := compact(text)
	switch {
	case len(s) != 8 && len(s) != 11:
		return no("not 8 or 11 characters")
	case !alphanumeric(s):
		return no("not letters and digits only")
	case !lettersOnly(s[:4]):
		return no("does not begin with four letters")
	case !Country(s[4:6]).OK && s[4:6] != "XK":
		return no("no country has the fifth and sixth letter")
	}
	return yes(s)
}

func alphanumeric(s string) bool {
	for i := 0; i < len(s); i++ {
		if (s[i] < '0' || s[i] > '9') && (s[i] < 'A' || s[i] > 'Z') {
			return false
		}
	}
	return true
}
