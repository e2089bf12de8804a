// Package messagetest holds the messages a room can give against the messages its tests have seen: it reads them off the
// source code, so that nobody can add one without a test.
package messagetest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Format is a message as it stands in the code, with the verbs of package fmt.
type Format struct {
	Text    string
	At      string // file:line
	pattern *regexp.Regexp
}

// position gives, for every function that reports a problem, which of its arguments is the format. Those of the last
// group make errors whose text becomes a problem.
var position = map[string]int{
	"Report": 2, "Warn": 2, "fault": 2, "warn": 2, "problem": 2, "warning": 2, "Problem": 3, "bad": 1,
	"tell": 3, "wrong": 2, "faultIn": 2,
	"Errorf": 0,
}

// Formats lists the messages in the Go files that match the patterns, tests left out. A format that is no literal is a
// mistake, except "%s", which passes on what was made elsewhere.
func Formats(t *testing.T, patterns ...string) []Format {
	t.Helper()
	var out []Format
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files (%v)", pattern, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			set := token.NewFileSet()
			tree, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				if text, ok := format(t, set, n); ok && text != "%s" {
					at := set.Position(n.Pos())
					out = append(out, Format{text, fmt.Sprintf("%s:%d", file, at.Line), compile(text)})
				}
				return true
			})
		}
	}
	return out
}

// format finds the format a node reports with.
func format(t *testing.T, set *token.FileSet, n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.CallExpr:
		name := ""
		switch f := n.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		i, ok := position[name]
		if !ok || i >= len(n.Args) {
			return "", false
		}
		if text, ok := literal(n.Args[i]); ok {
			return text, true
		}
		if passed, ok := n.Args[i].(*ast.Ident); !ok || passed.Name != "format" {
			if _, call := n.Args[i].(*ast.CallExpr); !call {
				t.Errorf("%s: the message is not written out", set.Position(n.Pos()))
			}
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Message" {
			return literal(n.Value)
		}
	}
	return "", false
}

// literal is the text of a literal, of literals joined by +, or of a literal that something is joined to.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, ok1 := literal(e.X)
		right, ok2 := literal(e.Y)
		if !ok1 && !ok2 {
			return "", false
		}
		if !ok1 {
			left = "%s"
		}
		if !ok2 {
			right = "%s"
		}
		return left + right, true
	}
	return "", false
}

var verb = regexp.MustCompile(`%[qsdvTc]`)

func compile(format string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("(?s)^")
	last := 0
	for _, at := range verb.FindAllStringIndex(format, -1) {
		b.WriteString(regexp.QuoteMeta(format[last:at[0]]) + ".*")
		last = at[1]
	}
	b.WriteString(regexp.QuoteMeta(format[last:]) + "$")
	return regexp.MustCompile(b.String())
}

// Check fails for every format that none of the messages was made with. Where several fit a message it is the longest
// one's. Exempt are formats nobody can provoke from outside, each with the reason.
func Check(t *testing.T, formats []Format, messages []string, exempt map[string]string) {
	t.Helper()
	longest := slices.SortedStableFunc(slices.Values(formats), func(a, b Format) int {
		return len(verb.ReplaceAllString(b.Text, "")) - len(verb.ReplaceAllString(a.Text, ""))
	})
	seen := map[string]bool{}
	for _, message := range messages {
		for _, f := range longest {
			if f.pattern.MatchString(message) {
				seen[f.Text] = true
				break
			}
		}
	}
	known := map[string]bool{}
	for _, f := range formats {
		known[f.Text] = true
		if !seen[f.Text] && exempt[f.Text] == "" {
			t.Errorf("%s: no test shows the message %q", f.At, f.Text)
		}
		if seen[f.Text] && exempt[f.Text] != "" {
			t.Errorf("%s: a test shows the message %q: take it off the exempt ones", f.At, f.Text)
		}
	}
	for text := range exempt {
		if !known[text] {
			t.Errorf("there is no message %q", text)
		}
	}
}
