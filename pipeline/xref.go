package pipeline

import (
	"context"
	"errors"
	"iter"
	"os"

	"github.com/odoo-migrate/odoo-migrate/pipeline/evidence"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Xref is what writing a cross-reference gave.
type Xref struct {
	Version int    `json:"version"`
	File    string `json:"file"`
	Records int64  `json:"records"`
}

// Xref writes a CSV file from which anybody finds a legacy record in Odoo: key, external id, database id, name. It asks no
// Odoo; names are those that were loaded. An existing file stays.
func (p *Pipeline) Xref(ctx context.Context, targetName, out string) (*Xref, error) {
	if err := Vacant(out); err != nil {
		return nil, err
	}
	name, _, err := p.target(targetName)
	if err != nil {
		return nil, err
	}
	x := &Xref{Version: 1, File: out}
	sheet := evidence.Sheet{Head: []string{"model", "mapping", "key", "external_id", "odoo_id", "name", "state"}, Rows: countedLines(p.Store.RecordLines(ctx, name), &x.Records)}
	return x, NewPrivateFile(out, func(f *os.File) error {
		err := sheet.Write(f)
		if err == nil && x.Records == 0 {
			return record.Advise(errors.New("nothing was loaded into "+name+" yet"), "Run migrate cutover first.")
		}
		return err
	})
}

// countedLines counts the rows that are read.
func countedLines(rows iter.Seq2[[]string, error], n *int64) iter.Seq2[[]string, error] {
	return changedLines(rows, func([]string) { *n++ })
}
