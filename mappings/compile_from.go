package mappings

import (
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

// joinProgram finds out which row was joined to the current one.
type joinProgram struct {
	rule *Join
	mark int // slot of JoinMark
	left []int
}

// eachProgram finds the elements of the current row.
type eachProgram struct {
	rule  *Each
	slots []int                      // of Column, or of Columns
	nulls map[string]map[string]bool // by source
}

// reading settles which columns fields may name: those of the sources, joined, grouped and taken apart as from: says.
func (c *compiler) reading() {
	m := c.m
	c.p.composed = len(m.Union) > 0 || len(m.Joins) > 0 || m.Group != nil
	c.relation = c.columnsRead()
	c.known = c.relation
	if c.p.composed {
		c.p.readNulls = c.env.Nulls
	} else {
		for _, text := range c.env.Nulls[m.Source] {
			c.p.nulls[text] = true
		}
	}
	if m.Group != nil {
		c.gathering()
	} else {
		c.compileWhere()
		c.p.joins = c.joinPrograms()
	}
	c.elements()
}

// columnsRead returns the columns of the united and joined sources; nil where they are not known.
func (c *compiler) columnsRead() []string {
	if c.env.Columns == nil {
		return nil
	}
	out := []string{}
	for _, member := range c.m.members() {
		columns, ok := c.sourceColumns(member.Source, member.pos)
		if !ok {
			return nil
		}
		for _, name := range slices.Sorted(maps.Keys(member.Columns)) {
			if own := member.Columns[name]; own != "" && !slices.Contains(columns, own) {
				c.fault(member.renames[name], suggest(own, columns), "source %s has no column %q", member.Source, own)
			}
			if member.hides(name, columns) {
				c.fault(member.renames[name], "rename that one too", "source %s has a column %q of its own", member.Source, name)
			}
		}
		for _, name := range member.names(columns) {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	if len(c.m.Union) > 0 {
		c.reserved(out, ColumnSource, c.m.at["from"], "columns: {ORIGIN: "+ColumnSource+"} of that source gives it another name")
		out = append(out, ColumnSource)
	}
	for i := range c.m.Joins {
		j := &c.m.Joins[i]
		columns, ok := c.sourceColumns(j.Source, j.pos)
		if !ok {
			return nil
		}
		for _, column := range columns {
			name := j.As + "." + column
			c.reserved(out, name, j.pos, "give the join another name by as:")
			out = append(out, name)
		}
	}
	return out
}

func (c *compiler) sourceColumns(source string, at yamlpos.Pos) ([]string, bool) {
	columns, ok := c.env.Columns[source]
	if !ok && source != "" {
		c.fault(at, suggest(source, slices.Sorted(maps.Keys(c.env.Columns))), "there is no source %q", source)
	}
	return columns, ok
}

// reserved names a column of a file that is called like one that from: makes.
func (c *compiler) reserved(columns []string, name string, at yamlpos.Pos, hint string) {
	if slices.Contains(columns, name) {
		c.fault(at, hint, "a source has a column %q already", name)
	}
}

func (c *compiler) joinPrograms() []joinProgram {
	var out []joinProgram
	for i := range c.m.Joins {
		j := &c.m.Joins[i]
		p := joinProgram{rule: j}
		for _, key := range j.On {
			if alias, _, joined := strings.Cut(key.Left, "."); joined && !c.joinedBefore(i, alias) && c.isAlias(alias) {
				c.fault(key.left, "put that join before this one", "%s is joined later than %s needs it", alias, j.As)
			}
			p.left = append(p.left, c.slot(key.Left, key.left))
			if columns := c.env.Columns[j.Source]; columns != nil && !slices.Contains(columns, key.Right) {
				c.fault(key.right, suggest(key.Right, columns), "source %s has no column %q", j.Source, key.Right)
			}
		}
		p.mark = c.mark(j.As)
		out = append(out, p)
	}
	return out
}

func (c *compiler) joinedBefore(i int, alias string) bool {
	return slices.ContainsFunc(c.m.Joins[:i], func(j Join) bool { return j.As == alias })
}

func (c *compiler) isAlias(name string) bool { return c.joinedBefore(len(c.m.Joins), name) }

// mark returns the slot of a join's mark, which is no column that anybody may name.
func (c *compiler) mark(as string) int {
	c.p.columns = append(c.p.columns, JoinMark(as))
	return len(c.p.columns) - 1
}

// elements prepares each, and makes what it adds known.
func (c *compiler) elements() {
	e := c.m.Each
	if e == nil {
		return
	}
	p := &eachProgram{rule: e, nulls: map[string]map[string]bool{}}
	for _, source := range c.m.Sources() {
		p.nulls[source] = map[string]bool{}
		for _, text := range c.env.Nulls[source] {
			p.nulls[source][text] = true
		}
	}
	names := e.Columns
	if e.Column != "" {
		names = []string{e.Column}
	}
	for _, name := range names {
		p.slots = append(p.slots, c.slot(name, e.column))
	}
	c.p.each = p
	made := []string{e.As, ColumnIndex}
	if len(e.Columns) > 0 {
		made = append(made, ColumnColumn)
	}
	for _, name := range made {
		if c.known != nil {
			c.reserved(c.known, name, e.pos, "take another name for as:, or rename the column in the export")
		}
	}
	if c.known != nil {
		c.known = append(slices.Clone(c.known), made...)
	}
}

// checkFrom names what from: says to no effect, and ids that several records of one row would share.
func (c *compiler) checkFrom() {
	named := c.readColumns()
	for i := range c.m.Joins {
		j := &c.m.Joins[i]
		used := slices.ContainsFunc(named, func(name string) bool { return strings.HasPrefix(name, j.As+".") && name != JoinMark(j.As) })
		if !used && (c.relation != nil || c.env.Columns == nil) && j.Missing == MissingNull && j.Many == ManyReject {
			c.warn(j.pos, "name one as "+j.As+".COLUMN, or leave the join out", "%s is joined, and no column of it is used", j.As)
		}
		if j.Many == ManyEach && !slices.ContainsFunc(c.m.ID.Columns, func(name string) bool { return strings.HasPrefix(name, j.As+".") }) {
			c.fault(c.m.at["id"], "such as {"+j.As+".NUMBER} in the id", "%s makes several records of a row, and the id holds no column of it: they would share it", j.As)
		}
	}
	c.checkMembers(named)
	if e := c.m.Each; e != nil && e.As != "" {
		if !slices.Contains(c.m.ID.Columns, e.As) && !slices.Contains(c.m.ID.Columns, ColumnIndex) && !slices.Contains(c.m.ID.Columns, ColumnColumn) {
			c.fault(c.m.at["id"], "add _{"+ColumnIndex+"} or _{"+e.As+"}", "each makes several records of a row, and the id holds neither the element nor its place: they would share it")
		}
		if !slices.Contains(c.p.columns, e.As) {
			c.warn(e.pos, "", "%s, what each makes, is not used", e.As)
		}
	}
}

// readColumns are the columns read from the sources: those of the rows before they are grouped.
func (c *compiler) readColumns() []string {
	if c.p.gather != nil {
		return c.p.gather.rows.columns
	}
	return c.p.columns
}

// checkMembers names columns that some source of a union has not.
func (c *compiler) checkMembers(named []string) {
	if len(c.m.Union) == 0 || c.env.Columns == nil {
		return
	}
	for _, member := range c.m.Union {
		columns, ok := c.env.Columns[member.Source]
		if !ok {
			continue
		}
		has := member.names(columns)
		for _, name := range named {
			if c.ofMember(name) && slices.Contains(c.relation, name) && !slices.Contains(has, name) {
				c.fault(member.pos, "{source: "+member.Source+", columns: {"+name+": what it is called there}}, or null where it has none",
					"source %s of the union has no column %q", member.Source, name)
			}
		}
	}
}

// ofMember reports whether a column is one of the sources whose rows are read.
func (c *compiler) ofMember(name string) bool {
	alias, _, dotted := strings.Cut(name, ".")
	return name != ColumnSource && !c.p.virtual(name) && !(dotted && c.isAlias(alias))
}

// uses calls yield for each column of a source that the mapping reads or ignores.
func (c *compiler) uses(yield func(source, column string)) {
	names := slices.Concat(c.readColumns(), slices.Collect(maps.Keys(c.m.Ignore)))
	for _, name := range names {
		if alias, column, dotted := strings.Cut(name, "."); dotted && c.isAlias(alias) {
			for _, j := range c.m.Joins {
				if j.As == alias {
					yield(j.Source, column)
				}
			}
			continue
		}
		for _, member := range c.m.members() {
			yield(member.Source, member.column(name))
		}
	}
	for _, j := range c.m.Joins {
		for _, key := range j.On {
			yield(j.Source, key.Right)
		}
	}
}

// absent reports a column nobody may name, in the words of where it should have been.
func (c *compiler) absent(column string, at yamlpos.Pos) {
	if hint, grouped := c.grouped(column); grouped {
		c.fault(at, hint, "column %s is neither in by nor in take: the rows of a group may differ in it", column)
		return
	}
	if alias, name, dotted := strings.Cut(column, "."); dotted && c.isAlias(alias) {
		for _, j := range c.m.Joins {
			if j.As == alias {
				c.fault(at, suggest(name, c.env.Columns[j.Source]), "source %s has no column %q", j.Source, name)
			}
		}
		return
	}
	of := "source " + c.m.Source
	if len(c.m.Union) > 0 {
		of = "the union"
	}
	c.fault(at, suggest(column, c.known), "%s has no column %q", of, column)
}

// grouped reports whether a column is one that the group hides, and how it could be seen.
func (c *compiler) grouped(column string) (hint string, hidden bool) {
	if c.m.Group == nil || c.relation != nil && !slices.Contains(c.relation, column) || slices.Contains(c.known, column) {
		return "", false
	}
	return "take: {" + column + ": same}, or sum, first, min, max, join", true
}
