package odoo

import (
	"context"
	"encoding/csv"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// importModel is the transient model behind Odoo's own import dialogue (module base_import).
const importModel = "base_import.import"

// Trial has Odoo validate rows as load does and roll everything back. It works on one transient record, which Odoo lets
// nobody delete: Close empties it, and Odoo's own vacuum, which runs in neutralised databases too, removes it. A Trial is for
// one goroutine.
type Trial struct {
	c   *Client
	ids []int64 // of the transient record, once there is one
}

// NewTrial calls nothing yet. The module base_import has to be installed.
func (c *Client) NewTrial() *Trial { return &Trial{c: c} }

// trialOptions tell base_import how to read the rows; nothing is left for it to guess. Without headers it remembers no
// columns, which it would do outside of what it rolls back.
func trialOptions() map[string]any {
	return map[string]any{
		"has_headers": false, "encoding": "utf-8", "separator": ",", "quoting": `"`, "float_thousand_separator": ",", "float_decimal_separator": ".",
		"date_format": "%Y-%m-%d", "datetime_format": "%Y-%m-%d %H:%M:%S",
	}
}

// LoadIn sends rows as the client's LoadIn does, by way of execute_import with dryrun. The answer is that of load, and no
// record is left. What PostgreSQL does not roll back stays used: ids, and numbers of sequences that allow gaps. A call whose
// outcome is unknown may be repeated.
func (t *Trial) LoadIn(ctx context.Context, model string, columns []string, rows [][]string, more map[string]any) (LoadResult, error) {
	if len(rows) == 0 {
		return LoadResult{}, nil
	}
	file, err := csvText(rows)
	if err != nil {
		return LoadResult{}, err
	}
	vals := map[string]any{"res_model": model, "file": file, "file_name": "rows.csv", "file_type": "text/csv"}
	if t.ids == nil {
		t.ids, err = t.c.Create(ctx, importModel, []map[string]any{vals})
	} else {
		err = t.c.Write(ctx, importModel, t.ids, vals)
	}
	if err != nil {
		return LoadResult{}, err
	}
	kw := map[string]any{"fields": columns, "columns": columns, "options": trialOptions(), "dryrun": true}
	if len(more) > 0 {
		kw["context"] = more
	}
	v, err := t.c.Method(ctx, importModel, "execute_import", t.ids, kw)
	if err != nil {
		return LoadResult{}, err
	}
	return t.c.loadAnswer(importModel, "execute_import", v)
}

// closing is how long emptying the transient record may take, also where the run is cancelled.
const closing = 30 * time.Second

// Close empties the transient record.
func (t *Trial) Close(ctx context.Context) error {
	if t.ids == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	return t.c.Write(ctx, importModel, t.ids, map[string]any{"res_model": false, "file": false, "file_name": false, "file_type": false})
}

func csvText(rows [][]string) (string, error) {
	var b strings.Builder
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return "", &Fault{Class: schema.FaultNotSent, Message: "write the rows as CSV: " + err.Error()}
	}
	return b.String(), nil
}
