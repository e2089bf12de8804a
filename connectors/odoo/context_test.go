package odoo

import (
	"context"
	"testing"
)

// Whatever language and time zone the account or the server has: every call says its own, so that texts are those of the base
// language, and times UTC.
func TestEveryCallSaysLanguageAndTimeZone(t *testing.T) {
	for _, method := range []string{"read", "search_read", "create", "write", "load", "action_post"} {
		c := (&Client{}).context(context.Background(), method)
		if c["lang"] != "en_US" || c["tz"] != "UTC" {
			t.Errorf("%s: %v", method, c)
		}
	}
}
