package linkage

import "math"

// model holds what was learnt of the data: how often the same party and strangers agree in each aspect, and how many pairs
// are the same party to begin with.
type model struct {
	m, u  [aspects][levels]float64
	base  [aspects][levels]float32 // log2(m/u); where an outcome has a u of its own, log2(m) counts
	logM  [aspects][levels]float32
	prior float64 // bits: log2 of the odds that a pair drawn blindly is the same party
	kin   float64 // bits, see kinMost
	most  float64 // bits a group can count at most: what singles out one party
}

// kinMost is how much likelier, in bits, two rows that share all that relatives share are one than two, before their own
// names and numbers are looked at: eight to one for parties. The kin of products are variants, and there are more of them
// than of duplicates.
var kinMost = map[string]float64{KindParty: 3, KindProduct: 0}

// variant is what a product's name that only resembles the other's counts against variants, in bits: "Cap" and "Cap with
// logo" are two articles.
const variant = -2

func newModel(kind string, parties int) *model {
	md := &model{kin: kinMost[kind], most: math.Log2(float64(parties)+50) + 1, prior: -math.Log2(math.Max(float64(parties), 2))}
	for by := range aspects {
		for l, p := range measures[by].m {
			md.m[by][l], md.u[by][l] = p, measures[by].u[l]
		}
	}
	md.ready()
	return md
}

// ready computes the weights from m and u.
func (md *model) ready() {
	for by := range aspects {
		for l := different; l < levels; l++ {
			if m, u := md.m[by][l], md.u[by][l]; m > 0 {
				md.base[by][l], md.logM[by][l] = float32(math.Log2(m/u)), float32(math.Log2(m))
			}
		}
	}
}

// bitsOf is the weight of one outcome in bits: how much likelier it is for one party than for two.
func (md *model) bitsOf(by aspect, o outcome) float64 {
	switch {
	case o.level == missing:
		return 0
	case o.u == 0:
		return float64(md.base[by][o.level])
	}
	// Agreement in a frequent value proves little, but it is no proof against.
	return math.Max(0, float64(md.logM[by][o.level])-math.Log2(float64(o.u)))
}

// total is the score of a pair in bits: log2 of the odds that the two are one party. It must explain the pair better than
// strangers do, who agree by chance, and better than kin does: relatives, colleagues, tenants and variants share streets,
// phones, surnames and descriptions. The aspect without is left out; aspects leaves out none.
func (md *model) total(w *[aspects]float64, out *[aspects]outcome, without aspect) float64 {
	var sum [groups]float64
	best, worst, kin := 0.0, 0.0, 0.0
	for by, bits := range w {
		if aspect(by) == without || out[by].level == missing {
			continue
		}
		switch g := measures[by].group; g {
		case place:
			best, worst = math.Max(best, bits), math.Min(worst, bits)
		case who:
			kin += md.amongKin(aspect(by), out[by].level, bits)
			sum[who] += bits
		default:
			sum[g] += bits
		}
	}
	// A town follows from its postal code: of both only the more telling one counts.
	sum[where] += best + worst
	for _, g := range []group{who, where, reach} {
		sum[g] = math.Min(md.most, math.Max(floors[g], sum[g]))
	}
	asStrangers := md.prior + sum[identity] + sum[who] + sum[where] + sum[reach]
	asKin := md.kin + sum[identity] + math.Min(md.most, kin)
	return math.Min(asStrangers, asKin)
}

// amongKin is what a name counts against relatives and sister companies: their surname or some words are the same anyway.
func (md *model) amongKin(by aspect, l level, bits float64) float64 {
	switch {
	case by == bySurname || by == byName && (l == similar || l == someWords):
		return math.Min(bits, 0)
	case by == byName && l == oneOfTwo:
		return float64(md.base[byName][different])
	case by == byTitle && l > different && l < near:
		return variant
	}
	return bits
}

// probability of a score in bits.
func probability(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }
