package suggest

import (
	"cmp"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Options of Fit. The zero value fits against what is known of Odoo without a server.
type Options struct {
	// Schema is the target's metadata, live or saved; nil is what is known of Odoo without a server.
	Schema *schema.Snapshot
	// Origin says for people where Schema comes from: "production", "schema.json".
	Origin string
	// Values returns all different values of a column with their rows, most frequent first, or false where there are
	// too many. nil: the most frequent values of the report, which are all there are in small columns.
	Values func(table, column string) ([]profile.Count, bool)
	// Measured are the project's own rates; they win over the ones that come with the program.
	Measured []Rate
	// ShowPersonal leaves personal values unmasked.
	ShowPersonal bool

	// What follows is for Draft.

	// Sources names the source of migrate.yaml for each table of the report; a table that is not in it is not drafted.
	// nil: there is no migrate.yaml yet, and the tables' names make the sources'.
	Sources map[string]string
	// Have are the mappings that the project has already.
	Have []Have
	// Only are the sources to draft; empty is all of them.
	Only []string
}

// FittingVersion is the version of a fitting's JSON.
const FittingVersion = 1

// Sure is the confidence from which a suggestion is put into a draft and counted in volumes.
const Sure = 0.5

// Fitting is what fits which model of Odoo, what is missing for that, and how long it will take.
type Fitting struct {
	Version  int              `json:"version"`
	Origin   string           `json:"origin"`           // where the metadata comes from
	Server   string           `json:"server,omitempty"` // version of Odoo; empty without a target
	Tables   []TableFit       `json:"tables"`           // in the order of the report
	Volumes  []Volume         `json:"volumes"`          // one a model, in load order
	Forecast Forecast         `json:"forecast"`
	Findings []record.Finding `json:"-"` // required fields without a source, values nothing accepts; with a target they stand among the audit's
}

// TableFit says what one table's rows may become.
type TableFit struct {
	Table    string      `json:"table"`
	Rows     int64       `json:"rows"`   // readable ones
	Models   []ModelFit  `json:"models"` // best first, at most three
	Columns  []ColumnFit `json:"columns"`
	Required []string    `json:"required"` // fields the best model cannot do without and no column was found for
}

// Model is the suggested model, "" where no suggestion is sure enough.
func (t *TableFit) Model() string {
	if len(t.Models) == 0 || t.Models[0].Confidence < Sure || t.Models[0].Missing {
		return ""
	}
	return t.Models[0].Model
}

// Column finds a column by name.
func (t *TableFit) Column(name string) (*ColumnFit, bool) {
	i := slices.IndexFunc(t.Columns, func(c ColumnFit) bool { return c.Column == name })
	if i < 0 {
		return nil, false
	}
	return &t.Columns[i], true
}

// Filling is the column suggested for a field.
func (t *TableFit) Filling(field string) (*ColumnFit, bool) {
	for i := range t.Columns {
		if f := t.Columns[i].Field(); f != nil && f.Field == field {
			return &t.Columns[i], true
		}
	}
	return nil, false
}

// ModelFit is a model the rows may become.
type ModelFit struct {
	Model      string   `json:"model"`
	Label      string   `json:"label,omitempty"`
	Confidence float64  `json:"confidence"` // 0 to 1
	Reasons    []string `json:"reasons"`
	Missing    bool     `json:"missing,omitempty"` // the target does not have the model: its module is not installed
}

// ColumnFit says which field of the table's best model a column may fill.
type ColumnFit struct {
	Column string     `json:"column"`
	Fields []FieldFit `json:"fields"`           // best first, at most three
	Note   string     `json:"note,omitempty"`   // why there is no field, or what a person must know
	Ignore bool       `json:"ignore,omitempty"` // Note is a reason to leave the column out
}

// Field is the suggested field, nil where no suggestion is sure enough.
func (c *ColumnFit) Field() *FieldFit {
	if len(c.Fields) == 0 || c.Fields[0].Confidence < Sure {
		return nil
	}
	return &c.Fields[0]
}

// FieldFit is a field a column may fill.
type FieldFit struct {
	Field      string    `json:"field"` // "order_line/product_id" where the column belongs to a line
	Label      string    `json:"label,omitempty"`
	Type       string    `json:"type"`
	Confidence float64   `json:"confidence"`
	Reason     string    `json:"reason"`           // one sentence
	Ref        string    `json:"ref,omitempty"`    // table whose records it refers to
	Find       string    `json:"find,omitempty"`   // "res.country.code": where its values are looked up
	Inverse    bool      `json:"inverse,omitzero"` // the column says the opposite of the field
	Values     *ValueFit `json:"values,omitempty"` // how its values fit, where they must be known ones
	Relation   string    `json:"relation,omitempty"`
	rel        *profile.Relation
	form       form
	set        *acceptor
	hidden     bool // its values are masked
	definition schema.Field
	model      string // whose field it is
	known      *fieldKnowledge
	stripped   bool // found without a noun of the column's name
}

// ValueFit says how a column's values fit a selection or a lookup table.
type ValueFit struct {
	Known   int64          `json:"known"`   // rows whose value is accepted as it is
	Renamed []RenamedValue `json:"renamed"` // values that stand for an accepted one
	Unknown []UnknownValue `json:"unknown"` // most rows first
	Sampled bool           `json:"sampled,omitzero"`
}

// RenamedValue is a value that the target knows by another name.
type RenamedValue struct {
	Value string `json:"value"`
	Rows  int64  `json:"rows"`
	Means string `json:"means"`
}

// UnknownValue is a value that the target does not accept.
type UnknownValue struct {
	Value   string `json:"value"`
	Rows    int64  `json:"rows"`
	Similar string `json:"similar,omitempty"` // an accepted value that may be meant
}

// mask hides the values themselves.
func (v *ValueFit) mask() {
	v.Renamed = slices.Clone(v.Renamed)
	for i := range v.Renamed {
		v.Renamed[i].Value = profile.Mask(v.Renamed[i].Value)
	}
	for i := range v.Unknown {
		v.Unknown[i].Value, v.Unknown[i].Similar = profile.Mask(v.Unknown[i].Value), ""
	}
}

// Volume is how much of a model there is to load.
type Volume struct {
	Model  string   `json:"model"`
	Tables []string `json:"tables"`
	Rows   int64    `json:"rows"`             // readable rows of the tables: the records there will be, where nothing is left out
	Target *int64   `json:"target,omitempty"` // records the target has already
}

// fitter works on one report.
type fitter struct {
	report  *profile.Report
	opt     Options
	know    *knowledge
	schema  *schema.Snapshot
	index   map[string]*modelIndex
	sets    map[string][]*acceptor
	judged  map[judgement]*ValueFit
	asked   map[profile.ColumnRef][]profile.Count
	spelt   map[string][]string // column name -> spellings
	parents map[profile.ColumnRef]*profile.Relation
	models  []string // the model of each table of the report, "" where none
}

// spellings are those of a column's name, worked out once.
func (f *fitter) spellings(name string) []string {
	list, ok := f.spelt[name]
	if !ok {
		list = spellings(name)
		f.spelt[name] = list
	}
	return list
}

// Fit compares a report with a target. The same report and schema give the same fitting.
func Fit(r *profile.Report, opt Options) *Fitting {
	f := newFitter(r, opt)
	out := &Fitting{Version: FittingVersion, Origin: opt.Origin, Server: f.schema.ServerVersion, Tables: []TableFit{}, Volumes: []Volume{}, Findings: []record.Finding{}}
	if out.Origin == "" {
		out.Origin = "what is known of Odoo without a server"
	}
	ranked := f.rankAll()
	for i := range r.Sources {
		t := f.table(i, ranked[i])
		out.Tables = append(out.Tables, t)
		out.Findings = append(out.Findings, f.findings(&r.Sources[i], &t)...)
	}
	out.Volumes = f.volumes(out.Tables)
	out.Forecast = f.forecast(out.Volumes)
	return out
}

func newFitter(r *profile.Report, opt Options) *fitter {
	f := &fitter{report: r, opt: opt, know: known(), schema: opt.Schema, index: map[string]*modelIndex{}, sets: map[string][]*acceptor{}, judged: map[judgement]*ValueFit{},
		asked: map[profile.ColumnRef][]profile.Count{}, spelt: map[string][]string{}, parents: map[profile.ColumnRef]*profile.Relation{}, models: make([]string, len(r.Sources))}
	if f.schema == nil {
		f.schema = f.know.snapshot()
	}
	for _, m := range f.know.models {
		f.index[m.name] = f.newIndex(m)
	}
	return f
}

// rankAll ranks the models of all tables twice: what a table refers to, and who refers to it, says something only once
// the other tables have a model.
func (f *fitter) rankAll() [][]ModelFit {
	ranked := make([][]ModelFit, len(f.report.Sources))
	for range 2 {
		before := slices.Clone(f.models)
		for i := range f.report.Sources {
			ranked[i] = f.rank(i, before)
		}
		for i := range ranked {
			f.models[i] = ""
			if len(ranked[i]) > 0 && ranked[i][0].Confidence >= Sure {
				f.models[i] = ranked[i][0].Model
			}
		}
	}
	return ranked
}

// table places the columns of a table whose models are ranked.
func (f *fitter) table(i int, ranked []ModelFit) TableFit {
	s := &f.report.Sources[i]
	t := TableFit{Table: s.Name, Rows: s.Rows - s.Quarantined, Models: ranked, Columns: []ColumnFit{}, Required: []string{}}
	if t.Models == nil {
		t.Models = []ModelFit{}
	}
	if len(ranked) == 0 {
		for j := range s.Columns {
			t.Columns = append(t.Columns, ColumnFit{Column: s.Columns[j].Name, Fields: []FieldFit{}})
		}
		return t
	}
	x := f.index[ranked[0].Model]
	t.Columns = f.place(s, x)
	if t.Model() != "" {
		t.Required = f.required(x, &t)
	}
	return t
}

// required names the fields that neither a column nor Odoo itself fills.
func (f *fitter) required(x *modelIndex, t *TableFit) []string {
	out := []string{}
	for i := range x.model.Fields {
		d := &x.model.Fields[i]
		if !needed(x, d) {
			continue
		}
		if !slices.ContainsFunc(t.Columns, func(c ColumnFit) bool { best := c.Field(); return best != nil && best.Field == d.Name }) {
			out = append(out, d.Name)
		}
	}
	return out
}

// needed reports whether Odoo refuses a record without the field. What it computes it does not ask for, but some of that
// is a poor guess: where legacy systems are known to have the field, it is asked for all the same.
func needed(x *modelIndex, d *schema.Field) bool {
	k := x.knownField(d.Name)
	return d.Required && (!d.Computed || k != nil && k.Required) && !d.Readonly && d.Type != schema.Boolean &&
		delegated[x.know.name] != d.Name && !hasDefault(x.model, d.Name)
}

// delegated are the required many2one that Odoo fills itself, because the model holds another one's fields.
var delegated = map[string]string{"product.product": "product_tmpl_id", "res.users": "partner_id", "res.company": "partner_id"}

func hasDefault(m *schema.Model, field string) bool {
	v, ok := m.Defaults[field]
	return ok && v != nil && v != false
}

func (f *fitter) volumes(tables []TableFit) []Volume {
	out := []Volume{}
	for _, t := range tables {
		model := t.Model()
		if model == "" || t.Rows == 0 {
			continue
		}
		i := slices.IndexFunc(out, func(v Volume) bool { return v.Model == model })
		if i < 0 {
			v := Volume{Model: model, Tables: []string{}}
			if n, ok := f.schema.Counts[model]; ok {
				v.Target = &n
			}
			out = append(out, v)
			i = len(out) - 1
		}
		out[i].Tables = append(out[i].Tables, t.Table)
		out[i].Rows += t.Rows
	}
	slices.SortStableFunc(out, func(a, b Volume) int { return cmp.Compare(f.order(a.Model), f.order(b.Model)) })
	return out
}

// loadOrder has the models in the order in which they are loaded: what is referred to comes first.
var loadOrder = []string{
	"uom.uom", "product.category", "account.account", "account.journal", "account.tax", "account.payment.term", "product.pricelist", "res.partner",
	"res.partner.bank", "hr.employee", "crm.lead", "product.template", "product.product", "product.supplierinfo", "product.pricelist.item", "stock.location",
	"stock.quant", "account.move", "account.move.line", "purchase.order", "purchase.order.line", "sale.order", "sale.order.line",
}

func (f *fitter) order(model string) int {
	if i := slices.Index(loadOrder, model); i >= 0 {
		return i
	}
	return len(loadOrder)
}
