package xmlfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// tellApart puts the prefix before names that two namespaces use side by side, so that they are different columns, and
// says so.
func tellApart(n *node) []record.Finding {
	var out []record.Finding
	names := make([]*qname, 0, len(n.kids)+len(n.attrs))
	for _, k := range n.kids {
		names = append(names, k.name)
	}
	labels := label(names)
	for i, k := range n.kids {
		k.label = labels[i]
	}
	out = append(out, twice(n, "element", names)...)
	names = names[:0]
	for _, a := range n.attrs {
		if a.ignore { // it takes no name away from the data
			names = append(names, &qname{})
			continue
		}
		names = append(names, a.name)
	}
	labels = label(names)
	for i, a := range n.attrs {
		a.label = labels[i]
	}
	out = append(out, twice(n, "attribute", names)...)
	for _, k := range n.kids {
		out = append(out, tellApart(k)...)
	}
	return out
}

// label is the local name of each, with its prefix where the local name is not its alone. A name without prefix keeps it
// plain; where two of those meet, and where prefixes are the same, they are counted.
func label(names []*qname) []string {
	count := map[string]int{}
	for _, q := range names {
		count[q.local]++
	}
	used := map[string]bool{}
	out := make([]string, len(names))
	for i, q := range names {
		l := q.local
		if count[l] > 1 && q.prefix != "" {
			l = q.prefix + ":" + l
		}
		base := l
		for k := 2; used[l]; k++ {
			l = fmt.Sprintf("%s_%d", base, k)
		}
		used[l] = true
		out[i] = l
	}
	return out
}

func twice(n *node, kind string, names []*qname) []record.Finding {
	spaces := map[string][]string{}
	for _, q := range names {
		if q.local != "" {
			spaces[q.local] = append(spaces[q.local], q.space)
		}
	}
	var out []record.Finding
	for i, q := range names {
		if first := slices.IndexFunc(names, func(o *qname) bool { return o.local == q.local }); first != i || len(spaces[q.local]) < 2 {
			continue
		}
		out = append(out, record.Finding{Severity: record.Note, Rule: "xml.same_name", Rows: int64(len(spaces[q.local])),
			Message: fmt.Sprintf("%s has %ss called %s in %d namespaces (%s); they are kept apart by their prefix", n.path(), kind, q.local,
				len(spaces[q.local]), strings.Join(quoted(spaces[q.local]), ", ")),
			Hint: "Look whether they mean the same."})
	}
	return out
}

func quoted(spaces []string) []string {
	out := make([]string, len(spaces))
	for i, s := range spaces {
		if out[i] = s; s == "" {
			out[i] = "none"
		}
	}
	return out
}

// find follows a path of names. A prefix is looked up in spaces; where that is empty prefixes are ignored, but for names
// that two namespaces use side by side.
func (n *node) find(path string, spaces map[string]string) (*node, error) {
	if strings.Trim(path, "/") == "" {
		return nil, nil
	}
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		prefix, local, prefixed := strings.Cut(name, ":")
		if !prefixed {
			prefix, local = "", name
		}
		space, bound := spaces[prefix]
		if prefixed && len(spaces) > 0 && !bound {
			return nil, record.Advise(fmt.Errorf("the prefix %s: in rows: %s is not among the namespaces: %w", prefix, path, connectors.ErrNoTable),
				"Add it under namespaces: in migrate.yaml, with the address of its namespace.")
		}
		found := n.named(name, local, space, bound)
		switch {
		case len(found) == 0:
			return nil, nil
		case len(found) > 1:
			return nil, record.Advise(fmt.Errorf("rows: %s means several elements: %s: %w", path, paths(found, n), connectors.ErrNoTable),
				"State the namespaces of the prefixes under namespaces: in migrate.yaml, and write the prefix in rows.")
		}
		n = found[0]
	}
	return n, nil
}

// named lists the children a step of a path means: those with the namespace where it is bound, else the one that is
// called just so, else all with that local name.
func (n *node) named(label, local, space string, bound bool) []*node {
	var found []*node
	for _, k := range n.kids {
		switch {
		case !bound && k.label == label:
			return []*node{k}
		case k.name.local == local && (!bound || k.name.space == space):
			found = append(found, k)
		}
	}
	return found
}
