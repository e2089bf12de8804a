package conformance

import (
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

var faults = []behaviour{
	{"a model that is not there", missingModel},
	{"a method that is not there", missingMethod},
	{"fields that are not there", unknownField},
	{"values that do not fit", badValues},
	{"a wrong password", wrongPassword},
	{"an unknown database", unknownDatabase},
	{"nothing listens", nothingListens},
	{"a failing call leaves nothing behind", atomicCalls},
	{"an account that may not", accessRights},
}

func missingModel(s *suite) {
	_, err := s.c.Read(s.ctx, "no.such.model", []int64{1}, []string{"name"})
	s.fails("read", err, schema.FaultMissingModel)
	_, err = s.c.Create(s.ctx, "no.such.model", []map[string]any{{"name": "x"}})
	s.fails("create", err, schema.FaultMissingModel)
	snap, err := s.c.Snapshot(s.ctx, []string{"no.such.model", "res.country"})
	if err != nil || len(snap.Models) != 1 || snap.Models[0].Name != "res.country" {
		s.Errorf("snapshot: %v, want res.country alone", err)
	}
}

func missingMethod(s *suite) {
	_, err := s.c.Method(s.ctx, "res.partner", "no_such_method", []int64{1}, nil)
	s.fails("method", err, schema.FaultMissingMethod)
	_, err = s.c.Method(s.ctx, "res.partner", "_compute_display_name", []int64{1}, nil)
	s.fails("private method", err, schema.FaultMissingMethod)
}

func unknownField(s *suite) {
	_, err := s.c.Read(s.ctx, "res.partner", []int64{1}, []string{"name", "nosuchfield"})
	f := s.fails("read", err, schema.FaultServer)
	if !strings.Contains(f.Message, "nosuchfield") {
		s.Errorf("message %q does not name the field", f.Message)
	}
	_, err = s.c.Create(s.ctx, "res.partner", []map[string]any{{"name": "x", "nosuchfield": 1}})
	s.fails("create", err, schema.FaultServer)
	s.fails("write", s.c.Write(s.ctx, "res.partner", []int64{1}, map[string]any{"nosuchfield": 1}), schema.FaultServer)
}

func badValues(s *suite) {
	_, err := s.c.Create(s.ctx, "res.partner", []map[string]any{{"name": "x", "type": "nonsense"}})
	f := s.fails("selection", err, schema.FaultServer)
	if !strings.Contains(f.Message, "nonsense") {
		s.Errorf("message %q does not name the value", f.Message)
	}
	_, err = s.c.Create(s.ctx, "res.partner.category", []map[string]any{{"color": 1}})
	s.fails("required", err, schema.FaultValidation)
	_, err = s.c.Create(s.ctx, "res.partner", []map[string]any{{"email": "a@example.com"}})
	s.fails("constraint", err, schema.FaultValidation)
	_, err = s.c.Create(s.ctx, "res.partner", []map[string]any{{"name": "x", "country_id": 999999999}})
	s.fails("link", err, schema.FaultValidation)
	_, err = s.c.Create(s.ctx, "sale.order", []map[string]any{{"partner_id": 1, "date_order": "05.03.2024"}})
	s.fails("date", err, schema.FaultServer)
	id := s.create("res.partner.category", map[string]any{"name": "x"})
	s.fails("required, written", s.c.Write(s.ctx, "res.partner.category", []int64{id}, map[string]any{"name": false}), schema.FaultValidation)
}

func wrongPassword(s *suite) {
	config := s.as(s.config.User, "wrong")
	_, err := odoo.Dial(s.ctx, config)
	f := s.fails("dial", err, schema.FaultAuthentication)
	if strings.Contains(err.Error(), "wrong\"") || !strings.Contains(f.Message, config.User) {
		s.Errorf("message %q should name the user and not the password", err)
	}
}

func unknownDatabase(s *suite) {
	config := s.config
	config.Database = "no_such_database"
	_, err := odoo.Dial(s.ctx, config)
	f := s.fails("dial", err, schema.FaultDatabase)
	if !strings.Contains(f.Message, "no_such_database") {
		s.Errorf("message %q does not name the database", f.Message)
	}
}

func nothingListens(s *suite) {
	config := s.config
	config.URL, config.Timeout = "http://127.0.0.1:1", 2*time.Second
	_, err := odoo.Dial(s.ctx, config)
	s.fails("dial", err, schema.FaultNotSent)
}

func atomicCalls(s *suite) {
	_, err := s.c.Create(s.ctx, "res.partner", []map[string]any{{"name": s.module}, {"name": s.module, "type": "nonsense"}})
	s.fails("create", err, schema.FaultServer)
	if n := s.count("res.partner", leaf("name", "=", s.module)); n != 0 {
		s.Errorf("%d records of a failed call are there", n)
	}
}

func accessRights(s *suite) {
	groups := s.field("res.users", "group_ids", "groups_id")
	s.create("res.users", map[string]any{"name": s.module, "login": s.module, "password": "secret-" + s.module,
		groups: []any{[]any{6, 0, []int64{s.ref("base.group_user")}}}})
	config := s.as(s.module, "secret-"+s.module)
	c, err := odoo.Dial(s.ctx, config)
	if err != nil {
		s.Fatal(err)
	}
	if rows, err := c.Read(s.ctx, "res.country", []int64{s.ref("base.fr")}, []string{"code"}); err != nil || rows[0]["code"] != "FR" {
		s.Errorf("read: %v %v", rows, err)
	}
	_, err = c.Create(s.ctx, "res.partner", []map[string]any{{"name": "x"}})
	s.fails("create", err, schema.FaultAccess)
	_, err = c.Load(s.ctx, "res.country", []string{"id", "name"}, [][]string{{"base.fr", "Francia"}})
	if err == nil {
		s.has("res.country", s.ref("base.fr"), map[string]any{"name": "France"})
	} else {
		s.fails("load", err, schema.FaultAccess)
	}
	s.fails("unlink", c.Unlink(s.ctx, "res.country", []int64{s.ref("base.fr")}), schema.FaultAccess)
	_, err = c.Identity(s.ctx)
	s.fails("identity", err, schema.FaultAccess)
}

// as is how a user with this password logs in: over JSON-2 by a key of his, or by none that exists.
func (s *suite) as(login, password string) odoo.Config {
	config := s.config
	config.User, config.Password, config.APIKey = login, password, ""
	if config.Protocol == odoo.JSON2 {
		config.APIKey = password
		if login != s.config.User {
			config.APIKey = s.keyOf(s.T, login, password)
		}
	}
	return config
}
