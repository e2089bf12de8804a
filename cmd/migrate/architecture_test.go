package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/odoo-migrate/odoo-migrate/"

// data is the floor of what is no product code: the demo's company, the examples, the tools.
const data = -1

// stairs is the table of floors in docs/ARCHITECTURE.md. The first pattern that fits a package gives its floor and its
// room; "/..." stands for the package and everything under it. A package may import its own room and the floors named.
var stairs = []struct {
	pattern string
	room    string // "" is the pattern, as it fits
	floor   int
	may     []int
}{
	{pattern: "record/...", floor: 0},
	{pattern: "checksum/...", floor: 1, may: []int{0}},
	{pattern: "mappings/...", floor: 1, may: []int{0}},
	{pattern: "connectors", floor: 1, may: []int{0}},
	{pattern: "connectors/rawfile/...", room: "connectors", floor: 1, may: []int{0}},
	{pattern: "connectors/*/...", floor: 2, may: []int{0, 1}},
	{pattern: "staging/...", floor: 2, may: []int{0, 1}},
	{pattern: "pipeline/*/...", floor: 3, may: []int{0, 1}},
	{pattern: "pipeline", floor: 4, may: []int{0, 1, 2, 3}},
	{pattern: "cmd/...", floor: 5, may: []int{0, 1, 2, 3, 4, data}},
	{pattern: "docs/...", floor: data},
	{pattern: "testdata/...", floor: data},
	{pattern: "e2e/...", floor: data, may: []int{0, 1, 2, 3, 4, 5, data}},
	{pattern: "examples/...", floor: data},
	{pattern: "tools/...", floor: data, may: []int{0, 1, 2, 3, 4, data}},
}

// sideways are the imports between steps that are allowed, with the reason.
var sideways = map[[2]string]string{
	{"pipeline/suggest", "pipeline/profile"}: "what the profile found is what is suggested from",
	{"pipeline/custody", "pipeline/profile"}: "what the profile found is what is asked for",
	{"pipeline/books", "pipeline/profile"}:   "what the profile found says which tables can be accounts or documents",
	{"pipeline/linkage", "pipeline/profile"}: "what the profile found says which tables hold parties or products",
	{"pipeline/validate", "pipeline/lookup"}: "references are validated against what the lookup found",
	{"pipeline/load", "pipeline/plan"}:       "it executes the plan",
	{"pipeline/verify", "pipeline/plan"}:     "it compares with the plan",
	{"pipeline/rollback", "pipeline/plan"}:   "it undoes in the plan's order",
	{"pipeline/gate", "pipeline/plan"}:       "a gate asks whether the plan still holds",
	{"pipeline/gate", "pipeline/reconcile"}:  "what was reconciled is evidence for a gate",
}

// libraries gives every library its rooms. A new library gets a line here and one in docs/DEPENDENCIES.md.
var libraries = []struct {
	path  string // and all packages under it
	rooms []string
	why   string
}{
	{"github.com/jackc/pgx/v5", []string{"staging/..."}, "driver types do not leave staging"},
	{"github.com/pressly/goose/v3", []string{"staging"}, "the schema is staging's"},
	{"github.com/fergusstrange/embedded-postgres", []string{"staging/embedded"}, "a private cluster is its only use"},
	{"github.com/xuri/excelize/v2", []string{"connectors/xlsxfile"}, "one driver, one room"},
	{"github.com/ulikunitz/xz", []string{"connectors/rawfile"}, "decompression is shared by all file formats"},
	{"github.com/kolo/xmlrpc", []string{"connectors/odoo/..."}, "the codec of one of Odoo's protocols; the double speaks it, too"},
	{"github.com/cenkalti/backoff/v4", []string{"connectors/odoo", "pipeline/load/flow"}, "retry in one place for reads, in one for loads"},
	{"github.com/zalando/go-keyring", []string{"pipeline"}, "secrets are looked up in one place"},
	{"github.com/spf13/cobra", []string{"cmd/..."}, "commands are thin"},
	{"github.com/spf13/pflag", []string{"cmd/migrate/internal/cli"}, "cobra's flags; their mistakes are told in our words"},
	{"github.com/vbauerster/mpb/v8", []string{"cmd/migrate/internal/view"}, "the only place that prints"},
	{"golang.org/x/term", []string{"cmd/migrate/internal/view"}, "the only place that prints"},
	{"github.com/goccy/go-yaml", []string{"mappings/..."}, "positions of mistakes come from one place"},
	{"github.com/expr-lang/expr", []string{"mappings/expression"}, "behind an interface of ours, so it can be replaced"},
	{"github.com/santhosh-tekuri/jsonschema/v6", []string{"mappings/internal/grammar/grammartest"}, "for tests only: what an editor does with our schemas"},
	{"github.com/cockroachdb/apd/v3", []string{"record"}, "one decimal in the whole house"},
	{"github.com/transparency-dev/merkle", []string{"checksum"}, "one tree in the whole house"},
	{"github.com/nyaruka/phonenumbers", []string{"mappings/kinds"}, "numbering plans; slow, so in one place"},
	{"github.com/zeebo/xxh3", []string{"pipeline/profile"}, "counts distinct values; never evidence"},
	{"golang.org/x/sync", []string{"pipeline/...", "staging/...", "connectors/..."}, "bounded concurrency"},
	{"golang.org/x/sys", []string{"staging/embedded"}, "locks and processes of a private cluster"},
	{"golang.org/x/text", []string{"connectors/...", "mappings/...", "pipeline/profile", "pipeline/linkage", "pipeline/suggest", "cmd/migrate/internal/view"}, "characters; names of countries and languages"},
}

// Rooms without I/O, what they do not import for that, and the exceptions with their reasons.
var (
	ioPackages = []string{"bufio", "database/sql", "io/fs", "io/ioutil", "net", "net/http", "os", "os/exec", "os/signal", "syscall"}
	withoutIO  = []string{"record/...", "checksum/...", "mappings/..."}
	withIO     = map[[2]string]string{
		{"mappings/project", "os"}:  "project.Load reads migrate.yaml; Parse does not",
		{"mappings/project", "net"}: "net.ParseIP tells a loopback address; nothing is dialled",
	}
)

// importable narrows down who may import a package that product code must not use.
var importable = map[string]struct{ by, why string }{
	"connectors/odoo/odootest": {"cmd/...", "a test double: migrate demo and migrate sandbox run it, nothing else"},
	"testdata/company":         {"cmd/...", "the demo's company"},
}

// listed is what is read of go list's answer.
type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportsDoNotRunUpTheStairs(t *testing.T) {
	seen := map[string]int{}
	// The imports of other systems count, too.
	for _, goos := range []string{"linux", "darwin", "windows"} {
		packages := list(t, goos)
		for _, p := range packages {
			seen[p.ImportPath]++
		}
		for _, problem := range check(packages) {
			t.Errorf("GOOS=%s: %s", goos, problem)
		}
	}
	if len(seen) < 20 {
		t.Fatalf("go list named %d packages; the test looks at the wrong folder", len(seen))
	}
}

// TestCheckSeesBadImports holds check to imports that must not be.
func TestCheckSeesBadImports(t *testing.T) {
	for _, test := range []struct {
		from, imports string
		want          string // part of the message; "" is none
	}{
		{"record/run", module + "record", ""},
		{"record", module + "mappings", "floor 0 may not import floor 1"},
		{"record", "os", "performs no I/O"},
		{"checksum", module + "mappings", "floor 1 may not import another room of floor 1"},
		{"mappings/kinds", module + "record", ""},
		{"mappings", "net/http", "performs no I/O"},
		{"mappings/project", "os", ""},
		{"connectors/rawfile", module + "connectors", ""},
		{"connectors", module + "connectors/csvfile", "floor 1 may not import floor 2"},
		{"connectors/csvfile", module + "connectors/rawfile", ""},
		{"connectors/csvfile", module + "connectors/odoo", "floor 2 may not import another room of floor 2"},
		{"connectors/odoo/odootest", module + "connectors/odoo", ""},
		{"staging", module + "pipeline/plan", "floor 2 may not import floor 3"},
		{"staging", module + "staging/embedded", ""},
		{"pipeline/load", module + "staging", "floor 3 may not import floor 2"},
		{"pipeline/load", module + "pipeline/plan", ""},
		{"pipeline/plan", module + "pipeline/load", "floor 3 may not import another room of floor 3"},
		{"pipeline", module + "staging", ""},
		{"pipeline", module + "cmd/migrate/internal/view", "floor 4 may not import floor 5"},
		{"pipeline", module + "connectors/odoo/odootest", "only by cmd/..."},
		{"pipeline", module + "testdata/company", "only by cmd/..."},
		{"cmd/migrate/internal/cli", module + "pipeline", ""},
		{"cmd/migrate/internal/cli", module + "connectors/odoo/odootest", ""},
		{"pipeline", "github.com/jackc/pgx/v5/pgconn", "only in staging/..."},
		{"staging", "github.com/jackc/pgx/v5/pgxpool", ""},
		{"staging", "github.com/jackc/pgx/v5x", "has no room"},
		{"connectors/csvfile", "github.com/xuri/excelize/v2", "only in connectors/xlsxfile"},
		{"pipeline", "github.com/spf13/cobra", "only in cmd/..."},
		{"mappings", "github.com/expr-lang/expr/vm", "only in mappings/expression"},
		{"pipeline/load", "github.com/cenkalti/backoff/v4", "only in connectors/odoo"},
		{"pipeline/reconcile", "github.com/cockroachdb/apd/v3", "only in record"},
		{"staging", "example.com/new/driver", "has no room"},
		{"attic", "fmt", "has no floor"},
	} {
		t.Run(test.from+" imports "+strings.TrimPrefix(test.imports, module), func(t *testing.T) {
			got := strings.Join(check([]listed{{ImportPath: module + test.from, Imports: []string{test.imports}}}), "\n")
			if test.want == "" && got != "" || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
		})
	}
	helper := listed{ImportPath: module + "staging/stagingtest", Imports: []string{"testing"}}
	user := listed{ImportPath: module + "staging", Imports: []string{helper.ImportPath}}
	if got := check([]listed{helper, user}); len(got) != 1 || !strings.Contains(got[0], "helps tests") {
		t.Errorf("product code that imports a test helper: %q", got)
	}
}

// check returns a sentence for every import that must not be.
func check(packages []listed) []string {
	var problems []string
	helpers := map[string]bool{}
	for _, p := range packages {
		helpers[p.ImportPath] = slices.Contains(p.Imports, "testing")
	}
	for _, p := range packages {
		from := strings.TrimSuffix(strings.TrimPrefix(p.ImportPath+"/", module), "/")
		if _, _, ok := place(from); !ok {
			problems = append(problems, from+" has no floor: give it one in the table of stairs")
			continue
		}
		for _, imported := range p.Imports {
			if helpers[imported] && !helpers[p.ImportPath] {
				problems = append(problems, fmt.Sprintf("%s imports %s, which helps tests: it may be imported by tests only", from, imported))
			}
			if problem := edge(from, imported); problem != "" {
				problems = append(problems, fmt.Sprintf("%s imports %s: %s", from, strings.TrimPrefix(imported, module), problem))
			}
		}
	}
	return problems
}

// edge says what is wrong with one import, or "".
func edge(from, imported string) string {
	to, ours := strings.CutPrefix(imported, module)
	switch first, _, _ := strings.Cut(imported, "/"); {
	case ours:
		return internalEdge(from, to)
	case strings.Contains(first, "."):
		return libraryEdge(from, imported)
	case imported == "C":
		return "the program is pure Go"
	}
	pure := slices.ContainsFunc(withoutIO, func(pattern string) bool { return fits(pattern, from) })
	if pure && slices.Contains(ioPackages, imported) && withIO[[2]string{from, imported}] == "" {
		return "this room performs no I/O"
	}
	return ""
}

func internalEdge(from, to string) string {
	if only, ok := importable[to]; ok && !fits(only.by, from) && !strings.HasPrefix(from, to+"/") {
		return fmt.Sprintf("only by %s (%s)", only.by, only.why)
	}
	fromFloor, fromRoom, _ := place(from)
	toFloor, toRoom, ok := place(to)
	switch {
	case !ok:
		return "it has no floor"
	case fromRoom == toRoom || slices.Contains(stairs[stepOf(from)].may, toFloor):
		return ""
	case fromFloor != toFloor:
		return fmt.Sprintf("floor %d may not import floor %d", fromFloor, toFloor)
	case sideways[[2]string{from, to}] != "":
		return ""
	}
	return fmt.Sprintf("floor %d may not import another room of floor %d", fromFloor, toFloor)
}

func libraryEdge(from, imported string) string {
	for _, lib := range libraries {
		if !fits(lib.path+"/...", imported) {
			continue
		}
		if slices.ContainsFunc(lib.rooms, func(pattern string) bool { return fits(pattern, from) }) {
			return ""
		}
		return fmt.Sprintf("only in %s (%s)", strings.Join(lib.rooms, ", "), lib.why)
	}
	return "the library has no room: give it one in the table of libraries"
}

// place returns a package's floor and room.
func place(name string) (floor int, room string, ok bool) {
	i := stepOf(name)
	if i < 0 {
		return 0, "", false
	}
	room = stairs[i].room
	if room == "" {
		depth := strings.Count(strings.TrimSuffix(stairs[i].pattern, "/..."), "/") + 1
		room = strings.Join(strings.SplitN(name, "/", depth+1)[:depth], "/")
	}
	return stairs[i].floor, room, true
}

func stepOf(name string) int {
	for i := range stairs {
		if fits(stairs[i].pattern, name) {
			return i
		}
	}
	return -1
}

// fits matches a name with a pattern: * is one element, a closing /... anything under it.
func fits(pattern, name string) bool {
	if under, ok := strings.CutSuffix(pattern, "/..."); ok {
		pattern = under
		if elements := strings.Split(name, "/"); len(elements) > strings.Count(under, "/") {
			name = strings.Join(elements[:strings.Count(under, "/")+1], "/")
		}
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// list asks go list for every package of the module and what it imports, tests left out.
func list(t *testing.T, goos string) []listed {
	t.Helper()
	// Patterns leave folders named testdata out, so the demo's company is named.
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...", "./testdata/company")
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var packages []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		packages = append(packages, p)
	}
}

// notForSpreadsheets are the writers of CSV whose files stand for a legacy system's own, hold external ids, words of ours
// and hashes only, or go to Odoo alone, which is to see what a load would send.
var notForSpreadsheets = []string{"examples/examples.go", "testdata/volume/shapes.go", "pipeline/evidence/records.go", "connectors/odoo/trial.go", "tools/benchodoo/project.go"}

// A CSV that people open in a spreadsheet program holds no formula out of a stranger's file.
func TestWritersOfCSVNeutraliseFormulas(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../..", func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(text, []byte("csv.NewWriter(")) {
			return err
		}
		seen++
		name := filepath.ToSlash(strings.TrimPrefix(file, filepath.FromSlash("../../")))
		if !slices.Contains(notForSpreadsheets, name) && !bytes.Contains(text, []byte("record.NoFormula(")) {
			t.Errorf("%s writes CSV without record.NoFormula", name)
		}
		return nil
	})
	if err != nil || seen <= len(notForSpreadsheets) {
		t.Errorf("%d writers found, %v", seen, err)
	}
}

// Every library that go.mod requires for our own code stands in docs/DEPENDENCIES.md, and none that it does not.
func TestLibrariesAreDocumented(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../../docs/DEPENDENCIES.md")
	if err != nil {
		t.Fatal(err)
	}
	required := map[string]bool{}
	for line := range strings.Lines(string(mod)) {
		if f := strings.Fields(strings.TrimPrefix(line, "require ")); len(f) == 2 && strings.HasPrefix(f[1], "v") {
			required[f[0]] = true
		}
	}
	told := map[string]bool{}
	for line := range strings.Lines(string(doc)) {
		if f := strings.Fields(line); len(f) > 2 && f[0] == "|" && strings.Contains(f[1], ".") {
			told[f[1]] = true
		}
	}
	for name := range required {
		if !told[name] {
			t.Errorf("docs/DEPENDENCIES.md lacks %s", name)
		}
	}
	for name := range told {
		if !required[name] {
			t.Errorf("docs/DEPENDENCIES.md names %s, which go.mod does not require", name)
		}
	}
	if len(required) < 10 {
		t.Errorf("only %d libraries found in go.mod", len(required))
	}
}
