package company

// dice is a splitmix64 generator: our own, because the standard library promises no sequence for ever, and the
// checked-in files must come out the same with every version of Go.
type dice struct{ state uint64 }

// throw returns the dice of one thing, so that the first thousand customers are the same at every scale.
func throw(kind string, index int) *dice {
	d := &dice{state: uint64(index) * 0x9E3779B97F4A7C15}
	for _, c := range []byte(kind) {
		d.state = (d.state ^ uint64(c)) * 0x100000001B3
	}
	return d
}

func (d *dice) next() uint64 {
	d.state += 0x9E3779B97F4A7C15
	z := d.state
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}

// below returns a number from 0 to n-1.
func (d *dice) below(n int) int { return int(d.next() % uint64(n)) }

func (d *dice) between(low, high int) int { return low + d.below(high-low+1) }

func (d *dice) pick(from []string) string { return from[d.below(len(from))] }

// weighted returns an index of weights, each as likely as its weight.
func (d *dice) weighted(weights []int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	n := d.below(total)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}
