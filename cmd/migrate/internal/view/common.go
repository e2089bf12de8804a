package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// JSON writes a result for programs.
func JSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// Width is the width of the terminal behind w, at most 120; DefaultWidth where there is none.
func Width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n >= 40 {
			return min(n, 120)
		}
	}
	return DefaultWidth
}

// Failure prints an error and, where it is known, what to do about it.
func Failure(w io.Writer, err error) {
	fmt.Fprint(w, Wrap("error: "+err.Error(), Width(w), 0))
	if remedy := remedyOf(err); remedy != "" {
		fmt.Fprint(w, Wrap("remedy: "+remedy, Width(w), 0))
	}
}

// remedyOf is the remedy an error carries: one for the case at hand, else the one its kind has.
func remedyOf(err error) string {
	var a *record.Advice
	if errors.As(err, &a) && a.Remedy != "" {
		return a.Remedy
	}
	var kind interface{ Remedy() string }
	if errors.As(err, &kind) {
		return kind.Remedy()
	}
	return ""
}

// Problems prints the mistakes in migrate.yaml and the mappings, each with its place.
func Problems(w io.Writer, problems []mappings.Problem) error {
	for _, p := range problems {
		if _, err := fmt.Fprintln(w, p.String()); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, Count(len(problems), "problem"))
	return err
}

// ProjectName makes a project's name of a folder's.
func ProjectName(folder string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, folder)
	name = strings.Trim(name, "_0123456789")
	if name == "" {
		return "legacy"
	}
	return name[:min(len(name), 40)]
}

// heading is a title over a part of text.
func heading(b *strings.Builder, title string) {
	b.WriteString("\n" + title + "\n")
}

// hang writes a text behind a prefix, its further lines below the first one's text.
func hang(prefix, text string, width int) string {
	indent := displayWidth(prefix)
	return prefix + strings.TrimLeft(Wrap(text, width, indent), " ")
}

// mark stands before a line that says whether something holds.
func mark(ok bool) string {
	if ok {
		return "ok"
	}
	return "NO"
}

// findings shows groups of findings, worst first, and says how many are not shown.
func findings(b *strings.Builder, list []record.Finding, limit, width int) {
	if len(list) == 0 {
		return
	}
	heading(b, "Findings")
	for i, f := range list {
		if i == limit {
			b.WriteString(Wrap(fmt.Sprintf("... and %s more; --format json and the report have all of them.", Count(len(list)-limit, "group")), width, 2))
			return
		}
		b.WriteString(hang(fmt.Sprintf("  %-7s  ", f.Severity), findingText(f), width))
		if f.Hint != "" {
			b.WriteString(hang("           → ", f.Hint, width))
		}
	}
}

// findingPlace says where a finding stands: table, row and line of the file, column or field.
func findingPlace(f record.Finding) string {
	where := f.Table
	if where == "" {
		where = f.Mapping
	}
	if f.Row > 0 {
		where += fmt.Sprintf(" row %d", f.Row)
	}
	if f.Line > 0 && f.Line != f.Row {
		where += fmt.Sprintf(" (line %d)", f.Line)
	}
	if f.Column != "" {
		where += ", " + f.Column
	}
	return where
}

func findingText(f record.Finding) string {
	where := findingPlace(f)
	text := strings.TrimPrefix(where+": "+f.Message, ": ")
	if f.Rows > 1 {
		text = fmt.Sprintf("%s; this and %s", text, Count(f.Rows-1, "more row"))
	}
	if f.At != "" {
		text += " [" + f.At + "]"
	}
	return text
}
