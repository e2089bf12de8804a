package suggest_test

import (
	"bufio"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

const sampleData = "../../../shared/data"

// truth is what a person says about the tables of a folder; see testdata/truth/README.md.
type truth struct {
	folder  string
	tables  []trueTable
	columns map[string][]string
}

type trueTable struct {
	glob   string
	models []string // "" is none
	fields map[string]trueField
}

type trueField struct {
	names    []string
	optional bool
}

func readTruth(t *testing.T, file string) truth {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := truth{folder: strings.TrimSuffix(filepath.Base(file), ".txt"), columns: map[string][]string{}}
	scan := bufio.NewScanner(f)
	for scan.Scan() {
		line := scan.Text()
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		case strings.HasPrefix(line, "columns "):
			name, list, _ := strings.Cut(strings.TrimPrefix(line, "columns "), ":")
			for c := range strings.SplitSeq(list, ",") {
				out.columns[name] = append(out.columns[name], strings.TrimSpace(c))
			}
		case strings.HasPrefix(line, "table "):
			parts := strings.Fields(line) // a "?" in the glob stands for a blank in the name
			table := trueTable{glob: parts[1], fields: map[string]trueField{}}
			for m := range strings.SplitSeq(parts[2], "|") {
				table.models = append(table.models, strings.TrimPrefix(m, "-"))
			}
			out.tables = append(out.tables, table)
		default:
			rest, optional := strings.CutSuffix(trimmed, " ?")
			i := strings.LastIndex(rest, " = ")
			if i < 0 {
				i = len(rest)
			}
			field := trueField{optional: optional}
			if i < len(rest) {
				field.names = strings.Split(rest[i+3:], "|")
			}
			out.tables[len(out.tables)-1].fields[rest[:i]] = field
		}
	}
	return out
}

// profiled reads a folder of sample data as it stands, with the columns of files that name none.
func profiled(t *testing.T, tr truth) *profile.Report {
	t.Helper()
	var in []profile.Input
	_ = filepath.WalkDir(filepath.Join(sampleData, tr.folder), func(file string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return nil
		}
		open := map[string]connectors.Opener{".csv": csvfile.Open, ".txt": csvfile.Open, ".xml": xmlfile.Open, ".xlsx": xlsxfile.Open}[strings.ToLower(path.Ext(file))]
		if open == nil || d.Name() == "README.md" {
			return nil
		}
		opt := connectors.Options{}
		if columns := tr.columns[d.Name()]; columns != nil {
			opt = connectors.Options{NoHeader: true, Columns: columns, Delimiter: "\t"}
		} else if len(tr.columns) > 0 {
			return nil
		}
		s, err := open(t.Context(), file, opt)
		if err != nil {
			t.Logf("%s: %v", file, err)
			return nil
		}
		if _, err := s.Tables(t.Context()); err != nil {
			t.Logf("%s: %v", file, err)
			return nil
		}
		t.Cleanup(func() { s.Close() })
		in = append(in, profile.Input{Name: strings.TrimSuffix(d.Name(), path.Ext(d.Name())), Source: s})
		return nil
	})
	if len(in) == 0 {
		return nil
	}
	r, err := profile.Run(t.Context(), in, profile.Options{ShowPersonal: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tally counts suggestions of a confidence of Sure or more.
type tally struct{ right, wrong, missed int }

func (a *tally) add(b tally) { a.right += b.right; a.wrong += b.wrong; a.missed += b.missed }

func (a tally) String() string {
	return fmt.Sprintf("%3d right, %2d wrong, %2d missed: precision %.3f, recall %.3f", a.right, a.wrong, a.missed, a.precision(), a.recall())
}

func (a tally) precision() float64 { return float64(a.right) / float64(max(1, a.right+a.wrong)) }
func (a tally) recall() float64    { return float64(a.right) / float64(max(1, a.right+a.missed)) }

// score compares a fitting with the truth and names every mistake.
func score(t *testing.T, tr truth, r *profile.Report, fit *suggest.Fitting) (models, fields tally) {
	t.Helper()
	for _, want := range tr.tables {
		seen := 0
		for i := range fit.Tables {
			got := &fit.Tables[i]
			if ok, _ := path.Match(want.glob, got.Table); !ok || seen == 2 { // sixty files of one shape are no sixty proofs
				continue
			}
			seen++
			model := got.Model()
			if model == "" && len(got.Models) > 0 && got.Models[0].Missing && slices.Contains(want.models, got.Models[0].Model) {
				models.right++ // the target lacks the model, and is told so
				continue
			}
			switch {
			case !slices.Contains(want.models, model) && model != "":
				models.wrong++
				t.Logf("%s/%s: %s (%.2f), want %q", tr.folder, got.Table, model, got.Models[0].Confidence, want.models)
			case model != "":
				models.right++
			}
			if model == "" && !slices.Contains(want.models, "") {
				models.missed++
				t.Logf("%s/%s: no model, want %q: %+v", tr.folder, got.Table, want.models, got.Models)
			}
			if model != "" && slices.Contains(want.models, model) {
				fields.add(scoreColumns(t, tr.folder, &r.Sources[i], want, got))
			}
		}
		if seen == 0 {
			t.Logf("%s/%s: no such table now", tr.folder, want.glob)
		}
	}
	return models, fields
}

func scoreColumns(t *testing.T, folder string, s *profile.Source, want trueTable, got *suggest.TableFit) (sum tally) {
	t.Helper()
	for _, c := range got.Columns {
		column, _ := s.Column(c.Column)
		if column == nil || column.Type == profile.TypeEmpty {
			continue
		}
		w, listed := want.fields[c.Column]
		h := c.Field()
		switch {
		case h == nil && listed && !w.optional:
			sum.missed++
			t.Logf("%s/%s.%s: nothing, want %q (%+v)", folder, got.Table, c.Column, w.names, c.Fields)
		case h == nil, listed && w.optional && len(w.names) == 0:
		case slices.Contains(w.names, h.Field):
			sum.right++
		default:
			sum.wrong++
			t.Logf("%s/%s.%s: %s (%.2f: %s), want %q", folder, got.Table, c.Column, h.Field, h.Confidence, h.Reason, w.names)
			if listed && !w.optional {
				sum.missed++
			}
		}
	}
	return sum
}

// measure scores all truth files against a schema.
func measure(t *testing.T, folder string, s *schema.Snapshot) (models, fields tally) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal("no truth")
	}
	read := 0
	for _, file := range files {
		tr := readTruth(t, file)
		r := profiled(t, tr)
		if r == nil {
			t.Logf("%s: the sample data is not here", tr.folder)
			continue
		}
		read++
		m, f := score(t, tr, r, suggest.Fit(r, suggest.Options{Schema: s}))
		t.Logf("%-22s models %s; fields %s", tr.folder, m, f)
		models.add(m)
		fields.add(f)
	}
	if read == 0 {
		t.Skip("needs the folder of sample data beside the project")
	}
	return models, fields
}

// TestSuggestionsAgainstTruth pins how good the suggestions are, with a target's schema and without one. The floors leave
// room for what the readers of the files learn; they are not the figures themselves, which the test prints.
func TestSuggestionsAgainstTruth(t *testing.T) {
	for _, test := range []struct {
		folder string
		schema *schema.Snapshot
	}{
		{"truth", nil}, {"truth", savedSchema(t)},
		// Data nobody had looked at while the knowledge was written: the first measurement was 0.99 and 0.96.
		{"heldout", nil}, {"heldout", savedSchema(t)},
	} {
		name := test.folder + " without a target"
		if test.schema != nil {
			name = test.folder + " with a saved schema"
		}
		t.Run(name, func(t *testing.T) {
			models, fields := measure(t, test.folder, test.schema)
			t.Logf("%s: models %s; fields %s", name, models, fields)
			for what, got := range map[string]tally{"models": models, "fields": fields} {
				if got.precision() < 0.93 || got.recall() < 0.88 {
					t.Errorf("%s: %s", what, got)
				}
			}
		})
	}
}
