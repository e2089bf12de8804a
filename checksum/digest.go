// Package checksum defines the canonical form of rows and records, their digests, the Merkle tree over them, and the
// comparison of what was meant with what Odoo holds. docs/CHECKSUMS.md specifies the same in words, with test vectors.
// It performs no I/O.
package checksum

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Digest is a SHA-256 sum.
type Digest [sha256.Size]byte

// String is the digest in lower-case hexadecimal, 64 characters.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Domain prefixes keep digests of different things, and of different versions of a form, apart.
const (
	rowDomain    = "migrate/row/1"
	recordDomain = "migrate/record/1"
)

// RowDigester digests the rows of one table. The digest is over (column name, cell) in the order of the names, so that
// re-quoting a file or moving its columns is no change.
type RowDigester struct {
	order []int
	names []string
}

// NewRowDigester prepares for rows with these columns.
func NewRowDigester(columns []string) *RowDigester {
	d := &RowDigester{order: make([]int, len(columns)), names: columns}
	for i := range d.order {
		d.order[i] = i
	}
	slices.SortStableFunc(d.order, func(a, b int) int { return strings.Compare(columns[a], columns[b]) })
	return d
}

// Row returns the digest of one row's cells, given in the order of the columns.
func (d *RowDigester) Row(cells []string) Digest {
	f := frame(rowDomain)
	for _, i := range d.order {
		f = f.text(d.names[i]).text(cells[i])
	}
	return f.sum()
}

// Record returns the digest of a target record: model, external id, and every field of its layout with kind and
// canonical text, in the order of the field names.
func Record(r *record.Record) Digest {
	return Fields(r.Layout.Model, r.ID, r.Layout.Fields, r.Values)
}

// Fields is Record for loose parts; names are sorted and go with values one by one.
func Fields(model, id string, names []string, values []record.Value) Digest {
	f := frame(recordDomain).text(model).text(id)
	for i, name := range names {
		kind, text := Canonical(values[i])
		f = f.text(name).text(kind).text(text)
	}
	return f.sum()
}

// Canonicals is Record for fields whose kinds and texts are canonical already, as Canonical gives them.
func Canonicals(model, id string, fields map[string][2]string) Digest {
	f := frame(recordDomain).text(model).text(id)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f = f.text(name).text(fields[name][0]).text(fields[name][1])
	}
	return f.sum()
}

// Bytes is the plain SHA-256 of some bytes: for files and payloads.
func Bytes(b []byte) Digest { return sha256.Sum256(b) }

// framed is length-prefixed texts one after the other, so that no two different sequences have the same bytes.
type framed []byte

// frame begins a sequence with its domain.
func frame(domain string) framed { return make(framed, 0, 1024).text(domain) }

func (f framed) text(s string) framed {
	return append(binary.BigEndian.AppendUint32(f, uint32(len(s))), s...)
}

func (f framed) sum() Digest { return sha256.Sum256(f) }
