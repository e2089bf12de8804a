package pipeline

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// audited audits paths of a folder and writes its files, tables and findings a line each.
func audited(t *testing.T, dir string, paths ...string) string {
	t.Helper()
	for i := range paths {
		paths[i] = filepath.Join(dir, paths[i])
	}
	r, err := Audit(t.Context(), AuditOptions{Paths: paths, Duplicates: DuplicatesNever})
	if err != nil {
		return "error " + strings.ReplaceAll(err.Error(), dir, "DIR")
	}
	var b strings.Builder
	for i := range r.Sources {
		fmt.Fprintf(&b, "%s %d\n", r.Sources[i].Name, r.Sources[i].Rows)
	}
	for _, f := range r.Findings {
		if strings.HasPrefix(f.Rule, "source.") {
			fmt.Fprintf(&b, "%s %s: %s\n", f.Severity, f.Rule, strings.ReplaceAll(f.Message, dir, "DIR"))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// What an audit takes of folders, files and patterns, and what it says of the rest.
func TestAuditedFiles(t *testing.T) {
	_, dir := folder(t, map[string]string{
		"a/jan.csv": "No,Name,City\n1,A,B\n", "a/feb.csv": "No,Name,City\n2,A,B\n3,C,D\n",
		"b/x.csv": "No,Name\n1,A\n", "b/old.dbf": "\x03", "b/bank.ofx": "OFX", "b/about.pdf": "%PDF", "b/rowcounts.csv": "file,rows\nx.csv,1\n",
		"c/1.SE": "#FLAGGA 0", "d/none.pdf": "%PDF", "e/no.csv": ""})
	for _, tc := range []struct{ paths, want string }{
		{"a", "feb 2\njan 1\nnote source.alike: 1 other file has a table with the same 3 columns: jan"},
		{"a/*.csv", "a 3"},
		{"a/j*.csv", "j 1"},
		{"a/jan.csv a/../a/jan.csv", "jan 1"},
		{"b", "x 1\nwarning source.not_read: 2 files of kinds that are not read (bank.ofx, old.dbf): nothing here is about them"},
		{"c", "error there is no CSV, XML or XLSX file in DIR/c, but 1 file of a kind that is not read (1.SE)"},
		{"d", "error there is no CSV, XML or XLSX file in DIR/d"},
		{"a/*.xml", "error there is no file or folder DIR/a/*.xml"},
		{"e", "blocker source.unreadable: the file DIR/e/no.csv is empty"},
	} {
		if got := audited(t, dir, strings.Fields(tc.paths)...); got != tc.want {
			t.Errorf("%s:\n%s\nwant\n%s", tc.paths, got, tc.want)
		}
	}
}
