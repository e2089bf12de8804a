package kinds

import (
	"net/url"
	"strings"
)

// URL checks an address of the web: http or https, or a host that begins with www. The canonical form has a scheme.
func URL(text string) Verdict {
	s := strings.TrimSpace(text)
	if lower := strings.ToLower(s); strings.HasPrefix(lower, "www.") {
		s = "http://" + s
	} else if !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
		return no("begins with neither http:// nor www.")
	}
	u, err := url.Parse(s)
	switch {
	case strings.ContainsAny(s, " \t\r\n") || err != nil:
		return no("not a web address")
	case badDomain(u.Hostname()) != "" && u.Hostname() != "localhost":
		return no("no host's name")
	}
	return yes(s)
}
