package record_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

func TestGrouped(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "0": "0", "7": "7", "999": "999", "1000": "1,000", "-999": "-999", "-1000": "-1,000", "123456": "123,456",
		"1234567": "1,234,567", "9487049.35": "9,487,049.35", "-2545410": "-2,545,410", "0.123456": "0.123456", "1000.0001": "1,000.0001",
		"1.234,56": "1.234,56", "1,234": "1,234", "N/A": "N/A", "1e6": "1e6", "-": "-", ".5": ".5", "12345.6x": "12345.6x",
	} {
		if got := record.Grouped(in); got != want {
			t.Errorf("Grouped(%q) = %q, want %q", in, got, want)
		}
	}
}
