package project

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/nearest"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func (p *parser) scope(o yamlpos.Object) {
	p.project.Scope = map[string]Decision{}
	o.Each("scope", func(name string, at yamlpos.Pos, value *yamlpos.Node) {
		s := p.doc.Object(value, "the decision on "+name, scopeKeys.Names()...)
		s.Require(scopeKeys.Required()...)
		p.project.scopeAt[name] = at
		if _, ok := p.project.Sources[name]; !ok && !IsPath(name) {
			p.doc.Report(at, p.meant(name), "there is no source %q", name)
		}
		p.project.Scope[name] = Decision{Decision: s.Choice("decision", scopeKeys.Options("decision")...), Reason: s.Text("reason"), By: s.Text("by"), At: p.doc.Where(at)}
	})
}

// meant says what a key of scope that names nothing could have been.
func (p *parser) meant(key string) string {
	if hint := suggest(key, p.project.SourceNames()); hint != "" {
		return hint
	}
	return "decide about a source by its name, about a file without one by its path, such as exports/" + key + ".csv"
}

// IsPath reports whether a key of scope is meant as the path of a file, with or without a table in it, rather than as the
// name of a source.
func IsPath(key string) bool { return strings.ContainsAny(key, `./\#`) }

// ScopeProblem is a mistake in a decision that only the files and the mappings show, at its place in migrate.yaml. Known
// are the keys that would be right: one that is near is suggested, else hint is.
func (p *Project) ScopeProblem(key string, known []string, hint, format string, args ...any) mappings.Problem {
	// Keys of one folder, or of one file, have much in common that says nothing about which of them was meant.
	folder := key[:strings.LastIndexAny(key, `/#`)+1]
	var tails []string
	for _, k := range slices.Sorted(slices.Values(known)) {
		if tail, ok := strings.CutPrefix(k, folder); ok {
			tails = append(tails, tail)
		}
	}
	if near := nearest.Word(key[len(folder):], tails); near != "" {
		hint = fmt.Sprintf("did you mean %q?", folder+near)
	}
	return p.doc.Problem(record.Error, p.scopeAt[key], hint, fmt.Sprintf(format, args...))
}
