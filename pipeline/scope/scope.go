// Package scope accounts for every legacy table: it is mapped, archived, out of scope, or nobody decided about it. It
// knows files and tables by name only and reads nothing.
package scope

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What becomes of a table.
const (
	Mapped    = "mapped"
	Undecided = "undecided"
	// Else it is what was decided: "archived" or "out_of_scope".
)

// Entry is one table with what becomes of it.
type Entry struct {
	Key    string `json:"key"` // under which it can be decided about: source, file, or file#table
	Status string `json:"status"`
	Source string `json:"source,omitempty"` // "" where no source of migrate.yaml reads it
	File   string `json:"file"`
	Table  string `json:"table,omitempty"` // where its file holds several
	Hidden bool   `json:"hidden,omitempty"`
	Reason string `json:"reason,omitempty"`
	By     string `json:"by,omitempty"`
}

// Source is a source of migrate.yaml.
type Source struct {
	Name   string
	File   string   // as it is shown
	Files  []string // the files it is read from
	Table  string   // the table it takes of its file; "" where the file holds only one
	Path   string   // the table's path in the file, by which it is known whatever it is called; "" where there is none
	Mapped string   // a mapping that reads it; "" where there is none
}

// File is a file in a folder of the sources.
type File struct {
	Path   string
	Tables []Table // where it may hold several
}

// Table is one table of a file.
type Table struct {
	Name   string   // sheet, or name of an XML table
	Also   []string // other names it may be called by
	Hidden bool
}

func (t *Table) called(name string) bool { return t.Name == name || slices.Contains(t.Also, name) }

// Decision is a decision about what is not mapped.
type Decision struct{ Decision, Reason, By string }

// Problem is a decision that cannot be right.
type Problem struct {
	Key     string
	Message string
	Hint    string
	Known   []string // keys that would be right
}

// Input is what there is, and what was decided.
type Input struct {
	Sources   []Source
	Files     []File
	Decisions map[string]Decision
	Exists    func(path string) bool // whether a file is there that is neither a source's nor in Files
}

// Account accounts for every table: sources by name first, then what nobody reads, in the order of Files.
func Account(in Input) ([]Entry, []Problem) {
	a := &account{in: in, used: map[string]bool{}, mapped: map[string]string{}}
	slices.SortFunc(a.in.Sources, func(x, y Source) int { return strings.Compare(x.Name, y.Name) })
	for i := range a.in.Sources {
		a.source(&a.in.Sources[i])
	}
	for i := range a.in.Files {
		a.file(&a.in.Files[i])
	}
	for _, key := range slices.Sorted(maps.Keys(in.Decisions)) {
		a.check(key)
	}
	return a.entries, a.problems
}

// Open lists the keys of the tables nobody decided about.
func Open(entries []Entry) []string {
	var out []string
	for _, e := range entries {
		if e.Status == Undecided {
			out = append(out, e.Key)
		}
	}
	return out
}

type account struct {
	in       Input
	entries  []Entry
	problems []Problem
	used     map[string]bool   // keys of decisions that decided something
	mapped   map[string]string // keys that a mapping stands against: what it is and who maps it
}

func (a *account) source(s *Source) {
	e := Entry{Key: s.Name, Source: s.Name, File: s.File, Table: s.Table, Status: Mapped}
	keys := []string{s.Name}
	for _, name := range []string{s.Table, s.Path} {
		if name != "" {
			keys = append(keys, s.File+"#"+name)
		}
	}
	if s.Mapped != "" {
		for _, key := range append(keys, s.File) {
			a.mapped[key] = fmt.Sprintf("source %s is mapped by %s", s.Name, s.Mapped)
		}
	} else {
		a.decide(&e, append(keys, s.File)...)
	}
	a.entries = append(a.entries, e)
}

// file accounts for a file nobody reads, and for the tables nobody reads of one that somebody does.
func (a *account) file(f *File) {
	var readers []*Source
	for i := range a.in.Sources {
		if s := &a.in.Sources[i]; slices.Contains(s.Files, f.Path) {
			readers = append(readers, s)
		}
	}
	if len(readers) == 0 {
		e := Entry{Key: f.Path, File: f.Path}
		a.decide(&e, f.Path)
		a.entries = append(a.entries, e)
		return
	}
	for i := range f.Tables {
		t := &f.Tables[i]
		if slices.ContainsFunc(readers, func(s *Source) bool { return s.Table == "" || t.called(cmp.Or(s.Path, s.Table)) }) {
			continue
		}
		e := Entry{Key: f.Path + "#" + t.Name, File: f.Path, Table: t.Name, Hidden: t.Hidden}
		keys := []string{e.Key}
		for _, also := range t.Also {
			keys = append(keys, f.Path+"#"+also)
		}
		a.decide(&e, append(keys, f.Path)...)
		a.entries = append(a.entries, e)
	}
}

// decide takes the first decision there is; the nearest to the table comes first.
func (a *account) decide(e *Entry, keys ...string) {
	e.Status = Undecided
	for _, key := range keys {
		if d, ok := a.in.Decisions[key]; ok {
			a.used[key] = true
			if e.Status == Undecided {
				e.Status, e.Reason, e.By = d.Decision, d.Reason, d.By
			}
		}
	}
}

// check says what is wrong with a decision that decided nothing.
func (a *account) check(key string) {
	if a.used[key] {
		return
	}
	p := Problem{Key: key}
	file, table, _ := strings.Cut(key, "#")
	switch i := slices.IndexFunc(a.in.Files, func(f File) bool { return f.Path == file }); {
	case a.mapped[key] != "":
		p.Message, p.Hint = fmt.Sprintf("%s, so %s cannot be %s", a.mapped[key], key, strings.ReplaceAll(a.in.Decisions[key].Decision, "_", " ")),
			"remove the decision, or the mapping"
	case i >= 0 && table != "":
		p.Message = fmt.Sprintf("%s has no table %q", file, table)
		for _, t := range a.in.Files[i].Tables {
			p.Known = append(p.Known, file+"#"+t.Name)
		}
		p.Hint = "remove the decision"
		if len(p.Known) > 0 {
			p.Hint = "there are: " + strings.Join(p.Known, ", ")
		}
	case i < 0 && !a.in.Exists(file):
		p.Message, p.Hint, p.Known = fmt.Sprintf("there is no file %s", file), "remove the decision if the file is not delivered any more", a.known()
	default:
		return // a file that holds no table, or lies where nobody looks: deciding about it does no harm
	}
	a.problems = append(a.problems, p)
}

// known are the keys of everything that is not mapped, then the files.
func (a *account) known() []string {
	var out []string
	for _, e := range a.entries {
		if e.Status != Mapped {
			out = append(out, e.Key)
		}
	}
	for _, f := range a.in.Files {
		if !slices.Contains(out, f.Path) {
			out = append(out, f.Path)
		}
	}
	return out
}
