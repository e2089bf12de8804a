package suggest

import (
	"slices"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// Have is a mapping that a project has already: drafts refer to it, and its source is drafted no more.
type Have struct {
	Mapping, Source, Model string
	Key                    []string          // columns its external id is made of
	Refs                   map[string]string // field -> the mapping it refers to
	Lines                  []string          // one2many fields that have a mapping of lines
}

// Drafts are the files of a first draft, and what is left to people.
type Drafts struct {
	Project  []byte      // migrate.yaml
	Mappings []Drafted   // in load order
	Open     []Undrafted // in the order of the report
}

// Drafted is one drafted mapping.
type Drafted struct {
	Mapping    string   `json:"mapping"`
	Source     string   `json:"source"`
	Model      string   `json:"model"`
	Confidence float64  `json:"confidence"` // that it is this model, 0 to 1
	Reason     string   `json:"reason"`
	Rows       int64    `json:"rows"`   // readable ones
	Fields     int      `json:"fields"` // that are filled
	Todo       []string `json:"todo"`   // what the draft lists for people to decide
	Text       []byte   `json:"-"`
}

// File is the mapping's path in a project.
func (d *Drafted) File() string { return "mappings/" + d.Mapping + ".yaml" }

// Undrafted is a table that could not be placed.
type Undrafted struct {
	Source string `json:"source"`
	Rows   int64  `json:"rows"`
	Reason string `json:"reason"`
}

// Draft drafts a project, or with opt.Sources mappings for one. The same report and options give the same bytes.
func Draft(r *profile.Report, project string, opt Options) *Drafts {
	p := newPlan(r, project, opt)
	d := &Drafts{Project: p.project(), Mappings: []Drafted{}, Open: []Undrafted{}}
	for _, m := range p.mappings {
		d.Mappings = append(d.Mappings, Drafted{Mapping: m.name, Source: m.source, Model: m.model, Confidence: m.confidence, Reason: m.why,
			Rows: m.src.Rows - m.src.Quarantined, Fields: len(m.fields), Todo: append([]string{}, m.todo...), Text: m.text()})
	}
	for i, source := range p.sources {
		if why, ok := p.open[source]; ok {
			s := &r.Sources[i]
			d.Open = append(d.Open, Undrafted{Source: source, Rows: s.Rows - s.Quarantined, Reason: why})
		}
	}
	return d
}

// Files are the drafts by their path in the project.
func (d *Drafts) Files() map[string][]byte {
	files := map[string][]byte{"migrate.yaml": d.Project}
	for i := range d.Mappings {
		files[d.Mappings[i].File()] = d.Mappings[i].Text
	}
	return files
}

// wants reports whether a source is to be drafted.
func (o *Options) wants(source string) bool {
	return source != "" && (len(o.Only) == 0 || slices.Contains(o.Only, source))
}

// nameSources gives every table the name of its source: the project's, where it has one, else a name made of the table's.
func (p *plan) nameSources(given map[string]string) {
	for i := range p.report.Sources {
		name := given[p.report.Sources[i].Name]
		if given == nil {
			name = p.uniqueSource(p.report.Sources[i].Name)
		}
		p.sources = append(p.sources, name)
	}
}

// thereAlready enters the mappings that the project has. Of several for one source the first is the one others refer to.
func (p *plan) thereAlready(have []Have) {
	for _, h := range have {
		i := slices.Index(p.sources, h.Source)
		if i < 0 || p.byTable[p.report.Sources[i].Name] != nil {
			continue
		}
		p.byTable[p.report.Sources[i].Name] = &mapping{name: h.Mapping, source: h.Source, model: h.Model, key: h.Key}
		p.have = append(p.have, h)
	}
}

// sourceOf is the source of a table, or the table's name where migrate.yaml does not have it.
func (p *plan) sourceOf(table string) string {
	i := slices.IndexFunc(p.report.Sources, func(s profile.Source) bool { return s.Name == table })
	if i < 0 || p.sources[i] == "" {
		return scalar(table)
	}
	return p.sources[i]
}
