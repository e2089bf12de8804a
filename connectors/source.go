// Package connectors defines what every legacy format offers: tables, and their rows in order as text with positions.
// The formats live in the folders below; the registry is one list in Open's caller. Nothing here interprets a value.
package connectors

import (
	"context"
	"iter"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Options pin what detection would otherwise decide. Zero values mean "detect".
type Options struct {
	Encoding   string            // IANA name: "utf-8", "windows-1252"
	Delimiter  string            // CSV: what stands between fields, one character or several ("+|")
	Quote      string            // CSV: one character
	Escape     string            // CSV: one character that takes the next one's meaning away, such as \; "" is none, quotes are doubled
	RecordEnd  string            // CSV: what ends a record, "&|\n"; "" is the line end
	Widths     []int             // CSV: characters of each column of a fixed-width file, in file order
	NoHeader   bool              // the file has no header row: columns are named by Columns or c1, c2, ...
	HeaderRows int               // rows the header takes, their texts joined; 0 is detected
	Columns    []string          // column names where the file has none
	Skip       int               // lines above the header
	Footer     int               // lines below the last row that are no rows; 0 is detected, -1 says there are none
	Sheet      string            // XLSX: sheet name; "" is every sheet
	Rows       string            // XML: path of the repeating element, "/catalog/product"; "" is every one
	Table      string            // name of the table where the file holds several; "" is every one
	Namespaces map[string]string // XML: prefix used in Rows -> namespace URI; without it prefixes are ignored
	BatchBytes int               // size of a batch in bytes; 0 is 1 MiB
}

// Detection is one thing that was found out rather than told, with how sure it is.
type Detection struct {
	Value      string  `json:"value"`
	Confidence float64 `json:"confidence"` // 0 to 1; 1 where it was pinned
	Pinned     bool    `json:"pinned,omitempty"`
}

// File describes the file itself.
type File struct {
	Path   string `json:"path"` // as given
	Size   int64  `json:"size"` // bytes on disk
	SHA256 string `json:"sha256"`
	// Parts are the files that together are this source, in order, where Path is a folder or a glob. SHA256 is then the
	// hash of their lines as sha256sum prints them: hash, two spaces, name below the folder, line feed. Size is their sum.
	Parts []File `json:"parts,omitempty"`
}

// Table is one table of a source.
type Table struct {
	Name     string               `json:"name"`
	Sheet    string               `json:"sheet,omitempty"`
	Hidden   bool                 `json:"hidden,omitempty"` // XLSX: the sheet is hidden from people who open the workbook
	Format   string               `json:"format"`           // "csv", "fixed", "xml", "xlsx"
	Columns  []string             `json:"columns"`
	Detected map[string]Detection `json:"detected,omitempty"` // "encoding", "delimiter", "quote", "header", ...
	Findings []record.Finding     `json:"findings,omitempty"` // about the file as a whole
}

// Source is an opened legacy file. It is read as often as wanted, and every reading yields the same rows.
type Source interface {
	// File says which bytes these are; the hash is of the file on disk when it was opened.
	File() File
	// Tables lists what the file holds, in file order.
	Tables(ctx context.Context) ([]Table, error)
	// Batches yields the rows of one table in file order. A damaged row is yielded as damaged, never dropped. The
	// sequence ends after the first error; a cancelled context ends it with ctx.Err(). A file whose bytes are no
	// longer those of File() ends with ErrChanged.
	Batches(ctx context.Context, table string) iter.Seq2[*record.Batch, error]
	Close() error
}

// Opener opens one file of a format.
type Opener func(ctx context.Context, path string, opt Options) (Source, error)
