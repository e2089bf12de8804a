package view

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Report says in a few lines what the evidence amounts to, and where it lies.
func Report(w io.Writer, r *pipeline.Report, files []string, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Project %s: %s.\n", r.Project, Count(len(r.Runs), "run"))
	for _, l := range r.Loads {
		b.WriteString(hang("  "+mark(l.Clean())+"  ", fmt.Sprintf("%s, run %d: %s", l.Kind, l.Run, loadSentence(&l)), width))
	}
	for _, u := range r.Undos {
		if u.DryRun || u.Result == nil {
			continue
		}
		b.WriteString(hang("  "+mark(u.Proven())+"  ", fmt.Sprintf("rollback of run %d: %s, %s", u.Of, changes(u.Result.Undone), proven(u.Result)), width))
	}
	if r.Stage != nil && r.Stage.Custody != nil {
		c := r.Stage.Custody
		b.WriteString(hang("  "+custodyMark(c)+"  ", strings.TrimSuffix(strings.ToLower(c.Statement[:1])+c.Statement[1:], "."), width))
	}
	b.WriteString(hang("  "+mark(r.ChainOK)+"  ", fmt.Sprintf("event log: %s, chain %s", Count(r.Events, "entry"), r.Chain[:min(16, len(r.Chain))]), width))
	for _, line := range peopleLines(r) {
		if text, ok := line.(Para); ok {
			b.WriteString(hang("  NO  ", string(text), width))
		}
	}
	for _, f := range files {
		b.WriteString("  " + Clean(f) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func changes(undone map[string]int64) string {
	var n int64
	for _, k := range undone {
		n += k
	}
	return Count(n, "change") + " undone"
}

func proven(r *rollback.Result) string {
	held := 0
	for _, p := range r.Proof {
		if p.Holds {
			held++
		}
	}
	return fmt.Sprintf("%d of %d proofs hold", held, len(r.Proof))
}

func loadSentence(l *pipeline.Load) string {
	var parts []string
	totals := map[string]int64{}
	for _, counts := range l.Records {
		for class, n := range counts {
			totals[class] += n
		}
	}
	for _, class := range run.OutcomeClasses {
		if totals[class] > 0 {
			parts = append(parts, Number(totals[class])+" "+class)
		}
	}
	if l.Verify != nil {
		var compared, equal int64
		for _, m := range l.Verify.Mappings {
			compared, equal = compared+m.Compared, equal+m.Equal
		}
		parts = append(parts, fmt.Sprintf("%s of %s read back equal", Number(equal), Number(compared)))
	}
	agree := 0
	for _, c := range l.Controls {
		if c.Equal {
			agree++
		}
	}
	if len(l.Controls) > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d controls agree", agree, len(l.Controls)))
	}
	return strings.Join(parts, ", ")
}

// ReportHTML writes the report as one self-contained page.
func ReportHTML(w io.Writer, r *pipeline.Report) error {
	var sections []Section
	sections = append(sections, conclusion(r))
	if r.Stage != nil {
		sections = append(sections, stageSection(r.Stage))
	}
	for i := range r.Loads {
		sections = append(sections, loadSection(&r.Loads[i]))
	}
	if r.Verify != nil && r.Verify.Result != nil {
		sections = append(sections, Section{Title: "Last verification", Lead: verdict(r.Verify.Result), Blocks: verifyBlocks(r.Verify.Result)})
	}
	for i := range r.Undos {
		if !r.Undos[i].DryRun && r.Undos[i].Result != nil {
			sections = append(sections, undoSection(&r.Undos[i]))
		}
	}
	sections = append(sections, runsSection(r))
	return Page(w, "Migration report: "+r.Project, "What was loaded, what was read back, and what was undone", sections...)
}

func conclusion(r *pipeline.Report) Section {
	var tiles Tiles
	if r.Stage != nil {
		tiles = append(tiles, Tile{fmt.Sprintf("%.2f %%", r.Stage.FirstPass), "of the rows loaded at the first pass", tone(r.Stage.FirstPass >= r.Stage.Threshold)})
	}
	if n := len(r.Loads); n > 0 {
		last := &r.Loads[n-1]
		tiles = append(tiles, Tile{yes(last.Clean(), "holds", "does not hold"), "what Odoo has against what was meant", tone(last.Clean())})
		agree := 0
		for _, c := range last.Controls {
			if c.Equal {
				agree++
			}
		}
		tiles = append(tiles, Tile{fmt.Sprintf("%d of %d", agree, len(last.Controls)), "controls agree", tone(agree == len(last.Controls))})
		tiles = append(tiles, Tile{Number(last.After.Mails - last.Before.Mails), "mails caused", tone(last.After.Mails == last.Before.Mails)})
	}
	for _, u := range r.Undos {
		if !u.DryRun {
			tiles = append(tiles, Tile{yes(u.Proven(), "proven", "not proven"), fmt.Sprintf("rollback of run %d", u.Of), tone(u.Proven())})
		}
	}
	tiles = append(tiles, Tile{yes(r.ChainOK, "intact", "broken"), "event log", tone(r.ChainOK)})
	return Section{Title: "Conclusion", Blocks: append([]Block{slices.Concat(tiles, peopleTiles(r))}, peopleLines(r)...)}
}

func tone(ok bool) string {
	if ok {
		return Good
	}
	return Bad
}

func yes(cond bool, a, b string) string {
	if cond {
		return a
	}
	return b
}

func stageSection(s *pipeline.Stage) Section {
	g := Grid{Head: []string{"Mapping", "Source", "Model", "Read", "Used", "Excluded", "Merged", "Rejected"}, Right: []int{3, 4, 5, 6, 7}}
	for _, r := range s.Rows {
		rejected := NumberCell(r.Rejected)
		if r.Rejected > 0 {
			rejected.Tone = Warn
		}
		g.Rows = append(g.Rows, []Cell{TextCell(r.Mapping), TextCell(r.Source), TextCell(r.Model), NumberCell(r.Read), NumberCell(r.Used), NumberCell(r.Excluded), NumberCell(r.Merged + r.Grouped), rejected})
	}
	files := Grid{Head: []string{"Source", "SHA-256", "Rows", "Damaged", "Corrected"}, Right: []int{2, 3, 4}}
	for _, src := range s.Sources {
		files.Rows = append(files.Rows, []Cell{TextCell(src.Name), {Text: src.SHA256, Mono: true}, NumberCell(src.Rows), NumberCell(src.Quarantined), NumberCell(src.Corrected)})
	}
	return Section{Title: "Last dry run", Lead: fmt.Sprintf("Run %d. Every row read is used, merged, excluded or rejected.", s.Run),
		Blocks: slices.Concat([]Block{g, Fold{Title: "Source files", Note: "what the hashes are of", Blocks: []Block{files}}}, provenance(s), findingBlocks(s.Findings))}
}

// provenance says of the sources where they come from and which of their tables were left out, by whom.
func provenance(s *pipeline.Stage) []Block {
	var out []Block
	if s.Custody != nil {
		out = append(out, Fold{Title: "Custody", Note: "whether the files are all that was extracted", Blocks: custodyBlocks(s.Custody), Open: !s.Custody.Holds()})
	}
	if len(s.Scope) > 0 {
		out = append(out, Fold{Title: "Scope", Note: "what becomes of every table", Blocks: []Block{scopeGrid(s.Scope)}, Open: len(s.Undecided) > 0})
	}
	return out
}

func findingBlocks(list []record.Finding) []Block {
	if len(list) == 0 {
		return nil
	}
	g := Grid{Head: []string{"Severity", "Finding", "Rows", "First at", "Rule"}, Right: []int{2}}
	for i, f := range list {
		if i == 200 {
			g.More = fmt.Sprintf("%s more groups are in report.json", Number(len(list)-i))
			break
		}
		sev := Cell{Text: string(f.Severity)}
		switch f.Severity {
		case record.Blocker, record.Error:
			sev.Tone = Bad
		case record.Warning:
			sev.Tone = Warn
		}
		g.Rows = append(g.Rows, []Cell{sev, {Text: f.Message, Note: f.Hint}, NumberCell(max(f.Rows, 1)), {Text: findingPlace(f), Note: f.At}, {Text: f.Rule, Mono: true}})
	}
	return []Block{Fold{Title: "Findings", Note: Count(len(list), "group"), Blocks: []Block{g}, Open: len(list) <= 15}}
}

func loadSection(l *pipeline.Load) Section {
	s := Section{Title: fmt.Sprintf("%s, run %d", capital(l.Kind), l.Run), Lead: fmt.Sprintf("Into %s, Odoo %s: %s.", l.Target, l.Server, loadSentence(l))}
	s.Blocks = append(s.Blocks, controlBlocks(l.Controls)...)
	if l.Stage != nil && l.Records != nil {
		s.Blocks = append(s.Blocks, recordGrid(l))
	}
	if l.Verify != nil {
		s.Blocks = append(s.Blocks, Fold{Title: "Read back from Odoo", Note: verdict(l.Verify), Blocks: verifyBlocks(l.Verify), Open: !l.Verify.Clean()})
	}
	s.Blocks = append(s.Blocks, Fold{Title: "Gates", Note: fmt.Sprintf("%d closed", len(gate.Closed(l.Gates))), Blocks: []Block{gateGrid(l.Gates)}})
	for _, b := range findingBlocks(l.Findings) {
		if fold, ok := b.(Fold); ok {
			fold.Open = false // most of them are the dry run's, shown above
			b = fold
		}
		s.Blocks = append(s.Blocks, b)
	}
	return s
}

func recordGrid(l *pipeline.Load) Grid {
	g := Grid{Head: []string{"Mapping", "Model", "Undo", "Produced"}, Right: []int{3}}
	used := usedClasses(l)
	for i, class := range used {
		g.Head = append(g.Head, capital(class))
		g.Right = append(g.Right, i+4)
	}
	for _, st := range l.Stage.Steps {
		row := []Cell{TextCell(st.Mapping), TextCell(st.Model), TextCell(st.Undo), NumberCell(l.Produced[st.Mapping])}
		for _, class := range used {
			c := NumberCell(l.Records[st.Mapping][class])
			if c.Text == "0" {
				c.Tone = Dim
			} else if class == run.Rejected || class == run.Conflict {
				c.Tone = Bad
			}
			row = append(row, c)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func controlBlocks(list []reconcile.Result) []Block {
	if len(list) == 0 {
		return nil
	}
	g := Grid{Head: []string{"Control", "Legacy system says", "In the files", "Predicted", "In Odoo", ""}, Right: []int{1, 2, 3, 4}}
	var residuals []Block
	for _, c := range list {
		note := strings.Join(c.Why, "; ")
		if c.Rounding != "" {
			note = strings.TrimPrefix(note+fmt.Sprintf("; rounding of %s explains %s", Count(c.Rounded, "amount"), c.Rounding), "; ")
		}
		g.Rows = append(g.Rows, []Cell{{Text: c.Name, Note: note}, {Text: c.Expected}, {Text: c.Source}, {Text: c.Staged}, {Text: c.Odoo}, {Text: yes(c.Equal, "agrees", "differs"), Tone: tone(c.Equal)}})
		if len(c.Residual) == 0 {
			continue
		}
		lines := Grid{Head: []string{"Key", "Source", "Predicted", "Odoo", "Residual"}, Right: []int{1, 2, 3, 4}}
		for _, l := range c.Residual {
			lines.Rows = append(lines.Rows, []Cell{{Text: l.Key, Mono: true}, {Text: l.Source}, {Text: l.Staged}, {Text: l.Odoo}, {Text: l.Residual}})
		}
		residuals = append(residuals, Fold{Title: "Residuals of " + c.Name, Note: "the largest", Blocks: []Block{lines}})
	}
	return append([]Block{g}, residuals...)
}

func gateGrid(list []gate.Gate) Grid {
	g := Grid{Head: []string{"Gate", "", "Evidence"}}
	for _, x := range list {
		note := ""
		if x.OverrideBy != "" {
			note = "overridden by " + x.OverrideBy + ": " + x.Reason
		}
		g.Rows = append(g.Rows, []Cell{TextCell(x.Name), {Text: yes(x.OK, "open", "closed"), Tone: tone(x.OK)}, {Text: x.Evidence, Note: note}})
	}
	return g
}

func verifyBlocks(v *verify.Result) []Block {
	g := Grid{Head: []string{"Mapping", "Compared", "Equal", "Differ", "Missing", "Merkle root, meant and in Odoo"}, Right: []int{1, 2, 3, 4}}
	for _, m := range v.Mappings {
		root := Cell{Text: m.OdooRoot, Mono: true}
		if m.OdooRoot != m.MeantRoot {
			root.Note = "meant: " + m.MeantRoot
			if m.Differs+m.Missing > 0 {
				root.Tone = Bad
			}
		}
		g.Rows = append(g.Rows, []Cell{TextCell(m.Mapping), NumberCell(m.Compared), NumberCell(m.Equal), NumberCell(m.Differs), NumberCell(m.Missing), root})
	}
	out := []Block{g}
	for _, line := range besides(v) {
		out = append(out, Para(line))
	}
	differences := slices.Concat(v.Differences, v.Extra)
	if len(differences) > 0 {
		d := Grid{Head: []string{"Record", "Field", "Meant", "In Odoo", "Class", "Mapping and source"}}
		for i, x := range differences {
			if i == 100 {
				d.More = fmt.Sprintf("%s more are in report.json", Number(len(differences)-i))
				break
			}
			d.Rows = append(d.Rows, []Cell{{Text: x.ExternalID, Note: fmt.Sprintf("%s %d", x.Model, x.DBID), Mono: true}, TextCell(x.Field), ValueCell(x.Want), ValueCell(yes(x.Class == verify.Missing, "(not there)", x.Have)),
				{Text: classWords[x.Class], Note: x.Rule + x.Written}, {Text: x.At, Note: x.Source}})
		}
		out = append(out, d)
	}
	return out
}

func undoSection(u *pipeline.Undo) Section {
	g := Grid{Head: []string{"Proof, read from Odoo afterwards", ""}}
	for _, p := range u.Result.Proof {
		g.Rows = append(g.Rows, []Cell{{Text: p.Claim, Note: p.Detail}, {Text: yes(p.Holds, "holds", "does not hold"), Tone: tone(p.Holds)}})
	}
	return Section{Title: fmt.Sprintf("Rollback of run %d", u.Of), Lead: changes(u.Result.Undone) + ", " + proven(u.Result) + ".", Blocks: []Block{g}}
}

func runsSection(r *pipeline.Report) Section {
	g := Grid{Head: []string{"Run", "What", "State", "Target", "By", "Program", "Started (UTC)"}, Right: []int{0}}
	for _, x := range r.Runs {
		g.Rows = append(g.Rows, []Cell{NumberCell(x.ID), TextCell(x.Kind), TextCell(x.State), TextCell(x.Target), TextCell(x.Actor + "@" + x.Host), TextCell(x.Version), TextCell(x.Started.UTC().Format("2006-01-02 15:04:05"))})
	}
	lead := fmt.Sprintf("The event log has %s; its last hash is %s.", Count(r.Events, "entry"), r.Chain)
	if !r.ChainOK {
		lead = "The event log does NOT hold: " + r.ChainErr
	}
	return Section{Title: "Runs", Lead: lead, Blocks: []Block{g}}
}
