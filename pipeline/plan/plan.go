// Package plan holds what inputs determine about a run: which mappings go into which models in which wave, what each step
// promises about its undoing, and the hashes of everything the plan rests on. For identical inputs the plan is identical
// byte for byte; rates, batches and strategies that were really used are facts of the journal, not of the plan.
package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
)

// ErrStale says that something a plan rests on has changed since it was made.
var ErrStale = errors.New("the plan is stale")

// Version is the format this program writes.
const Version = 1

// Plan is the order of a run and what it rests on.
type Plan struct {
	Version     int               `json:"version"`
	Project     string            `json:"project"`
	Module      string            `json:"module"` // namespace of the external ids
	Sources     []Source          `json:"sources"`
	Mappings    map[string]string `json:"mappings"`                 // name -> SHA-256 of its file
	Config      string            `json:"config"`                   // SHA-256 of migrate.yaml
	Corrections string            `json:"corrections"`              // digest over the corrections applied
	Files       map[string]string `json:"files,omitempty"`          // value maps and decisions: name -> SHA-256 of the file
	Attached    map[string]string `json:"attached,omitempty"`       // by mapping whose fields hold files: digest over their paths and contents
	Schema      string            `json:"schema"`                   // digest of the target metadata the mappings use
	Normals     []string          `json:"normalisations,omitempty"` // of mapped fields that Odoo stores in a form of its own: the only tolerances
	Unchecked   []string          `json:"unchecked,omitempty"`      // what was not looked at, since a saved schema stood for the target
	Steps       []Step            `json:"steps"`
}

// Source is one landed table.
type Source struct {
	Name        string `json:"name"`
	SHA256      string `json:"sha256"`
	Rows        int64  `json:"rows"`
	Quarantined int64  `json:"quarantined"`
	Corrected   int64  `json:"corrected"`
}

// Step loads one mapping.
type Step struct {
	Wave       int                 `json:"wave"`
	Mapping    string              `json:"mapping"`
	Model      string              `json:"model"`
	Parent     string              `json:"parent,omitempty"` // mapping whose one2many carries these records
	Records    int64               `json:"records"`
	Root       string              `json:"root"` // Merkle root over the record digests, ordered by external id
	Strategies []string            `json:"strategies"`
	Undo       string              `json:"undo"` // erase, compensate or restore-only
	Lines      map[string]string   `json:"lines,omitempty"`
	MoreLines  map[string][]string `json:"more_lines,omitempty"` // further mappings of lines of the same field
	Match      [][]string          `json:"match,omitempty"`
	Updates    string              `json:"updates"`             // update or append
	Deletes    string              `json:"deletes"`             // archive, delete or ignore
	Conflicts  string              `json:"conflicts,omitempty"` // source, odoo, fields or manual; "" is manual
	Calls      []Call              `json:"calls,omitempty"`
	Context    map[string]any      `json:"context,omitempty"` // of the calls that load the records
}

// Call is a method called on the loaded records of a step, with conditions on their fields that must hold before and
// afterwards.
type Call struct {
	Method string `json:"method"`
	When   string `json:"when,omitempty"` // "" is always
	Expect string `json:"expect"`
	Undo   string `json:"undo,omitempty"` // method that takes it back
}

// Order puts steps into waves: a step comes one wave after the latest it depends on. Steps that depend on each other
// in a circle are an error; the mapping check names such circles earlier and better.
func Order(names []string, dependsOn map[string][]string) (map[string]int, error) {
	wave := map[string]int{}
	for round := 0; len(wave) < len(names); round++ {
		if round > len(names) {
			return nil, fmt.Errorf("the mappings refer to each other in a circle")
		}
		for _, n := range names {
			if _, done := wave[n]; done {
				continue
			}
			at, ready := 1, true
			for _, d := range dependsOn[n] {
				w, ok := wave[d]
				if d != n && slices.Contains(names, d) {
					ready = ready && ok
					at = max(at, w+1)
				}
			}
			if ready {
				wave[n] = at
			}
		}
	}
	return wave, nil
}

// Encode returns the plan's bytes: indented JSON with sorted keys and a final line feed.
func (p *Plan) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Hash is the SHA-256 of the plan's bytes, in hexadecimal.
func (p *Plan) Hash() (string, error) {
	b, err := p.Encode()
	if err != nil {
		return "", err
	}
	return checksum.Bytes(b).String(), nil
}

// Decode reads a plan; unknown keys are an error, as is a version this program does not know.
func Decode(b []byte) (*Plan, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var p Plan
	if err := d.Decode(&p); err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	if p.Version != Version {
		return nil, fmt.Errorf("read plan: version %d, this program knows %d", p.Version, Version)
	}
	return &p, nil
}

// Step finds the step of a mapping.
func (p *Plan) Step(mapping string) (*Step, bool) {
	for i := range p.Steps {
		if p.Steps[i].Mapping == mapping {
			return &p.Steps[i], true
		}
	}
	return nil, false
}

// Compare names what differs between the plan that was signed and the one the inputs give now; nil means they agree.
func (p *Plan) Compare(now *Plan) error {
	var what []string
	if p.Config != now.Config {
		what = append(what, "migrate.yaml")
	}
	for name, hash := range now.Mappings {
		if p.Mappings[name] != hash {
			what = append(what, "mapping "+name)
		}
	}
	for name, hash := range now.Files {
		if p.Files[name] != hash {
			what = append(what, "file "+name)
		}
	}
	was := map[string]string{}
	for _, s := range p.Sources {
		was[s.Name] = s.SHA256
	}
	for _, s := range now.Sources {
		if was[s.Name] != s.SHA256 {
			what = append(what, "source "+s.Name)
		}
	}
	for name, hash := range now.Attached {
		if p.Attached[name] != hash {
			what = append(what, "the files of mapping "+name)
		}
	}
	if p.Corrections != now.Corrections {
		what = append(what, "corrections")
	}
	if !slices.Equal(p.Normals, now.Normals) {
		what = append(what, "the normalisations")
	}
	if p.Schema != now.Schema {
		what = append(what, "the target's metadata")
	}
	if len(p.Unchecked) > 0 && len(now.Unchecked) == 0 {
		what = append(what, "a saved schema stood for the target")
	}
	if len(what) == 0 {
		a, errA := p.Hash()
		b, errB := now.Hash()
		if errA == nil && errB == nil && a == b {
			return nil
		}
		what = append(what, "the staged records")
	}
	slices.Sort(what)
	return fmt.Errorf("%w: changed since: %s", ErrStale, strings.Join(what, ", "))
}
