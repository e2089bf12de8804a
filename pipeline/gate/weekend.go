package gate

// Answer is what was found out about a condition: Is where it holds, Not where it does not.
type Answer struct{ Is, Not string }

// Weekend is what a target with a role is held to. Pointers are nil where the condition is none for this target.
type Weekend struct {
	Name      *Answer // production's name was typed
	Neutral   *Answer // production is not neutralised, a rehearsal is
	Rehearsed *Answer
	Parity    *Answer // the production is set up as what was rehearsed in
	Frozen    *Answer
	Unchanged *Answer // the target is as it was when the plan was made
	Backup    *Answer
	Window    *Answer
	Disk      *Answer
	Clock     *Answer
}

// everything is a Weekend on which nothing is answered: it names the gates.
func everything() *Weekend {
	a := &Answer{Not: "not looked at"}
	return &Weekend{a, a, a, a, a, a, a, a, a, a}
}

// unanswered are facts that open no gate: they name all of them.
func unanswered() Facts {
	return Facts{Weekend: everything(), Pause: &Answer{Not: "not looked at"}, Gone: &Answer{Not: "not looked at"}}
}

func (w *Weekend) gates() []Gate {
	if w == nil {
		return nil
	}
	var out []Gate
	for _, g := range []struct {
		name   string
		answer *Answer
		remedy string
	}{
		{"production", w.Name, "Pass --production with the database's name, once you are sure that it is the one."},
		{"neutralised", w.Neutral, "Neutralise the copy you rehearse in (odoo-bin neutralize), and never the production."},
		{"rehearsal", w.Rehearsed, "Run migrate stage and migrate cutover with --target of a copy of production first."},
		{"parity", w.Parity, "Look at migrate doctor --compare, and set both up alike."},
		{"frozen", w.Frozen, "Keep people out of the legacy system, export once more, and say who declared it under cutover: frozen: in migrate.yaml."},
		{"unchanged", w.Unchanged, "Look at what changed in Odoo, then run migrate stage again."},
		{"backup", w.Backup, "Make a backup, restore it elsewhere with a clock beside you, and write backup: into the target, or pass --backup."},
		{"window", w.Window, "Agree on another window (cutover: window: in migrate.yaml), rehearse again, or load less."},
		{"disk", w.Disk, "Make room on the disk of the project and its staging."},
		{"clock", w.Clock, "Have both machines set their clocks by NTP."},
	} {
		if g.answer != nil {
			out = append(out, Gate{Name: g.name, OK: g.answer.Not == "", Evidence: either(g.answer.Not == "", g.answer.Is, g.answer.Not), Remedy: g.remedy})
		}
	}
	return out
}
