package scenarios

import (
	"errors"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

const teamMapping = `mapping: teams
model: res.partner
from: teams
id: team_{NO}
fields:
  name: NAME
lines: {child_ids: {mapping: members}}
`

const memberMapping = `mapping: members
model: res.partner
from: {source: people, each: {column: TEAMS, by: "|", as: TEAM}}
id: member_{NO}_{TEAM}
merge: {file: decisions.csv}
fields:
  name: NAME
  parent_id: {from: TEAM, ref: teams}
  image_1920: {file: "photos/{PHOTO}.png", missing: reject}
ignore: {NO: key}
`

// takenApart follows rows that become lines of several documents, with pictures, and with decisions about some of them.
func takenApart(t *testing.T, p Place) {
	w := project(t, p, `sources:
  teams: {file: exports/teams.csv, delimiter: ";", key: [NO]}
  people: {file: exports/people.csv, delimiter: ";", key: [NO]}
`, map[string]string{"mappings/teams.yaml": teamMapping, "mappings/members.yaml": memberMapping, "photos/ada.png": picture(8, 8, 1),
		"exports/teams.csv":  "NO;NAME\n1;One\n2;Two\n3;Three\n4;Four\n5;Five\n6;Six\n",
		"exports/people.csv": "NO;TEAMS;NAME;PHOTO\n1;1|2;Ada;ada\n2;1|3;Bob;none\n3;2|4;Cid;ada\n",
		"decisions.csv":      "key,keep,decision\n3|4,9|9,merge\n"})
	// A part of a row that is merged into nothing would be lost, although another part of the row is used.
	var problems *pipeline.Problems
	if _, err := w.Stage(t.Context(), pipeline.StageOptions{}); !errors.As(err, &problems) || !strings.Contains(problems.List[0].Message, "3|4 is merged into 9|9") {
		t.Errorf("merged into nothing: %v", err)
	}
	w.write("decisions.csv", "key,keep,decision\n3|4,3|2,merge\n")

	// Bob is missing from both his teams: neither may be loaded without him.
	before := w.count("res.partner")
	cut := w.cutover()
	if got := cut.Records["teams"]; got[run.Created] != 4 {
		t.Errorf("teams %v", got)
	}
	if got := cut.Records["members"]; got[run.Created] != 2 || got[run.Updated] != 0 {
		t.Errorf("members %v", got)
	}
	w.holds("shop.member_1_2", "res.partner", "image_1920", "photos/ada.png")
	w.holds("shop.member_3_2", "res.partner", "image_1920", "photos/ada.png")
	w.back(false)
	if got := w.count("res.partner"); got != before {
		t.Errorf("%d partners, %d before", got, before)
	}
}

const groupMapping = `mapping: families
model: res.partner.category
from: families
id: family_{NO}
fields: {name: NAME}
translations: {fr_FR: {name: NAME_FR}}
lines: {child_ids: {mapping: kinds}}
`

const kindMapping = `mapping: kinds
model: res.partner.category
from:
  union: [old, {source: new, columns: {NAME_FR: FR}}]
  join: [{source: families, as: fam, on: {FAMILY: NO}, missing: reject}]
id: kind_{_source}_{NO}
merge: {file: decisions.csv}
fields:
  name: = src.NAME
  parent_id: {from: FAMILY, ref: families}
translations:
  fr_FR: {name: '= src.NAME_FR == null ? null : src.NAME_FR + " / " + src["fam.NAME_FR"]'}
`

// translatedLines follows lines of a document that are united, joined, translated, and merged by decision.
func translatedLines(t *testing.T, p Place) {
	w := project(t, p, `sources:
  families: {file: exports/families.csv, delimiter: ";", key: [NO]}
  old: {file: exports/old.csv, delimiter: ";", key: [NO]}
  new: {file: exports/new.csv, delimiter: ";", key: [NO]}
`, map[string]string{"mappings/families.yaml": groupMapping, "mappings/kinds.yaml": kindMapping,
		"exports/families.csv": "NO;NAME;NAME_FR\n1;Tools;Outils\n2;Wood;Bois\n",
		"exports/old.csv":      "NO;FAMILY;NAME;NAME_FR\n1;1;Hammer;Marteau\n2;2;Beam;\n",
		"exports/new.csv":      "NO;FAMILY;NAME;FR\n1;1;Saw;Scie\n7;1;Hamer;Marteau\n",
		"decisions.csv":        "key,keep,decision,table\nnew|7,old|1,merge,new\n"})
	w.activate("fr_FR")
	cut := w.cutover()
	if got := cut.Records["kinds"]; got[run.Created] != 3 || got[run.Updated] != 0 {
		t.Errorf("kinds %v", got)
	}
	w.has("shop.kind_old_1", "res.partner.category", map[string]string{"name": "Hammer", "name@fr_FR": "Marteau / Outils"})
	w.has("shop.kind_new_1", "res.partner.category", map[string]string{"name": "Saw", "name@fr_FR": "Scie / Outils"})
	w.has("shop.kind_old_2", "res.partner.category", map[string]string{"name": "Beam", "name@fr_FR": "Beam"})

	// What changes in the joined table is a change of the lines.
	w.change("exports/families.csv", "Outils", "Outillage")
	del := w.delta()
	w.clean(del, nil)
	if got := del.Records["kinds"]; got[run.Updated] != 2 || got[run.Unchanged] != 1 {
		t.Errorf("delta: %v", got)
	}
	w.has("shop.kind_new_1", "res.partner.category", map[string]string{"name@fr_FR": "Scie / Outillage"})
	w.back(false)
	w.has("shop.kind_new_1", "res.partner.category", map[string]string{"name@fr_FR": "Scie / Outils"})
	w.back(false)
	w.change("exports/families.csv", "Outillage", "Outils")
	if again := w.cutover(); roots(again)["kinds"] != roots(cut)["kinds"] {
		t.Errorf("loaded again the root is %s, and was %s", roots(again)["kinds"], roots(cut)["kinds"])
	}
}

const dealerMapping = `mapping: dealers
model: res.partner
from:
  union: [de, {source: fr, columns: {NO: NUM}}]
  join: [{source: people, as: man, on: {NO: OF}, many: each}]
  where: = src["man.KIND"] != "x"
  reason: left the firm
id: dealer_{_source}_{NO}_{man.NAME}
fields:
  name: man.NAME
  category_id: {from: TAGS, split: ",", find: res.partner.category.name, missing: create, match_case: false}
  lang: {from: LAND, map: {DE: en_US, FR: en_US}}
  country_id: {from: LAND, find: res.country.code}
`

const shopMapping = `mapping: shops
model: res.partner
from: shops
id: shop_{NO}
fields:
  name: NO
  country_id: {from: LAND, find: res.country.code, missing: default, default: {find: res.country.code, key: ZZ}}
`

// composed follows rows of several sources through value maps, and through lookups of records that are created.
func composed(t *testing.T, p Place) {
	w := project(t, p, `sources:
  de: {file: exports/de.csv, delimiter: ";", key: [NO]}
  fr: {file: exports/fr.csv, delimiter: ";", key: [NUM]}
  people: {file: exports/people.csv, delimiter: ";", key: [OF, NAME]}
  shops: {file: exports/shops.csv, delimiter: ";", key: [NO]}
`, map[string]string{"mappings/dealers.yaml": dealerMapping, "mappings/shops.yaml": shopMapping,
		"exports/de.csv":     "NO;TAGS;LAND\n1;Gold,big;DE\n2;GOLD;DE\n3;;XX\n4;;DE\n",
		"exports/fr.csv":     "NUM;TAGS;LAND\n1;gold;FR\n2;;XX\n",
		"exports/people.csv": "OF;KIND;NAME\n1;a;Ada\n1;x;Bob\n2;a;Cid\n3;x;Dan\n3;a;Eve\n4;x;Fay\n",
		"exports/shops.csv":  "NO;LAND\n1;DE\n2;DE\n3;QQ\n"})
	s := w.stage()
	// A row with one person who left and one who did not is used; one of whom all left is left out.
	var used, excluded, listed int64
	for _, r := range s.Rows {
		if r.Mapping == "dealers" {
			used, excluded = used+r.Used, excluded+r.Excluded
		}
	}
	for _, e := range s.Excluded {
		listed += e.Rows
	}
	if used != 3 || excluded != 1 || listed != excluded {
		t.Errorf("%d rows used, %d left out, %d listed: %+v, %+v", used, excluded, listed, s.Rows, s.Excluded)
	}
	// One text that a value map lacks is one, from however many sources it comes.
	for _, v := range s.ValueMaps {
		if v.Field == "lang" && (len(v.Unknown) != 1 || v.Unknown[0].Rows != 2) {
			t.Errorf("the map of %s lacks %+v", v.Field, v.Unknown)
		}
	}
	// A default that the target has not is found before anything is loaded.
	w.finding(s.Findings, "validate.lookup", `the target has no res.country with code "ZZ"`)

	w.change("mappings/shops.yaml", "key: ZZ", "key: AT")
	before := w.count("res.partner.category")
	cut := w.cutover()
	if got := cut.Records["shops"]; got[run.Created] != 3 {
		t.Errorf("shops %v", got)
	}
	if got := w.count("res.partner.category"); got != before+2 {
		t.Errorf("%d categories, %d before", got, before)
	}
	if again := w.delta(); again.Records["dealers"][run.Unchanged] != 3 {
		t.Errorf("a second load finds something to do: %v", again.Records)
	}
	w.change("exports/people.csv", "1;a;Ada", "1;a;Ada B")
	w.change("exports/de.csv", "2;GOLD;", "2;GOLD,new;")
	if del := w.delta(); del.Records["dealers"][run.Updated] != 1 || del.Records["dealers"][run.Created] != 2 {
		t.Errorf("delta: %v", del.Records)
	}
	w.back(false)
	w.back(false)
	if got := w.count("res.partner.category"); got != before {
		t.Errorf("%d categories, %d before", got, before)
	}
}
