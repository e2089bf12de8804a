package project

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/nearest"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var (
	projectName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	legalModule = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	sourceName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	ruleHead    = regexp.MustCompile(`^[a-z]+(\.[a-z_]+)*$`)
	ruleName    = regexp.MustCompile(`^[a-z]+(\.[a-z_]+)+$`)
	envName     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// maxProject is what a PostgreSQL name of 63 bytes leaves beside "mig_" and "_landed".
const maxProject = 50

// Parse reads the text of a migrate.yaml. Dir stays empty. The project is never nil.
func Parse(file string, data []byte) (*Project, []mappings.Problem) {
	digest := sha256.Sum256(data)
	p := &parser{doc: yamlpos.Parse(file, data), project: &Project{File: file, Hash: hex.EncodeToString(digest[:])}}
	p.project.doc, p.project.scopeAt = p.doc, map[string]yamlpos.Pos{}
	if p.doc.Root != nil {
		p.parse()
	}
	return p.project, p.doc.Problems()
}

type parser struct {
	doc     *yamlpos.Document
	project *Project
}

func (p *parser) parse() {
	o := p.doc.Object(p.doc.Root, "migrate.yaml", projectKeys.Names()...)
	if p.doc.Root.Kind != yamlpos.Map {
		return
	}
	o.Require(projectKeys.Required()...)
	if v := o.Node("version"); v != nil && v.Text != "1" {
		p.doc.Report(v.Pos, "this program reads version 1", "unknown version %q", v.Text)
	}
	p.names(o)
	p.zone(o)
	p.project.Mappings = cmp.Or(o.Text("mappings"), "mappings")
	p.project.Corrections = o.Texts("corrections")
	p.patterns(o)
	p.sources(o)
	p.targets(o)
	p.staging(o)
	p.custody(o)
	p.cutover(o)
	p.scope(o)
	p.thresholds(o)
	p.controls(o)
	p.maps(o)
	p.owners(o)
	p.accepted(o)
}

func (p *parser) names(o yamlpos.Object) {
	p.project.Name = o.Text("project")
	if name := p.project.Name; name != "" && !projectName.MatchString(name) {
		p.doc.Report(o.Node("project").Pos, "such as northwind", "project must be small letters, digits and _, beginning with a letter, not %q", name)
	} else if len(name) > maxProject {
		p.doc.Report(o.Node("project").Pos, "", "project is longer than %d characters", maxProject)
	}
	p.project.Module = cmp.Or(o.Text("module"), p.project.Name)
	if n := o.Node("module"); n != nil && !legalModule.MatchString(p.project.Module) {
		p.doc.Report(n.Pos, "", "module must be small letters, digits and _, beginning with a letter, not %q", p.project.Module)
	}
}

func (p *parser) zone(o yamlpos.Object) {
	p.project.Timezone = cmp.Or(o.Text("timezone"), "UTC")
	if _, err := time.LoadLocation(p.project.Timezone); err != nil || p.project.Timezone == "Local" {
		p.doc.Report(o.Node("timezone").Pos, "such as Europe/Berlin", "there is no time zone %q", p.project.Timezone)
		p.project.Timezone = "UTC"
	}
}

func (p *parser) patterns(o yamlpos.Object) {
	for _, pattern := range p.project.Corrections {
		if _, err := path.Match(pattern, ""); err != nil {
			p.doc.Report(o.Node("corrections").Pos, "such as corrections/*.csv", "%q is not a pattern of file names", pattern)
		}
	}
}

func suggest(word string, known []string) string {
	if near := nearest.Word(word, known); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

func (p *parser) staging(o yamlpos.Object) {
	n := o.Node("staging")
	if n == nil || n.IsNull() {
		return
	}
	s := p.doc.Object(n, "staging", stagingKeys.Names()...)
	p.keep(s)
	dsn := s.Node("dsn")
	if dsn == nil || dsn.Kind == yamlpos.Map {
		p.project.Staging.DSN = p.secret(s, "dsn", false)
		return
	}
	text := s.Text("dsn")
	p.project.Staging.DSN = Secret{Plain: text}
	secret := dsnPassword(text)
	if secret == "" {
		return
	}
	p.doc.Hide(secret)
	p.doc.Warn(dsn.Pos, secretHint, "the dsn holds a password")
}

// keep reads how much stays. Nothing at all is no choice: what a run just made is what the next command shows.
func (p *parser) keep(s yamlpos.Object) {
	n := s.Node("keep")
	if n == nil || n.IsNull() {
		return
	}
	k := p.doc.Object(n, "keep", keepKeys.Names()...)
	for _, one := range []struct {
		key string
		to  *int
	}{{"snapshots", &p.project.Staging.Keep.Snapshots}, {"runs", &p.project.Staging.Keep.Runs}, {"findings", &p.project.Staging.Keep.Findings}} {
		*one.to = k.Int(one.key)
		if k.Has(one.key) && *one.to < 1 {
			p.doc.Report(k.Node(one.key).Pos, "the newest always stays", "%s must be at least 1", one.key)
		}
	}
}

// dsnPassword finds the password in either form of a PostgreSQL DSN.
func dsnPassword(dsn string) string {
	if u, err := url.Parse(dsn); err == nil && u.User != nil {
		secret, _ := u.User.Password()
		return secret
	}
	_, after, _ := strings.Cut(dsn, "password=")
	secret, _, _ := strings.Cut(after, " ")
	return secret
}

func (p *parser) thresholds(o yamlpos.Object) {
	p.project.Thresholds = Thresholds{FirstPass: record.MustDecimal("99.5"), Reject: map[string]int64{}, Findings: map[string]int64{}}
	n := o.Node("thresholds")
	if n == nil || n.IsNull() {
		return
	}
	t := p.doc.Object(n, "thresholds", thresholdKeys.Names()...)
	if d := p.percentage(t, "first_pass"); d != nil {
		p.project.Thresholds.FirstPass = *d
	}
	p.project.Thresholds.Amount = p.percentage(t, "first_pass_amount")
	p.project.Thresholds.Gone = p.percentage(t, "gone")
	p.limits(t, "reject", "reject", p.project.Thresholds.Reject)
	p.limits(t, "findings", "be about", p.project.Thresholds.Findings)
}

func (p *parser) percentage(t yamlpos.Object, key string) *record.Decimal {
	n := t.Node(key)
	if n == nil {
		return nil
	}
	d, err := record.ParseDecimal(n.Text)
	if err != nil || d.Sign() < 0 || d.Cmp(record.DecimalFromInt(100)) > 0 {
		p.doc.Report(n.Pos, "", "%s must be a percentage from 0 to 100", key)
		return nil
	}
	return &d
}

func (p *parser) limits(t yamlpos.Object, key, verb string, to map[string]int64) {
	t.Each(key, func(rule string, at yamlpos.Pos, value *yamlpos.Node) {
		if !ruleName.MatchString(rule) {
			p.doc.Report(at, "such as map.value_unknown; findings name theirs", "%q is not the name of a rule", rule)
		}
		rows, err := strconv.ParseInt(value.Text, 10, 64)
		if err != nil || rows < 0 {
			p.doc.Report(value.Pos, "", "the most rows that %s may %s must be a whole number", rule, verb)
			return
		}
		to[rule] = rows
	})
}

func (p *parser) controls(o yamlpos.Object) {
	n := o.Node("controls")
	if n == nil || n.IsNull() {
		return
	}
	if n.Kind != yamlpos.List {
		p.doc.Report(n.Pos, "", "controls must be a list")
		return
	}
	seen := map[string]bool{}
	for _, item := range n.Items {
		c := p.control(item)
		if seen[c.Name] && c.Name != "" {
			p.doc.Report(item.Pos, "", "there are two controls of the name %q", c.Name)
		}
		seen[c.Name] = true
		p.project.Controls = append(p.project.Controls, c)
	}
}

func (p *parser) control(item *yamlpos.Node) Control {
	o := p.doc.Object(item, "a control", controlKeys.Names()...)
	o.Require(controlKeys.Required()...)
	c := Control{Name: o.Text("name"), Kind: o.Choice("kind", controlKeys.Options("kind")...), Scale: o.Int("scale"), Source: o.Text("source"),
		Staged: o.Text("staged"), At: p.doc.Where(item.Pos)}
	if c.Scale < 0 || c.Scale > 20 {
		p.doc.Report(o.Node("scale").Pos, "", "scale must be 0 to 20 digits")
	}
	if o.Has("scale") && c.Kind == Carried {
		p.doc.Report(o.At("scale"), "", "scale means nothing for a carried total: nothing rounds it")
	}
	if n := o.Node("odoo"); n != nil {
		total := p.doc.Object(n, "odoo", odooKeys.Names()...)
		total.Require(odooKeys.Required()...)
		c.Odoo = &OdooTotal{Mapping: total.Text("mapping"), Amount: total.Text("amount")}
	}
	p.expected(&c, o)
	sides := 0
	for _, key := range []string{"source", "staged", "odoo", "expected"} {
		if o.Has(key) {
			sides++
		}
	}
	if item.Kind == yamlpos.Map && sides < 2 {
		p.doc.Report(item.Pos, "give two of source, staged, odoo and expected", "the control %q compares nothing", c.Name)
	}
	return c
}

// maps reads the value maps that several fields share.
func (p *parser) maps(o yamlpos.Object) {
	p.project.Maps = map[string]*mappings.ValueMap{}
	o.Each("maps", func(name string, at yamlpos.Pos, value *yamlpos.Node) {
		if !sourceName.MatchString(name) {
			p.doc.Report(at, "", "a value map's name must be letters, digits and _, not %q", name)
		}
		p.project.Maps[name] = mappings.ParseValueMap(p.doc, value, name)
	})
}

func (p *parser) expected(c *Control, o yamlpos.Object) {
	n := o.Node("expected")
	if n == nil {
		return
	}
	if n.Kind == yamlpos.Map {
		e := p.doc.Object(n, "expected", expectedKeys.Names()...)
		e.Require(expectedKeys.Required()...)
		c.Expected = Expected{File: e.Text("file"), Name: e.Text("name")}
		return
	}
	d, err := record.ParseDecimal(n.Text)
	if err != nil {
		p.doc.Report(n.Pos, "", "expected must be a decimal, or {file, name}")
		return
	}
	c.Expected.Amount = &d
}

// SourceNames lists the sources, sorted.
func (p *Project) SourceNames() []string { return slices.Sorted(maps.Keys(p.Sources)) }
