package linkage

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters are written without their marks where Unicode does not take them apart.
var letters = map[rune]string{'ß': "ss", 'æ': "a", 'œ': "o", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŋ': "n"}

// fold writes a text in lower case without accents: "Müller", "MUELLER" and "Muller" become "muller". The digraphs ae, oe
// and ue become a, o and u everywhere, as nobody can tell those that stand for an umlaut; both sides of a comparison are
// treated alike, so nothing is lost but the difference.
func fold(s string) string {
	s = strings.ToLower(s)
	if !ascii(s) {
		var b strings.Builder
		for _, r := range norm.NFKD.String(s) {
			switch l, special := letters[r]; {
			case special:
				b.WriteString(l)
			case !unicode.Is(unicode.Mn, r):
				b.WriteRune(r)
			}
		}
		s = b.String()
	}
	if !strings.Contains(s, "ae") && !strings.Contains(s, "oe") && !strings.Contains(s, "ue") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		last := byte(0)
		if i > 0 {
			last = s[i-1]
		}
		if s[i] == 'e' && (last == 'a' || last == 'o' || last == 'u' && (i < 2 || s[i-2] != 'q')) {
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// words takes a folded text apart at everything that is no letter or digit. An apostrophe joins ("o'brien"), and so do the
// points of single letters ("s.p.a." is one word).
func words(s string) []string {
	s = strings.NewReplacer("'", "", "’", "", "`", "", "´", "").Replace(s)
	parts := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	out := parts[:0]
	single := false // the last word is made of single letters
	for _, p := range parts {
		one := utf8.RuneCountInString(p) == 1 && !digit(p[0])
		if one && single {
			out[len(out)-1] += p
			continue
		}
		out, single = append(out, p), one
	}
	return out
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// digitsOf keeps the digits of a text.
func digitsOf(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if digit(s[i]) {
			out = append(out, s[i])
		}
	}
	return string(out)
}

// codeOf keeps letters and digits, in lower case and without accents.
func codeOf(s string) string { return strings.Join(words(fold(s)), "") }

// sounds groups consonants that are taken for each other when names are heard or typed: b f p v w,
// c g j k q s x z, d t, l, m n, r. Vowels, h and y have no group.
const sounds = "01230120022455012623011202" // a to z

// phonetic returns the sound of a word as a number: its first letter's group and up to five more, doubled ones once. Words
// in other scripts than Latin are their own sound. 0 is no sound.
func phonetic(word []byte) uint32 {
	code, n, last := uint32(0), 0, byte(255)
	for i, c := range word {
		if c >= utf8.RuneSelf {
			return wordHash(word)
		}
		group := byte(0)
		switch {
		case c >= 'a' && c <= 'z':
			group = sounds[c-'a'] - '0'
		case digit(c):
			group = 8 + c - '0'
		}
		if i == 0 && group == 0 {
			group = 7 // a vowel at the beginning counts
		}
		if group == 0 {
			if c != 'h' {
				last = 0
			}
			continue
		}
		if group == last {
			continue
		}
		if code, n, last = code<<5|uint32(group), n+1, group; n == 6 {
			break
		}
	}
	return code
}

// wordHash is FNV-1a, shortened.
func wordHash(word []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range word {
		h = (h ^ uint32(c)) * 16777619
	}
	return h | 1<<31
}
