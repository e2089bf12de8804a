package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// script creates records inside the server, in one process and without any wire; it runs in `odoo shell`.
const script = `
import json, time
todo = json.loads(%s)
context = dict(tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True, mail_notrack=True, no_reset_password=True)
model = env[%q].with_user(env.ref('base.user_admin')).with_context(**context)
begun = time.monotonic()
for i in range(0, len(todo), %d):
    model.create(todo[i:i + %d])
    env.cr.commit()
print('benchodoo seconds', time.monotonic() - begun)
`

// createInside measures a create loop inside the server.
func createInside(ctx context.Context, s *server, k kind, recs []rec, batch int) (time.Duration, error) {
	ids, err := idsByKey(ctx, s, k)
	if err != nil {
		return 0, err
	}
	all := make([]map[string]any, len(recs))
	for i, r := range recs {
		all[i] = values(k, r, ids, s.major)
	}
	data, err := json.Marshal(all)
	if err != nil {
		return 0, err
	}
	literal, err := json.Marshal(string(data)) // JSON's string is Python's, too
	if err != nil {
		return 0, err
	}
	out, err := s.inside(ctx, fmt.Sprintf(script, literal, k.model, batch, batch))
	if err != nil {
		return 0, err
	}
	_, after, ok := strings.Cut(out, "benchodoo seconds ")
	if !ok {
		return 0, fmt.Errorf("the script inside the server printed no time: %s", tail(out))
	}
	line, _, _ := strings.Cut(after, "\n")
	seconds, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
	return time.Duration(seconds * float64(time.Second)), err
}

func float(s string) float64 {
	f, _ := strconv.ParseFloat(s, 64) // generated, so it is one
	return f
}
