package pipeline

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Input is one thing a plan rests on.
type Input struct {
	What   string `json:"what"` // "configuration", "mapping", "file", "corrections", "attachments" or "target metadata"
	Name   string `json:"name,omitempty"`
	SHA256 string `json:"sha256"`
}

// inputs lists what the plan rests on, sources apart.
func (d *derived) inputs() []Input {
	out := []Input{{"configuration", "migrate.yaml", d.plan.Config}}
	for what, list := range map[string]map[string]string{"mapping": d.plan.Mappings, "file": d.plan.Files, "attachments": d.plan.Attached} {
		for name, sum := range list {
			out = append(out, Input{what, name, sum})
		}
	}
	if d.plan.Corrections != "" {
		out = append(out, Input{"corrections", "", d.plan.Corrections})
	}
	out = append(out, Input{"target metadata", "", d.plan.Schema})
	slices.SortFunc(out, func(a, b Input) int { return strings.Compare(a.What+"\x00"+a.Name, b.What+"\x00"+b.Name) })
	return out
}

func inputLines(s *Stage) (out [][]string) {
	for _, in := range s.Inputs {
		out = append(out, []string{in.What, in.Name, in.SHA256})
	}
	return out
}

// conservationClasses are what may have become of a row or a record.
var conservationClasses = slices.Concat([]string{"used", "grouped", "excluded", "merged"}, run.OutcomeClasses)

// conservationLines says of the rows of the last load, and of the records of every one, what became of them.
func conservationLines(s *Stage, loads []Load, target string) (out [][]string) {
	line := func(what, mapping, source, model string, runID, total int64, classes map[string]int64) {
		row := []string{what, number(runID), mapping, source, model, number(total)}
		for _, c := range conservationClasses {
			row = append(row, number(classes[c]))
		}
		out = append(out, row)
	}
	for _, r := range s.Rows {
		line("rows", r.Mapping, r.Source, r.Model, s.Run, r.Read, map[string]int64{"used": r.Used, "grouped": r.Grouped, "excluded": r.Excluded, "merged": r.Merged, run.Rejected: r.Rejected})
	}
	for _, l := range loads {
		if l.Target != target {
			continue
		}
		for _, m := range sortedKeys(l.Produced) {
			line("records", m, "", "", l.Run, l.Produced[m], l.Records[m])
		}
	}
	return out
}

func scopeLines(s *Stage) (out [][]string) {
	for _, e := range s.Scope {
		out = append(out, []string{e.Key, e.Status, e.Source, e.File, e.Reason, e.By})
	}
	return out
}

func valueMapLines(s *Stage) (out [][]string) {
	for _, v := range s.ValueMaps {
		out = append(out, []string{v.Map, v.Mapping, v.Field, v.At, strconv.FormatBool(v.Managed), v.ConfirmedBy, v.ConfirmedOn, strconv.Itoa(v.Values), strconv.Itoa(len(v.Unknown))})
	}
	return out
}

func controlLines(l *Load) (out [][]string) {
	for _, c := range l.Controls {
		out = append(out, []string{c.Name, c.Expected, c.Source, c.Staged, c.Odoo, strconv.Itoa(c.Keys), strconv.FormatBool(c.Equal), strings.Join(c.Why, "; ")})
	}
	return out
}

func gateLines(loads []Load, target string) (out [][]string) {
	for _, l := range loads {
		if l.Target != target {
			continue
		}
		for _, g := range l.Gates {
			out = append(out, []string{number(l.Run), g.Name, strconv.FormatBool(g.OK), g.Evidence, g.OverrideBy, g.Reason})
		}
		for _, c := range l.Checkpoints {
			out = append(out, []string{number(l.Run), fmt.Sprintf("checkpoint wave %d", c.Wave), strconv.FormatBool(len(c.NoGo) == 0), c.Describe(), c.By, c.Reason})
		}
	}
	return out
}

// rollbackLines are what was proven of the rollbacks in every target: those in others are rehearsals of this one's.
func rollbackLines(undos []Undo, target string) (out [][]string) {
	for _, u := range undos {
		if u.DryRun || u.Result == nil {
			continue
		}
		rehearsal := ""
		if u.Target != target {
			rehearsal = "yes"
		}
		for _, p := range u.Result.Proof {
			out = append(out, []string{number(u.Run), number(u.Of), u.Target, rehearsal, p.Claim, strconv.FormatBool(p.Holds), p.Detail})
		}
	}
	return out
}

// moduleLines are the modules of the target that a load saw; none where there was no load.
func moduleLines(l *Load) (out [][]string) {
	if l == nil {
		return nil
	}
	for _, m := range l.Modules {
		name, version, _ := strings.Cut(m, " ")
		out = append(out, []string{name, version})
	}
	return out
}

// mask keeps a value's first character, and an asterisk for each other.
func mask(text string) string {
	n := utf8.RuneCountInString(text)
	if n == 0 {
		return ""
	}
	_, first := utf8.DecodeRuneInString(text)
	return text[:first] + strings.Repeat("*", n-1)
}

var quotedText = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// maskQuoted masks what stands in quotation marks, as values do in messages.
func maskQuoted(text string) string {
	return quotedText.ReplaceAllStringFunc(text, func(q string) string { return `"` + mask(q[1:len(q)-1]) + `"` })
}

// maskedLines masks the values in a column of messages, maskedWhole all of some columns.
func maskedLines(rows iter.Seq2[[]string, error], column int) iter.Seq2[[]string, error] {
	return changedLines(rows, func(row []string) { row[column] = maskQuoted(row[column]) })
}

func maskedWhole(rows iter.Seq2[[]string, error], columns ...int) iter.Seq2[[]string, error] {
	return changedLines(rows, func(row []string) {
		for _, c := range columns {
			row[c] = mask(row[c])
		}
	})
}

func changedLines(rows iter.Seq2[[]string, error], change func([]string)) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for row, err := range rows {
			if err == nil {
				change(row)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// mask takes the values of records out of a report, and the roots over unsalted digests: one over a single record tells as
// much as its digest does.
func (r *Report) mask() {
	r.Stage.mask()
	for i := range r.Loads {
		r.Loads[i].Stage.mask()
		maskFindings(r.Loads[i].Findings)
		maskVerification(r.Loads[i].Verify)
	}
	if r.Verify != nil {
		maskVerification(r.Verify.Result)
	}
	for _, d := range r.Disposed {
		maskFindings(d.Findings)
	}
	for _, v := range r.Vouched {
		maskFindings(v.Findings)
		for i := range v.Marks {
			v.Marks[i].Remark = mask(v.Marks[i].Remark)
		}
		for i := range v.Findings {
			v.Findings[i].Message, _, _ = strings.Cut(v.Findings[i].Message, ": ") // behind it stand remarks
		}
	}
}

func (s *Stage) mask() {
	if s == nil {
		return
	}
	maskFindings(s.Findings)
	for i := range s.Steps {
		s.Steps[i].Root = ""
	}
}

func maskFindings(list []record.Finding) {
	for i := range list {
		list[i].Raw, list[i].Message = mask(list[i].Raw), maskQuoted(list[i].Message)
	}
}

func maskVerification(v *verify.Result) {
	if v == nil {
		return
	}
	for i := range v.Mappings {
		v.Mappings[i].MeantRoot, v.Mappings[i].OdooRoot = "", ""
	}
	for i := range v.Differences {
		v.Differences[i].Want, v.Differences[i].Have = mask(v.Differences[i].Want), mask(v.Differences[i].Have)
	}
}
