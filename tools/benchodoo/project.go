package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// writeProject writes a migration project of one kind: migrate.yaml, its mappings, and the generated records as CSV.
func writeProject(dir string, k kind, s *server, recs []rec) error {
	if err := os.MkdirAll(filepath.Join(dir, "mappings"), 0o755); err != nil {
		return err
	}
	files := map[string]string{
		"migrate.yaml":                 config(k, s),
		"mappings/" + k.name + ".yaml": mapping(k, s.major),
	}
	if k.lines != nil {
		files["mappings/"+k.name+"_lines.yaml"] = lineMapping(k, s.major)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	head := names(k.fields)
	rows := make([][]string, 0, len(recs)+1)
	rows = append(rows, head)
	for _, r := range recs {
		rows = append(rows, r.cells)
	}
	if err := writeCSV(filepath.Join(dir, k.name+".csv"), rows); err != nil || k.lines == nil {
		return err
	}
	rows = append(rows[:0], append([]string{"document", "position"}, names(k.lines.fields)...))
	for _, r := range recs {
		for i, cells := range r.lines {
			rows = append(rows, append([]string{r.key(), strconv.Itoa(i + 1)}, cells...))
		}
	}
	return writeCSV(filepath.Join(dir, k.name+"_lines.csv"), rows)
}

func config(k kind, s *server) string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nproject: bench_%s\ntimezone: UTC\nsources:\n", k.name)
	fmt.Fprintf(&b, "  %s: {file: %s.csv, encoding: utf-8, delimiter: \",\", key: [%s]}\n", k.name, k.name, k.fields[0].name)
	if k.lines != nil {
		fmt.Fprintf(&b, "  %s_lines: {file: %s_lines.csv, encoding: utf-8, delimiter: \",\", key: [document, position]}\n", k.name, k.name)
	}
	fmt.Fprintf(&b, "targets:\n  production: {url: %q, database: %s, user: %s, password: {env: ODOO_PASSWORD}}\nmappings: mappings\n", s.url, s.db, s.user)
	return b.String()
}

func mapping(k kind, major int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mapping: %s\nmodel: %s\nfrom: %s\nid: %s_{%s}\nfields:\n", k.name, k.model, k.name, k.name, k.fields[0].name)
	writeFields(&b, k.fields, major)
	if k.lines != nil {
		fmt.Fprintf(&b, "lines:\n  %s: {mapping: %s_lines}\n", k.lines.field, k.name)
	}
	b.WriteString(k.more)
	return b.String()
}

func lineMapping(k kind, major int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mapping: %s_lines\nmodel: %s\nfrom: %s_lines\nid: %s_{document}_{position}\nfields:\n", k.name, k.lines.model, k.name, k.name)
	fmt.Fprintf(&b, "  %s: {from: document, ref: %s, missing: reject}\n", k.lines.inverse, k.name)
	writeFields(&b, k.lines.fields, major)
	b.WriteString("ignore:\n  position: part of the external id\n")
	b.WriteString(k.more)
	return b.String()
}

func writeFields(b *strings.Builder, fields []field, major int) {
	for _, f := range fields {
		how := map[cellKind]string{
			text: "%s", whole: "{from: %s, as: integer}", decimal: "{from: %s, as: decimal}", truth: "{from: %s, as: boolean}",
			day: "{from: %s, as: date, layout: yyyy-MM-dd}", instant: "{from: %s, as: datetime, layout: \"yyyy-MM-dd HH:mm:ss\"}",
			link: "{from: %s, find: " + f.to + "." + f.by + ", missing: reject}", empty: "{value: []}",
		}[f.kind]
		if strings.Contains(how, "%s") {
			how = fmt.Sprintf(how, f.name)
		}
		fmt.Fprintf(b, "  %s: %s\n", f.nameIn(major), how)
	}
}

func names(fields []field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.name
	}
	return out
}

func writeCSV(path string, rows [][]string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	err = w.WriteAll(rows)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
