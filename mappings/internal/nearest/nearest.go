// Package nearest finds the word somebody probably meant: the did-you-mean of every message about a name.
package nearest

import "strings"

// Word returns the candidate nearest to word, or "" where none is near enough to be worth naming: some typing errors
// away, or the only one that begins with word. Letter case does not count; ties go to the candidate that comes first.
func Word(word string, candidates []string) string {
	best, bestDistance := "", limit(word)+1
	for _, c := range candidates {
		if d := distance(fold(word), fold(c)); d < bestDistance && c != word {
			best, bestDistance = c, d
		}
	}
	if best == "" {
		return longer(word, candidates)
	}
	return best
}

// longer returns the only candidate that goes on where word ends.
func longer(word string, candidates []string) string {
	found := ""
	for _, c := range candidates {
		if len(word) < 4 || len(c) <= len(word) || !strings.EqualFold(c[:len(word)], word) {
			continue
		}
		if found != "" {
			return ""
		}
		found = c
	}
	return found
}

// limit is how many typing errors a word of that length may hold before a suggestion is more noise than help.
func limit(word string) int {
	switch n := len([]rune(word)); {
	case n <= 2:
		return 0
	case n == 3:
		return 1
	case n <= 6:
		return 2
	default:
		return n / 3
	}
}

func fold(s string) []rune { return []rune(strings.ToLower(s)) }

// distance counts insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
func distance(a, b []rune) int {
	before, previous, current := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous, current = previous, current, before
	}
	return previous[len(b)]
}
