package expression

import (
	"crypto/sha256"
	"encoding/hex"
	"html"
	"regexp"
	"strconv"
	"strings"
)

var htmlFunctions = []entry{
	text1("html_escape", "for use inside HTML", [][2]string{{`html_escape("a < b & c")`, `"a &lt; b &amp; c"`}}, html.EscapeString),
	text1("text_to_html", "escaped, with a paragraph for what empty lines part and a break for every other line", [][2]string{{`text_to_html("a\nb\n\nc & d")`, `"<p>a<br>b</p><p>c &amp; d</p>"`}}, textToHTML),
	text1("strip_tags", "the text of HTML: no tags, no scripts, a line where a paragraph or a break was", [][2]string{{`strip_tags("<p>a &amp; <b>b</b><br/>c</p>")`, `"a & b\nc"`}}, stripTags),
}

func textToHTML(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	var b strings.Builder
	var lines []string
	flush := func() {
		if len(lines) > 0 {
			b.WriteString("<p>" + strings.Join(lines, "<br>") + "</p>")
		}
		lines = nil
	}
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line == "" {
			flush()
			continue
		}
		lines = append(lines, html.EscapeString(line))
	}
	flush()
	return b.String()
}

var (
	hidden  = regexp.MustCompile(`(?is)<(script|style|head)\b.*?(</(script|style|head)\s*>|$)|<!--.*?(-->|$)`)
	newLine = regexp.MustCompile(`(?i)<\s*(br|/p|/div|/li|/tr|/h[1-6])\b[^>]*>`)
	anyTag  = regexp.MustCompile(`<[/!a-zA-Z][^>]*(>|$)`)
)

func stripTags(s string) string {
	s = hidden.ReplaceAllString(s, "")
	s = strings.Join(strings.Fields(s), " ") // a line of the source is no line of the page
	s = anyTag.ReplaceAllString(newLine.ReplaceAllString(s, "\n"), "")
	var out []string
	for line := range strings.Lines(html.UnescapeString(s)) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

var hashFunctions = []entry{
	text1("sha256", "SHA-256 in 64 hexadecimal digits", [][2]string{{`left(sha256("abc"), 16)`, `"ba7816bf8f01cfea"`}}, digest),
	{"short_hash", function{usage: "short_hash(text, 12)", doc: "its first 8 to 64 digits", examples: [][2]string{{`short_hash("abc", 8)`, `"ba7816bf"`}},
		least: 2, most: 2, args: []Type{Text, Number}, result: Text, apply: shortHash}},
	{"stable_key", function{usage: "stable_key(list)", doc: "a key of 16 digits made of several values; nulls count, and no two lists are mixed up",
		examples: [][2]string{{`stable_key(["a", "bc"]) == stable_key(["ab", "c"])`, `false`}, {`len(stable_key(["a", null]))`, `16`}},
		least:    1, most: 1, args: []Type{List}, result: Text, apply: stableKey}},
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func shortHash(args []any) (any, error) {
	n, err := whole(args[1], 64)
	if err != nil || n < 8 {
		return nil, &ValueError{Message: "short_hash has 8 to 64 digits"}
	}
	return digest(args[0].(string))[:n], nil
}

// stableKey writes every value with its length before it, so that where one ends and the next begins is part of the key.
func stableKey(args []any) (any, error) {
	var b strings.Builder
	for _, v := range args[0].([]any) {
		s, ok := plain(v)
		switch {
		case v == nil:
			b.WriteString("-;")
		case !ok:
			return nil, &ValueError{Message: "stable_key cannot take " + describe(v)}
		default:
			b.WriteString(strconv.Itoa(len(s)) + ":" + s + ";")
		}
	}
	return digest(b.String())[:16], nil
}
