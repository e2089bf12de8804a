package linkage

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// scored is a pair that may be the same; a < b.
type scored struct {
	a, b uint32
	bits float32
}

const (
	possible   = -4.0 // bits from which a pair is kept: one in seventeen
	keptAParty = 60   // pairs kept of those a party is the first of
	stretch    = 2048 // parties a worker takes at once
)

// scoreAll compares the pairs of all passes. The stretches of parties are put together in their order, so the result does
// not depend on the workers.
func (l *linker) scoreAll(ctx context.Context) error {
	n := l.size()
	parts := make([][]scored, (n+stretch-1)/stretch)
	var compared, dropped atomic.Int64
	tell := l.progress()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(l.opt.Workers)
	for i := range parts {
		g.Go(func() error {
			c, near := l.comparer(), l.neighbours()
			for a := i * stretch; a < min(n, (i+1)*stretch); a++ {
				if a%64 == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
				from := len(parts[i])
				others := near.wanted(uint32(a))
				compared.Add(int64(len(others)))
				for _, b := range others {
					x, y := min(uint32(a), b), max(uint32(a), b)
					if bits := c.score(l.model, x, y); bits > possible {
						parts[i] = append(parts[i], scored{x, y, float32(bits)})
					}
				}
				if mine := parts[i][from:]; len(mine) > keptAParty {
					slices.SortFunc(mine, byScore)
					dropped.Add(int64(len(mine) - keptAParty))
					parts[i] = parts[i][:from+keptAParty]
				}
			}
			tell(min(n, (i+1)*stretch) - i*stretch)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	l.pairs = slices.Concat(parts...)
	slices.SortFunc(l.pairs, byScore)
	l.compared, l.dropped = compared.Load(), dropped.Load()
	return nil
}

// progress returns what workers call with the parties they have done.
func (l *linker) progress() func(parties int) {
	if l.opt.Progress == nil {
		return func(int) {}
	}
	var lock sync.Mutex
	done := 0
	return func(parties int) {
		lock.Lock()
		defer lock.Unlock()
		done += parties
		l.opt.Progress(done, l.size())
	}
}

// byScore orders the surest pairs first, then by place.
func byScore(x, y scored) int {
	return cmp.Or(cmp.Compare(y.bits, x.bits), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
}

// choose sets the threshold. Without one given it is where the expected F1 is highest: with each pair counted by its own
// probability, the proposals that are right are as many as possible and the ones that are wrong or left out as few.
func (l *linker) choose() {
	if l.opt.Threshold > 0 {
		l.threshold = math.Log2(l.opt.Threshold / (1 - l.opt.Threshold))
		return
	}
	all := 0.0
	for _, p := range l.pairs {
		all += probability(float64(p.bits))
	}
	best, right := 0.0, 0.0
	for i, p := range l.pairs {
		right += probability(float64(p.bits))
		if f := 2 * right / (float64(i+1) + all); f > best {
			best, l.threshold = f, float64(p.bits)
		}
	}
	l.threshold = math.Max(l.threshold, 0) // never less likely than not
}
