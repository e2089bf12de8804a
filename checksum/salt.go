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
	h := hmac.New(sha256.New, key)
	h.Write(frame(saltDomain).text(model).text(externalID))
	var salt Digest
	h.Sum(salt[:0])
	return salt
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
	d := frame(modelDomain).text(model).text(strconv.FormatInt(records, 10)).text(root.String()).sum()
	var out Digest
	copy(out[:], rfc6962.DefaultHasher.HashLeaf(d[:]))
	return out
}
