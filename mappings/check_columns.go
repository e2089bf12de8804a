package mappings

import (
	"fmt"
	"slices"
	"strings"
)

// mostNamed is how many columns a message names before it only counts them.
const mostNamed = 12

// leftOver warns of source columns that no mapping of the source uses or ignores, once a source: nothing is left behind
// in silence.
func (s *Set) leftOver(env Env, used map[string]map[string]bool) []Problem {
	var problems []Problem
	told := map[string]bool{}
	for _, name := range s.names() {
		m := s.byName[name]
		for _, source := range m.Reads() {
			if !told[source] {
				told[source] = true
				problems = append(problems, m.leftOf(source, env.Columns[source], used[source])...)
			}
		}
	}
	return problems
}

// leftOf warns of the columns of one source that are not used. What to write are the names the mapping knows them by.
func (m *Mapping) leftOf(source string, columns []string, used map[string]bool) []Problem {
	var left, called []string
	for _, column := range columns {
		if !used[column] {
			left, called = append(left, column), append(called, m.called(source, column))
		}
	}
	switch len(left) {
	case 0:
		return nil
	case 1:
		return []Problem{m.warning(m.at["from"], ignoring(called), "column %s of source %s is neither mapped nor ignored", left[0], source)}
	}
	return []Problem{m.warning(m.at["from"], ignoring(called), "%d columns of source %s are neither mapped nor ignored: %s", len(left), source, enumerated(left))}
}

// ignoring is what to write for columns that are left out on purpose.
func ignoring(columns []string) string {
	var b strings.Builder
	for i, column := range columns[:min(len(columns), mostNamed)] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(yamlKey(column) + `: "why"`)
	}
	if len(columns) > mostNamed {
		b.WriteString(", ...")
	}
	return "ignore: {" + b.String() + "}"
}

func enumerated(names []string) string {
	if len(names) <= mostNamed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:mostNamed], ", "), len(names)-mostNamed)
}

// checkMatched names keys of match that can never find a record, because the mapping gives them no value.
func (c *compiler) checkMatched() {
	for _, key := range c.m.Match {
		for _, field := range key {
			if c.m.Field(field) != nil || !fieldName.MatchString(field) {
				continue
			}
			if c.model != nil {
				if _, ok := c.model.Field(field); !ok {
					continue // reported by checkModel
				}
			}
			c.fault(c.m.at["match"], suggest(field, c.p.layout.Fields), "match looks for records by %s, which this mapping does not fill", field)
		}
	}
}

// checkOnce names a field that two rules fill: a field may be written under its name of another version.
func (c *compiler) checkOnce() {
	for i := 1; i < len(c.m.Fields); i++ {
		a, b := &c.m.Fields[i-1], &c.m.Fields[i]
		if a.Name != b.Name {
			continue
		}
		names := []string{c.written(a), c.written(b)}
		slices.Sort(names)
		c.fault(b.pos, "keep one of them", "%s are two names of one field, %s on this server", strings.Join(names, " and "), b.Name)
	}
}

// written is the name under which a field stands in the file.
func (c *compiler) written(r *FieldRule) string {
	for _, f := range c.set.byName[c.m.Name].Fields {
		if f.pos == r.pos {
			return f.Name
		}
	}
	return r.Name
}
