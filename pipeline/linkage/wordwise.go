package linkage

import (
	"bytes"
	"math"
)

const longest = 64 // words of a text that are looked at

// information is how many bits it tells that a word is there, of which count of total parties have: the rarer, the more.
func information(count, total uint32) float32 {
	return float32(-math.Log2((float64(count) + 0.5) / (float64(total) + 50)))
}

// wordwise compares texts by their words. How alike they are is the information of the words they share against that of
// all their words, so that "Ltd" or "Center" weighs little; how likely strangers agree as far is how many have the rarest
// of the words they share.
func (c *comparer) wordwise(in slot, x, y uint32) outcome {
	if x == 0 || y == 0 {
		return outcome{}
	}
	v := values{c.fields[in], x, y}
	if x == y {
		return v.same()
	}
	if p, q := v.texts(); c.joinedAlike(p, q) {
		return outcome{near, rarity(max(v.f.freq[x], v.f.freq[y])+2, v.f.total)}
	}
	a, b := v.f.words.of(x), v.f.words.of(y)
	if len(a) > len(b) {
		a, b = b, a
	}
	sharedBits, rarest := c.sharedWords(v.f, a[:min(len(a), longest)], b[:min(len(b), longest)])
	bitsA, bitsB := v.f.bits(a), v.f.bits(b)
	if rarest == 0 || bitsA+bitsB == 0 {
		return outcome{level: different}
	}
	o := outcome{u: rarity(v.f.words.df[rarest], v.f.total)}
	dice, overlap := 2*sharedBits/(bitsA+bitsB), sharedBits/min(bitsA, bitsB)
	switch {
	case dice >= 0.9:
		o.level = near
	case len(a) == 2 && len(b) == 2 && c.open == 1:
		o.level = oneOfTwo
	case overlap >= 0.9:
		o.level = contained
	case dice >= 0.6:
		o.level = similar
	case dice >= 0.3:
		o.level = someWords
	default:
		return outcome{level: different}
	}
	return o
}

func (f *field) bits(words []uint32) float64 {
	n := 0.0
	for _, w := range words {
		n += float64(f.words.info[w])
	}
	return n
}

// sharedWords returns the information of the words two texts share and the rarest of them, and leaves in open how many
// words of a have no counterpart. A word a typing error apart,
// or cut short, counts for most of it.
func (c *comparer) sharedWords(f *field, a, b []uint32) (bits float64, rarest uint32) {
	most := -1.0
	clear(c.used[:len(b)])
	note := func(j int, share float64, word uint32) {
		c.used[j] = true
		n := float64(f.words.info[word])
		bits += share * n
		if share*n > most {
			most, rarest = share*n, word
		}
	}
	var left [longest]uint32
	open := left[:0]
	for _, w := range a {
		if j := c.place(b, w); j >= 0 {
			note(j, 1, w)
		} else {
			open = append(open, w)
		}
	}
	c.open = len(open)
	for _, w := range open {
		best, at := 0.0, -1
		for j, o := range b {
			if !c.used[j] {
				if s := c.wordShare(f.words.text.text(w), f.words.text.text(o)); s > best {
					best, at = s, j
				}
			}
		}
		if at >= 0 {
			if f.words.df[b[at]] > f.words.df[w] {
				w = b[at]
			}
			note(at, best, w)
			c.open--
		}
	}
	return bits, rarest
}

// place finds a word that is not used yet.
func (c *comparer) place(list []uint32, word uint32) int {
	for j, o := range list {
		if o == word && !c.used[j] {
			return j
		}
	}
	return -1
}

// wordShare is how much of a word counts as shared: nine tenths with a typing error, seven when one is the other's
// beginning, 0 otherwise. Numbers are the same or not.
func (c *comparer) wordShare(x, y []byte) float64 {
	if len(x) > len(y) {
		x, y = y, x
	}
	switch {
	case !numbersEqual(x, y):
		return 0
	case c.alike(x, y):
		return 0.9
	case len(x) >= 3 && bytes.HasPrefix(y, x):
		return 0.7
	}
	return 0
}

// joinedAlike compares two texts without their blanks: "pridhamstreet" is "pridham street".
func (c *comparer) joinedAlike(x, y []byte) bool {
	if d := len(x) - len(y); d > 4 || d < -4 || min(len(x), len(y)) < 6 {
		return false
	}
	most := 1
	if min(len(x), len(y)) >= 12 {
		most = 2
	}
	if c.distance(x, y, most) <= most {
		return numbersEqual(x, y)
	}
	if bytes.Count(x, blank) == bytes.Count(y, blank) {
		return false
	}
	x, y = bytes.ReplaceAll(x, blank, nil), bytes.ReplaceAll(y, blank, nil)
	return c.distance(x, y, 1) <= 1 && numbersEqual(x, y)
}

var blank = []byte(" ")

// numbersEqual says whether the digits of two texts are the same: "51st" is not a typing error of "57th".
func numbersEqual(x, y []byte) bool {
	i, j := 0, 0
	for {
		for i < len(x) && !digit(x[i]) {
			i++
		}
		for j < len(y) && !digit(y[j]) {
			j++
		}
		if i == len(x) || j == len(y) {
			return i == len(x) && j == len(y)
		}
		if x[i] != y[j] {
			return false
		}
		i, j = i+1, j+1
	}
}
