package xlsxfile

import (
	"strings"

	"github.com/xuri/excelize/v2"
)

// format says how numbers of a style are shown, as far as that changes what they mean.
type format struct {
	shows showing
	zeros int // digits to which a code of nothing but zeros ("00000") fills up; 0 for any other code
}

type showing uint8

const (
	plain showing = iota
	dates         // with or without time
	times         // of a day
	spans         // hours past 24
)

// formatsOf reads the number format of each style that a cell can have.
func formatsOf(book *excelize.File) []format {
	if book.Styles == nil || book.Styles.CellXfs == nil {
		return nil
	}
	custom := map[int]string{}
	if book.Styles.NumFmts != nil {
		for _, f := range book.Styles.NumFmts.NumFmt {
			if f != nil {
				custom[f.NumFmtID] = f.FormatCode
			}
		}
	}
	out := make([]format, len(book.Styles.CellXfs.Xf))
	for i, xf := range book.Styles.CellXfs.Xf {
		if xf.NumFmtID == nil {
			continue
		}
		code, own := custom[*xf.NumFmtID]
		if !own {
			out[i].shows = builtIn(*xf.NumFmtID)
			continue
		}
		if out[i].shows = codeShows(code); out[i].shows == plain && len(code) > 1 && len(code) <= 40 && strings.Trim(code, "0") == "" {
			out[i].zeros = len(code)
		}
	}
	return out
}

// builtIn knows the formats without a code: ECMA-376 part 1, 18.8.30, the East Asian dates included.
func builtIn(id int) showing {
	switch {
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 58:
		return dates
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 47:
		return times
	case id == 46:
		return spans
	}
	return plain
}

// codeShows reads the first section of a format code, past literals, colours, conditions and fillers.
func codeShows(code string) showing {
	var day, clock, minutes bool
	for i := 0; i < len(code) && code[i] != ';'; i++ {
		switch code[i] {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				end = len(code)
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return plain
			}
			if elapsed(code[i+1 : i+end]) {
				return spans
			}
			i += end
		case 'g', 'G', 'e', 'E':
			if len(code) >= i+7 && strings.EqualFold(code[i:i+7], "general") {
				return plain
			}
		case 'y', 'Y', 'd', 'D':
			day = true
		case 'h', 'H', 's', 'S':
			clock = true
		case 'm', 'M':
			minutes = true
		}
	}
	switch {
	case day || minutes && !clock:
		return dates
	case clock:
		return times
	}
	return plain
}

// elapsed recognises [h], [mm], [ss].
func elapsed(bracket string) bool {
	b := strings.ToLower(bracket)
	return b != "" && (strings.Trim(b, "h") == "" || strings.Trim(b, "m") == "" || strings.Trim(b, "s") == "")
}
