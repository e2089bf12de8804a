package pipeline

import (
	"fmt"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/pipeline/validate"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Examined is what a dry run found out about joins, checks and limits.
type Examined struct {
	Joined []Joined               `json:"joined,omitempty"`
	Checks []validate.CheckResult `json:"checks,omitempty"`
	Limits []Limit                `json:"limits,omitempty"` // thresholds.reject
}

// Limit is how many rows a rule may reject, by thresholds.reject of migrate.yaml, and how many it did.
type Limit struct {
	Rule string `json:"rule"`
	Most int64  `json:"most"`
	Rows int64  `json:"rows"`
}

// limits counts the rows of errors and blockers by rule.
func limits(declared map[string]int64, findings []record.Finding) []Limit {
	var out []Limit
	for _, rule := range slices.Sorted(maps.Keys(declared)) {
		l := Limit{Rule: rule, Most: declared[rule]}
		for _, f := range findings {
			if f.Rule == rule && f.Severity.Rank() <= record.Error.Rank() {
				l.Rows += max(f.Rows, 1)
			}
		}
		out = append(out, l)
	}
	return out
}

// exceeded says which rules rejected more rows than they may.
func (s *Stage) exceeded() []string {
	var out []string
	for _, l := range s.Limits {
		if l.Rows > l.Most {
			out = append(out, fmt.Sprintf("%s rejects %d rows, %d allowed", l.Rule, l.Rows, l.Most))
		}
	}
	return out
}

// blocked says which checks block and do not hold.
func (s *Stage) blocked() []string {
	var out []string
	for _, c := range s.Checks {
		if c.Severity == record.Blocker && c.Failed > 0 {
			out = append(out, fmt.Sprintf("%s: %q fails for %d of %d groups, first %s (%s)", c.Mapping, c.Name, c.Failed, c.Groups, c.First[0].Key, c.First[0].Actual))
		}
	}
	return out
}
