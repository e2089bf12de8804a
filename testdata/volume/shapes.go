package volume

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
)

// Rows yields the rows that WriteCSV writes, without the header. The slice is used again for the next row.
func Rows(rows int) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		var line []byte
		for i := range rows {
			line = appendRow(line[:0], uint64(i))
			cells, err := csv.NewReader(bytes.NewReader(line)).Read()
			if err != nil {
				panic(fmt.Sprintf("row %d is no CSV: %v", i, err)) // the generator is wrong
			}
			if !yield(cells) {
				return
			}
		}
	}
}

// WriteXML writes the rows as /partners/partner, the first cell as the attribute no, the others as elements; an empty
// cell is no element.
func WriteXML(w io.Writer, rows int) error {
	names, err := csv.NewReader(bytes.NewReader([]byte(Header))).Read()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<partners>\n")
	for cells := range Rows(rows) {
		fmt.Fprintf(&b, "  <partner no=\"%s\">", cells[0]) // a number needs no escape
		for i, cell := range cells[1:] {
			if cell == "" {
				continue
			}
			b.WriteString("<" + names[i+1] + ">")
			if err := xml.EscapeText(&b, []byte(cell)); err != nil {
				return err
			}
			b.WriteString("</" + names[i+1] + ">")
		}
		b.WriteString("</partner>\n")
		if b.Len() > 1<<20 {
			if _, err := b.WriteTo(w); err != nil {
				return err
			}
		}
	}
	b.WriteString("</partners>\n")
	_, err = b.WriteTo(w)
	return err
}
