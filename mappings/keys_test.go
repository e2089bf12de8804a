package mappings

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/grammar"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/grammar/grammartest"
)

// beyond are mistakes in the form of a file that a JSON Schema cannot see: they hang on other keys, on the letters of a
// text, on how the YAML was written, or make something else of it: a map that is no value map in files is a plain table.
var beyond = map[string]string{
	"yaml.second_document": "yaml", "yaml.anchor": "yaml", "yaml.tag": "yaml", "yaml.merge_key": "yaml",
	"mapping.where_without_reason": "other keys", "match.field_name": "text", "after_load.condition": "text", "after_load.condition_type": "text",
	"id.columns_run_together": "text", "field.several_columns": "other keys", "field.without": "other keys", "field.beside_constant": "other keys",
	"field.find_and_ref": "other keys", "field.as_and_key": "other keys", "field.point_is_group": "other keys", "field.layout_letters": "text",
	"field.layout_quote": "text", "field.layout_lacks": "text", "field.layout_twice": "text", "field.split_columns": "other keys",
	"map.key_unknown": "a plain table", "map.one_column": "a plain table", "map.file_ending": "a plain table", "map.file_key_without_file": "a plain table",
	"find.language_without": "other keys", "missing.default_without": "other keys", "missing.default_of_nothing": "other keys", "missing.create_what": "other keys",
	"missing.create_by_several": "other keys", "missing.create_in_language": "other keys", "missing.create_by_path": "text", "missing.create_by_id": "text",
	"constant.no_key": "other keys", "field.from_empty": "other keys", "expression.empty": "text",
	"check_sql.both": "other keys", "check_sql.group": "other keys", "check_sql.empty": "text", "check_sql.neither": "other keys",
	"lines.none":                 "the length of a list",
	"translations.base_language": "text", "translations.without_base": "other keys", "file.outside": "text", "file.absolute": "text", "file.backslash": "text",
	"file.folder": "text", "file.braces": "text", "file.beside": "other keys",
}

// TestSchemaAgreesWithParser: what the parser takes an editor takes too, and what it refuses the editor marks, except
// where a schema cannot see it.
func TestSchemaAgreesWithParser(t *testing.T) {
	validate := grammartest.Compile(t, JSONSchema())
	for _, c := range messageCases {
		for _, text := range c.files {
			_, problems := Parse("a.yaml", []byte(text))
			err := validate([]byte(text))
			switch {
			case len(problems) == 0 && err != nil:
				t.Errorf("%s: the parser takes what the schema refuses:\n%s\n%v", c.id, text, err)
			case len(problems) > 0 && err == nil && beyond[c.id] == "":
				t.Errorf("%s: the parser refuses what the schema takes:\n%s\n%s", c.id, text, show(problems))
			case err != nil && beyond[c.id] != "":
				t.Errorf("%s: a schema does see it", c.id)
			}
		}
	}
	ten, err := os.ReadFile("testdata/ten_mistakes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	err = validate(ten)
	if err == nil {
		t.Fatal("ten mistakes pass")
	}
	for _, want := range []string{"form", "/fields/credit/as", "/fields/is_company/do", "delets", "MANDT"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the schema does not see %s:\n%v", want, err)
		}
	}
}

// TestKeysAreDocumented: every key of the tables is explained, to editors and in docs/MAPPINGS.md.
func TestKeysAreDocumented(t *testing.T) {
	data, err := os.ReadFile("../docs/MAPPINGS.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| (`[^|]*`) \\|")
	documented := map[string]bool{}
	for _, m := range row.FindAllStringSubmatch(string(data), -1) {
		for _, name := range strings.Split(m[1], ",") {
			documented[strings.Trim(name, " `")] = true
		}
	}
	for _, keys := range []grammar.Keys{mappingKeys, fieldKeys} {
		for _, key := range keys {
			if key.Doc == "" || !documented[key.Name] {
				t.Errorf("%s: %q, in docs/MAPPINGS.md: %v", key.Name, key.Doc, documented[key.Name])
			}
		}
	}
}
