package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// own are the models the program itself needs, and what it does with them.
var own = []struct{ model, operations string }{
	{"ir.model.data", "read write create unlink"},
	{"ir.config_parameter", "read write create"},
	{"ir.module.module", "read"},
	{"res.company", "read"},
	{"res.currency", "read"},
}

func (d *doctor) rights(ctx context.Context) ([]Check, error) {
	var lacking, noUndo []string
	ask := func(model string, operations ...string) error {
		var not []string
		for _, op := range operations {
			may, err := d.t.May(ctx, model, op)
			if err != nil {
				return err
			}
			if !may {
				not = append(not, op)
			}
		}
		switch {
		case len(not) == 1 && not[0] == "unlink":
			noUndo = append(noUndo, model)
		case len(not) > 0:
			lacking = append(lacking, model+" ("+strings.Join(not, ", ")+")")
		}
		return nil
	}
	for _, m := range d.models() {
		switch err := ask(m, "read", "create", "write", "unlink"); {
		case schema.ClassOf(err) == schema.FaultMissingModel: // told as a matter of modules
		case err != nil:
			return unseen("rights", err, "Look at the account's groups in Odoo: Settings, Users."), nil
		}
	}
	for _, o := range own {
		if err := ask(o.model, strings.Fields(o.operations)...); err != nil {
			return unseen("rights", err, "Look at the account's groups in Odoo: Settings, Users."), nil
		}
	}
	switch {
	case len(lacking) > 0:
		return one("rights", Error, "Give the account groups that may, or use an administrator: Settings, Users.", "the account may not: %s", list(lacking, 6)), nil
	case len(noUndo) > 0:
		return one("rights", Warning, "Give the account the right to delete, or a rollback cannot take these away.", "the account may not delete: %s", list(noUndo, 6)), nil
	}
	return one("rights", OK, "", "the account may read, create, write and delete all %d mapped models", len(d.models())), nil
}

// administrator: the mark that ties a ledger to a database is a system parameter.
func (d *doctor) administrator(ctx context.Context) ([]Check, error) {
	may, err := d.t.May(ctx, "ir.config_parameter", "write")
	if err != nil {
		return unseen("administrator", err, "Look at the account's groups in Odoo: Settings, Users."), nil
	}
	if !may {
		return one("administrator", Error, "Give the account the group Administration: Settings. It writes the parameter migrate.epoch.<project>, which ties the ledger to this database.",
			"the account may not write system parameters"), nil
	}
	return one("administrator", OK, "", "the account may write system parameters"), nil
}

// soon is how many days before its end a key or certificate is warned of: longer than a project's last weeks.
const soon = 30 * 24 * time.Hour

// access looks at the account's keys. Which of them is in use cannot be told, so the first to end counts.
func (d *doctor) access(ctx context.Context) ([]Check, error) {
	if !d.in.Way.Key {
		return one("API access", Note, "An API key (Preferences, Account Security) can be taken away alone, works with two-factor login, and opens JSON-2 on Odoo 19: give it as api_key:.",
			"logged in by password, or by a key in the password's place"), nil
	}
	rows, err := d.t.SearchRead(ctx, "res.users.apikeys", []any{[]any{"user_id", "=", d.t.UID()}}, []string{"name", "expiration_date"}, 0)
	if err != nil {
		return unseen("API access", err, "Look at the key's end in Odoo: Preferences, Account Security."), nil
	}
	var first time.Time
	var name string
	for _, r := range rows {
		end, err := time.Parse("2006-01-02 15:04:05", text(r["expiration_date"]))
		if err == nil && end.After(d.in.Now) && (first.IsZero() || end.Before(first)) {
			first, name = end, text(r["name"])
		}
	}
	if first.IsZero() {
		return one("API access", OK, "", "an API key; none of the account's %d keys ends", len(rows)), nil
	}
	what := fmt.Sprintf("an API key; the account's key %q ends on %s", name, first.Format(time.DateOnly))
	if first.Sub(d.in.Now) < soon {
		return one("API access", Warning, "Make a new key that lasts beyond the go-live and the weeks after it.", "%s", what), nil
	}
	return one("API access", OK, "", "%s", what), nil
}

func (d *doctor) zone(ctx context.Context) ([]Check, error) {
	rows, err := d.t.SearchRead(ctx, "res.users", []any{[]any{"id", "=", d.t.UID()}}, []string{"tz"}, 1)
	if err != nil || len(rows) == 0 {
		return one("time zone", Unseen, "Look at the account's time zone in Odoo: Preferences.", "the account's own time zone could not be read"), nil //nolint:nilerr // told as a check that was not seen
	}
	theirs, ours := text(rows[0]["tz"]), d.in.Timezone
	if theirs == "" {
		theirs = "none"
	}
	if ours == "UTC" && !slices.Contains([]string{"none", "UTC"}, theirs) {
		return one("time zone", Warning, "Where the legacy system wrote local times, set timezone: in migrate.yaml, or they shift by hours.",
			"sources are read as UTC, while the account's clock is %s", theirs), nil
	}
	return one("time zone", OK, "", "sources are read as %s, sent as UTC; the account's own is %s", ours, theirs), nil
}
