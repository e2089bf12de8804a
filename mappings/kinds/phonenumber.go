package kinds

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// PhoneNumber checks a telephone number against the numbering plan of its country: the one it names with + or 00, else
// the one given by two capitals; with neither it is "not checked". The canonical form is E.164: "+49301234567". It takes
// microseconds, not nanoseconds: check different values, not every row.
func PhoneNumber(text, country string) Verdict {
	form := Phone(text)
	if !form.OK {
		return form
	}
	s := form.Canonical
	if strings.HasPrefix(s, "00") {
		s = "+" + s[2:]
	}
	if s[0] != '+' && country == "" {
		return no("not checked: no country")
	}
	n, err := phonenumbers.Parse(s, country)
	if err != nil {
		return no("no country's numbers are so")
	}
	if !phonenumbers.IsValidNumber(n) {
		return no("not a number of the country's plan")
	}
	return yes(phonenumbers.Format(n, phonenumbers.E164))
}
