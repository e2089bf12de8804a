package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// SignSheet writes the sheet to print and sign, as one self-contained page.
func SignSheet(w io.Writer, s *pipeline.SignSheet) error {
	m := s.Manifest
	records := Grid{Head: []string{"Model", "Equal", "Differ", "Missing"}, Right: []int{1, 2, 3}}
	for _, one := range m.Records {
		records.Rows = append(records.Rows, []Cell{TextCell(one.Model), NumberCell(one.Equal), NumberCell(one.Differs), NumberCell(one.Missing)})
	}
	what := []Block{
		Grid{Head: []string{"", ""}, Rows: [][]Cell{
			{TextCell("Project"), TextCell(m.Project)}, {TextCell("Target"), TextCell(m.Target)},
			{TextCell("Read back by"), TextCell(fmt.Sprintf("run %d (%s) of %s, started %s UTC", m.Run.ID, m.Run.Kind, m.Run.Actor, m.Run.Started.UTC().Format("2006-01-02 15:04:05")))},
			{TextCell("Root"), {Text: inEights(s.Root), Note: "SHA-256 of manifest.json in the bundle; compare every group", Mono: true}},
		}}, records,
	}
	if m.Run.UndoneBy != 0 {
		what = append(what, Para(fmt.Sprintf("What was read back was undone by run %d.", m.Run.UndoneBy)))
	}
	for _, n := range s.Notes {
		if !strings.HasPrefix(n, "root ") && !strings.HasPrefix(n, "not signed by") {
			what = append(what, Para(capital(Clean(n))+"."))
		}
	}
	sign := Grid{Head: []string{"Role", "Name in capitals", "Place and date", "Signature"}}
	for _, role := range s.Roles {
		room := Cell{Text: strings.Repeat("\u00a0", 24), Note: "\u00a0"}
		sign.Rows = append(sign.Rows, []Cell{{Text: capital(role), Note: "\u00a0"}, room, room, room})
	}
	return Page(w, "Sign-off: "+m.Project, "Evidence of a migration into Odoo", Section{Title: "What is signed", Blocks: what},
		Section{Title: "Signatures", Lead: "Three people: whoever has two roles signs twice, and says so. Each has checked the bundle of this root, or had it checked.", Blocks: []Block{sign}})
}

// inEights writes a hash so that eyes can compare it.
func inEights(hash string) string {
	var parts []string
	for len(hash) > 8 {
		parts, hash = append(parts, hash[:8]), hash[8:]
	}
	return strings.Join(append(parts, hash), " ")
}

// SignSheetWritten says where the sheet is.
func SignSheetWritten(w io.Writer, s *pipeline.SignSheet) error {
	_, err := fmt.Fprintf(w, "%s: to print and sign. Root:\n  %s\n", Clean(s.File), s.Root)
	return err
}
