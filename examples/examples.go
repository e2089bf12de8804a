// Package examples holds two migration projects for well-known sample companies: Northwind, and the bicycle company of
// SAP's sample content. The companies' files are not here; Prepare joins a project with a folder that has them.
package examples

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed northwind bikes
var files embed.FS

// Files returns the checked-in files: the folders northwind and bikes.
func Files() fs.FS { return files }

// Prepare makes a project folder of an example ("northwind" or "bikes"): its migrate.yaml and mappings, the files of
// the folder data linked in as data/, and the corrections of what is damaged in them. The folder must not exist, or be
// empty.
func Prepare(dir, example, data string) error {
	project, err := fs.Sub(files, example)
	if err != nil {
		return err
	}
	if _, err := fs.Stat(project, "migrate.yaml"); err != nil {
		return fmt.Errorf("no example is called %q: northwind or bikes", example)
	}
	if err := os.CopyFS(dir, project); err != nil {
		return fmt.Errorf("prepare %s: %w", example, err)
	}
	data, err = filepath.Abs(data)
	if err != nil {
		return err
	}
	if err := os.Symlink(data, filepath.Join(dir, "data")); err != nil {
		return fmt.Errorf("prepare %s: %w", example, err)
	}
	if example != "northwind" {
		return nil
	}
	return writeCorrections(filepath.Join(dir, "corrections.csv"), data)
}

// damaged are the files with commas inside values that nobody quoted.
var damaged = []string{"customers", "suppliers", "orders"}

func writeCorrections(path, data string) (err error) {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
	}()
	w := csv.NewWriter(out)
	if err := w.Write([]string{"table", "key", "column", "old", "new", "who", "when"}); err != nil {
		return err
	}
	for _, table := range damaged {
		text, err := os.ReadFile(filepath.Join(data, table+".csv"))
		if err != nil {
			return fmt.Errorf("correct northwind: %w", err)
		}
		for _, c := range corrections(string(text)) {
			if err := w.Write([]string{table, "", "*", c[0], c[1], "A. Consultant", "2026-01-12"}); err != nil {
				return err
			}
		}
	}
	w.Flush()
	return w.Error()
}

// corrections are the rows of a file that have one cell too many, as they are and as they should be. In all of them the
// comma too many is followed by a blank, and no other is: the cells on both sides of it are one value.
func corrections(text string) [][2]string {
	header, rest, _ := strings.Cut(text, "\n")
	columns := strings.Count(header, ",")
	var out [][2]string
	for line := range strings.Lines(rest) {
		line = strings.TrimRight(line, "\r\n")
		if strings.Contains(line, `"`) || strings.Count(line, ",") != columns+1 || strings.Count(line, ", ") != 1 {
			continue
		}
		at := strings.Index(line, ", ")
		from := strings.LastIndexByte(line[:at], ',') + 1
		to := at + 1 + strings.IndexByte(line[at+1:], ',')
		out = append(out, [2]string{line, line[:from] + `"` + line[from:to] + `"` + line[to:]})
	}
	return out
}
