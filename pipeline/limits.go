package pipeline

import (
	"fmt"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/validate"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Examined is what a dry run found out about joins, checks and limits.
type Examined struct {
	Joined []Joined               `json:"joined,omitempty"`
	Checks []validate.CheckResult `json:"checks,omitempty"`
	Limits []Limit                `json:"limits,omitempty"` // thresholds.reject
}

// Limit is how many rows a rule may reject, by thresholds.reject of migrate.yaml, or find anything about, by
// thresholds.findings, and how many it did.
type Limit struct {
	Rule  string `json:"rule"`
	Most  int64  `json:"most"`
	Rows  int64  `json:"rows"`
	Finds bool   `json:"finds,omitempty"` // findings of any severity count
}

// limits counts the rows of findings by rule: those of errors and blockers where rejects are limited, else all.
func limits(t project.Thresholds, findings []record.Finding) []Limit {
	var out []Limit
	for _, declared := range []struct {
		most  map[string]int64
		finds bool
	}{{t.Reject, false}, {t.Findings, true}} {
		for _, rule := range slices.Sorted(maps.Keys(declared.most)) {
			l := Limit{Rule: rule, Most: declared.most[rule], Finds: declared.finds}
			for _, f := range findings {
				if f.Rule == rule && (l.Finds || f.Severity.Rank() <= record.Error.Rank()) {
					l.Rows += max(f.Rows, 1)
				}
			}
			out = append(out, l)
		}
	}
	return out
}

// String says that a limit is exceeded.
func (l Limit) String() string {
	verb := "rejects"
	if l.Finds {
		verb = "is about"
	}
	return fmt.Sprintf("%s %s %d rows, %d allowed", l.Rule, verb, l.Rows, l.Most)
}

// exceeded says which rules rejected more rows than they may.
func (s *Stage) exceeded() []string {
	var out []string
	for _, l := range s.Limits {
		if l.Rows > l.Most {
			out = append(out, l.String())
		}
	}
	return out
}

// blocked says which checks block and do not hold.
func (s *Stage) blocked() []string {
	var out []string
	for _, c := range s.Checks {
		if c.Severity == record.Blocker && c.Failed > 0 {
			if c.SQL {
				out = append(out, fmt.Sprintf("%s: %q returns %d rows, first %s", c.Mapping, c.Name, c.Failed, c.First[0]))
				continue
			}
			out = append(out, fmt.Sprintf("%s: %q fails for %d of %d groups, first %s (%s)", c.Mapping, c.Name, c.Failed, c.Groups, c.First[0].Key, c.First[0].Actual))
		}
	}
	return out
}
