package odoo

import (
	"encoding/json"
	"testing"

	"github.com/kolo/xmlrpc"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func TestClassify(t *testing.T) {
	trace := func(file, fn, last string) string {
		return "Traceback (most recent call last):\n  File \"/odoo/http.py\", line 1, in dispatch\n    x\n  File \"" + file + "\", line 2, in " + fn + "\n    raise\n" + last + "\n"
	}
	for _, x := range []struct {
		name, debug string
		want        schema.FaultClass
	}{
		{"odoo.exceptions.UserError", trace("/odoo/addons/x.py", "post", "odoo.exceptions.UserError: no"), schema.FaultUser},
		{"odoo.exceptions.UserError", trace("/odoo/service/model.py", "execute_cr", "odoo.exceptions.UserError: Object x doesn't exist"), schema.FaultMissingModel},
		{"odoo.exceptions.ValidationError", trace("/odoo/service/model.py", "retrying", "odoo.exceptions.ValidationError: no"), schema.FaultValidation},
		{"odoo.exceptions.AccessError", trace("/odoo/models.py", "check", "x"), schema.FaultAccess},
		{"odoo.exceptions.AccessError", trace("/odoo/service/model.py", "get_public_method", "x"), schema.FaultMissingMethod},
		{"builtins.AttributeError", trace("/odoo/service/model.py", "get_public_method", "x"), schema.FaultMissingMethod},
		{"builtins.AttributeError", trace("/odoo/addons/sale.py", "compute", "x"), schema.FaultServer},
		{"odoo.exceptions.AccessDenied", "", schema.FaultAuthentication},
		{"odoo.exceptions.MissingError", "", schema.FaultMissingRecord},
		{"psycopg2.errors.SerializationFailure", "", schema.FaultConcurrency},
		{"psycopg2.errors.DeadlockDetected", "", schema.FaultConcurrency},
		{"psycopg2.OperationalError", trace("/psycopg2/__init__.py", "connect", "x"), schema.FaultUnavailable},
		{"builtins.ValueError", trace("/odoo/models.py", "create", "x"), schema.FaultServer},
		{"", "", schema.FaultServer},
	} {
		if got := classify(x.name, x.debug); got != x.want {
			t.Errorf("%s in %v: %s, want %s", x.name, lastFrame(x.debug), got, x.want)
		}
	}
}

func TestLastException(t *testing.T) {
	for _, x := range []struct{ debug, name, text string }{
		{"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nValueError: bad\n", "builtins.ValueError", "bad"},
		{"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\n    ^^^\nodoo.exceptions.ValidationError: two\nlines: here\n", "odoo.exceptions.ValidationError", "two\nlines: here"},
		{"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\npsycopg2.errors.UniqueViolation: x\n\nThe above exception was the direct cause of the following exception:\n\n" +
			"Traceback (most recent call last):\n  File \"b.py\", line 1, in g\n    h()\nKeyError\n", "builtins.KeyError", ""},
		{"no traceback", "", "no traceback"},
	} {
		name, text := lastException(x.debug)
		if name != x.name || text != x.text {
			t.Errorf("%q: %q %q, want %q %q", x.debug, name, text, x.name, x.text)
		}
	}
}

func TestNormalise(t *testing.T) {
	for _, x := range []struct {
		in   any
		want string
	}{
		{json.Number("12"), `12`}, {json.Number("12.0"), `12`}, {json.Number("12.50"), `12.5`}, {json.Number("1e-05"), `0.00001`},
		{json.Number("1E3"), `1000`}, {json.Number("0.1"), `0.1`}, {json.Number("9007199254740993"), `9007199254740993`},
		{int64(7), `7`}, {100.0, `100`}, {2.5, `2.5`}, {nil, `null`}, {false, `false`}, {emptyText, `""`},
		{[]any{1.0, map[string]any{"a": json.Number("2.0")}}, `[1,{"a":2}]`},
	} {
		got, err := json.Marshal(normalise(x.in))
		if err != nil || string(got) != x.want {
			t.Errorf("%#v: %s %v, want %s", x.in, got, err, x.want)
		}
	}
}

func TestXMLValues(t *testing.T) {
	for _, x := range []struct {
		in   any
		want string // the value as the codec writes it; "" is refused
	}{
		{nil, "<value><boolean>0</boolean></value>"},
		{"a<b&c", "<value><string>a&lt;b&amp;c</string></value>"},
		{json.Number("12"), "<value><int>12</int></value>"},
		{json.Number("1.5"), "<value><double>1.5</double></value>"},
		{[]int64{1, 2}, "<value><array><data><value><int>1</int></value><value><int>2</int></value></data></array></value>"},
		{[][]string{{"x"}}, "<value><array><data><value><array><data><value><string>x</string></value></data></array></value></data></array></value>"},
		{map[string]any{"a&b": nil}, "<value><struct><member><name>a&amp;b</name><value><boolean>0</boolean></value></member></struct></value>"},
		{[]map[string]any{{"a": true}}, "<value><array><data><value><struct><member><name>a</name><value><boolean>1</boolean></value></member></struct></value></data></array></value>"},
		{"bell\a", ""}, {"\xff", ""}, {[]byte("x"), ""}, {map[string]any{"k\x01": 1}, ""}, {emptyText, ""}, {make(chan int), ""},
	} {
		v, err := xmlValue(x.in)
		if x.want == "" {
			if err == nil {
				t.Errorf("%#v is not refused", x.in)
			}
			continue
		}
		if err != nil {
			t.Errorf("%#v: %v", x.in, err)
			continue
		}
		body, err := xmlrpc.EncodeMethodCall("m", v)
		want := `<?xml version="1.0" encoding="UTF-8"?><methodCall><methodName>m</methodName><params><param>` + x.want + `</param></params></methodCall>`
		if err != nil || string(body) != want {
			t.Errorf("%#v: %v\n%s, want\n%s", x.in, err, body, want)
		}
	}
}

func TestRecipes(t *testing.T) {
	for i, r := range recipes {
		if i > 0 && recipes[i-1].Model >= r.Model {
			t.Errorf("%s stands behind %s: RecipeFor searches a sorted table", r.Model, recipes[i-1].Model)
		}
		if r.Undo == "" || r.Notes == "" || (r.Confirm != "" && r.Confirmed == "") {
			t.Errorf("the recipe of %s is incomplete: %+v", r.Model, r)
		}
		if got := RecipeFor(r.Model); got.Model != r.Model {
			t.Errorf("RecipeFor(%s) is %s", r.Model, got.Model)
		}
	}
	if got := RecipeFor("x.unknown"); got.Undo != Erase {
		t.Errorf("a model without a recipe: %+v", got)
	}
}
