package checksum

import (
	"fmt"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

// Inclusion returns the path of the leaf at index, counted from 0, in the tree over leaf hashes: what to hash it with, from
// the leaf up to the root (RFC 6962, 2.1.1).
func Inclusion(leaves []Digest, index int) ([]Digest, error) {
	nodes, err := proof.Inclusion(uint64(index), uint64(len(leaves)))
	if err != nil {
		return nil, fmt.Errorf("prove leaf %d of %d: %w", index, len(leaves), err)
	}
	hashes := make([][]byte, len(nodes.IDs))
	for i, id := range nodes.IDs {
		from, to := id.Coverage()
		tree := NewTree()
		for _, leaf := range leaves[from:to] {
			if err := tree.AddLeaf(leaf); err != nil {
				return nil, err
			}
		}
		root, err := tree.Root()
		if err != nil {
			return nil, err
		}
		hashes[i] = root[:]
	}
	if hashes, err = nodes.Rehash(hashes, rfc6962.DefaultHasher.HashChildren); err != nil {
		return nil, fmt.Errorf("prove leaf %d of %d: %w", index, len(leaves), err)
	}
	path := make([]Digest, len(hashes))
	for i, h := range hashes {
		copy(path[i][:], h)
	}
	return path, nil
}

// Included reports whether a path leads from the leaf at index of a tree of size leaves to the root.
func Included(leaf Digest, index, size uint64, path []Digest, root Digest) bool {
	hashes := make([][]byte, len(path))
	for i := range path {
		hashes[i] = path[i][:]
	}
	return proof.VerifyInclusion(rfc6962.DefaultHasher, index, size, leaf[:], hashes, root[:]) == nil
}

// ParseDigest reads what Digest.String wrote.
func ParseDigest(text string) (Digest, error) {
	var d Digest
	if len(text) != 2*len(d) {
		return d, fmt.Errorf("%q is no SHA-256", text)
	}
	for i := range d {
		high, low := nibble(text[2*i]), nibble(text[2*i+1])
		if high > 15 || low > 15 {
			return d, fmt.Errorf("%q is no SHA-256 in lower-case hexadecimal", text)
		}
		d[i] = high<<4 | low
	}
	return d, nil
}

func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}
