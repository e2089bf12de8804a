package expression

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// TestGroupCondition: sums are exact, a tolerance is what was declared, and a null is told.
func TestGroupCondition(t *testing.T) {
	fields := map[string]Type{"debit": Number, "credit": Number, "date": Date, "name": Text, "move_id": Text}
	values := map[string]record.Value{
		"sum(debit)": record.NumberValue(record.MustDecimal("0.3")), "sum(credit)": record.NumberValue(record.MustDecimal("0.31")), "count()": record.NumberValue(record.MustDecimal("2")),
		"count(name)": record.NumberValue(record.MustDecimal("1")), "min(date)": record.NewValue(record.Date, "2024-01-31"), "max(date)": record.NewValue(record.Date, "2024-02-01"),
		"max(name)": {}, "(move_id)": record.TextValue("x.entry_1"),
	}
	tests := []struct{ source, tolerance, want string }{
		{"sum(debit) == sum(credit)", "0", "false"},
		{"sum(debit) == sum(credit)", "0.01", "true"},
		{"sum(debit) == sum(credit)", "0.009", "false"},
		{"sum(debit) != sum(credit)", "0.01", "false"},
		{"sum(debit) - sum(credit) == -0.01", "0", "true"},
		{"sum(debit) < sum(credit) and count() == 2", "0", "true"},
		{"count(name) * 2 == count()", "0", "true"},
		{"sum(debit) / count() == 0.15", "0", "true"},
		{"min(date) < max(date)", "0", "true"},
		{"min(date) == date('20240131', 'yyyyMMdd')", "0", "true"},
		{"max(name) == nil", "0", "true"},
		{"max(name) > 'a'", "0", "null compared by >"},
		{"sum(debit) / (count() - 2) == 0", "0", "division by zero"},
		{"move_id startsWith 'x' and count() > 0", "0", "true"},
		{"debit == 0", "0", "debit differs within a group: say which of its values is meant"},
		{"sum(nothing) == 0", "0", "no field nothing"},
		{"sum(name) == 0", "0", "sum does not go with name, which is a text"},
		{"sum(debit) == 'x'", "0", "== compares a number with a text"},
	}
	for _, tt := range tests {
		c, problems := CompileGroupCondition(tt.source, GroupOptions{Group: []string{"move_id"}, Tolerance: record.MustDecimal(tt.tolerance), Field: func(name string) (Type, *Problem) {
			if f, ok := fields[name]; ok {
				return f, nil
			}
			return Any, &Problem{Message: "no field " + name}
		}})
		got := ""
		if len(problems) > 0 {
			got = problems[0].Message
		} else {
			var row []record.Value
			for _, term := range c.Terms() {
				v, ok := values[term.String()]
				if !ok {
					t.Fatalf("%s asks for %s", tt.source, term)
				}
				row = append(row, v)
			}
			holds, err := c.Holds(row)
			switch {
			case err != nil:
				got = err.Error()
			case holds:
				got = "true"
			default:
				got = "false"
			}
		}
		if got != tt.want {
			t.Errorf("%s within %s: got %s, want %s", tt.source, tt.tolerance, got, tt.want)
		}
	}
	c, _ := CompileGroupCondition("sum(debit) == sum(credit)", GroupOptions{Field: func(string) (Type, *Problem) { return Number, nil }})
	if got := c.Describe([]record.Value{record.NumberValue(record.MustDecimal("1.50")), {}}); got != "sum(debit) = 1.5, sum(credit) = nothing" {
		t.Error(got)
	}
}
