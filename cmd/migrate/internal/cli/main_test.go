package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

func TestMain(m *testing.M) {
	testscript.Main(stagingtest.Tests{M: m}, map[string]func(){"migrate": func() { os.Exit(cli.Main("1.2.3")) }})
}

// TestScripts plays testdata/script: each script is a user in a project folder of his own, with the shop's files (its own
// files lie over them), a double of Odoo and a project in the tests' PostgreSQL. Beside testscript's commands it may use
//
//	exits N command ...      the exit code is N, and nothing printed is meant for programmers
//	says regexp              what the last command printed to stderr, line breaks being blanks
//	prints regexp            the same of stdout
//	json                     stdout of the last command is one JSON document
//	edit file old new        a text in a file is another; \n is a line break
//	odoo set ID FIELD VALUE  a user changes a record, named by external id
//	odoo spoil ID FIELD VALUE  the same, and Odoo does not know when
//	odoo stray ID            a contact under an external id that no run loaded
//	odoo holds MODEL N       records that this project loaded
//	tick FILE MARK ITEM ...  a mark on items of a file to tick
//	samedraw FILE FILE       two files to tick show the same
//	owneronly FILE...        nobody but their owner may read them
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			s, err := openShop(env.Defer, env.WorkDir)
			if err != nil {
				return err
			}
			env.Values[shopKey{}] = s
			docs, err := filepath.Abs("../../../../docs")
			if err != nil {
				return err
			}
			env.Vars = append(append(env.Vars, s.environ()...), "DOCS="+docs)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "says": says("stderr"), "prints": says("stdout"), "json": isJSON, "edit": edit, "odoo": odooCommand,
			"tick": tick, "samedraw": samedraw, "owneronly": owneronly,
		},
	})
}

type shopKey struct{}

func shopOf(ts *testscript.TestScript) *shop { return ts.Value(shopKey{}).(*shop) }

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N command ...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	if problem := unfit(got, ts.ReadFile("stdout"), ts.ReadFile("stderr")); problem != "" {
		ts.Fatalf("%s", problem)
	}
}

// jargon is what no user has to read.
var jargon = regexp.MustCompile(`goroutine \d|panic:|\.go:\d|&\{|0xc0|map\[|%!|<nil>|dial tcp|no such file or directory|context canceled|context deadline` +
	`|unexpected EOF|: EOF|\bunmarshal|strconv\.|failed to|exit status|postgres://[^ ]*:[^ ]*@|` + secretPassword)

// secretPassword is what scripts use where a password must not be repeated.
const secretPassword = "hunter22"

// unfit says what is wrong with what a command printed; "" where nothing is.
func unfit(code int, stdout, stderr string) string {
	if found := jargon.FindString(strings.Join(strings.Fields(stdout+" "+stderr), " ")); found != "" {
		return strconv.Quote(found) + " is nothing for users"
	}
	errorLines := strings.Count("\n"+stderr, "\nerror: ")
	remedies := strings.Count("\n"+stderr, "\nremedy: ")
	switch {
	case errorLines > 1 || remedies > 1:
		return "more than one error or remedy"
	case errorLines != remedies:
		return "an error without its remedy"
	case (code == cli.Failure || code == cli.Interrupted) && errorLines == 0:
		return "no error is named"
	case strings.Contains(stdout, "error: ") && errorLines > 0:
		return "the error is on stdout"
	}
	return ""
}

func says(file string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if len(args) != 1 {
			ts.Fatalf("usage: says or prints regexp")
		}
		re, err := regexp.Compile(args[0])
		ts.Check(err)
		text := strings.Join(strings.Fields(ts.ReadFile(file)), " ")
		if re.MatchString(text) == neg {
			ts.Fatalf("%s is\n%s", file, text)
		}
	}
}

func isJSON(ts *testscript.TestScript, neg bool, _ []string) {
	if problem := badJSON(ts.ReadFile("stdout")); problem != "" || neg {
		ts.Fatalf("%s", problem)
	}
}

// badJSON says why a text is not one JSON object with its version; "" where it is.
func badJSON(text string) string {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	var v struct{ Version any }
	if err := d.Decode(&v); err != nil {
		return "stdout is no JSON object: " + err.Error()
	}
	if d.More() {
		return "stdout has more than one JSON document"
	}
	if v.Version == nil {
		return "the JSON has no version"
	}
	return ""
}

func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit file old new")
	}
	path := ts.MkAbs(args[0])
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s holds no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(path, []byte(strings.ReplaceAll(text, args[1], strings.ReplaceAll(args[2], `\n`, "\n"))), 0o644))
}

func odooCommand(ts *testscript.TestScript, neg bool, args []string) {
	s := shopOf(ts)
	switch {
	case len(args) == 4 && args[0] == "set":
		ts.Check(s.set(args[1], args[2], args[3]))
	case len(args) == 4 && args[0] == "spoil":
		ts.Check(s.spoil(args[1], args[2], args[3]))
	case len(args) == 2 && args[0] == "stray":
		ts.Check(s.stray(args[1]))
	case len(args) == 3 && args[0] == "holds":
		want, err := strconv.Atoi(args[2])
		ts.Check(err)
		if got := s.loaded()[args[1]]; got != want != neg {
			ts.Fatalf("Odoo holds %d of %s", got, args[1])
		}
	default:
		ts.Fatalf("usage: odoo set|spoil|stray|holds ...")
	}
}

func mustRead(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
