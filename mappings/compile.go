package mappings

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/mappings/expression"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Env is what mappings are compiled against.
type Env struct {
	Columns  map[string][]string // source -> its columns; nil where the sources are not known: columns go unchecked
	Nulls    map[string][]string // source -> texts that mean null
	Styles   map[string]Style    // source -> how it writes numbers and dates, where migrate.yaml says so
	Location *time.Location      // whose clocks the sources' times were read from; nil is UTC
	Schema   *schema.Snapshot    // metadata of the target; nil leaves fields unchecked and decides kinds by "as" alone

	Maps   map[string]*ValueMap // maps: of migrate.yaml
	Tables map[TableFile]Table  // content of the files that Set.Tables lists

	merges map[string]map[string]*Merged // mapping -> key -> decision
}

// Program is one compiled mapping. It is immutable and safe for concurrent use.
type Program struct {
	mapping    *Mapping
	layout     *record.Layout
	kinds      []record.Kind
	prefix     string   // module and dot
	columns    []string // that are read; slots are indexes of it
	nulls      map[string]bool
	id         []int // slots of the id's columns
	where      *test
	fields     []fieldProgram // in order of evaluation
	translated []translated
	depends    []string
	documents  []int // indexes of the fields that link lines to their documents
	maps       []MapState
	merge      map[string]*Merged // by key

	composed  bool                // of several sources, or of groups of rows
	readNulls map[string][]string // by source, of composed programs: they read null texts as empty cells
	joins     []joinProgram
	each      *eachProgram
	gather    *gatherProgram
	checks    []GroupCheck
	sqlChecks []SQLCheck
}

// test is a compiled expression with the slots of its columns.
type test struct {
	program *expression.Program
	slots   []int
}

// Mapping returns what the program was compiled from.
func (p *Program) Mapping() *Mapping { return p.mapping }

// Layout is shared by all records of the program; its fields are sorted by name.
func (p *Program) Layout() *record.Layout { return p.layout }

// Kinds are the kinds of the layout's fields, in its order. A value is of its field's kind or null.
func (p *Program) Kinds() []record.Kind { return slices.Clone(p.kinds) }

// Columns are the columns that the fields of the program read: of the source, or of the rows put together for it.
func (p *Program) Columns() []string {
	out := slices.Sorted(slices.Values(p.columns))
	return slices.DeleteFunc(out, func(name string) bool { return p.isMark(name) || p.virtual(name) })
}

// DependsOn lists the other mappings that fields and lines refer to, sorted.
func (p *Program) DependsOn() []string { return slices.Clone(p.depends) }

// Compile compiles all mappings. All problems come in one pass, sorted by file and position; mappings with errors have
// no program.
func (s *Set) Compile(env Env) (map[string]*Program, []Problem) {
	programs := map[string]*Program{}
	var problems []Problem
	env.merges, problems = s.decisions(&env)
	used := map[string]map[string]bool{} // source -> columns
	for _, name := range s.names() {
		c := newCompiler(s, s.byName[name], &env)
		p := c.compile()
		problems = append(problems, c.problems...)
		if !c.broken && !Failed(c.problems) {
			programs[name] = p
		}
		c.uses(func(source, column string) {
			if used[source] == nil {
				used[source] = map[string]bool{}
			}
			used[source][column] = true
		})
	}
	problems = append(problems, s.leftOver(env, used)...)
	return programs, SortProblems(problems)
}

// namedFor returns the mapping with its fields under the names they have in the target's version of Odoo.
func (m *Mapping) namedFor(s *schema.Snapshot) *Mapping {
	if s == nil {
		return m
	}
	model, ok := s.Model(m.Model)
	if !ok {
		return m
	}
	here := *m
	here.Fields = slices.Clone(m.Fields)
	for i := range here.Fields {
		r := &here.Fields[i]
		r.Name, r.Within = model.NameHere(r.Name), model.NameHere(r.Within)
	}
	slices.SortStableFunc(here.Fields, func(a, b FieldRule) int { return strings.Compare(a.Name, b.Name) })
	here.Match = make([][]string, len(m.Match))
	for i, key := range m.Match {
		for _, field := range key {
			here.Match[i] = append(here.Match[i], model.NameHere(field))
		}
	}
	return &here
}

type compiler struct {
	set      *Set
	m        *Mapping
	env      *Env
	relation []string // columns of the rows that are read; nil: unchecked
	known    []string // columns fields may name: those of relation, or what a group makes of them
	model    *schema.Model
	p        *Program
	problems []Problem
	broken   bool // by what NewSet has reported
}

func newCompiler(s *Set, m *Mapping, env *Env) *compiler {
	m = m.namedFor(env.Schema).withCompany(env.Schema)
	c := &compiler{set: s, m: m, env: env, p: &Program{mapping: m, prefix: s.module + ".", nulls: map[string]bool{},
		layout: &record.Layout{Mapping: m.Name, Model: m.Model}, merge: env.merges[m.Name]}}
	return c
}

func (c *compiler) fault(at yamlpos.Pos, hint, format string, args ...any) {
	c.problems = append(c.problems, c.m.problem(at, hint, format, args...))
}

func (c *compiler) warn(at yamlpos.Pos, hint, format string, args ...any) {
	c.problems = append(c.problems, c.m.warning(at, hint, format, args...))
}

func (c *compiler) compile() *Program {
	c.checkModel()
	c.checkLanguages()
	c.reading()
	for _, column := range c.m.ID.Columns {
		c.p.id = append(c.p.id, c.slot(column, c.m.at["id"]))
	}
	for _, r := range c.m.Fields {
		c.p.layout.Fields = append(c.p.layout.Fields, r.Name)
	}
	c.p.kinds = make([]record.Kind, len(c.m.Fields))
	for i := range c.m.Fields {
		said := len(c.problems)
		c.p.fields = append(c.p.fields, c.field(i, &c.m.Fields[i]))
		if c.m.Fields[i].derived {
			c.problems = c.problems[:said]
		}
		c.p.kinds[i] = c.p.fields[i].kind
		if ref := c.m.Fields[i].Ref; ref != "" && ref == c.set.parent[c.m.Name] {
			c.p.documents = append(c.p.documents, i)
		}
	}
	c.pairTranslations()
	c.orderFields()
	c.compileChecks()
	c.checkFrom()
	c.checkGroup()
	c.checkIgnored()
	c.checkMatched()
	c.p.depends = c.dependencies()
	return c.p
}

// slot returns the index of a column among those the program reads.
func (c *compiler) slot(column string, at yamlpos.Pos) int {
	if c.known != nil && !slices.Contains(c.known, column) {
		c.absent(column, at)
	}
	if i := slices.Index(c.p.columns, column); i >= 0 {
		return i
	}
	c.p.columns = append(c.p.columns, column)
	return len(c.p.columns) - 1
}

func (c *compiler) compileWhere() {
	if c.m.Where == "" {
		return
	}
	t := c.expression(c.m.Where, c.m.where)
	if t == nil {
		return
	}
	if typ := t.program.Type(); typ != expression.Bool && typ != expression.Any {
		c.fault(c.m.where.Pos, `such as src.STATUS == "A"`, "where must be true or false, not %s", typ)
		return
	}
	c.p.where = t
}

// expression compiles the text of an expression that stands in node.
func (c *compiler) expression(text string, node *yamlpos.Node) *test {
	p, problems := expression.Compile(text, expression.Options{Columns: c.known, Location: c.env.Location})
	before := utf8.RuneCountInString(node.Text[:max(strings.Index(node.Text, text), 0)])
	for _, e := range problems {
		if name, found := strings.CutPrefix(e.Message, "unknown column "); found {
			if hint, hidden := c.grouped(strings.Trim(name, `"`)); hidden {
				e.Message, e.Hint = "column "+strings.Trim(name, `"`)+" is neither in by nor in take: the rows of a group may differ in it", hint
			}
		}
		c.fault(c.m.doc.Within(node, before+e.Offset), e.Hint, "%s", e.Message)
	}
	t := &test{program: p}
	for _, column := range p.Columns() {
		t.slots = append(t.slots, c.slot(column, node.Pos))
	}
	if len(problems) > 0 {
		return nil
	}
	return t
}

// orderFields puts fields after those they are narrowed by.
func (c *compiler) orderFields() {
	var ordered []fieldProgram
	placed := map[string]bool{}
	for left := c.p.fields; len(left) > 0; {
		var waiting []fieldProgram
		for _, f := range left {
			if within := f.rule.Within; within == "" || placed[within] || c.m.Field(within) == nil {
				ordered = append(ordered, f)
				placed[f.rule.Name] = true
			} else {
				waiting = append(waiting, f)
			}
		}
		if len(waiting) == len(left) {
			c.fault(waiting[0].rule.key("within"), "", "fields narrow each other in a circle by within")
			return
		}
		left = waiting
	}
	c.p.fields = ordered
}

func (c *compiler) checkIgnored() {
	for _, column := range slices.Sorted(maps.Keys(c.m.Ignore)) {
		at := c.m.ignore[column]
		if c.relation != nil && !slices.Contains(c.relation, column) {
			c.absent(column, at)
		} else if slices.Contains(c.readColumns(), column) {
			c.warn(at, "", "column %s is ignored and used", column)
		}
	}
}

func (c *compiler) dependencies() []string {
	var out []string
	for _, r := range c.m.Fields {
		if r.Ref != "" && r.Ref != c.m.Name {
			out = append(out, r.Ref)
		}
		if r.Creates != "" {
			out = append(out, r.Creates)
		}
	}
	for _, line := range c.m.Children() {
		out = append(out, line.Mapping)
	}
	if c.m.Created != nil {
		out = append(out, c.m.Created.needs...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
