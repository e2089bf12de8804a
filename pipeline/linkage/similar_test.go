package linkage

import (
	"math"
	"testing"
)

// The first three are worked examples of Winkler's; the others are computed by hand.
func TestJaroWinkler(t *testing.T) {
	var s scratch
	for _, tc := range []struct {
		a, b string
		want float64
	}{
		{"martha", "marhta", 0.9611},  // jaro 17/18, three letters in front: 0.9444 + 3*0.1*0.0556
		{"dixon", "dicksonx", 0.8133}, // jaro 0.7667, two letters in front
		{"dwayne", "duane", 0.84},     // jaro 0.8222, one letter in front
		{"crate", "trace", 0.7333},    // three letters in place (r, a, e); c and t are out of reach
		{"ca", "abc", 0},              // nothing within reach
		{"müller", "mueller", 0.8043}, // letters, not bytes: m, l, l, e, r match, the e out of order: jaro (5/6 + 5/7 + 4/5)/3 = 0.7825, one in front
		{"мария", "марина", 0.8933},   // jaro (4/5 + 4/6 + 1)/3 = 0.8222, four in front
		{"", "", 1},
		{"a", "", 0},
		{"a", "a", 1},
	} {
		if got := s.jaroWinkler([]byte(tc.a), []byte(tc.b)); math.Abs(got-tc.want) > 0.0001 {
			t.Errorf("%q %q: %.4f, want %.4f", tc.a, tc.b, got, tc.want)
		}
		if x, y := s.jaroWinkler([]byte(tc.a), []byte(tc.b)), s.jaroWinkler([]byte(tc.b), []byte(tc.a)); x != y {
			t.Errorf("%q %q: %v one way, %v the other", tc.a, tc.b, x, y)
		}
	}
}

func TestDistance(t *testing.T) {
	var s scratch
	for _, tc := range []struct {
		a, b       string
		most, want int
	}{
		{"weber", "weber", 2, 0},
		{"weber", "wbeer", 2, 1}, // neighbours exchanged
		{"weber", "webber", 2, 1},
		{"weber", "wber", 2, 1},
		{"weber", "beber", 2, 1},
		{"weber", "webre", 1, 1},
		{"weber", "huber", 2, 2},
		{"weber", "wagner", 2, 3}, // more than two
		{"ca", "abc", 3, 3},       // no piece is touched twice: not 2
		{"abc", "ca", 3, 3},
		{"müller", "muller", 2, 1}, // one letter, two bytes
		{"ü", "ä", 1, 1},           // equal first byte
		{"èa", "é", 2, 2},
		{"", "ab", 2, 2},
		{"", "abc", 2, 3},
		{"1234567", "1234576", 1, 1},
	} {
		if got := s.distance([]byte(tc.a), []byte(tc.b), tc.most); got != tc.want {
			t.Errorf("%q %q: %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}

// FuzzDistance holds the short ways of distance to the plain one.
func FuzzDistance(f *testing.F) {
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 40 || len(b) > 40 {
			return
		}
		var s, plain scratch
		for most := 1; most <= 2; most++ {
			x, y := []byte(string([]rune(a))), []byte(string([]rune(b)))
			p, q := plain.runes(x, y)
			want := align(&plain.rows, p, q, most)
			if got := s.distance(x, y, most); got != want {
				t.Errorf("%q %q up to %d: %d, want %d", a, b, most, got, want)
			}
			if got := s.distance(y, x, most); got != want {
				t.Errorf("%q %q up to %d the other way: %d, want %d", b, a, most, got, want)
			}
		}
	})
}
