package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// binaries is a folder with initdb, pg_ctl and postgres of one major version.
type binaries struct {
	dir   string
	major int
}

// Where packages put PostgreSQL beside PATH; the newest version of each pattern is tried first.
var usualPlaces = map[string][]string{
	"linux": {"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib/postgresql*/bin", "/usr/local/pgsql/bin", "/opt/postgresql*/bin"},
	"darwin": {"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/opt/homebrew/opt/postgresql/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin", "/Library/PostgreSQL/*/bin", "/opt/local/lib/postgresql*/bin"},
	"windows": {`C:\Program Files\PostgreSQL\*\bin`},
}

var versionText = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// find returns programs of the wanted major version, or of any supported one where major is 0: the machine's own, else
// downloaded ones.
func find(ctx context.Context, p *place) (*binaries, error) {
	want := p.major()
	var seen []string
	for _, dir := range candidates(ctx) {
		b := p.inspect(ctx, dir)
		if b == nil {
			continue
		}
		seen = append(seen, fmt.Sprintf("%d in %s", b.major, b.dir))
		if b.major == want || want == 0 && b.major >= oldestMajor {
			return b, nil
		}
	}
	b, err := fetch(ctx, p, want)
	if err == nil {
		return b, nil
	}
	found := "none found"
	if len(seen) > 0 {
		found = "found " + strings.Join(seen, ", ")
	}
	needs := fmt.Sprintf("PostgreSQL %d or newer", oldestMajor)
	if want > 0 {
		needs = fmt.Sprintf("PostgreSQL %d, which made this project's staging data", want)
	}
	return nil, record.Advise(fmt.Errorf("staging needs %s: %w (%s); downloading them: %w", needs, ErrNoBinaries, found, err), installAdvice())
}

func installAdvice() string {
	switch runtime.GOOS {
	case "darwin":
		return "Install PostgreSQL (brew install postgresql@17), or name a server under staging: in migrate.yaml."
	case "windows":
		return "Install PostgreSQL from postgresql.org, or name a server under staging: in migrate.yaml."
	}
	return "Install the package postgresql (apt-get install postgresql), or name a server under staging: in migrate.yaml."
}

// candidates lists folders that may hold the programs, best first.
func candidates(ctx context.Context) []string {
	var dirs []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		// A link in PATH leads to the folder where the other programs are, too.
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, program("pg_ctl"))); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, pattern := range usualPlaces[runtime.GOOS] {
		matches, _ := filepath.Glob(pattern)
		slices.SortStableFunc(matches, func(a, b string) int { return numberIn(b) - numberIn(a) })
		dirs = append(dirs, matches...)
	}
	if home, err := privateHome(); err == nil {
		fetched, _ := filepath.Glob(filepath.Join(home, "postgresql-*", "bin"))
		dirs = append(dirs, fetched...)
	}
	var unique []string
	for _, d := range dirs {
		if !slices.Contains(unique, d) {
			unique = append(unique, d)
		}
	}
	return unique
}

var digits = regexp.MustCompile(`\d+`)

func numberIn(path string) int {
	n, _ := strconv.Atoi(digits.FindString(path))
	return n
}

// inspect returns the programs in dir where they are complete and the cluster's user can run them, else nil.
func (p *place) inspect(ctx context.Context, dir string) *binaries {
	for _, name := range []string{"initdb", "pg_ctl", "postgres"} {
		if _, err := os.Stat(filepath.Join(dir, program(name))); err != nil {
			return nil
		}
	}
	cmd := p.command(ctx, filepath.Join(dir, program("postgres")), "--version")
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	m := versionText.FindSubmatch(out)
	if m == nil {
		return nil
	}
	major, _ := strconv.Atoi(string(m[1]))
	return &binaries{dir, major}
}

func (b *binaries) path(name string) string { return filepath.Join(b.dir, program(name)) }

func program(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

// findPsql prefers the psql beside the server's programs; on Debian it may be in PATH alone.
func findPsql(ctx context.Context, p *place) (string, error) {
	for _, dir := range candidates(ctx) {
		path := filepath.Join(dir, program("psql"))
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	if path, err := exec.LookPath("psql"); err == nil {
		return path, nil
	}
	return "", record.Advise(fmt.Errorf("psql: %w", ErrNoBinaries), "Install the package postgresql-client; the connection string is "+p.dsn(dbName)+".")
}
