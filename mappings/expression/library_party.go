package expression

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var partyFunctions = []entry{
	maybe("first_name", `the first name of "Last, First" or "First Last"`, [][2]string{{`first_name("Holm, Ada Maria")`, `"Ada Maria"`}, {`first_name("Dr. Ada van der Holm")`, `"Ada"`}},
		func(s string) (string, bool) { first, _ := splitName(s); return first, true }),
	maybe("last_name", "the last name likewise, with what belongs to it", [][2]string{{`last_name("Holm, Ada")`, `"Holm"`}, {`last_name("Dr. Ada van der Holm")`, `"van der Holm"`}, {`last_name("Holm")`, `"Holm"`}},
		func(s string) (string, bool) { _, last := splitName(s); return last, true }),
	text1("full_name", `"First Last" of either`, [][2]string{{`full_name("Holm, Ada")`, `"Ada Holm"`}, {`full_name("Ada  Holm")`, `"Ada Holm"`}}, fullName),
	maybe("salutation", "the salutation before a name, as it is written; null where there is none", [][2]string{{`salutation("Frau Dr. Ada Holm")`, `"Frau"`}, {`salutation("Ada Holm")`, `null`}},
		func(s string) (string, bool) { word, _, ok := cutSalutation(s); return word, ok }),
	text1("no_salutation", "the name without it", [][2]string{{`no_salutation("Mrs. Ada Holm")`, `"Ada Holm"`}},
		func(s string) string { _, rest, _ := cutSalutation(s); return rest }),
	text1("street_name", "the street of a line with a house number", [][2]string{{`street_name("Obere Str. 57 a")`, `"Obere Str."`}, {`street_name("12 High Street")`, `"High Street"`}, {`street_name("Am Markt")`, `"Am Markt"`}},
		func(s string) string { street, _ := splitStreet(s); return street }),
	maybe("house_number", "the house number of it; null where there is none", [][2]string{{`house_number("Obere Str. 57 a")`, `"57 a"`}, {`house_number("12 High Street")`, `"12"`}, {`house_number("Straße des 17. Juni")`, `null`}},
		func(s string) (string, bool) { _, number := splitStreet(s); return number, true }),
	{"join_lines", function{usage: "join_lines(list)", doc: "the values that are not blank, trimmed, a line each", examples: [][2]string{{`join_lines(["c/o Holm", null, " Hinterhaus "])`, `"c/o Holm\nHinterhaus"`}},
		least: 1, most: 1, args: []Type{List}, result: Text, apply: joinLines}},
}

// salutations stand before a name, with or without a point; titles stand between them and the name.
var (
	salutations = []string{"herr", "herrn", "frau", "fräulein", "fr", "hr", "mr", "mrs", "ms", "miss", "sir", "madam", "m", "mme", "mlle", "monsieur", "madame", "mademoiselle",
		"señor", "señora", "sr", "sra", "sig", "signor", "signora", "dhr", "mevr", "mw", "pan", "pani"}
	titles    = []string{"dr", "prof", "ing", "dipl", "mag", "med", "h.c", "phd", "ddr", "dott", "doc"}
	particles = []string{"van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "zu", "zum", "zur", "ter", "ten", "af", "al", "el", "bin", "ibn", "of", "y", "'t"}
)

func bare(word string) string { return strings.ToLower(strings.Trim(word, ".,")) }

// cutSalutation cuts the salutation off a name. A single letter is one only with a point or before more than one word.
func cutSalutation(s string) (word, rest string, ok bool) {
	words := strings.Fields(s)
	if len(words) < 2 || !slices.Contains(salutations, bare(words[0])) || len(bare(words[0])) == 1 && len(words) < 3 {
		return "", strings.Join(words, " "), false
	}
	return words[0], strings.Join(words[1:], " "), true
}

func isTitle(word string) bool {
	w := strings.TrimRight(strings.ToLower(word), ",")
	if before, _, ok := strings.Cut(w, "-"); ok {
		w = before
	}
	return strings.HasSuffix(word, ".") && slices.Contains(titles, strings.TrimSuffix(w, ".")) || slices.Contains([]string{"dr", "prof"}, w)
}

func splitName(s string) (first, last string) {
	_, s, _ = cutSalutation(s)
	if before, after, ok := strings.Cut(s, ","); ok {
		return strings.TrimSpace(after), strings.TrimSpace(before)
	}
	words := strings.Fields(s)
	for len(words) > 1 && isTitle(words[0]) {
		words = words[1:]
	}
	if len(words) == 0 {
		return "", ""
	}
	at := len(words) - 1
	for at > 1 && slices.Contains(particles, strings.ToLower(words[at-1])) {
		at--
	}
	return strings.Join(words[:at], " "), strings.Join(words[at:], " ")
}

func fullName(s string) string {
	if before, after, ok := strings.Cut(s, ","); ok {
		s = after + " " + before
	}
	return strings.Join(strings.Fields(s), " ")
}

// nameCase writes a name as people write it. A particle is small unless it stands first.
func nameCase(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if i > 0 && slices.Contains(particles, strings.ToLower(w)) {
			words[i] = strings.ToLower(w)
			continue
		}
		words[i] = nameWord(w)
	}
	return strings.Join(words, " ")
}

// nameWord makes capitals of the first letter, of letters behind "-" and "'", and of the letter behind Mc.
func nameWord(w string) string {
	r := []rune(strings.ToLower(w))
	for i := range r {
		behind := i == 0 || r[i-1] == '-' || r[i-1] == '\'' && i > 1 && i < len(r)-1 || r[i-1] == '’' || r[i-1] == '.'
		if mc := i == 2 && len(r) > 3 && r[0] == 'M' && r[1] == 'c'; behind || mc {
			r[i] = unicode.ToTitle(r[i])
		}
	}
	return string(r)
}

var (
	numberBehind = regexp.MustCompile(`^(.*[^\d\s,].*?)[\s,]+(\d+\s?[a-zA-Z]?(?:\s?[-/+]\s?\d+\s?[a-zA-Z]?)*)$`)
	numberBefore = regexp.MustCompile(`^(\d+[a-zA-Z]?(?:[-/]\d+[a-zA-Z]?)*)[,\s]+(\D.*)$`)
)

// splitStreet takes a line apart: the number stands behind the street, or before it.
func splitStreet(s string) (street, number string) {
	s = strings.Join(strings.Fields(s), " ")
	if m := numberBehind.FindStringSubmatch(s); m != nil {
		return m[1], m[2]
	}
	if m := numberBefore.FindStringSubmatch(s); len(m) > 2 && !strings.HasPrefix(m[2], ".") {
		return m[2], m[1]
	}
	return s, ""
}

func joinLines(args []any) (any, error) {
	var out []any
	for _, v := range args[0].([]any) {
		if s, ok := v.(string); ok {
			v = strings.TrimSpace(s)
		}
		if !blank(v) {
			out = append(out, v)
		}
	}
	return join([]any{out, "\n"})
}
