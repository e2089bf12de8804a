package expression

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var textFunctions = []entry{
	text1("trim", "without blanks at both ends", [][2]string{{`trim(" a ")`, `"a"`}}, cell.Step("trim")),
	text1("squeeze", "trimmed, and every run of white space is one blank", [][2]string{{`squeeze(" a   b ")`, `"a b"`}}, cell.Step("squeeze")),
	text1("collapse_lines", "lines trimmed, empty ones left out", [][2]string{{`collapse_lines(" a \n\n  b\n")`, `"a\nb"`}}, collapseLines),
	text1("upper", "in capitals", [][2]string{{`upper("é")`, `"É"`}}, cell.Step("upper")),
	text1("lower", "in small letters", [][2]string{{`lower("É")`, `"é"`}}, cell.Step("lower")),
	text1("title", "every word with a capital", [][2]string{{`title("OBERE str.")`, `"Obere Str."`}}, cell.Step("title")),
	text1("name_case", "a person's name as it is usually written", [][2]string{{`name_case("MARIA VON DER LEYEN-O'NEIL")`, `"Maria von der Leyen-O'Neil"`},
		{`name_case("mcdonald")`, `"McDonald"`}}, nameCase),
	text1("remove_accents", "letters without their accents", [][2]string{{`remove_accents("Québec Łódź")`, `"Quebec Łodz"`}}, removeAccents),
	text1("ascii", "in ASCII: accents removed, ß is ss, what has no like is left out", [][2]string{{`ascii("Straße Łódź №1")`, `"Strasse Lodz No1"`}}, toASCII),
	text1("digits", "digits only", [][2]string{{`digits("+49 (30) 12")`, `"493012"`}}, cell.Step("digits")),
	text1("strip_zeros", "without leading zeros", [][2]string{{`strip_zeros("00120")`, `"120"`}}, cell.Step("strip_zeros")),
	text1("nfc", "in Unicode's composed form", nil, cell.Step("nfc")),
	{"left", function{usage: "left(text, 3)", doc: "the first characters", examples: [][2]string{{`left("Ünal", 2)`, `"Ün"`}},
		least: 2, most: 2, args: []Type{Text, Number}, result: Text, apply: left}},
	{"right", function{usage: "right(text, 3)", doc: "the last characters", examples: [][2]string{{`right("Ünal", 2)`, `"al"`}},
		least: 2, most: 2, args: []Type{Text, Number}, result: Text, apply: right}},
	{"slice", function{usage: "slice(text, 2, 4)", doc: "from the one character to the other, both included, counted from 1",
		examples: [][2]string{{`slice("DE136695976", 3, 5)`, `"136"`}, {`slice("ab", 2, 9)`, `"b"`}}, least: 3, most: 3, args: []Type{Text, Number}, result: Text, apply: slice}},
	{"truncate", function{usage: `truncate(text, 64, "…")`, doc: "cut to a length; the third argument, if any, is put at the end of what was cut and counts",
		examples: [][2]string{{`truncate("a long name", 6, "…")`, `"a lon…"`}, {`truncate("short", 6)`, `"short"`}}, least: 2, most: 3, args: []Type{Text, Number, Text}, result: Text, apply: truncate}},
	{"pad", function{usage: `pad(text, 10, "0")`, doc: "filled at the left up to a length, at the right for a negative one", examples: [][2]string{{`pad("7", 3, "0")`, `"007"`}, {`pad("7", -3, "0")`, `"700"`}},
		least: 2, most: 3, args: []Type{Text, Number, Text}, result: Text, apply: pad}},
	{"replace", function{usage: `replace(text, "old", "new")`, doc: "every occurrence replaced", examples: [][2]string{{`replace("1-2-3", "-", "/")`, `"1/2/3"`}},
		least: 3, most: 3, args: []Type{Text}, result: Text, apply: replace}},
	{"fits", function{usage: `fits(text, "[A-Z]{2}[0-9]+")`, doc: "whether a regular expression (RE2) fits somewhere; ^ and $ are the ends",
		examples: [][2]string{{`fits("DE12", "^[A-Z]{2}[0-9]+$")`, `true`}}, least: 2, most: 2, args: []Type{Text}, result: Bool,
		literal: patternLiteral, apply: func(args []any) (any, error) { return args[1].(*pattern).re.MatchString(args[0].(string)), nil }}},
	{"extract", function{usage: `extract(text, "No ([0-9]+)")`, doc: "what the group in parentheses fits, without one the whole; null where nothing fits",
		examples: [][2]string{{`extract("Order No 17 of May", "No ([0-9]+)")`, `"17"`}, {`extract("x", "[0-9]+")`, `null`}}, least: 2, most: 2, args: []Type{Text}, result: Text,
		literal: patternLiteral, apply: extract}},
	{"replace_re", function{usage: `replace_re(text, "([0-9]+)", "<$1>")`, doc: "every fit replaced; $1 is the first group",
		examples: [][2]string{{`replace_re("a1b22", "([0-9]+)", "<$1>")`, `"a<1>b<22>"`}}, least: 3, most: 3, args: []Type{Text}, result: Text,
		literal: patternLiteral, apply: replaceRE}},
	{"len", function{usage: "len(text)", doc: "number of characters, or of values in a list", examples: [][2]string{{`len("Ünal")`, `4`}},
		least: 1, most: 1, args: []Type{Any}, result: Number, apply: length}},
}

// pattern is a compiled regular expression with the text that replaces what it fits.
type pattern struct {
	re *regexp.Regexp
	to string
}

func patternLiteral(texts []string, _ *time.Location) (any, error) {
	re, err := regexp.Compile(texts[0])
	if err != nil {
		why := err.Error()
		if i := strings.Index(why, ": "); i >= 0 {
			why = why[i+2:]
		}
		return nil, fmt.Errorf("%q is not a regular expression: %s", cell.Shorten(texts[0]), why)
	}
	p := &pattern{re: re}
	if len(texts) > 1 {
		p.to = texts[1]
	}
	return p, nil
}

func extract(args []any) (any, error) {
	found := args[1].(*pattern).re.FindStringSubmatch(args[0].(string))
	switch {
	case found == nil:
		return nil, nil
	case len(found) > 1:
		return found[1], nil
	}
	return found[0], nil
}

func replaceRE(args []any) (any, error) {
	s, p := args[0].(string), args[1].(*pattern)
	var out []byte
	last := 0
	for _, at := range p.re.FindAllStringSubmatchIndex(s, -1) {
		out = append(out, s[last:at[0]]...)
		if out = p.re.ExpandString(out, p.to, s, at); len(out) > maxText {
			break
		}
		last = at[1]
	}
	return bounded("replace_re", string(append(out, s[last:]...)))
}

func collapseLines(s string) string {
	var out []string
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// removeAccents drops combining marks; a letter that is not composed of others, such as Ł, stays.
func removeAccents(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

var likes = strings.NewReplacer("ß", "ss", "ẞ", "SS", "Æ", "AE", "æ", "ae", "Œ", "OE", "œ", "oe", "Ø", "O", "ø", "o", "Ł", "L", "ł", "l", "Đ", "D", "đ", "d",
	"Þ", "Th", "þ", "th", "Ð", "D", "ð", "d", "ı", "i", "’", "'", "‘", "'", "“", `"`, "”", `"`, "„", `"`, "–", "-", "—", "-", "…", "...", "€", "EUR")

func toASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}, removeAccents(norm.NFKC.String(likes.Replace(s))))
}

func length(args []any) (any, error) {
	switch v := args[0].(type) {
	case string:
		return record.DecimalFromInt(int64(utf8.RuneCountInString(v))), nil
	case []any:
		return record.DecimalFromInt(int64(len(v))), nil
	}
	return nil, &ValueError{Message: "len needs a text or a list, not " + describe(args[0])}
}

func replace(args []any) (any, error) {
	s, from, to := args[0].(string), args[1].(string), args[2].(string)
	if from == "" {
		return nil, &ValueError{Message: "replace needs a text to look for"}
	}
	if len(s)+strings.Count(s, from)*len(to) > maxText {
		return nil, &ValueError{Message: "replace would make a text of more than 1 MiB"}
	}
	return strings.ReplaceAll(s, from, to), nil
}

// pad fills at the left, or at the right for a negative width. It never shortens.
func pad(args []any) (any, error) {
	width, err := whole(args[1], 1000)
	if err != nil {
		return nil, err
	}
	fill := " "
	if len(args) > 2 {
		fill = args[2].(string)
	}
	if utf8.RuneCountInString(fill) != 1 {
		return nil, &ValueError{Message: "pad fills with one character"}
	}
	s := args[0].(string)
	missing := max(width, -width) - utf8.RuneCountInString(s)
	if missing <= 0 {
		return s, nil
	}
	if width < 0 {
		return s + strings.Repeat(fill, missing), nil
	}
	return strings.Repeat(fill, missing) + s, nil
}

func left(args []any) (any, error) { return cut(args, func(r []rune, n int) []rune { return r[:n] }) }
func right(args []any) (any, error) {
	return cut(args, func(r []rune, n int) []rune { return r[len(r)-n:] })
}

func cut(args []any, part func([]rune, int) []rune) (any, error) {
	n, err := whole(args[1], maxText)
	if err != nil {
		return nil, err
	}
	r := []rune(args[0].(string))
	return string(part(r, min(max(n, 0), len(r)))), nil
}

func slice(args []any) (any, error) {
	from, err1 := whole(args[1], maxText)
	to, err2 := whole(args[2], maxText)
	if err := errors.Join(err1, err2); err != nil || from < 1 {
		return nil, &ValueError{Message: "slice counts characters from 1"}
	}
	r := []rune(args[0].(string))
	to = min(to, len(r))
	if from > to {
		return "", nil
	}
	return string(r[from-1 : to]), nil
}

func truncate(args []any) (any, error) {
	most, err := whole(args[1], maxText)
	if err != nil {
		return nil, err
	}
	end := ""
	if len(args) > 2 {
		end = args[2].(string)
	}
	r := []rune(args[0].(string))
	if len(r) <= most {
		return args[0], nil
	}
	keep := most - utf8.RuneCountInString(end)
	if keep < 0 {
		return nil, &ValueError{Message: fmt.Sprintf("truncate cannot end %d characters with %q", most, cell.Shorten(end))}
	}
	return strings.TrimRightFunc(string(r[:keep]), unicode.IsSpace) + end, nil
}
