package pipeline

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// leastAlike is how many files of the same tables make one source of a project. Two may be two things.
const leastAlike = 3

// openGrouped opens the files of the command line, and those that were exported in parts as one source each: files of the
// same tables and columns that one pattern matches, and no other file.
func (a *auditing) openGrouped(ctx context.Context) error {
	if err := a.openFiles(ctx); err != nil {
		return err
	}
	groups := map[string][]int{}
	for i, in := range a.inputs {
		key, err := tablesKey(ctx, in.Source)
		if err != nil {
			return err
		}
		groups[key] = append(groups[key], i)
	}
	names, together := map[string]bool{}, map[int]profile.Input{} // by the place of the first file
	replaced := map[int]bool{}
	for _, key := range sortedKeys(groups) {
		members := groups[key]
		pattern, ok := a.patternOf(members)
		if key == "" || !ok {
			continue
		}
		src, err := a.reg.Open(ctx, pattern, connectors.Options{})
		if err != nil {
			continue // they stay files of their own
		}
		if _, err := src.Tables(ctx); err != nil {
			src.Close()
			continue
		}
		together[members[0]] = profile.Input{Source: src}
		for _, i := range members {
			replaced[i] = true
		}
	}
	var out []profile.Input
	for i, in := range a.inputs {
		if one, ok := together[i]; ok {
			out = append(out, one)
		} else if !replaced[i] {
			out = append(out, in)
		}
		if replaced[i] {
			in.Source.Close()
		}
	}
	for i := range out {
		out[i].Name = uniqueName(names, out[i].Source.File().Path)
	}
	a.inputs = out
	return nil
}

// tablesKey is the same for files that are parts of the same tables; "" for those that cannot be told apart by names.
// XML leaves out elements that are empty, so there the tables alone count.
func tablesKey(ctx context.Context, src connectors.Source) (string, error) {
	tables, err := src.Tables(ctx)
	if err != nil {
		return "", err
	}
	var parts []string
	for _, t := range tables {
		if len(t.Columns) < alikeColumns || t.Columns[0] == "c1" {
			return "", nil
		}
		part := t.Name
		if t.Format != "xml" {
			part = strings.Join(t.Columns, "\x00")
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return "", nil
	}
	slices.Sort(parts)
	return tables[0].Format + "\x01" + strings.Join(parts, "\x01"), nil
}

// patternOf is the pattern that matches the files of these inputs, and nothing else.
func (a *auditing) patternOf(members []int) (string, bool) {
	if len(members) < leastAlike {
		return "", false
	}
	var paths [][]string
	var files []string
	for _, i := range members {
		file := a.inputs[i].Source.File().Path
		files, paths = append(files, file), append(paths, strings.Split(filepath.ToSlash(file), "/"))
	}
	parts := make([]string, len(paths[0]))
	for k := range parts {
		var names []string
		for _, p := range paths {
			if len(p) != len(parts) {
				return "", false
			}
			names = append(names, p[k])
		}
		parts[k] = commonPattern(names)
	}
	pattern := filepath.FromSlash(strings.Join(parts, "/"))
	found, err := filepath.Glob(pattern)
	if err != nil {
		return "", false
	}
	slices.Sort(found)
	slices.Sort(files)
	return pattern, slices.Equal(found, files)
}

// commonPattern is what names begin and end with, and a star for what differs.
func commonPattern(names []string) string {
	first := names[0]
	if !slices.ContainsFunc(names, func(n string) bool { return n != first }) {
		return first
	}
	head, tail, shortest := len(first), len(first), len(first)
	for _, n := range names[1:] {
		head, tail, shortest = min(head, commonPrefix(first, n)), min(tail, commonSuffix(first, n)), min(shortest, len(n))
	}
	tail = min(tail, shortest-head)
	return first[:head] + "*" + first[len(first)-tail:]
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonSuffix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}
