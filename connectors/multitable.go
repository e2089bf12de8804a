package connectors

import (
	"context"
	"iter"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// MultiTable is offered by sources that hold many tables in one stream (XML), where reading them one by one reads the
// file as often as there are tables.
type MultiTable interface {
	// AllBatches yields the rows of all tables of Tables in one pass, each batch of one table, named in Batch.Table. The
	// rows of a table come in the order and with the content that Batches gives them; how batches of different tables
	// alternate, and where a batch ends, depends on the file alone. Errors are those of Batches.
	AllBatches(ctx context.Context) iter.Seq2[*record.Batch, error]
}
