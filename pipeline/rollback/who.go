package rollback

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// sayWho adds to what people changed who wrote the record last, and when, as Odoo says it. Somebody else may have changed
// something else later: Odoo keeps the last writing of a record only.
func (r *Roller) sayWho(ctx context.Context, list []Blocker) error {
	byModel := map[string][]int{}
	for i, b := range list {
		if b.Kind == Touched {
			byModel[b.Model] = append(byModel[b.Model], i)
		}
	}
	users := map[int64][]int{}
	for _, model := range slices.Sorted(maps.Keys(byModel)) {
		for part := range slices.Chunk(byModel[model], chunk) {
			ids := make([]int64, len(part))
			for i, at := range part {
				ids[i] = list[at].DBID
			}
			rows, err := r.Target.SearchRead(ctx, model, []any{[]any{"id", "in", ids}}, []string{"write_uid", "write_date"}, 0)
			if err != nil {
				return err
			}
			byID := map[int64]map[string]any{}
			for _, row := range rows {
				byID[schema.ID(row["id"])] = row
			}
			for _, at := range part {
				row := byID[list[at].DBID]
				list[at].When, _ = row["write_date"].(string)
				if uid := schema.ID(row["write_uid"]); uid != 0 {
					users[uid] = append(users[uid], at)
				}
			}
		}
	}
	return r.nameUsers(ctx, users, list)
}

// nameUsers names the users by their logins; one that may not be read stays a number.
func (r *Roller) nameUsers(ctx context.Context, users map[int64][]int, list []Blocker) error {
	if len(users) == 0 {
		return nil
	}
	uids := slices.Sorted(maps.Keys(users))
	rows, err := r.Target.SearchRead(ctx, "res.users", []any{[]any{"id", "in", uids}}, []string{"login"}, 0)
	if err != nil && !refused(err) && schema.ClassOf(err) != schema.FaultAccess {
		return err
	}
	logins := map[int64]string{}
	for _, row := range rows {
		logins[schema.ID(row["id"])], _ = row["login"].(string)
	}
	for uid, places := range users {
		who := logins[uid]
		if who == "" {
			who = fmt.Sprintf("user %d", uid)
		}
		for _, at := range places {
			list[at].Who = who
		}
	}
	return nil
}
