package linkage

import (
	"context"
	"math"
)

const (
	strangers   = 200_000 // pairs drawn blindly to see how strangers agree
	samplePairs = 150_000 // pairs of the passes to see how the same parties agree
	thought     = 200     // pairs of the sample of strangers that the table of measures stands for
	believed    = 20      // pairs of the same party that it stands for
	rounds      = 4       // of learning
)

// learn estimates the model from the data alone.
func (l *linker) learn(ctx context.Context) error {
	l.model = newModel(l.kind, l.size())
	l.learnStrangers()
	sample, share, err := l.samplePairs(ctx)
	if err != nil {
		return err
	}
	for range rounds {
		l.learnSame(sample, share)
	}
	return nil
}

// learnStrangers counts how often pairs drawn blindly agree. Nearly all of them are strangers.
func (l *linker) learnStrangers() {
	n := uint64(l.size())
	c := l.comparer()
	var count [aspects][levels]float64
	var seen [aspects]float64
	draw := func(a, b uint64) {
		if a == b {
			return
		}
		c.compare(uint32(a), uint32(b))
		for by := range aspects {
			if o := c.out[by]; o.level != missing {
				count[by][o.level]++
				seen[by]++
			}
		}
	}
	if n*(n-1)/2 <= strangers {
		for a := range n {
			for b := a + 1; b < n; b++ {
				draw(a, b)
			}
		}
	} else {
		state := uint64(1)
		for range strangers {
			state = mix(state)
			draw(state%n, (state>>32)%n)
		}
	}
	for by := range aspects {
		for lv, u := range measures[by].u {
			l.model.u[by][lv] = (count[by][lv] + thought*u) / (seen[by] + thought)
		}
	}
	l.model.ready()
}

// sampled are the outcomes of one pair of the passes; only the aspects that are there.
type sampled struct {
	by  []aspect
	out []outcome
}

// samplePairs compares a part of the pairs that the passes propose. share is that part of all of them.
func (l *linker) samplePairs(ctx context.Context) (sample []sampled, share float64, err error) {
	n := l.size()
	c, near := l.comparer(), l.neighbours()
	step := max(1, n/8000)
	parties := 0
	for a := 0; a < n && len(sample) < samplePairs; a += step {
		if parties%256 == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		parties++
		for _, b := range near.of(uint32(a)) {
			c.compare(uint32(a), b)
			var s sampled
			for by := range aspects {
				if c.out[by].level != missing {
					s.by, s.out = append(s.by, by), append(s.out, c.out[by])
				}
			}
			sample = append(sample, s)
		}
	}
	return sample, float64(parties) / math.Max(1, float64(n)), nil
}

// learnSame estimates how the same parties agree: for each aspect from the pairs that are the same party judging by all
// the other aspects, so that no aspect vouches for itself. How many pairs are the same at all follows from their sum.
func (l *linker) learnSame(sample []sampled, share float64) {
	md := l.model
	var count [aspects][levels]float64
	var seen [aspects]float64
	same := 0.0
	var w [aspects]float64
	var out [aspects]outcome
	for _, s := range sample {
		clear(out[:])
		for i, by := range s.by {
			w[by], out[by] = md.bitsOf(by, s.out[i]), s.out[i]
		}
		same += probability(md.total(&w, &out, aspects))
		for i, by := range s.by {
			// Only pairs that are quite sure without the aspect teach something about it; what kin shares is not enough, or
			// families would teach that given names may differ.
			if p := probability(md.total(&w, &out, by)); p > 0.9 {
				count[by][s.out[i].level] += p
				seen[by] += p
			}
		}
	}
	for by := range aspects {
		for lv, m := range measures[by].m {
			md.m[by][lv] = (count[by][lv] + believed*m) / (seen[by] + believed)
		}
	}
	n := float64(l.size())
	pairs := n * (n - 1) / 2
	rate := math.Min(math.Max(same/share, 0.01*n), 10*n) / math.Max(1, pairs)
	rate = math.Min(rate, 0.5)
	md.prior = math.Log2(rate / (1 - rate))
	md.ready()
}

// mix is a step of SplitMix64: a deterministic stream of numbers that look random.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
