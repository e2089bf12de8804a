package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// chapter is one part of a runbook, the same in Markdown and HTML: sentences, then a table.
type chapter struct {
	title string
	text  []string
	head  []string
	right []int
	code  int // column that holds commands, counted from 1; 0 is none
	rows  [][]string
}

// blank is what people fill in by hand.
const blank = "____________"

const notMeasured = "not measured"

// RunbookMarkdown writes the runbook as Markdown.
func RunbookMarkdown(w io.Writer, r *pipeline.Runbook) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n", markdown(runbookTitle(r)), markdown(runbookSubtitle(r)))
	for _, c := range chapters(r) {
		fmt.Fprintf(&b, "\n## %s\n", c.title)
		for _, t := range c.text {
			fmt.Fprintf(&b, "\n%s\n", markdown(t))
		}
		c.table(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c chapter) table(b *strings.Builder) {
	if len(c.rows) == 0 {
		return
	}
	b.WriteString("\n| " + strings.Join(c.head, " | ") + " |\n|")
	for i := range c.head {
		b.WriteString(either(isRight(c.right, i), "---:|", "---|"))
	}
	b.WriteString("\n")
	for _, row := range c.rows {
		b.WriteString("|")
		for i, cell := range row {
			text := markdown(cell)
			if i == c.code-1 && cell != "" {
				text = "`" + strings.NewReplacer("`", "'", "|", `\|`).Replace(Clean(cell)) + "`"
			}
			b.WriteString(" " + text + " |")
		}
		b.WriteString("\n")
	}
}

// markdown escapes what Markdown would read as marks; names of the data must not become any.
func markdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "<", "&lt;", "[", `\[`, "_", `\_`).Replace(Clean(s))
}

// RunbookHTML writes the runbook as a page that prints well.
func RunbookHTML(w io.Writer, r *pipeline.Runbook) error {
	var sections []Section
	for _, c := range chapters(r) {
		s := Section{Title: c.title}
		for _, t := range c.text {
			s.Blocks = append(s.Blocks, Para(t))
		}
		if len(c.rows) > 0 {
			g := Grid{Head: c.head, Right: c.right}
			for _, row := range c.rows {
				var cells []Cell
				for i, text := range row {
					cells = append(cells, Cell{Text: Clean(text), Mono: i == c.code-1})
				}
				g.Rows = append(g.Rows, cells)
			}
			s.Blocks = append(s.Blocks, g)
		}
		sections = append(sections, s)
	}
	return Page(w, runbookTitle(r), runbookSubtitle(r), sections...)
}

// Runbook says on a terminal where the runbook was written and what it lacks.
func Runbook(w io.Writer, r *pipeline.Runbook, files []string, width int) error {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%s: %s of the load.\n", Clean(f), Count(int64(len(r.Steps)), "step"))
	}
	if why := r.Forecast.Verdict(); why != "" {
		b.WriteString(Wrap("Not as agreed yet: "+why+".", width, 0))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func runbookTitle(r *pipeline.Runbook) string { return "Runbook: " + r.Project + " into " + r.Target }

func runbookSubtitle(r *pipeline.Runbook) string {
	return fmt.Sprintf("Database %s, %s. Signed plan %s.", r.Database, cmp.Or(r.Role, "no role"), r.Plan)
}

func chapters(r *pipeline.Runbook) []chapter {
	return []chapter{windowChapter(r), peopleChapter(r), criteriaChapter(r), commandsChapter(r), phasesChapter(r), stepsChapter(r), backChapter(r), signOffChapter()}
}

func windowChapter(r *pipeline.Runbook) chapter {
	f := r.Forecast
	return chapter{title: "Window and point of no return", head: []string{"what", "when"}, text: asAgreed(f), rows: [][]string{
		{"The legacy system is frozen", either(r.Frozen.By == "", "nobody declared it yet", r.Frozen.By+", "+agreed(r.Frozen.At))},
		{"Backup of the target", either(r.Backup.By == "", "nobody attests one yet", r.Backup.By+", "+agreed(r.Backup.At))},
		{"The cutover begins", agreed(r.From)},
		{"It takes", measuredSum(f)},
		{"It ends", ending(f)},
		{"Way back", either(f.BackBy == "", notMeasured, f.BackBy+", "+Lasting(f.Back))},
		{"Margin", Lasting(f.Margin)},
		{"Point of no return", either(f.PointOfNoReturn.IsZero(), "not known", moment(f.PointOfNoReturn))},
		{"Deadline", agreed(f.Deadline)},
	}}
}

func asAgreed(f *forecast.Forecast) []string {
	if why := f.Verdict(); why != "" {
		return []string{"NOT AS AGREED: " + why + "."}
	}
	return []string{"By what was measured, it ends before the point of no return."}
}

func agreed(at time.Time) string { return either(at.IsZero(), "not agreed", moment(at)) }

func ending(f *forecast.Forecast) string {
	switch {
	case len(f.Unmeasured) > 0 || f.Seconds == 0:
		return "not known"
	case f.End.IsZero():
		return "not known without a window"
	}
	return moment(f.End)
}

func measuredSum(f *forecast.Forecast) string {
	switch {
	case f.Seconds == 0:
		return notMeasured
	case len(f.Unmeasured) > 0:
		return Lasting(f.Seconds) + " and what is not measured: " + strings.Join(f.Unmeasured, ", ")
	}
	return Lasting(f.Seconds)
}

func peopleChapter(r *pipeline.Runbook) chapter {
	c := chapter{title: "People", text: []string{"Fill in who is on duty and how they are reached at night."}, head: []string{"part", "name", "telephone", "deputy"}}
	parts := []string{"Lead: decides go or no-go", "Operator: runs the commands", "Odoo: server, database, backup", "Legacy system", "Business: takes over"}
	seen := map[string]bool{}
	for _, s := range r.Steps {
		if s.Owner != "" && !seen[s.Owner] {
			seen[s.Owner] = true
			c.rows = append(c.rows, []string{"Owner of data", s.Owner, blank, blank})
		}
	}
	var open [][]string
	for _, p := range parts {
		open = append(open, []string{p, blank, blank, blank})
	}
	c.rows = append(open, c.rows...)
	return c
}

func criteriaChapter(r *pipeline.Runbook) chapter {
	c := chapter{title: "Go or no-go", head: []string{"gate", "go where", "may be opened", "go / no-go"},
		text: []string{"The program evaluates these gates before the first write. Who opens one (--override \"gate=who: why\") is written into the evidence." +
			either(r.Role == project.Production, "", " The target has no role of production: it is held to a part of them.")}}
	for _, g := range r.Criteria {
		c.rows = append(c.rows, []string{g.Gate, g.Holds, either(g.Final, "no", "by name"), blank})
	}
	return c
}

func commandsChapter(r *pipeline.Runbook) chapter {
	load := "migrate cutover" + targetFlags(r) + either(len(r.Restore) > 0, " --accept-restore-only", "")
	on := " --target " + shellWord(r.Target)
	return chapter{title: "Commands", code: 3, head: []string{"", "what", "command", "done at"}, right: []int{0},
		text: []string{"All are run in the project's folder. Ctrl-C once finishes the batches in flight and stops clean; the run is resumed, not begun anew."},
		rows: [][]string{
			{"1", "Look at both ends", "migrate doctor" + on, blank},
			{"2", "Land the final files, plan, check the numbers", "migrate stage" + on, blank},
			{"3", "Write this runbook anew: the plan is another", "migrate runbook" + on, blank},
			{"4", "Go live", load, blank},
			{"", "where it was interrupted", load + " --resume", blank},
			{"5", "Read everything back once more", "migrate verify" + on, blank},
			{"6", "Write the evidence", "migrate report" + on + " --out evidence.zip --salts salts.csv", blank},
		}}
}

func targetFlags(r *pipeline.Runbook) string {
	out := " --target " + shellWord(r.Target)
	if r.Role == project.Production {
		out += " --production " + shellWord(r.Database)
	}
	return out
}

// shellWord quotes a word where a shell would not take it as it is.
func shellWord(s string) string {
	plain := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_./:@%+=,", c)
	}
	if s != "" && strings.IndexFunc(s, func(c rune) bool { return !plain(c) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func phasesChapter(r *pipeline.Runbook) chapter {
	c := chapter{title: "Phases", head: []string{"phase", "wave", "mapping", "records", "takes", "measured in", "done at"}, right: []int{1, 3, 4},
		text: []string{"Durations are those of the newest run that loaded each mapping, or its model, scaled to the records of the plan."}}
	for _, p := range r.Forecast.Phases {
		wave, takes, origin := "", notMeasured, ""
		if p.Wave > 0 {
			wave = fmt.Sprint(p.Wave)
		}
		if p.Run > 0 {
			takes, origin = Lasting(p.Seconds), fmt.Sprintf("run %d", p.Run)
		}
		c.rows = append(c.rows, []string{p.Name, wave, p.Mapping, Number(p.Records), takes, origin, blank})
	}
	return c
}

func stepsChapter(r *pipeline.Runbook) chapter {
	c := chapter{title: "What is loaded, by whom, and how it is undone", head: []string{"wave", "mapping", "model", "records", "owner", "undo"}, right: []int{0, 3}}
	for _, s := range r.Steps {
		c.rows = append(c.rows, []string{fmt.Sprint(s.Wave), s.Mapping + either(s.Within == "", "", " (within "+s.Within+")"), s.Model, Number(s.Records), cmp.Or(s.Owner, blank), s.Undo})
	}
	return c
}

func backChapter(r *pipeline.Runbook) chapter {
	back, restore, on := notMeasured, notMeasured, " --target "+shellWord(r.Target)
	if r.Forecast.BackBy == forecast.ByRollback {
		back = Lasting(r.Forecast.Back)
	}
	if len(r.Restore) > 0 {
		back = "does not take back all: see restore-only"
	}
	if r.Backup.Seconds > 0 {
		restore = Lasting(r.Backup.Seconds)
	}
	classes := map[string][]string{}
	for _, s := range r.Steps {
		classes[s.Undo] = append(classes[s.Undo], s.Mapping)
	}
	c := chapter{title: "The way back", code: 3, head: []string{"class", "mappings", "command", "takes"},
		text: []string{either(len(r.Restore) == 0, "A rollback takes back everything; the duration is of all of it.",
			"Part of the load is taken back by the backup alone. Restoring it takes back everything, also what people did in Odoo since.")}}
	for _, class := range []string{run.Erase, run.Compensate} {
		if names := classes[class]; len(names) > 0 {
			c.rows = append(c.rows, []string{class, strings.Join(names, ", "), "migrate rollback" + on, back})
		}
	}
	if len(c.rows) > 0 {
		c.rows = append([][]string{{"look first", "what would be undone, and what stands in the way", "migrate rollback" + on + " --dry-run", ""}}, c.rows...)
	}
	names := either(len(r.Restore) > 0, strings.Join(classes[run.RestoreOnly], ", "), "everything, where the rollback is blocked")
	c.rows = append(c.rows, []string{run.RestoreOnly, names, "", restore + " (restore the backup with the tool it was made with)"})
	return c
}

func signOffChapter() chapter {
	return chapter{title: "Sign-off", head: []string{"what", "name", "time"}, rows: [][]string{
		{"Go: the gates were read", blank, blank}, {"Before the point of no return: go on", blank, blank},
		{"Read-back, controls and samples were looked at", blank, blank}, {"The business takes over", blank, blank},
	}}
}

func either(cond bool, yes, no string) string {
	if cond {
		return yes
	}
	return no
}
