package mappings

import (
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

// ValueMap is a table from texts of the source to values. It stands in a mapping, in maps: of migrate.yaml, or in files
// that people fill in.
type ValueMap struct {
	Name string // under which maps: of migrate.yaml has it; "" for a mapping's own
	At   string // file:line:col

	Values    map[string]Constant // where it stands in YAML
	Files     []string            // CSV or XLSX, relative to migrate.yaml; the map is made of all of them
	Sheet     string              // XLSX; "" is the first
	From, To  string              // columns of the files; "" where they have two
	Confirmed *Confirmation       // nil: nobody has

	use bool // only names the map of maps:
	doc *yamlpos.Document
	pos yamlpos.Pos
	at  map[string]yamlpos.Pos // of keys
}

// Confirmation says who of the business confirmed a value map, and on which day (yyyy-MM-dd).
type Confirmation struct{ By, On string }

// RuleValueUnknown is the rule of findings about texts that a value map has no value for.
const RuleValueUnknown = "map.value_unknown"

// TableFile names a table that Env.Tables must hold: a file of a value map, or of decisions.
type TableFile struct{ File, Sheet string }

// Table is the content of a TableFile as text.
type Table struct {
	Columns []string
	Rows    []TableRow
	SHA256  string // of the file, hex
	Fault   string // why it cannot be read, a sentence; "" where it was
	Hint    string // what to do about the fault
}

// TableRow is one row of a table. Line is the physical line, or the row of the sheet.
type TableRow struct {
	Line   int64
	Cells  []string
	Damage string // why the row could not be read
}

// MapState says what a value map of a field is worth.
type MapState struct {
	Mapping, Field string
	Name           string // of the map, or its files, or mapping.field
	At             string // of the field
	Managed        bool   // it is in a file, shared, or confirmed: it has to be confirmed and complete before a cutover
	Confirmed      *Confirmation
	Files          []string
	From, To       string // columns of the files
	Values         int
	Empty          []string // texts without a value, sorted
	Contradictory  []string // texts with several, sorted
}

// Open reports whether anything is left to do before the map may be relied on, unknown values apart.
func (s *MapState) Open() bool {
	return s.Managed && (s.Confirmed == nil || len(s.Empty)+len(s.Contradictory) > 0)
}

// ValueMaps are the states of the program's value maps, by field.
func (p *Program) ValueMaps() []MapState { return p.maps }

// HasMap reports whether a value map makes the field's value.
func (r *FieldRule) HasMap() bool { return r.Map != nil || r.ValueMap != nil }

// Tables lists the files that must be read before the mappings can be compiled, in the order of the mappings, each once.
// shared are the maps of migrate.yaml.
func (s *Set) Tables(shared map[string]*ValueMap) []TableFile {
	var out []TableFile
	seen := map[TableFile]bool{}
	add := func(f TableFile) {
		if !seen[f] {
			seen[f] = true
			out = append(out, f)
		}
	}
	for _, name := range s.names() {
		m := s.byName[name]
		for i := range m.Fields {
			vm := m.Fields[i].ValueMap
			if vm != nil && vm.use {
				vm = shared[vm.Name]
			}
			if vm == nil {
				continue
			}
			for _, file := range vm.Files {
				add(TableFile{file, vm.Sheet})
			}
		}
		if m.Merge != nil {
			add(TableFile{m.Merge.File, m.Merge.Sheet})
		}
	}
	return out
}
