package linkage

import "hash/maphash"

// dict numbers texts. Number 0 is the empty text, which is no value.
type dict struct {
	arena []byte
	ends  []uint32 // where the text of a number ends in the arena
	slots []uint32 // open addressing; 0 is free. Dropped by seal
	seed  maphash.Seed
}

func newDict() *dict {
	return &dict{ends: []uint32{0}, slots: make([]uint32, 64), seed: maphash.MakeSeed()}
}

// size is how many numbers there are, 0 included.
func (d *dict) size() int { return len(d.ends) }

// text returns the text of a number; it must not be changed.
func (d *dict) text(id uint32) []byte {
	if id == 0 {
		return nil
	}
	return d.arena[d.ends[id-1]:d.ends[id]]
}

// intern returns the number of a text, and whether it is new. Numbers are given in the order of first sight, so they do
// not depend on the seed of the hash.
func (d *dict) intern(s string) (id uint32, fresh bool) {
	if s == "" {
		return 0, false
	}
	at := d.find(s)
	if id := d.slots[at]; id != 0 {
		return id, false
	}
	d.arena = append(d.arena, s...)
	d.ends = append(d.ends, uint32(len(d.arena)))
	id = uint32(len(d.ends) - 1)
	d.slots[at] = id
	if len(d.ends)*2 > len(d.slots) {
		d.grow()
	}
	return id, true
}

func (d *dict) find(s string) int {
	mask := len(d.slots) - 1
	at := int(maphash.String(d.seed, s)) & mask
	for d.slots[at] != 0 && string(d.text(d.slots[at])) != s {
		at = (at + 1) & mask
	}
	return at
}

func (d *dict) grow() {
	d.slots = make([]uint32, 2*len(d.slots))
	mask := len(d.slots) - 1
	for id := 1; id < len(d.ends); id++ {
		at := int(maphash.Bytes(d.seed, d.text(uint32(id)))) & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = uint32(id)
	}
}

// seal frees what only intern needs.
func (d *dict) seal() { d.slots = nil }

// bytes is the memory the dict holds.
func (d *dict) bytes() int64 { return int64(cap(d.arena)) + 4*int64(cap(d.ends)+cap(d.slots)) }
