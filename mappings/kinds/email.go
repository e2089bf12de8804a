package kinds

import (
	"net/mail"
	"strings"
)

// Email checks one address (RFC 5322 addr-spec) as mail systems in use accept it: a domain with a dot, at most 64
// characters before the @ and 254 in all. Names, comments and several addresses in one text are not one address.
func Email(text string) Verdict {
	s := strings.TrimSpace(text)
	at := strings.LastIndexByte(s, '@')
	s = s[:at+1] + strings.ToLower(s[at+1:]) // first: small letters may be longer or shorter
	switch {
	case s == "":
		return no("empty")
	case at < 0:
		return no("no @")
	case strings.ContainsAny(s, ",;") || strings.Count(s, "@") > 1 && !strings.HasPrefix(s, `"`):
		return no("more than one address")
	case len(s) > 254 || at > 64:
		return no("too long")
	}
	domain := s[at+1:]
	if reason := badDomain(domain); reason != "" {
		return no(reason)
	}
	address, err := mail.ParseAddress(s)
	if err != nil || address.Name != "" || address.Address != s {
		return no("not an address")
	}
	return yes(s)
}

func badDomain(domain string) string {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return "no dot in the domain"
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsAny(l, " _") {
			return "not a domain after the @"
		}
	}
	if last := labels[len(labels)-1]; len(last) < 2 || digitsOnly(last) {
		return "not a domain after the @"
	}
	return ""
}
