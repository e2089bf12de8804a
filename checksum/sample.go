package checksum

import (
	"bytes"
	"container/heap"
	"math"
	"slices"
)

// Seed is what a sample is drawn with: SHA-256 over the Merkle root of what may be drawn and the auditor's nonce. Whoever
// loads does not know the nonce, and whoever gives it cannot know what it draws: neither chooses.
func Seed(root Digest, nonce string) Digest {
	return frame("migrate/seed/1").text(root.String()).text(nonce).sum()
}

// Ticket is the number a record draws under a seed; the records with the smallest ones are the sample.
func Ticket(seed Digest, externalID string) Digest {
	return frame("migrate/ticket/1").text(seed.String()).text(externalID).sum()
}

// Draw keeps the records with the smallest tickets of those it is told of, in memory for the sample alone.
type Draw struct {
	seed Digest
	size int
	kept tickets
}

// NewDraw draws so many records.
func NewDraw(seed Digest, size int) *Draw { return &Draw{seed: seed, size: size} }

// Add puts a record into the urn.
func (d *Draw) Add(externalID string) {
	heap.Push(&d.kept, ticket{Ticket(d.seed, externalID), externalID})
	if len(d.kept) > d.size {
		heap.Pop(&d.kept)
	}
}

// Drawn are the external ids of the sample, sorted by their bytes.
func (d *Draw) Drawn() []string {
	out := make([]string, len(d.kept))
	for i, t := range d.kept {
		out[i] = t.id
	}
	slices.Sort(out)
	return out
}

type ticket struct {
	number Digest
	id     string
}

// tickets is a heap with the greatest number on top.
type tickets []ticket

func (t tickets) Len() int           { return len(t) }
func (t tickets) Less(i, j int) bool { return bytes.Compare(t[i].number[:], t[j].number[:]) > 0 }
func (t tickets) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *tickets) Push(x any)        { *t = append(*t, x.(ticket)) } //nolint:forcetypeassert // heap pushes what Add gives it
func (t *tickets) Pop() any {
	last := len(*t) - 1
	x := (*t)[last]
	*t = (*t)[:last]
	return x
}

// AtLeast is the share of good records, 0 to 1, that a sample supports with 95 % confidence: the exact one-sided lower bound
// of the binomial distribution (Clopper and Pearson). It is the share with which so few bad ones, or fewer, among n come up
// in 5 % of all samples. It errs on the safe side, since records are drawn without being put back.
func AtLeast(n, bad int64) float64 {
	low, high := 0.0, 1.0
	for range 100 {
		mid := (low + high) / 2
		if atMost(n, bad, mid) < 0.05 {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// atMost is the probability of at most bad bad ones among n where the share of good ones is p.
func atMost(n, bad int64, p float64) float64 {
	if bad >= n {
		return 1
	}
	sum, logs := 0.0, 0.0 // logs is the logarithm of the binomial coefficient
	for i := int64(0); i <= bad; i++ {
		if i > 0 {
			logs += math.Log(float64(n-i+1)) - math.Log(float64(i))
		}
		sum += math.Exp(logs + float64(i)*math.Log1p(-p) + float64(n-i)*math.Log(p))
	}
	return sum
}
