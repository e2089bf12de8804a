package books

// part is one share of the keys of a table that is too long for memory: those whose hash leaves remainder when divided
// by modulus. Each part is worked on in a pass of its own, so sums are exact however many keys there are.
type part struct{ modulus, remainder uint64 }

// holds reports whether the key with a hash is in the part.
func (p part) holds(hash uint64) bool { return hash%p.modulus == p.remainder }

// makeRoom halves the part until a map of its keys has room for another one, and returns the halves that are left to
// later passes.
func makeRoom[V any](m map[string]V, p *part, limit int) []part {
	var later []part
	for len(m) >= limit && p.modulus < 1<<40 {
		later = append(later, part{p.modulus * 2, p.remainder + p.modulus})
		p.modulus *= 2
		for k := range m {
			if !p.holds(hash(k)) {
				delete(m, k)
			}
		}
	}
	return later
}

// hash is FNV-1a: it only says in which pass a key is added up, or whether it is in a sample.
func hash[K string | []byte](key K) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(key); i++ {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	return h ^ h>>29
}
