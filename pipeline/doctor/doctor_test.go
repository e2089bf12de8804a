package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// server is a target that answers from tables; everything is well with the zero changes of healthy.
type server struct {
	major    int
	protocol string
	members  []int64
	rows     map[string][]map[string]any
	broken   map[string]bool // models that cannot be read
	mayNot   map[string]bool // "model operation"
	taken    int64
	refused  bool
}

func healthy() *server {
	return &server{major: 19, protocol: "json2", members: []int64{1}, taken: wantedBody, mayNot: map[string]bool{}, broken: map[string]bool{},
		rows: map[string][]map[string]any{
			"ir.module.module": {{"name": "base", "state": "installed"}, {"name": "base_vat", "state": "installed"}},
			"ir.model":         {{"model": "res.partner"}, {"model": "account.move"}},
			"res.lang":         {{"code": "en_US"}, {"code": "fr_FR"}},
			"res.users":        {{"tz": false}},
		}}
}

func (s *server) Version() (int, string) {
	return s.major, map[int]string{17: "17.0", 18: "18.0", 19: "19.0"}[s.major]
}
func (s *server) Protocol() string   { return s.protocol }
func (s *server) UID() int64         { return 2 }
func (s *server) Companies() []int64 { return s.members }

var errBroken = errors.New("the account\nmay not")

func (s *server) SearchRead(_ context.Context, model string, domain []any, _ []string, _ int) ([]map[string]any, error) {
	if s.broken[model] {
		return nil, errBroken
	}
	if model == "res.company" && len(domain) == 1 {
		var out []map[string]any
		for _, id := range s.members {
			out = append(out, map[string]any{"id": id, "name": []string{"Main", "Second"}[id-1]})
		}
		return out, nil
	}
	return s.rows[model], nil
}

func (s *server) Count(_ context.Context, model string, _ []any) (int, error) {
	if s.broken[model] {
		return 0, errBroken
	}
	return len(s.rows[model]), nil
}

func (s *server) May(_ context.Context, model, operation string) (bool, error) {
	if s.broken[model] {
		return false, errBroken
	}
	return !s.mayNot[model+" "+operation], nil
}

func (s *server) ProbeBody(context.Context, int64) (int64, bool, error) {
	if s.taken < 0 {
		return 0, false, errBroken
	}
	return s.taken, s.refused, nil
}

var today = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func sound() Input {
	return Input{Uses: []Use{{Model: "res.partner", Mapping: "customers"}, {Model: "account.move", Mapping: "opening"}}, Languages: []string{"fr_FR"}, Timezone: "Europe/Berlin", Now: today,
		Way: Way{URL: "https://odoo.example.com", Key: true, Encrypted: true, TLS: "TLS 1.3", Expires: today.AddDate(1, 0, 0), Clock: true, Server: "nginx", Timeout: 3 * time.Minute}}
}

// TestChecks: each trouble alone, and what is said of it.
func TestChecks(t *testing.T) {
	module := func(name string) func(*server, *Input) {
		return func(s *server, _ *Input) {
			s.rows["ir.module.module"] = append(s.rows["ir.module.module"], map[string]any{"name": name, "state": "installed"})
		}
	}
	for _, x := range []struct {
		name   string
		change func(*server, *Input)
		check  string
		state  string
		says   string
	}{
		{"well", func(*server, *Input) {}, "version", OK, "Odoo 19.0, over json2"},
		{"an old Odoo", func(s *server, _ *Input) { s.major = 17 }, "version", Error, "17.0"},
		{"an older way", func(s *server, _ *Input) { s.protocol = "jsonrpc" }, "version", Note, "jsonrpc"},
		{"Odoo 18", func(s *server, _ *Input) { s.major, s.protocol = 18, "jsonrpc" }, "version", OK, "18.0"},
		{"no encryption", func(_ *server, in *Input) { in.Way.Encrypted = false }, "connection", Warning, "not encrypted"},
		{"on this machine", func(_ *server, in *Input) { in.Way.Encrypted, in.Way.Local = false, true }, "connection", OK, "nginx"},
		{"a certificate", func(*server, *Input) {}, "certificate", OK, "2027-03-01"},
		{"a certificate that ends", func(_ *server, in *Input) { in.Way.Expires = today.AddDate(0, 0, 9) }, "certificate", Warning, "in 9 days"},
		{"clocks", func(_ *server, in *Input) { in.Way.Skew = -90 * time.Second }, "clock", Warning, "-1m30s"},
		{"no clock", func(_ *server, in *Input) { in.Way.Clock = false }, "clock", Unseen, "does not tell"},
		{"modules", func(*server, *Input) {}, "modules", OK, "2 installed; all 2 mapped models"},
		{"an upgrade is open", func(s *server, _ *Input) { s.rows["ir.module.module"][1]["state"] = "to upgrade" }, "modules", Error, "base_vat (to upgrade)"},
		{"a model is not there", func(s *server, _ *Input) { s.rows["ir.model"] = s.rows["ir.model"][:1] }, "modules", Error, "account.move (opening)"},
		{"modules are hidden", func(s *server, _ *Input) { s.broken["ir.module.module"] = true }, "modules", Unseen, "the account may not"},
		{"a language", func(_ *server, in *Input) { in.Languages = []string{"de_DE"} }, "languages", Error, "de_DE"},
		{"languages are hidden", func(s *server, _ *Input) { s.broken["res.lang"] = true }, "languages", Unseen, "may not"},
		{"one company", func(*server, *Input) {}, "companies", OK, "Main"},
		{"several companies, none named", func(s *server, _ *Input) { s.members = []int64{2, 1} }, "companies", Note, "Second, Main; no mapping names a company"},
		{"one company of several", func(_ *server, in *Input) { in.PerCompany = []string{"customers"} }, "companies", Note, "Main only; customers"},
		{"rights", func(*server, *Input) {}, "rights", OK, "all 2 mapped models"},
		{"no right to create", func(s *server, _ *Input) { s.mayNot["account.move create"] = true }, "rights", Error, "account.move (create)"},
		{"no right to delete", func(s *server, _ *Input) { s.mayNot["account.move unlink"] = true }, "rights", Warning, "account.move"},
		{"no external ids", func(s *server, _ *Input) { s.mayNot["ir.model.data write"] = true }, "rights", Error, "ir.model.data (write)"},
		{"no administrator", func(s *server, _ *Input) { s.mayNot["ir.config_parameter write"] = true }, "administrator", Error, "system parameters"},
		{"a password", func(_ *server, in *Input) { in.Way.Key = false }, "API access", Note, "password"},
		{"a key without end", func(*server, *Input) {}, "API access", OK, "none"},
		{"a key that ends", func(s *server, _ *Input) {
			s.rows["res.users.apikeys"] = []map[string]any{{"name": "load", "expiration_date": "2026-03-10 00:00:00"}, {"name": "old", "expiration_date": "2026-02-01 00:00:00"}}
		}, "API access", Warning, `"load" ends on 2026-03-10`},
		{"a key that lasts", func(s *server, _ *Input) {
			s.rows["res.users.apikeys"] = []map[string]any{{"name": "load", "expiration_date": "2026-12-10 00:00:00"}}
		}, "API access", OK, "2026-12-10"},
		{"keys are hidden", func(s *server, _ *Input) { s.broken["res.users.apikeys"] = true }, "API access", Unseen, "may not"},
		{"zones", func(*server, *Input) {}, "time zone", OK, "Europe/Berlin"},
		{"a zone is forgotten", func(s *server, in *Input) {
			in.Timezone, s.rows["res.users"] = "UTC", []map[string]any{{"tz": "Europe/Berlin"}}
		}, "time zone", Warning, "Europe/Berlin"},
		{"size", func(*server, *Input) {}, "database size", Note, "account.move 0, res.partner 0; 0 attachments"},
		{"body", func(*server, *Input) {}, "request size", OK, "4 MiB"},
		{"a small body", func(s *server, _ *Input) { s.taken, s.refused = 1<<20, true }, "request size", Warning, "above 1024 KiB"},
		{"body not probed", func(_ *server, in *Input) { in.Quick = true }, "request size", Unseen, "not probed"},
		{"body breaks", func(s *server, _ *Input) { s.taken = -1 }, "request size", Unseen, "may not"},
		{"workers not probed", func(_ *server, in *Input) { in.Quick = true }, "workers", Unseen, "not probed"},
		{"workers break", func(s *server, _ *Input) { s.broken["res.country"] = true }, "workers", Unseen, "may not"},
		{"time limits", func(*server, *Input) {}, "time limits", Unseen, "after 180 s"},
		{"calls", func(*server, *Input) {}, "calls out", OK, "nothing"},
		{"VIES", func(s *server, _ *Input) { s.rows["res.company"] = []map[string]any{{"name": "Main"}} }, "calls out", Warning, "VIES (company Main)"},
		{"electronic invoices", module("account_edi"), "calls out", Note, "authorities"},
		{"another's module", module("crm_iap_enrich"), "calls out", OK, "nothing"},
		{"automation", func(s *server, in *Input) {
			module("base_automation")(s, in)
			s.rows["base.automation"] = []map[string]any{{"name": "Welcome"}}
		}, "automation", Warning, "Welcome"},
		{"no mail", func(*server, *Input) {}, "mail", OK, "no outgoing"},
		{"mail", func(s *server, _ *Input) { s.rows["ir.mail_server"] = []map[string]any{{}} }, "mail", Note, "1 outgoing"},
	} {
		t.Run(x.name, func(t *testing.T) {
			s, in := healthy(), sound()
			x.change(s, &in)
			checks, err := Run(context.Background(), s, in)
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(checks, func(c Check) bool { return c.Name == x.check })
			if at < 0 {
				t.Fatalf("no check %q in %+v", x.check, checks)
			}
			c := checks[at]
			if c.State != x.state || !strings.Contains(c.Text, x.says) || strings.Contains(c.Text, "\n") {
				t.Errorf("%+v, want %s saying %q", c, x.state, x.says)
			}
			if Failed(checks) != (x.state == Error) {
				t.Errorf("failed: %v", Failed(checks))
			}
			for _, c := range checks {
				if (c.Remedy == "") != (c.State == OK) {
					t.Errorf("%+v: a remedy belongs to what is not well, and only to that", c)
				}
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, healthy(), sound()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

type settings map[string]string

func (s settings) Settings(context.Context) (map[string]string, error) {
	if s == nil {
		return nil, errBroken
	}
	return s, nil
}

func TestStaging(t *testing.T) {
	with := func(pairs ...string) settings {
		s := settings{"server_version": "16.2", "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "transaction_read_only": "off", "in_recovery": "false",
			"shared_buffers": "16384", "max_connections": "100", "connections": "5", "temp_file_limit": "-1", "database_bytes": "3221225472"}
		for i := 0; i < len(pairs); i += 2 {
			s[pairs[i]] = pairs[i+1]
		}
		return s
	}
	for _, x := range []struct {
		set         settings
		check       string
		state, says string
	}{
		{with(), "staging", OK, "PostgreSQL 16.2, a server of your own; the database has 3.0 GB"},
		{with("fsync", "off"), "staging durability", Error, "fsync is off"},
		{with("synchronous_commit", "off"), "staging durability", Error, "lost with the machine"},
		{with("in_recovery", "true"), "staging", Error, "standby"},
		{with("shared_buffers", "1024"), "staging memory", Note, "8 MB"},
		{with("connections", "90"), "staging connections", Warning, "10 of 100"},
		{with("temp_file_limit", "1048576"), "staging room", Note, "1048576 kB"},
		{nil, "staging", Unseen, "may not"},
	} {
		checks := LookAtStaging(context.Background(), x.set, false)
		if !slices.ContainsFunc(checks, func(c Check) bool { return c.Name == x.check && c.State == x.state && strings.Contains(c.Text, x.says) }) {
			t.Errorf("%+v, want %s %s saying %q", checks, x.check, x.state, x.says)
		}
		if x.state == OK && len(checks) != 1 {
			t.Errorf("a sound server is told %+v", checks)
		}
	}
}
