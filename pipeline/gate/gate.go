// Package gate decides whether a run may write to a target. Every gate is one line with its evidence; it can be
// overridden only by a person with a reason, and both go into the run.
package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Gate is one condition.
type Gate struct {
	Name       string `json:"name"`
	OK         bool   `json:"ok"`
	Evidence   string `json:"evidence"`
	Remedy     string `json:"remedy,omitempty"`
	Final      bool   `json:"final,omitempty"` // cannot be overridden
	OverrideBy string `json:"override_by,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

// Passed reports whether the run may go on as far as this gate is concerned.
func (g Gate) Passed() bool { return g.OK || g.OverrideBy != "" && !g.Final }

// Override opens a gate by name, for a person and a reason.
type Override struct{ Gate, By, Reason string }

// ParseOverride reads "gate=name: reason" for a gate that can be overridden.
func ParseOverride(text string) (Override, error) {
	name, rest, ok := strings.Cut(text, "=")
	by, reason, ok2 := strings.Cut(rest, ":")
	o := Override{strings.TrimSpace(name), strings.TrimSpace(by), strings.TrimSpace(reason)}
	if !ok || !ok2 || o.Gate == "" || o.By == "" || o.Reason == "" {
		return o, record.Advise(fmt.Errorf(`%q is not of the form gate=name: reason`, text), `Write it like "controls=A. Lead: rounding, checked by hand".`)
	}
	all := Evaluate(unanswered(), nil)
	i := slices.IndexFunc(all, func(g Gate) bool { return g.Name == o.Gate })
	switch {
	case i < 0:
		return o, record.Advise(fmt.Errorf("there is no gate %q", o.Gate), "The gates that can be overridden are: "+strings.Join(open(all), ", ")+".")
	case all[i].Final:
		return o, record.Advise(fmt.Errorf("the gate %q cannot be overridden", o.Gate), all[i].Remedy)
	}
	return o, nil
}

func open(gates []Gate) []string {
	var out []string
	for _, g := range gates {
		if !g.Final {
			out = append(out, g.Name)
		}
	}
	return out
}

// Facts are what the gates look at.
type Facts struct {
	PlanStale      error // nil where the signed plan is the one the inputs give now
	PlanRequired   bool
	PlanThere      bool
	FirstPass      float64  // per cent
	Threshold      float64  // per cent
	LowAmounts     []string // sources of which too little loads by amount
	Quarantined    []string // rows nobody could read, neither corrected nor accepted
	Unbalanced     []string
	Undecided      []string // source tables that are neither mapped nor decided about
	Custody        string   // what is known of the completeness of the extraction, as a sentence
	Contradicted   bool     // the extractor's lists say something else than the files
	Torn           []string // mappings of lines with rows nobody can tell the document of
	ValueMaps      int      // value maps that have to be confirmed and complete
	OpenMaps       []string // what is left to do about them
	Controls       []reconcile.Result
	Checks         int      // rules over groups that were evaluated
	Blocked        []string // those that block and do not hold
	Limits         int      // rules with a limit of rows they may reject
	Exceeded       []string // those that rejected more
	TargetReplaced string   // why the target is not the one the ledger belongs to; "" where it is
	Unsettled      int      // calls of earlier runs whose outcome is not known
	RestoreOnly    []string
	AcceptRestore  bool
	Companies      []string // of the records, as references
	Pause          *Answer  // what is to be switched off for the load; nil is nothing
	Gone           *Answer  // whether too many records to be removed are gone from their sources; nil where none is
	Weekend        *Weekend // nil where the target has no role
	NotAllowed     []string // those of them that the account may not work in
}

// Evaluate returns all gates in a fixed order.
func Evaluate(f Facts, overrides []Override) []Gate {
	gates := []Gate{
		{Name: "target", OK: f.TargetReplaced == "", Evidence: either(f.TargetReplaced == "", "the ledger belongs to this database", f.TargetReplaced),
			Remedy: "Load into the database the ledger was made with; or, where this one is meant to be gone on with, run migrate resync, which rebuilds the ledger from what is in it.", Final: true},
		{Name: "plan", OK: !f.PlanRequired || f.PlanThere && f.PlanStale == nil, Evidence: f.planEvidence(), Remedy: "Run migrate stage and look at what it says."},
		{Name: "first-pass", OK: f.FirstPass >= f.Threshold && len(f.LowAmounts) == 0,
			Evidence: strings.Join(append([]string{fmt.Sprintf("%.2f %% of the rows map and validate, %.2f %% wanted", f.FirstPass, f.Threshold)}, f.LowAmounts...), "; "),
			Remedy:   "Mend the findings by corrections or mappings."},
		{Name: "quarantine", OK: len(f.Quarantined) == 0, Evidence: either(len(f.Quarantined) == 0, "every row could be read, or was corrected or accepted",
			"rows nobody could read: "+some(f.Quarantined)), Remedy: "Correct them (migrate stage --corrections FILE), or accept each under accepted: in migrate.yaml."},
		{Name: "conservation", OK: len(f.Unbalanced) == 0, Evidence: either(len(f.Unbalanced) == 0, "every row read is accounted for", strings.Join(f.Unbalanced, "; ")),
			Remedy: "Keep the project folder and report this: rows must not vanish.", Final: true},
		{Name: "scope", OK: len(f.Undecided) == 0, Evidence: either(len(f.Undecided) == 0, "every source table is mapped or decided about",
			"undecided: "+strings.Join(f.Undecided, ", ")), Remedy: "Map them, or decide about them under scope: in migrate.yaml."},
		{Name: "custody", OK: !f.Contradicted, Evidence: clause(f.Custody), Remedy: "Have the files delivered again, or have the extractor explain the difference."},
		{Name: "documents", OK: len(f.Torn) == 0, Evidence: either(len(f.Torn) == 0, "no line is missing from its document",
			"rows whose document is not known are damaged or rejected: "+strings.Join(f.Torn, ", ")), Remedy: "Correct these rows, or a document is loaded without its line."},
		{Name: "value maps", OK: len(f.OpenMaps) == 0, Evidence: either(len(f.OpenMaps) == 0, confirmed(f.ValueMaps), strings.Join(f.OpenMaps, "; ")),
			Remedy: "Fill them in (migrate stage --value-maps lists what is missing), and write confirmed: beside each in YAML."},
		f.controls(),
		{Name: "checks", OK: len(f.Blocked) == 0, Evidence: either(len(f.Blocked) == 0, counted(f.Checks, "check")+" over groups, none that blocks",
			strings.Join(f.Blocked, "; ")), Remedy: "Mend the records of these groups by corrections or mappings."},
		{Name: "rejects", OK: len(f.Exceeded) == 0, Evidence: either(len(f.Exceeded) == 0, either(f.Limits == 0, "no limits of rejected rows are set", counted(f.Limits, "limit")+" of rejected rows, none exceeded"),
			strings.Join(f.Exceeded, "; ")), Remedy: "Mend the findings of these rules, or raise thresholds.reject in migrate.yaml."},
		{Name: "way back", OK: len(f.RestoreOnly) == 0 || f.AcceptRestore, Evidence: either(len(f.RestoreOnly) == 0, "everything this run does can be undone in Odoo",
			"cannot be undone in Odoo: "+strings.Join(f.RestoreOnly, ", ")), Remedy: "Take a backup, then pass --accept-restore-only."},
	}
	if len(f.Companies) > 0 {
		gates = append(gates, Gate{Name: "companies", OK: len(f.NotAllowed) == 0, Evidence: either(len(f.NotAllowed) == 0, "the account works in "+strings.Join(f.Companies, ", "),
			"the account may not work in "+strings.Join(f.NotAllowed, ", ")), Remedy: "Allow the account these companies in Odoo (Settings, Users, Allowed Companies).", Final: true})
	}
	if f.Gone != nil {
		gates = append(gates, Gate{Name: "gone", OK: f.Gone.Not == "", Evidence: f.Gone.Is + f.Gone.Not,
			Remedy: "Find out whether the export is whole. Where they are meant to go, open the gate by name and reason, or set thresholds: gone: in migrate.yaml."})
	}
	if f.Pause != nil {
		gates = append(gates, Gate{Name: "pause", OK: f.Pause.Not == "", Evidence: f.Pause.Is + f.Pause.Not, Final: true,
			Remedy: "Give the account Administration: Settings, mend keep_running: in migrate.yaml, or pass --pause none."})
	}
	gates = append(gates, f.Weekend.gates()...)
	for i := range gates {
		for _, o := range overrides {
			if o.Gate == gates[i].Name && !gates[i].OK {
				gates[i].OverrideBy, gates[i].Reason = o.By, o.Reason
			}
		}
	}
	return gates
}

func (f Facts) planEvidence() string {
	switch {
	case !f.PlanRequired:
		return "a delta makes its plan from what changed"
	case !f.PlanThere:
		return "there is no plan"
	case f.PlanStale != nil:
		return f.PlanStale.Error()
	}
	return "the plan is the one these inputs give"
}

func (f Facts) controls() Gate {
	var bad []string
	for _, c := range f.Controls {
		if !c.Equal {
			bad = append(bad, c.Name+" ("+strings.Join(c.Why, "; ")+")")
		}
	}
	return Gate{Name: "controls", OK: len(bad) == 0, Evidence: either(len(bad) == 0, agree(len(f.Controls)),
		strings.Join(bad, "; ")), Remedy: "Find out which side is wrong before anything is loaded."}
}

// clause makes part of a line of a sentence.
func clause(sentence string) string {
	if sentence == "" {
		return sentence
	}
	return strings.TrimSuffix(strings.ToLower(sentence[:1])+sentence[1:], ".")
}

func confirmed(maps int) string {
	switch maps {
	case 0:
		return "no value map needs to be confirmed"
	case 1:
		return "the value map is confirmed and complete"
	}
	return fmt.Sprintf("%d value maps are confirmed and complete", maps)
}

func agree(controls int) string {
	if controls == 1 {
		return "the control agrees between source and staged records"
	}
	return fmt.Sprintf("%d controls agree between source and staged records", controls)
}

// some lists the first of many.
func some(list []string) string {
	const shown = 5
	if len(list) <= shown {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:shown], ", "), len(list)-shown)
}

func counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func either(cond bool, yes, no string) string {
	if cond {
		return yes
	}
	return no
}

// Closed returns the gates that keep the run from going on.
func Closed(gates []Gate) []Gate {
	return slices.DeleteFunc(slices.Clone(gates), Gate.Passed)
}
