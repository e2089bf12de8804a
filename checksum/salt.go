package checksum

import (
	"crypto/hmac"
	"crypto/sha256"
	"strconv"

	"github.com/transparency-dev/merkle/rfc6962"
)

const (
	saltDomain  = "migrate/salt/1"
	modelDomain = "migrate/model/1"
)

// Salt is the salt of a record: HMAC-SHA-256 under the project's key, over the framed texts of domain, model and external
// id. Who has the key has all salts; who has a record's salt has nothing else.
func Salt(key []byte, model, externalID string) Digest {
	f := &framed{h: hmac.New(sha256.New, key)}
	f.text(saltDomain)
	f.text(model)
	f.text(externalID)
	return f.sum()
}

// Leaf is what is published of a record: SHA-256 of a zero byte, the salt and the digest, the leaf hash of RFC 6962. What a
// record holds cannot be guessed from it without the salt.
func Leaf(salt, d Digest) Digest {
	var out Digest
	copy(out[:], rfc6962.DefaultHasher.HashLeaf(append(salt[:], d[:]...)))
	return out
}

// ModelLeaf is the leaf of a model in the tree over all models: the model, how many records its tree has, and its root.
func ModelLeaf(model string, records int64, root Digest) Digest {
	f := newHash(modelDomain)
	f.text(model)
	f.text(strconv.FormatInt(records, 10))
	f.text(root.String())
	d := f.sum()
	var out Digest
	copy(out[:], rfc6962.DefaultHasher.HashLeaf(d[:]))
	return out
}
