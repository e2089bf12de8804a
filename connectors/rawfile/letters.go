package rawfile

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// model is a language as probabilities of its letters outside ASCII.
type model struct {
	letters map[rune]float64 // logarithms
	own     bool
}

// models are the languages, and one for names from all over Western Europe in one file.
func models() []model {
	var out []model
	west := map[rune]float64{}
	for i, l := range languages {
		freq, sum := map[rune]float64{}, 0.0
		for _, entry := range strings.Fields(l.letters) {
			r := []rune(entry)[0]
			f, err := strconv.ParseFloat(entry[len(string(r)):], 64)
			if err != nil {
				continue
			}
			freq[r] += f
			sum += f
			if u := unicode.ToUpper(r); u != r && u != 'I' && u != 'Œ' {
				freq[u] += f / 10
			}
		}
		m := model{letters: map[rune]float64{}, own: l.own}
		for r, f := range freq {
			m.letters[r] = math.Log(f / sum)
			if i < 8 {
				west[r] += f / sum / 8
			}
		}
		out = append(out, m)
	}
	m := model{letters: map[rune]float64{}}
	for r, f := range west {
		m.letters[r] = math.Log(f)
	}
	return append(out, m)
}

// marks are characters that stand between words, in any language.
const marks = "€£§°©®™«»„“”‘’‚–—…•·¿¡ºª²³½¼´№\u00a0"

// codePage finds the single-byte encoding that makes the most likely letters of the file's words: each counts once
// however often it comes. each is the mean logarithm of a letter's probability.
func (c *Content) codePage() (name string, sure, each float64) {
	words := c.distinctWords()
	all := models()
	type reading struct {
		name  string
		score float64
		text  string
	}
	var readings []reading
	letters := 0
	for _, w := range words {
		for _, b := range w {
			if b >= 0x80 {
				letters++
			}
		}
	}
	for _, page := range codePages {
		cs, err := LookupCharset(page.name)
		if err != nil {
			continue
		}
		best := math.Inf(-1)
		for _, m := range all {
			best = max(best, m.score(cs, words))
		}
		if _, undecodable := c.undecodable(cs); undecodable >= 0 {
			best -= 3
		}
		r := reading{name: page.name, score: best + page.weight}
		for _, w := range words {
			text, _ := cs.Append(nil, w)
			r.text += string(text) + " "
		}
		readings = append(readings, r)
	}
	slices.SortStableFunc(readings, func(a, b reading) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	if letters == 0 || len(readings) == 0 { // nothing to judge by
		return codePages[0].name, 0.3, math.Inf(-1)
	}
	first := readings[0]
	sure = 0.97
	for _, r := range readings[1:] {
		if r.text != first.text {
			sure = min(sure, 1-0.6*math.Exp(-(first.score-r.score)/4))
			break
		}
	}
	each = first.score / float64(letters)
	if each < math.Log(0.004) {
		sure = min(sure, 0.5)
	}
	return first.name, max(sure, 0.3), each
}

// score is the logarithm of how likely the model makes the words when the charset decodes them. A word has its
// neighbours as first and last byte.
func (m model) score(cs *Charset, words [][]byte) float64 {
	sum := 0.0
	for _, w := range words {
		var before2, before rune
		for i, b := range w {
			r := cs.table[b]
			if b >= 0x80 {
				var after rune
				if i+1 < len(w) {
					after = cs.table[w[i+1]]
				}
				sum += m.letter(r, before2, before, after)
			}
			before2, before = before, r
		}
	}
	return sum
}

func (m model) letter(r, before2, before, after rune) float64 {
	p, known := m.letters[r]
	switch {
	case r == undefined:
		return math.Log(1e-8)
	case known:
	case strings.ContainsRune(marks, r):
		inside := unicode.IsLetter(before) && unicode.IsLetter(after)
		if inside && r != '’' && r != '·' && r != '\u00a0' {
			return math.Log(1e-5)
		}
		if strings.ContainsRune("’”", r) && !unicode.IsLetter(before) && unicode.IsLetter(after) { // closes what it opens
			return math.Log(1e-3)
		}
		return math.Log(0.02)
	case unicode.IsLetter(r):
		p = math.Log(1e-5)
	default: // line drawing, control characters, signs that hardly anybody uses
		return math.Log(1e-7)
	}
	if unicode.IsUpper(r) && unicode.IsLower(before) || unicode.IsLower(r) && unicode.IsUpper(before) && unicode.IsUpper(before2) {
		p += math.Log(0.02) // a capital inside a word
	}
	foreign := before < 0x80 && unicode.IsLetter(before) || after < 0x80 && unicode.IsLetter(after)
	if m.own && foreign {
		p += math.Log(0.002)
	} else if !m.own && before >= 0x80 && unicode.IsLetter(before) {
		p += math.Log(0.05) // two letters with accents side by side
	}
	return p
}

// distinctWords are the different words that hold bytes above 0x7F, each with the byte before and after it.
func (c *Content) distinctWords() [][]byte {
	const most = 600
	seen := map[string]bool{}
	var out [][]byte
	for len(c.words) > 0 && len(out) < most {
		n := int(c.words[0])
		w := c.words[1 : n+1]
		c.words = c.words[n+1:]
		if !seen[string(w)] {
			seen[string(w)] = true
			out = append(out, w)
		}
	}
	return out
}

// note keeps the word around p[i] for finding out the encoding, and returns where it ends.
func (c *Content) note(p []byte, i int) int {
	const mostWords, longest = 512 << 10, 40
	from, to := i, i+1
	for from > 0 && i-from < longest && wordByte(p[from-1]) {
		from--
	}
	for to < len(p) && to-i < longest && wordByte(p[to]) {
		to++
	}
	if len(c.words)+to-from+3 > mostWords {
		return len(p)
	}
	before, after := byte(' '), byte(' ')
	if from > 0 {
		before = p[from-1]
	}
	if to < len(p) {
		after = p[to]
	}
	c.words = append(c.words, byte(to-from+2), before)
	c.words = append(append(c.words, p[from:to]...), after)
	return to
}

func wordByte(b byte) bool {
	return b >= 0x80 || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
