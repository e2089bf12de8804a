package gate

import (
	"slices"
	"testing"
)

func TestEveryGateSaysWhatMustHold(t *testing.T) {
	criteria := Criteria("99.5")
	for _, c := range criteria {
		if c.Holds == "" {
			t.Errorf("gate %q does not say what must hold", c.Gate)
		}
	}
	for name := range holds {
		if !slices.ContainsFunc(criteria, func(c Criterion) bool { return c.Gate == name }) {
			t.Errorf("there is no gate %q", name)
		}
	}
	if i := slices.IndexFunc(criteria, func(c Criterion) bool { return c.Gate == "first-pass" }); i < 0 || criteria[i].Holds != "At least 99.5 % of the rows map and validate." {
		t.Errorf("%+v", criteria)
	}
}
