// Package project reads migrate.yaml: which sources there are, where they go, and by which rules a run is judged. It
// reads that one file and nothing else; secrets stay names, and whoever needs one resolves it.
package project

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Project is a migrate.yaml.
type Project struct {
	File string // as given to Load
	Dir  string // absolute folder of the file; relative paths in it start there

	Name     string // [a-z][a-z0-9_]*
	Module   string // prefix of external ids
	Timezone string // IANA name, "UTC" by default: whose clocks the sources' times were read from
	Sources  map[string]Source
	Targets  map[string]Target
	Staging  Staging

	Mappings    string   // folder, "mappings" by default
	Corrections []string // glob patterns
	Custody     Custody
	Cutover     Cutover
	Scope       map[string]Decision // by source, by path of a file, or by "file#table"
	Thresholds  Thresholds
	Controls    []Control
	Owners      []Owner
	Accepted    []Accepted
	Maps        map[string]*mappings.ValueMap // value maps that fields name

	Hash string // SHA-256 of the file, hex

	doc     *yamlpos.Document // for problems that only the files beside migrate.yaml show
	scopeAt map[string]yamlpos.Pos
}

// Path returns a path of the file as an absolute one.
func (p *Project) Path(rel string) string {
	if rel == "" || filepath.IsAbs(rel) {
		return rel
	}
	return filepath.Join(p.Dir, filepath.FromSlash(rel))
}

// Source is one legacy table. Zero values are for detection to decide.
type Source struct {
	Name       string
	File       string // a file, or a folder or pattern of equal-headed files that are one table
	Encoding   string // IANA name
	Delimiter  string // one character or several
	Quote      string // one character
	Escape     string // one character
	RecordEnd  string
	Widths     []int // characters of each column of a fixed-width file
	Header     *bool // nil: detect
	HeaderRows int   // rows the header takes
	Skip       int   // lines above the header
	Footer     int   // lines below the last row
	Columns    []string
	Nulls      []string // texts that mean null, such as NULL or \N
	Key        []string // columns that identify a row
	Point      string   // of decimals; what stands between groups of digits is Group
	Group      string
	Custodian  string            // who extracted it, where custody does not say it of all
	Dates      []string          // layouts of dates, such as dd.MM.yyyy
	Amount     *Amount           // nil where the source has none
	Sheet      string            // XLSX
	Rows       string            // XML: path of the repeating element
	Table      string            // where the file holds several
	Namespaces map[string]string // XML: prefix used in Rows -> namespace URI
	At         string            // file:line:col
}

// Style is how the source writes numbers and dates.
func (s Source) Style() mappings.Style {
	return mappings.Style{Point: s.Point, Group: s.Group, Dates: s.Dates}
}

// Target is one Odoo database.
type Target struct {
	Name     string
	URL      string
	Database string
	User     string
	Password Secret // or an API key in its place
	APIKey   Secret
	Protocol string // "" is auto
	Timeout  int    // of a call, in seconds; 0 is the default
	Body     int    // largest request, in bytes; 0 is not known
	Proxy    string // URL, or "none"; "" is the environment's
	CA       string // PEM files, of TLS
	Cert     string
	Key      string
	Role     string // Production, Rehearsal or ""
	Backup   Backup
	At       string
}

// Staging says where staging is; a zero DSN is the embedded cluster.
type Staging struct {
	DSN  Secret
	Keep Keep
}

// Keep says how much of what can be derived anew stays in staging; 0 is the default.
type Keep struct {
	Snapshots int // landed files a source
	Runs      int // runs whose staged records stay
	Findings  int // runs of stage whose findings stay
}

// Secret names where a secret is. At most one field is set; all empty is no secret.
type Secret struct {
	Env   string // environment variable
	File  string // path of a file whose first line it is
	Ring  string // name under which the system's keyring keeps it
	Plain string // written in migrate.yaml itself: only where nothing is at stake
}

// IsZero reports whether no secret was named.
func (s Secret) IsZero() bool { return s == Secret{} }

// String never tells the secret itself.
func (s Secret) String() string {
	switch {
	case s.Env != "":
		return "environment variable " + s.Env
	case s.File != "":
		return "file " + s.File
	case s.Ring != "":
		return "keyring entry " + s.Ring
	case s.Plain != "":
		return "(hidden)"
	}
	return "(none)"
}

// GoString keeps a secret out of %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText keeps a secret out of JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Custody says who extracted the files and by what their completeness is checked. A list that is nil is looked for in the
// folders of the sources; an empty one is not.
type Custody struct {
	Checksums   []string // files with checksums
	RowCounts   []string // files with row counts and control totals
	System      string   // the legacy system
	ExtractedBy string
	ExtractedAt string // as written: a date, with or without a time
	At          string // file:line:col
}

// Decisions about tables that are not mapped.
const (
	Archived   = "archived"
	OutOfScope = "out_of_scope"
)

// Decision says why a table is not migrated, and who said so.
type Decision struct {
	Decision string // Archived or OutOfScope
	Reason   string
	By       string
	At       string
}

// Thresholds are what a run may fall short of.
type Thresholds struct {
	FirstPass record.Decimal   // percent of rows that must load without a human; 99.5 by default
	Amount    *record.Decimal  // percent of the amounts likewise; nil where they are not judged
	Gone      *record.Decimal  // percent of a mapping's records that may be gone from its source; nil is the default
	Reject    map[string]int64 // rule -> most rows it may reject
	Findings  map[string]int64 // rule -> most rows it may be about
}

// Kinds of control totals.
const (
	Carried  = "carried"  // the same value on both sides, to the last digit
	Computed = "computed" // Odoo computes it, with rounding of its own
)

// Control is one total that must agree.
type Control struct {
	Name     string
	Kind     string // Carried or Computed
	Scale    int    // digits Odoo rounds each key to
	Source   string // SQL over landed tables: key, amount
	Staged   string // SQL over staged tables: key, amount
	Odoo     *OdooTotal
	Expected Expected
	At       string
}

// OdooTotal is what is summed in Odoo.
type OdooTotal struct {
	Mapping string
	Amount  string // field; "count" counts records
}

// Expected is the legacy system's own total, written out or in a CSV file with the columns name and amount.
type Expected struct {
	Amount *record.Decimal
	File   string
	Name   string
}

// Load reads a migrate.yaml. All mistakes in it come at once as problems; the error is that the file cannot be read.
func Load(path string) (*Project, []mappings.Problem, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrPermission) {
		return nil, nil, record.Advise(fmt.Errorf("%s may not be read", path), "Give yourself the right to read it.")
	}
	if err != nil {
		return nil, nil, record.Advise(fmt.Errorf("read the project file: %w", err), "Name the project's migrate.yaml, or make one with: migrate init")
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, nil, fmt.Errorf("find the folder of %s: %w", path, err)
	}
	p, problems := Parse(path, data)
	p.Dir = dir
	return p, problems, nil
}
