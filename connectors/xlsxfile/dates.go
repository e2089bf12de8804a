package xlsxfile

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// excelize's row stream tells neither a cell's type nor its style, only its text under its number format. So the
// formats are replaced in memory before reading: those that show dates become one that marks the bare serial number,
// all others become none at all. What then comes out is the number, or mark and serial.
const (
	mark       = "\x01" // cannot occur in XML
	dateMark   = mark + "d"
	timeMark   = mark + "t"
	spanMark   = mark + "e"
	unknownFmt = 59999 // an id without a format code: the value as it is
	// Ten digits of a day are nine microseconds.
	serialFormat = `0.0000000000;\-0.0000000000`
)

// dates turns serial numbers of one workbook into text.
type dates struct{ since1904 bool }

func prepareDates(book *excelize.File) (dates, error) {
	props, err := book.GetWorkbookProps()
	if err != nil {
		return dates{}, err
	}
	d := dates{since1904: props.Date1904 != nil && *props.Date1904}
	if book.Styles == nil || book.Styles.CellXfs == nil {
		return d, nil
	}
	custom := map[int]string{}
	if book.Styles.NumFmts != nil {
		for _, f := range book.Styles.NumFmts.NumFmt {
			custom[f.NumFmtID] = f.FormatCode
		}
	}
	styles := len(book.Styles.CellXfs.Xf)
	ids := map[string]int{}
	for _, m := range []string{dateMark, timeMark, spanMark} {
		positive, negative, _ := strings.Cut(serialFormat, ";")
		code := `"` + m + `"` + positive + `;"` + m + `"` + negative
		style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &code})
		if err != nil {
			return d, err
		}
		ids[m] = *book.Styles.CellXfs.Xf[style].NumFmtID
	}
	for i := range book.Styles.CellXfs.Xf[:styles] {
		xf := &book.Styles.CellXfs.Xf[i]
		id := unknownFmt
		if xf.NumFmtID != nil {
			if m := formatMark(*xf.NumFmtID, custom); m != "" {
				id = ids[m]
			}
		}
		xf.NumFmtID = &id
	}
	return d, nil
}

// formatMark says what a number format shows: a date (with or without time), a time of day, a span of hours; "" for
// what is no date at all. The built-in formats are those of ECMA-376 part 1, 18.8.30, the East Asian dates included.
func formatMark(id int, custom map[int]string) string {
	if code, ok := custom[id]; ok {
		return codeMark(code)
	}
	switch {
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 58:
		return dateMark
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 47:
		return timeMark
	case id == 46:
		return spanMark
	}
	return ""
}

// codeMark reads the first section of a format code, past literals, colours, conditions and fillers.
func codeMark(code string) string {
	var day, clock, minutes bool
	code, _, _ = strings.Cut(code, ";")
	if strings.EqualFold(strings.TrimSpace(code), "general") {
		return ""
	}
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				i = len(code)
				break
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return ""
			}
			if elapsed(code[i+1 : i+end]) {
				return spanMark
			}
			i += end
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
		return dateMark
	case clock:
		return timeMark
	}
	return ""
}

// elapsed recognises [h], [mm], [ss].
func elapsed(bracket string) bool {
	b := strings.ToLower(bracket)
	return b != "" && (strings.Trim(b, "h") == "" || strings.Trim(b, "m") == "" || strings.Trim(b, "s") == "")
}

// text turns a marked cell into a date, a time or a span; other cells stay as they are.
func (d dates) text(cell string) string {
	if !strings.HasPrefix(cell, mark) {
		return cell
	}
	kind, number := cell[:2], cell[2:]
	serial, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	plain := strconv.FormatFloat(serial, 'f', -1, 64)
	if serial < 0 || serial >= 2958466 { // Excel knows no days before its first and none after the year 9999
		return plain
	}
	milliseconds := int64(math.Round(serial * 86400 * 1000))
	days, rest := milliseconds/86400000, milliseconds%86400000
	switch {
	case kind == spanMark:
		return fmt.Sprintf("%d:%s", milliseconds/3600000, clock(milliseconds % 3600000)[3:])
	case days == 0 && (kind == timeMark || rest != 0):
		return clock(rest)
	case rest == 0:
		return d.day(days, plain)
	}
	return d.day(days, plain) + " " + clock(rest)
}

// day is the calendar day of a serial number. In the 1900 system day 60 is 29 February 1900, which never was: Excel
// shows it all the same, and counts one too many from there on.
func (d dates) day(serial int64, plain string) string {
	switch {
	case d.since1904:
		return time.Date(1904, 1, 1+int(serial), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	case serial == 0:
		return plain
	case serial < 60:
		return time.Date(1899, 12, 31+int(serial), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	case serial == 60:
		return "1900-02-29"
	}
	return time.Date(1899, 12, 30+int(serial), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// clock writes milliseconds of a day as 15:04:05, with a fraction only where there is one.
func clock(milliseconds int64) string {
	t := time.UnixMilli(milliseconds).UTC()
	if milliseconds%1000 == 0 {
		return t.Format(time.TimeOnly)
	}
	return t.Format("15:04:05.000")
}

// errorCells are the texts of cells whose formula failed.
var errorCells = []string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}

func isError(cell string) bool {
	return strings.HasPrefix(cell, "#") && slices.Contains(errorCells, cell)
}
