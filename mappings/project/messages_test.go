package project

import (
	"os"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/messagetest"
)

// TestEveryMessageHasAGolden: testdata/mistakes.golden shows most of what can be wrong in a migrate.yaml; these are the
// mistakes that exclude others.
func TestEveryMessageHasAGolden(t *testing.T) {
	data, err := os.ReadFile("testdata/mistakes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files := []struct{ text, want string }{
		{string(data), ""}, // held against the golden file by TestMistakes
		{"project: " + strings.Repeat("p", 60), "m.yaml:1:10: project is longer than 50 characters"},
		{"module: a.b", `m.yaml:1:9: module must be small letters, digits and _, beginning with a letter, not "a.b"`},
		{"targets: {my server: {url: 'https://o.example', database: o, user: u, password: {env: P}}}", `m.yaml:1:11: a target's name must be letters, digits and _, not "my server"`},
		{"targets: {a: {url: 'https://o.example', database: o, user: u, password: {env: 1P}}}", `"1P" is not the name of an environment variable; such as ODOO_PASSWORD`},
		{"targets: {a: {url: 'https://o.example', database: o, user: u}}", "m.yaml:1:11: target a needs either password or api_key"},
		{"targets: {a: {url: 'https://o.example', database: o, user: u, password: {env: P}, protocol: json2}}", "the protocol json2 takes API keys only; write api_key: in place of password:"},
		{"targets: {a: {url: 'https://o.example', database: o, user: u, api_key: {keyring: o}, timeout: 0}}", "timeout must be 1 second or more"},
		{"targets: {a: {url: 'https://o.example', database: o, user: u, api_key: {keyring: o}, body_limit: 100}}", "body_limit must be 16384 bytes or more"},
		{"targets: {a: {url: 'https://o.example', database: o, user: u, api_key: {keyring: o}, proxy: squid}}", `"squid" is not the address of a proxy; such as http://proxy.example.com:3128, or none`},
		{"targets: {a: {url: 'https://o.example', database: o, user: u, api_key: {keyring: o}, proxy: 'http://u:hunter22@squid:3128'}}", "the proxy's address holds a user name or a password; set HTTPS_PROXY"},
		{"targets: {a: {url: 'https://o.example', database: o, user: u, api_key: {keyring: o}, tls: {cert: c.pem}}}", "tls needs both cert and key, or neither"},
		{"cutover: {window: {from: 2026-02-07 18:00, until: 2026-02-07 06:00}}", "m.yaml:1:44: the window ends before it begins"},
		{"cutover: {pause: [cron, printers]}", `m.yaml:1:11: "printers" cannot be paused`},
		{"cutover: {pause: [mail]}", "m.yaml:1:11: pausing mail alone stops none of it: the queue of mails is a scheduled action"},
		{"cutover: {keep_running: [base.autovacuum_job]}", "m.yaml:1:11: keep_running names scheduled actions, and none are paused"},
		{"cutover: {frozen: {by: B, at: friday}}", "m.yaml:1:31: at must be a date, or a date and a time"},
		{"targets: {a: {url: 'https://o.example', database: o, user: u, api_key: {keyring: o}, role: prod}}", "role must be production or rehearsal"},
		{"targets: {a: {url: 'https://o.example', database: o, user: u, api_key: {keyring: o}, backup: {attested: A, at: 2026-02-06, restore_minutes: 0}}}", "restore_minutes must be 1 at least"},
		{"controls: {name: a}", "m.yaml:1:11: controls must be a list"},
		{"controls: [{name: a, kind: computed, scale: 21, source: s, expected: 1}]", "scale must be 0 to 20 digits"},
		{"sources: {my file: {file: a.csv}}", `m.yaml:1:11: a source's name must be letters, digits and _, not "my file"`},
		{"maps: {my map: {file: a.csv}}", `m.yaml:1:8: a value map's name must be letters, digits and _, not "my map"`},
		{"staging: {keep: {snapshots: 0}}", "m.yaml:1:29: snapshots must be at least 1; the newest always stays"},
		{"staging: {keep: {runs: few}}", "runs must be a whole number"},
		{"thresholds: {reject: {unknown: 1}}", `"unknown" is not the name of a rule`},
		{"sources: {a: {file: a.csv, point: '.', group: '.'}}", "point and group are the same"},
		{"sources: {a: {file: a.csv, dates: [dd.MM.jjjj]}}", `m.yaml:1:35: "jjjj" in the layout "dd.MM.jjjj" means nothing`},
		{"thresholds: {findings: {validate.phone: -1}}", "the most rows that validate.phone may be about must be a whole number"},
		{"owners: {owner: a}", "m.yaml:1:9: owners must be a list"},
		{"owners: [{owner: a, rule: 1x}]", `m.yaml:1:27: "1x" is not the name of a rule; such as map.value_unknown, or validate.*`},
		{"sources: {a: {file: a.csv}}\naccepted: [{source: a, reason: r, by: p}]", `m.yaml:2:12: a line of accepted names a row by source and row, or a record`},
		{"sources: {a: {file: a.csv}}\naccepted: [{source: a, row: 1, record: x, reason: r, by: p}]", `m.yaml:2:40: a line of accepted is about a row or about a record, not both`},
		{"sources: {a: {file: a.csv}}\naccepted: [{source: b, row: 1, reason: r, by: p}]", `m.yaml:2:21: there is no source "b"`},
		{`sources: {a: {file: a.csv, amount: {column: c, point: ",", group: ","}}}`, "point and group of an amount cannot be the same"},
		{"sources: {}", "m.yaml:1:10: there is no source"},
		{`sources: {a: {file: a.csv, delimiter: "||", escape: "|"}}`, "escape is part of the delimiter"},
		{`sources: {a: {file: a.csv, delimiter: "|", record_end: "|"}}`, "record_end is the delimiter"},
	}
	var messages []string
	for i, f := range files {
		_, problems := Parse("m.yaml", []byte(f.text))
		all := ""
		for _, p := range problems {
			messages = append(messages, p.Message)
			all += p.String() + "\n"
		}
		if i > 0 && !strings.Contains(all, f.want) {
			t.Errorf("%s:\n%s\nwant %s", f.text, all, f.want)
		}
	}
	messagetest.Check(t, messagetest.Formats(t, "parse*.go", "custody.go", "scope.go", "owners.go"), messages, nil)
}
