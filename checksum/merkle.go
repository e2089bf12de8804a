package checksum

import (
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
)

// Tree computes the RFC 6962 Merkle root of leaves added in order; it keeps O(log n) hashes.
type Tree struct{ rng *compact.Range }

// NewTree returns an empty tree.
func NewTree() *Tree {
	f := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	return &Tree{rng: f.NewEmptyRange(0)}
}

// Add appends a leaf whose data is the digest of a record. Leaves are added in the order of their external ids.
func (t *Tree) Add(d Digest) error { return t.append(rfc6962.DefaultHasher.HashLeaf(d[:])) }

// AddLeaf appends a leaf by its hash, such as Leaf and ModelLeaf give.
func (t *Tree) AddLeaf(leaf Digest) error { return t.append(leaf[:]) }

func (t *Tree) append(leaf []byte) error {
	if err := t.rng.Append(leaf, nil); err != nil {
		return fmt.Errorf("append leaf %d: %w", t.rng.End(), err)
	}
	return nil
}

// Size is the number of leaves.
func (t *Tree) Size() uint64 { return t.rng.End() }

// Root returns the root; of an empty tree it is the SHA-256 of nothing (RFC 6962, 2.1).
func (t *Tree) Root() (Digest, error) {
	var d Digest
	if t.rng.End() == 0 {
		copy(d[:], rfc6962.DefaultHasher.EmptyRoot())
		return d, nil
	}
	root, err := t.rng.GetRootHash(nil)
	if err != nil {
		return d, fmt.Errorf("merkle root of %d leaves: %w", t.rng.End(), err)
	}
	copy(d[:], root)
	return d, nil
}
