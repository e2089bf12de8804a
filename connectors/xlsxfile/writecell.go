package xlsxfile

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// SheetNames gives the names that the sheets of a book will have.
func SheetNames(sheets []Sheet) []string {
	taken := map[string]bool{"history": true} // Excel keeps that one for itself
	var out []string
	for _, s := range sheets {
		base := legalName(s.Name)
		name := base
		for n := 2; taken[strings.ToLower(name)]; n++ {
			end := fmt.Sprintf(" (%d)", n)
			name = cutTo(base, maxNameLength-len(end)) + end
		}
		taken[strings.ToLower(name)] = true
		out = append(out, name)
	}
	return out
}

func legalName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`[]:*?/\`, r):
			return '_'
		case r < ' ' || r == 0x7F || r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF:
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, "' ")
	if name = strings.Trim(cutTo(name, maxNameLength), "' "); name == "" {
		return "Sheet"
	}
	return name
}

// cutTo shortens a text to so many characters, counted as Excel does: one outside the basic plane is two.
func cutTo(s string, n int) string {
	for i, r := range s {
		if n -= units(r); n < 0 {
			return s[:i]
		}
	}
	return s
}

func units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// clean leaves out what XML or a cell cannot hold, and cuts what is too long.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r >= 0x7F && r <= 0x9F || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\uFFFD"))
	length := 0
	for _, r := range s {
		if length += units(r); length > maxCellText {
			return cutTo(s, maxCellText-utf8.RuneCountInString(cutMark)) + cutMark
		}
	}
	return s
}

// exact returns the number that a text is, where a double shows all of its digits.
func exact(text string) (float64, bool) {
	f, ok := parse([]byte(text))
	if !ok || strings.ContainsAny(text, "eE") || len(strings.Trim(strings.Replace(text, ".", "", 1), "-0")) > 15 {
		return 0, false
	}
	return f, true
}

const headTone Tone = "head"

var tones = map[Tone]struct{ fill, font string }{
	Bad: {"F8D7DA", "842029"}, Warn: {"FFF3CD", "664D03"}, Good: {"D1E7DD", "0F5132"}, Dim: {"", "808080"}, headTone: {"305070", "FFFFFF"},
}

// style returns the number of a style, made once.
func (b *bookWriter) style(kind Cell) (int, error) {
	if id, ok := b.styles[kind]; ok {
		return id, nil
	}
	tone := tones[kind.Tone]
	s := excelize.Style{Font: &excelize.Font{Family: "Calibri", Size: 11, Bold: kind.Bold, Color: tone.font},
		Alignment: &excelize.Alignment{Vertical: "top", WrapText: strings.HasSuffix(kind.Text, "lines") || kind.Tone == headTone}}
	if tone.fill != "" {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{tone.fill}}
	}
	if kind.Link != "" {
		s.Font.Underline, s.Font.Color = "single", "0563C1"
	}
	quoted := strings.HasPrefix(kind.Text, "quoted")
	if quoted || strings.HasPrefix(kind.Text, "digits") {
		s.NumFmt = 49 // text: digits that are no number stay as they are
	}
	if quoted { // excelize knows no such option, and gives equal styles one number
		s.Protection = &excelize.Protection{Locked: true}
	}
	id, err := b.file.NewStyle(&s)
	if err != nil {
		return 0, err
	}
	if quoted {
		b.file.Styles.CellXfs.Xf[id].QuotePrefix = &quoted
	}
	b.styles[kind] = id
	return id, nil
}
