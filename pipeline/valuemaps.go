package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// ValueMap is what a dry run says about the value map of one field.
type ValueMap struct {
	Map           string         `json:"map"` // its name, its first file, or mapping.field
	Mapping       string         `json:"mapping"`
	Field         string         `json:"field"`
	At            string         `json:"at"`
	Managed       bool           `json:"managed"` // has to be confirmed and complete before a cutover
	ConfirmedBy   string         `json:"confirmed_by,omitempty"`
	ConfirmedOn   string         `json:"confirmed_on,omitempty"`
	Files         []string       `json:"files,omitempty"`
	Values        int            `json:"values"`
	Empty         []string       `json:"empty,omitempty"`         // texts that have no value yet
	Contradictory []string       `json:"contradictory,omitempty"` // texts that have several
	Unknown       []UnknownValue `json:"unknown,omitempty"`       // texts of the data that are not in the map

	from, to string         // columns of the files
	lacking  []UnknownValue // all texts of the data that get no value: the unknown, and those of Empty and Contradictory
}

// UnknownValue is a text of the data that a value map does not know.
type UnknownValue struct {
	Value string `json:"value"`
	Rows  int64  `json:"rows"`
	Hint  string `json:"hint,omitempty"`
}

// valueMaps are the value maps that have to be confirmed, and those that do not know every text of the data.
func (d *derived) valueMaps(findings []record.Finding) []ValueMap {
	unknown, known := map[string][]UnknownValue{}, map[[2]string]int{}
	for _, f := range findings {
		if f.Rule != mappings.RuleValueUnknown {
			continue
		}
		// A text that comes from several sources is one all the same.
		if i, ok := known[[2]string{f.At, f.Raw}]; ok {
			unknown[f.At][i].Rows += f.Rows
			continue
		}
		known[[2]string{f.At, f.Raw}] = len(unknown[f.At])
		unknown[f.At] = append(unknown[f.At], UnknownValue{f.Raw, f.Rows, f.Hint})
	}
	var out []ValueMap
	for _, m := range d.order {
		for _, s := range d.programs[m.Name].ValueMaps() {
			v := ValueMap{Map: s.Name, Mapping: s.Mapping, Field: s.Field, At: s.At, Managed: s.Managed, Files: s.Files, Values: s.Values,
				Empty: s.Empty, Contradictory: s.Contradictory, lacking: unknown[s.At], from: s.From, to: s.To}
			if s.Confirmed != nil {
				v.ConfirmedBy, v.ConfirmedOn = s.Confirmed.By, s.Confirmed.On
			}
			slices.SortFunc(v.lacking, func(a, b UnknownValue) int { return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Value, b.Value)) })
			for _, u := range v.lacking {
				if !slices.Contains(v.Empty, u.Value) && !slices.Contains(v.Contradictory, u.Value) {
					v.Unknown = append(v.Unknown, u)
				}
			}
			if v.Managed || len(v.lacking) > 0 {
				out = append(out, v)
			}
		}
	}
	return out
}

// managed counts the value maps that have to be confirmed; one that several fields share counts once.
func managed(list []ValueMap) int {
	names := map[string]bool{}
	for _, v := range list {
		if v.Managed {
			names[v.Map] = true
		}
	}
	return len(names)
}

// openMaps says, map by map, what is left to do before they may be relied on.
func openMaps(list []ValueMap) []string {
	var out []string
	told := map[string]bool{}
	tell := func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !told[text] {
			told[text] = true
			out = append(out, text)
		}
	}
	for _, v := range list {
		if !v.Managed {
			continue
		}
		if v.ConfirmedBy == "" {
			tell("%s is not confirmed", v.Map)
		}
		if len(v.Empty) > 0 {
			tell("%s has no value for %s", v.Map, some(v.Empty))
		}
		if len(v.Contradictory) > 0 {
			tell("%s has several values for %s", v.Map, some(v.Contradictory))
		}
		var unknown []string
		for _, u := range v.Unknown {
			unknown = append(unknown, u.Value)
		}
		if len(unknown) > 0 {
			tell("%s does not know %s", v.Map, some(unknown))
		}
	}
	return out
}

// some names the first few of a list.
func some(list []string) string {
	const most = 3
	shown := make([]string, 0, most)
	for _, s := range list[:min(most, len(list))] {
		shown = append(shown, strconv.Quote(s))
	}
	text := strings.Join(shown, ", ")
	if more := len(list) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Headers of a file that asks for values, where the map has no file whose columns it could have.
const (
	todoFrom = "Legacy"
	todoTo   = "Odoo"
)

// writeTodo writes, for each value map that lacks values, a CSV file that asks for them, ready to be filled in and to be
// named as one of the map's files. What is filled in already stays; what is asked for no longer goes. Where the plan rests
// on such a file, it rests on the new one: no value in it has changed.
func (p *Pipeline) writeTodo(ctx context.Context, pl *plan.Plan, list []ValueMap, folder string) ([]string, error) {
	byFile := map[string][]ValueMap{}
	for _, v := range list {
		file := filepath.Join(folder, todoName(v)+".todo.csv")
		byFile[file] = append(byFile[file], v)
	}
	var out []string
	for _, file := range sortedKeys(byFile) {
		b, err := p.todo(ctx, file, byFile[file])
		if err != nil {
			return out, err
		}
		if b == nil {
			continue
		}
		if err := replaceFile(file, b); err != nil {
			return out, err
		}
		out = append(out, file)
		for name := range pl.Files {
			if same(p.Project.Path(name), file) {
				pl.Files[name] = checksum.Bytes(b).String()
			}
		}
	}
	return out, nil
}

// same reports whether two paths are of one file that is there.
func same(a, b string) bool {
	one, errA := os.Stat(a)
	two, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(one, two)
}

// todoName is the map's name, or that of its first file without the ending.
func todoName(v ValueMap) string {
	if len(v.Files) == 0 || v.Map != v.Files[0] {
		return v.Map
	}
	name := filepath.Base(v.Map)
	return strings.TrimSuffix(strings.TrimSuffix(name, filepath.Ext(name)), ".todo")
}

// todo is the content of a file that asks for values; nil where nothing is asked for and nothing was.
func (p *Pipeline) todo(ctx context.Context, file string, maps []ValueMap) ([]byte, error) {
	rows := map[string][]string{}
	var order []string
	from, to := cmp.Or(maps[0].from, todoFrom), cmp.Or(maps[0].to, todoTo)
	was, err := p.filledIn(ctx, file)
	if err != nil {
		return nil, err
	}
	for _, row := range was {
		if row[1] != "" {
			rows[row[0]] = row
			order = append(order, row[0])
		}
	}
	for _, v := range maps {
		ask := slices.Clone(v.lacking)
		for _, text := range v.Empty {
			if !slices.ContainsFunc(ask, func(u UnknownValue) bool { return u.Value == text }) {
				ask = append(ask, UnknownValue{Value: text})
			}
		}
		for _, u := range ask {
			if rows[u.Value] == nil {
				rows[u.Value] = []string{u.Value, "", strconv.FormatInt(u.Rows, 10), v.Mapping + "." + v.Field, u.Hint}
				order = append(order, u.Value)
			}
		}
	}
	if len(order) == 0 && was == nil {
		return nil, nil
	}
	var b bytes.Buffer
	b.WriteString("\uFEFF") // without it Excel takes UTF-8 for something else
	w := csv.NewWriter(&b)
	if err := w.Write([]string{from, to, "rows", "field", "hint"}); err != nil {
		return nil, err
	}
	for _, text := range order {
		row := slices.Clone(rows[text])
		for i := range row {
			row[i] = record.NoFormula(row[i])
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// filledIn reads what a file of an earlier run holds; nil where there is none.
func (p *Pipeline) filledIn(ctx context.Context, file string) ([][]string, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	t, err := p.table(ctx, mappings.TableFile{File: abs})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	out := [][]string{}
	for _, row := range t.Rows {
		cells := make([]string, 5)
		for i := range cells[:min(len(cells), len(row.Cells))] {
			cells[i] = strings.TrimSpace(row.Cells[i])
		}
		out = append(out, cells)
	}
	return out, nil
}
