package cli_test

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// tick writes a mark onto the first line of each item named: tick file mark item ...
func tick(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: tick file mark item ...")
	}
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	done := map[string]bool{}
	for _, row := range rows[1:] {
		if item := row[1]; slices.Contains(args[2:], item) && !done[item] {
			row[10], done[item] = args[1], true
		}
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	ts.Check(csv.NewWriter(f).WriteAll(rows))
}

// owneronly looks at who may read files.
func owneronly(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if info.Mode().Perm() != 0o600 {
			ts.Fatalf("%s has mode %o", name, info.Mode().Perm())
		}
	}
}

// samedraw compares two files to tick, but for the number of the draw.
func samedraw(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: samedraw file file")
	}
	var texts [2]string
	for i, file := range args {
		for _, line := range strings.Split(ts.ReadFile(file), "\n") {
			_, rest, _ := strings.Cut(line, ",")
			texts[i] += rest + "\n"
		}
	}
	if (texts[0] == texts[1]) == neg {
		ts.Fatalf("%s and %s: the same: %v", args[0], args[1], texts[0] == texts[1])
	}
}
