package linkage

import (
	"fmt"
	"strings"
	"testing"
)

// A bank statement names people, but its rows are no parties; a list of customers is one although it has a balance.
func TestMovementsAreNoParties(t *testing.T) {
	lines := func(format string) string {
		var b strings.Builder
		for i, iban := range []string{"DE89370400440532013000", "GB82WEST12345698765432", "DE89370400440532013000", "GB82WEST12345698765432", "DE89370400440532013000", "GB82WEST12345698765432"} {
			fmt.Fprintf(&b, format+"\n", i, i, iban, i)
		}
		return b.String()
	}
	for name, tc := range map[string]struct {
		head, format string
		want         string
	}{
		"january":   {"Date|Label|Partner Name|Bank Account|Amount|Balance", "2024-01-1%d|Transfer|Azure Interior %d|%s|1%d.50|1510.00", ""},
		"januar":    {"Buchungstag|Text|Name|IBAN|Betrag", "2024-01-1%d|Text|Blau %d|%s|1%d.50", ""},
		"suppliers": {"Since|No|Name|IBAN|Balance", "2024-01-1%d|7|Azure Interior %d|%s|1%d.50", KindParty},
		"people":    {"Since|No|Name|IBAN|Balance|Street", "2024-01-1%d|7|Azure Interior %d|%s|1%d.50|High Street 1", KindParty},
		"accounts2": {"Opened|Name|IBAN|Currency", "2024-01-1%d|Azure Interior %d|%s|EUR%d", KindParty},
	} {
		r := run(t, Options{}, tableOf(name, tc.head+"\n"+lines(tc.format)))
		if got := r.Tables[0]; got.Kind != tc.want || got.Why == "" {
			t.Errorf("%s is %q, want %q: %s", name, got.Kind, tc.want, got.Why)
		}
	}
}
