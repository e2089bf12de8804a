package profile

import (
	"math"
	"math/bits"
)

const (
	sketchBits      = 14 // 16,384 registers: a standard error of 0.8 %
	sketchRegisters = 1 << sketchBits
)

// sketch estimates how many different hashes it has seen (HyperLogLog, Flajolet et al. 2007). It has no seed, so the
// same values give the same estimate in any order and however the work was divided.
type sketch struct{ registers []uint8 }

func newSketch() *sketch { return &sketch{registers: make([]uint8, sketchRegisters)} }

func (s *sketch) add(h uint64) {
	i := h >> (64 - sketchBits)
	rank := uint8(bits.LeadingZeros64(h<<sketchBits|1<<(sketchBits-1))) + 1
	if rank > s.registers[i] {
		s.registers[i] = rank
	}
}

func (s *sketch) estimate() int64 {
	sum, empty := 0.0, 0
	for _, r := range s.registers {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			empty++
		}
	}
	const m = float64(sketchRegisters)
	alpha := 0.7213 / (1 + 1.079/m)
	e := alpha * m * m / sum
	if e <= 2.5*m && empty > 0 {
		e = m * math.Log(m/float64(empty))
	}
	return int64(math.Round(e))
}
