// Package checksum defines the canonical form of rows and records, their digests, the Merkle tree over them, and the
// comparison of what was meant with what Odoo holds. docs/CHECKSUMS.md specifies the same in words, with test vectors.
// It performs no I/O.
package checksum

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
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
	h := newHash(rowDomain)
	for _, i := range d.order {
		h.text(d.names[i])
		h.text(cells[i])
	}
	return h.sum()
}

// Record returns the digest of a target record: model, external id, and every field of its layout with kind and
// canonical text, in the order of the field names.
func Record(r *record.Record) Digest {
	return Fields(r.Layout.Model, r.ID, r.Layout.Fields, r.Values)
}

// Fields is Record for loose parts; names are sorted and go with values one by one.
func Fields(model, id string, names []string, values []record.Value) Digest {
	h := newHash(recordDomain)
	h.text(model)
	h.text(id)
	for i, name := range names {
		kind, text := Canonical(values[i])
		h.text(name)
		h.text(kind)
		h.text(text)
	}
	return h.sum()
}

// Canonicals is Record for fields whose kinds and texts are canonical already, as Canonical gives them.
func Canonicals(model, id string, fields map[string][2]string) Digest {
	h := newHash(recordDomain)
	h.text(model)
	h.text(id)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		h.text(name)
		h.text(fields[name][0])
		h.text(fields[name][1])
	}
	return h.sum()
}

// Bytes is the plain SHA-256 of some bytes: for files and payloads.
func Bytes(b []byte) Digest { return sha256.Sum256(b) }

// framed writes length-prefixed texts, so that no two different sequences have the same bytes.
type framed struct {
	h   hash.Hash
	buf []byte
}

func newHash(domain string) *framed {
	f := &framed{h: sha256.New(), buf: make([]byte, 0, 256)}
	f.text(domain)
	return f
}

func (f *framed) text(s string) {
	f.buf = binary.BigEndian.AppendUint32(f.buf[:0], uint32(len(s)))
	f.buf = append(f.buf, s...)
	f.h.Write(f.buf)
}

func (f *framed) sum() Digest {
	var d Digest
	f.h.Sum(d[:0])
	return d
}
