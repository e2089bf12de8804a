package mappings

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/messagetest"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// head is a mapping without mistakes, up to its last field; what a case adds comes below.
const head = "mapping: m\nmodel: res.partner\nfrom: s\nid: m_{ID}\nfields:\n  name: A\n  autopost: {value: ask}\n"

// field is head with one more field.
func field(rule string) []string { return []string{head + "  " + rule + "\n"} }

// top is head with one more key at the top level.
func top(text string) []string { return []string{head + text + "\n"} }

// instead is head with one text in the place of another.
func instead(old, new string) []string {
	if !strings.Contains(head, old) {
		panic(old)
	}
	return []string{strings.Replace(head, old, new, 1)}
}

// also is head and a second mapping.
func also(name, id, rest string) []string {
	return []string{head, "mapping: " + name + "\nmodel: res.partner\nfrom: t\nid: " + id + "\nfields:\n  name: A\n  autopost: {value: ask}\n" + rest}
}

// messageCases is the table of everything the linter can say about mappings: a name that stays, and the smallest files
// that make it say so. The messages themselves are in testdata/messages.golden. A message without a case fails the test.
var messageCases = []struct {
	id    string
	files []string
}{
	// the file
	{"yaml.empty", []string{""}},
	{"yaml.encoding", []string{"mapping: \xff"}},
	{"yaml.syntax", []string{"mapping: m\n\tmodel: x\n"}},
	{"yaml.colon", []string{"mapping: m\nfields:\n  a: = src.A == \"x\" ? \"b: c\" : \"d\"\n"}},
	{"yaml.second_document", []string{head + "---\nmapping: n\n"}},
	{"yaml.depth", top("ignore: " + strings.Repeat("[", 40) + strings.Repeat("]", 40))},
	{"yaml.anchor", instead("name: A", "name: &x A")},
	{"yaml.tag", instead("name: A", "name: !!str A")},
	{"yaml.merge_key", field("<<: {city: A}")},
	{"yaml.key_twice", field("name: B")},

	// keys and their shapes
	{"key.unknown", top("delets: archive")},
	{"key.unknown_in_field", field("city: {form: A}")},
	{"key.missing", []string{"mapping: m\nmodel: res.partner\nfrom: s\nid: m_{ID}\n"}},
	{"key.not_a_map", []string{"just text"}},
	{"key.not_keys", top("ignore: [A]")},
	{"key.not_a_text", instead("mapping: m", "mapping: [m]")},
	{"key.not_texts", field("city: {from: A, do: {trim: yes}}")},
	{"key.not_only_texts", field("city: {from: A, do: [[trim]]}")},
	{"key.not_a_list", top("after_load: {call: action_x}")},
	{"key.not_a_whole_number", top("order: first")},
	{"key.not_one_of", top("deletes: archiv")},
	{"key.not_one_character", field("credit_limit: {from: A, as: decimal, point: dot}")},
	{"key.version", top("version: 2")},

	// the mapping
	{"mapping.name", instead("mapping: m", "mapping: M")},
	{"mapping.twice", []string{head, strings.Replace(head, "m_{", "n_{", 1)}},
	{"mapping.model_name", instead("res.partner", "Partner")},
	{"mapping.model_unknown", instead("res.partner", "res.partnr")},
	{"mapping.source_unknown", instead("from: s", "from: customer")},
	{"mapping.where_without_reason", instead("from: s", "from: {source: s, where: 'src.A == \"x\"'}")},
	{"mapping.where_type", instead("from: s", "from: {source: s, where: '= num(src.A)', reason: none}")},
	{"match.not_a_list", top("match: name")},
	{"match.field_with_value", top("match: [{name: x}]")},
	{"match.field_name", top("match: [{Na me}]")},
	{"match.field_unknown", top("match: [nam]")},
	{"match.field_not_filled", top("match: [city]")},
	{"lines.none", top("lines: {child_ids: []}")},
	{"lines.mapping_unknown", top("lines: {child_ids: {mapping: lines}}")},
	{"lines.own", top("lines: {child_ids: {mapping: m}}")},
	{"lines.twice", append(also("n", "n_{ID}", "  parent_id: {from: A, ref: m}\n"),
		"mapping: o\nmodel: res.partner\nfrom: s\nid: o_{ID}\nfields: {name: A, autopost: {value: ask}}\nlines: {child_ids: {mapping: n}}\n",
		"mapping: p\nmodel: res.partner\nfrom: s\nid: p_{ID}\nfields: {name: A, autopost: {value: ask}}\nlines: {child_ids: {mapping: n}}\n")},
	{"lines.no_way_back", []string{head + "lines: {child_ids: {mapping: n}}\n", also("n", "n_{ID}", "")[1]}},
	{"lines.other_way_back", []string{head + "lines: {child_ids: {mapping: n}}\n", also("n", "n_{ID}", "  sponsor_id: {from: A, ref: m}\n")[1]}},
	{"lines.field_unknown", []string{head + "lines: {childs_ids: {mapping: n}}\n", also("n", "n_{ID}", "  parent_id: {from: A, ref: m}\n")[1]}},
	{"lines.field_type", []string{head + "lines: {city: {mapping: n}}\n", also("n", "n_{ID}", "  parent_id: {from: A, ref: m}\n")[1]}},
	{"lines.model", []string{head + "lines: {child_ids: {mapping: n}}\n",
		"mapping: n\nmodel: res.country\nfrom: t\nid: n_{ID}\nfields: {name: {from: A, ref: m}}\n"}},
	{"after_load.method", top("after_load: [{call: _post, expect: 'name == \"x\"'}]")},
	{"after_load.condition", top("after_load: [{call: post, expect: 'name = 1'}]")},
	{"after_load.condition_type", top("after_load: [{call: post, expect: '\"x\"'}]")},
	{"after_load.field_unknown", top("after_load: [{call: post, expect: 'stat == \"x\"'}]")},
	{"ignore.no_reason", top("ignore: {B: }")},
	{"ignore.column_unknown", top("ignore: {BB: never filled}")},
	{"ignore.used", top("ignore: {A: why}")},
	{"columns.left", []string{strings.Replace(head, "from: s", "from: t", 1)}},
	{"columns.left_many", []string{strings.Replace(head, "from: s", "from: wide", 1)}},

	// ids
	{"id.module", []string{head}},
	{"id.no_column", instead("m_{ID}", "m")},
	{"id.no_name", instead("m_{ID}", "m_{}")},
	{"id.open", instead("m_{ID}", "m_{ID")},
	{"id.character", instead("m_{ID}", "m.{ID}")},
	{"id.columns_run_together", instead("m_{ID}", "m_{ID}{A}")},
	{"id.column_unknown", instead("m_{ID}", "m_{Id}")},
	{"id.collision", []string{head, strings.Replace(head, "mapping: m", "mapping: n", 1)}},
	{"id.collision_of_keys", also("n", "m_{ID}", "")},
	{"id.collision_by_case", also("n", "M_{ID}", "")},
	{"id.collision_possible", also("n", "m_line_{ID}", "")},

	// where a field's value comes from
	{"field.name", field("Ci ty: A")},
	{"field.list", field("city: [A]")},
	{"field.empty", field("city:")},
	{"field.constant_short", field("is_company: true")},
	{"field.no_origin", field("city: {do: trim}")},
	{"field.two_origins", field("city: {from: A, value: 1}")},
	{"field.from_empty", field("city: {from: []}")},
	{"field.several_columns", field("city: {from: [A, B]}")},
	{"field.column_unknown", field("city: NAME")},
	{"field.step_unknown", field("city: {from: A, do: [trimm]}")},
	{"field.without", field("city: {from: A, else: keep}")},
	{"field.beside_constant", field("city: {value: x, missing: reject}")},
	{"field.find_and_ref", field("parent_id: {from: A, find: res.partner.ref, ref: m}")},
	{"field.find_path", field("country_id: {from: A, find: country}")},
	{"field.ref_unknown", field("parent_id: {from: A, ref: n}")},
	{"field.ref_columns", instead("m_{ID}\nfields:", "m_{ID}_{A}\nfields:\n  parent_id: {from: B, ref: m}")},
	{"field.circle", []string{head + "  parent_id: {from: A, ref: n}\n", also("n", "n_{ID}", "  parent_id: {from: A, ref: m}\n")[1]}},
	{"field.within_unknown", field("state_id: {from: A, find: res.country.state.code, within: country_id}")},
	{"field.within_circle", field("state_id: {from: A, find: res.country.state.code, within: country_id}\n  country_id: {from: A, find: res.country.code, within: state_id}")},
	{"field.as_and_key", field("date: {from: A, as: date, point: ','}")},
	{"field.point_is_group", field("credit_limit: {from: A, as: decimal, point: ',', group: ','}")},
	{"field.layout_letters", field("date: {from: A, layout: YYYYMMDD}")},
	{"field.layout_quote", field("date: {from: A, layout: \"yyyyMMdd'\"}")},
	{"field.layout_lacks", field("date: {from: A, layout: yyyyMM}")},
	{"field.layout_twice", field("date: {from: A, layout: yyyyMMddyyyy}")},
	{"field.split_columns", field("category_id: {from: [A, B], find: res.partner.category.name}")},
	{"field.split_single", field("city: {from: A, split: ','}")},

	// value maps, lookups, merges
	{"map.not_a_map", field("city: {from: A, map: [a]}")},
	{"map.unknown", field("city: {from: A, map: cities}")},
	{"map.file_and_values", field("city: {from: A, map: {file: a.csv, values: {A: B}}}")},
	{"map.key_unknown", field("city: {from: A, map: {file: a.csv, form: Legacy}}")},
	{"map.one_column", field("city: {from: A, map: {file: a.csv, from: Legacy}}")},
	{"map.file_ending", field("city: {from: A, map: {file: [a.doc]}}")},
	{"map.file_key_without_file", field("city: {from: A, map: {values: {A: B}, sheet: S}}")},
	{"map.confirmed_shape", field("city: {from: A, map: {values: {A: B}, confirmed: someone}}")},
	{"map.confirmed_nobody", field("city: {from: A, map: {values: {A: B}, confirmed: {on: 2026-11-02}}}")},
	{"map.confirmed_day", field("city: {from: A, map: {values: {A: B}, confirmed: {by: A, on: 02.11.2026}}}")},
	{"find.none", field("country_id: {from: A, find: []}")},
	{"find.path_in_list", field("country_id: {from: A, find: [res.country.code, Country]}")},
	{"find.two_models", field("country_id: {from: A, find: [res.country.code, res.partner.ref]}")},
	{"find.twice", field("country_id: {from: A, find: [res.country.code, res.country.code]}")},
	{"find.no_relation", field("country_id: {from: A, find: res.country.code.name}")},
	{"find.no_way_on", field("parent_id: {from: A, find: res.partner.country_id.code.x}")},
	{"find.language", field("country_id: {from: A, find: res.country.name, lang: german}")},
	{"find.match_case", field("country_id: {from: A, find: res.country.name, match_case: 1}")},
	{"find.language_without", field("city: {from: A, lang: de_DE}")},
	{"missing.default_without", field("country_id: {from: A, find: res.country.code, missing: default}")},
	{"missing.default_of_nothing", field("city: {from: A, default: x, missing: default}")},
	{"missing.create_what", field("city: {from: A, missing: create}")},
	{"missing.create_by_several", field("country_id: {from: A, find: [res.country.code, res.country.name], missing: create}")},
	{"missing.create_in_language", field("country_id: {from: A, find: res.country.name, lang: de_DE, missing: create}")},
	{"missing.create_by_path", field("parent_id: {from: A, find: res.partner.country_id.code, missing: create}")},
	{"missing.create_by_id", field("country_id: {from: A, find: res.country.id, missing: create}")},
	{"merge.shape", top("merge: decisions.csv")},
	{"merge.no_file", top("merge: {sheet: S}")},
	{"merge.not_read", top("merge: {file: d.csv}")},

	// constants
	{"constant.no_record", field("parent_id: {value: {key: x}}")},
	{"constant.two_records", field("parent_id: {value: {xmlid: base.x, find: res.partner.ref, key: y}}")},
	{"constant.no_key", field("parent_id: {value: {find: res.partner.ref}}")},
	{"constant.external_id", field("parent_id: {value: {xmlid: main}}")},
	{"constant.list", field("city: {value: [a, b]}")},
	{"constant.no_relation", field("city: {value: {xmlid: base.de}}")},
	{"constant.text_for_record", field("country_id: {value: DE}")},
	{"constant.type", field("color: {value: 1.5}")},
	{"constant.selection", field("lang: {from: A, map: {D: de_DE, E: en_UK}}")},

	// against the target
	{"odoo.field_unknown", field("nickname: A")},
	{"odoo.field_near", field("credit_limt: A")},
	{"odoo.field_gone", field("mobile: A")},
	{"odoo.field_renamed", []string{"mapping: m\nmodel: sale.order.line\nfrom: s\nid: m_{ID}\nmatch: [name]\nfields: {name: {from: A, find: res.users.groups_id}}\n"}},
	{"odoo.field_twice", []string{"mapping: m\nmodel: sale.order.line\nfrom: s\nid: m_{ID}\nfields:\n  tax_id: {value: []}\n  tax_ids: {value: []}\n"}},
	{"odoo.dropped", field("create_date: A")},
	{"odoo.id", field("id: A")},
	{"odoo.computed", field("display_name: A")},
	{"odoo.readonly", field("im_status: A")},
	{"odoo.one2many", field("child_ids: A")},
	{"odoo.type", field("props: A")},
	{"odoo.required", instead("  autopost: {value: ask}\n", "")},
	{"odoo.required_defaults_unknown", []string{"mapping: m\nmodel: sale.order.line\nfrom: s\nid: m_{ID}\nfields: {tax_ids: {value: []}}\n"}},
	{"odoo.as", field("date: {from: A, as: decimal}")},
	{"odoo.as_text", field("date: {from: A, as: text}")},
	{"odoo.key", field("city: {from: A, layout: yyyyMMdd}")},
	{"odoo.expression", field("date: = num(src.A)")},
	{"odoo.no_relation", field("city: {from: A, find: res.country.code}")},
	{"odoo.relation", field("country_id: A")},
	{"odoo.find_other_model", field("country_id: {from: A, find: res.country.state.code}")},
	{"odoo.ref_other_model", field("country_id: {from: A, ref: m}")},
	{"odoo.find_field", field("country_id: {from: A, find: res.country.cod}")},
	{"odoo.constant_other_model", field("country_id: {value: {find: res.currency.name, key: EUR}}")},

	// expressions
	{"expression.empty", field("city: '='")},
	{"expression.syntax", field("city: = upper(src.A")},
	{"expression.syntax_in_block", field("city: |-\n    = upper(src.A\n      + src.B")},
	{"expression.too_long", field("city: = " + strings.Repeat("src.A + ", 3000) + "src.A")},
	{"expression.pattern", field("city: = extract(src.A, \"(\")")},
	{"expression.whole_number", field("credit_limit: = 99999999999999999999")},
	{"expression.column", field("city: = src.AA")},
	{"expression.name", field("city: = A")},
	{"expression.function", field("city: = uper(src.A)")},
	{"expression.arguments", field("city: = left(src.A)")},
	{"expression.argument_type", field("city: = left(src.A, \"x\")")},
	{"expression.literal", field("date: = date(src.A, src.B)")},
	{"expression.one_character", field("credit_limit: = num(src.A, \"..\")")},
	{"expression.point_is_group", field("credit_limit: = num(src.A, \",\", \",\")")},
	{"expression.layout", field("date: = date(src.A, \"YYYY\")")},
	{"expression.operator", field("credit_limit: = 2 ** 3")},
	{"expression.construct", field("city: = src.A.B")},
	{"expression.method", field("city: = src.A.upper()")},
	{"expression.lambda", field("city: = filter([1], true)")},
	{"expression.digits", field("credit_limit: = 0.12345678901234567891 * 2")},
	{"expression.truth", field("city: '= src.A ? 1 : 2'")},
	{"expression.unary", field("credit_limit: = -src.A")},
	{"expression.arithmetic", field("credit_limit: = src.A * 2")},
	{"expression.order", field("is_company: = src.A < null")},
	{"expression.comparison", field("is_company: = src.A == 1")},
	{"expression.in", field("is_company: = src.A in \"x\"")},
	{"expression.texts", field("is_company: = 1 contains src.A")},

	// translations, companies, files, references without a model of their own
	{"translations.base_language", top("translations: {en_US: {slogan: A}}")},
	{"translations.language_code", top("translations: {french: {slogan: A}}")},
	{"translations.no_fields", top("translations: {fr_BE: A}")},
	{"translations.without_base", top("translations: {fr_BE: {slogan: A}}")},
	{"translations.not_translated", top("translations: {fr_BE: {name: A}}")},
	{"translations.html", []string{head + "  terms: A\ntranslations: {fr_BE: {terms: A}}\n"}},
	{"translations.language_inactive", []string{head + "  slogan: A\ntranslations: {de_DE: {slogan: A}}\n"}},
	{"company.none", top("company: 1000")},
	{"company.wrong_model", top("company: {from: A, find: res.partner.ref}")},
	{"company.missing", top("company: {from: A, missing: warn}")},
	{"company.create", []string{head + "  keeper_id: {from: A, find: res.users.login, missing: create}\ncompany: {xmlid: base.main_company}\n"}},
	{"file.outside", field(`image_1920: {file: "../{A}.jpg"}`)},
	{"file.absolute", field(`image_1920: {file: "/photos/{A}.jpg"}`)},
	{"file.backslash", field(`image_1920: {file: 'photos\{A}.jpg'}`)},
	{"file.folder", field(`image_1920: {file: "photos/{A}/"}`)},
	{"file.braces", field(`image_1920: {file: "photos/{A.jpg"}`)},
	{"file.beside", field(`image_1920: {file: "photos/{A}.jpg", split: ";"}`)},
	{"file.wrong_type", field(`city: {file: "photos/{A}.jpg"}`)},
	{"file.required", field(`emblem: {file: "photos/{A}.jpg"}`)},
	{"reference.model_unknown", field("res_id: {from: ID, ref: m}")},
	{"reference.other_model", field("res_id: {from: ID, ref: m}\n  res_model: {value: res.users}")},
	{"reference.not_said", field("about: ID")},
	{"reference.ref_other_model", field("about: {from: ID, ref: m}")},
	{"reference.find_other_model", field("about: {from: ID, find: res.user.login}")},
	{"reference.find_no_field", field("about: {from: ID, find: res.users.logon}")},
	{"reference.value_other_model", field("about: {value: {find: res.partner.ref, key: A}}")},
	{"reference.value_no_field", field("about: {value: {find: res.users.logon, key: A}}")},
	{"reference.map_other_model", field("about: {from: ID, as: xmlid, map: {A: {find: res.partner.ref, key: A}, B: {find: res.users.login, key: b}}}")},

	// checks in SQL
	{"check_sql.both", top("checks: [{name: n, expect: count() > 0, sql: select 1}]")},
	{"check_sql.group", top("checks: [{name: n, group: [name], sql: select 1}]")},
	{"check_sql.empty", top("checks: [{name: n, sql: ' '}]")},
	{"check_sql.neither", top("checks: [{name: n}]")},
	{"check_sql.no_select", top("checks: [{name: n, sql: delete from staged.m}]")},
	{"check_sql.writes", top("checks: [{name: n, sql: 'with gone as (delete from staged.m returning x_id) select * from gone'}]")},
	{"check_sql.locks", top("checks: [{name: n, sql: 'select x_id from staged.m for update'}]")},
	{"check_sql.two", top("checks: [{name: n, sql: 'select 1; drop table x'}]")},
	{"check_sql.escapes", top("checks: [{name: n, sql: 'select 1) x; delete from staged.m; select (1'}]")},
	{"check_sql.open", top("checks: [{name: n, sql: 'select count(x_id from staged.m'}]")},
	{"check_sql.server", top(`checks: [{name: n, sql: "select pg_read_file('/etc/passwd')"}]`)},
	{"check_sql.ledger", top("checks: [{name: n, sql: 'select 1 from mig_ardent.ledger'}]")},
	{"check_sql.source", top("checks: [{name: n, sql: 'select 1 from landed.ss'}]")},
	{"check_sql.mapping", top("checks:\n  - name: n\n    sql: |-\n      select x_id\n      from staged.mm")},
	{"check_sql.folded", top("checks:\n  - name: n\n    sql: >-\n      select x_id\n      from staged.mm")},
}

// messageSchema has what the cases need beside the partners.
func messageSchema() *schema.Snapshot {
	s := partnerSchema()
	partner, _ := s.Model("res.partner")
	partner.Fields = append(partner.Fields, schema.Field{Name: "im_status", Type: schema.Char, Readonly: true},
		schema.Field{Name: "props", Type: schema.Props, Stored: true}, schema.Field{Name: "id", Type: schema.Integer, Stored: true, Readonly: true},
		schema.Field{Name: "sponsor_id", Type: schema.Many2one, Relation: "res.partner", Stored: true},
		schema.Field{Name: "keeper_id", Type: schema.Many2one, Relation: "res.users", Stored: true})
	partner.Fields = append(partner.Fields, schema.Field{Name: "slogan", Type: schema.Char, Stored: true, Translated: true},
		schema.Field{Name: "terms", Type: schema.HTML, Stored: true, Translated: true}, schema.Field{Name: "image_1920", Type: schema.Binary, Stored: true},
		schema.Field{Name: "emblem", Type: schema.Binary, Stored: true, Required: true}, schema.Field{Name: "res_model", Type: schema.Char, Stored: true},
		schema.Field{Name: "res_id", Type: schema.M2ORef, Stored: true, ModelField: "res_model"}, schema.Field{Name: "about", Type: schema.Reference, Stored: true,
			Options: []schema.Option{{Value: "res.users"}, {Value: "sale.order.line"}}})
	partner.Defaults["emblem"] = "eA=="
	partner.Sort()
	line := schema.Model{Name: "sale.order.line", Fields: []schema.Field{{Name: "tax_ids", Type: schema.Many2many, Relation: "account.tax", Stored: true},
		{Name: "name", Type: schema.Many2one, Relation: "res.users", Stored: true, Required: true}}}
	line.Sort()
	users := schema.Model{Name: "res.users", Fields: []schema.Field{{Name: "group_ids", Type: schema.Many2many, Relation: "res.groups", Stored: true},
		{Name: "company_ids", Type: schema.Many2many, Relation: "res.company", Stored: true}, {Name: "login", Type: schema.Char, Stored: true}}}
	users.Sort()
	s.Models, s.ServerVersion, s.Languages = append(s.Models, line, users), "19.0", []string{"en_US", "fr_BE"}
	return s
}

// lint is one pass over files, as the command makes it.
func lint(module string, files []string) []Problem {
	var ms []*Mapping
	var all []Problem
	for i, text := range files {
		m, problems := Parse(string(rune('a'+i))+".yaml", []byte(text))
		ms, all = append(ms, m), append(all, problems...)
	}
	set, problems := NewSet(module, ms)
	all = append(all, problems...)
	wide := make([]string, 20)
	for i := range wide {
		wide[i] = fmt.Sprintf("COL %d", i)
	}
	_, problems = set.Compile(Env{Schema: messageSchema(), Columns: map[string][]string{"s": {"ID", "A"}, "t": {"ID", "A", "B"}, "wide": slices.Concat(wide, []string{"ID", "A"})}})
	return SortProblems(append(all, problems...))
}

func TestEveryMessageHasAGolden(t *testing.T) {
	var b strings.Builder
	var messages []string
	seen := map[string]bool{}
	for _, c := range messageCases {
		if seen[c.id] {
			t.Errorf("%s is there twice", c.id)
		}
		seen[c.id] = true
		module := "legacy"
		if c.id == "id.module" {
			module = "my.module"
		}
		problems := lint(module, c.files)
		if len(problems) == 0 {
			t.Errorf("%s: no message", c.id)
		}
		fmt.Fprintf(&b, "== %s\n%s\n", c.id, show(problems))
		for _, p := range problems {
			messages = append(messages, p.Message)
			if p.Line < 1 || p.Col < 1 || p.Excerpt == "" && c.id != "yaml.empty" && c.id != "yaml.encoding" {
				t.Errorf("%s: no place: %+v", c.id, p)
			}
		}
	}
	golden(t, "messages.golden", []byte(b.String()))
	for _, p := range valueMistakes(t) { // they stand in tables, which have no excerpts
		messages = append(messages, p.Message)
	}
	for _, m := range fromMistakes { // they have a golden file of their own
		for _, p := range lintFrom(m.from, m.rest) {
			messages = append(messages, p.Message)
		}
	}
	for _, p := range stylesThatDiffer() {
		messages = append(messages, p.Message)
	}
	formats := messagetest.Formats(t, "[^a]*.go", "internal/yamlpos/*.go", "expression/rewrite.go", "expression/expression.go", "internal/cell/layout.go")
	messagetest.Check(t, formats, messages, map[string]string{
		"the file is no YAML that can be read (%v)":                     "keeps a panic of the YAML library from the user; no file is known to cause one",
		"the value map says neither in which file it is nor its values": "in a mapping it is a plain table then; project_test.go shows it of migrate.yaml",
	})
}
