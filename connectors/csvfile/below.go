package csvfile

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
)

// closing is how much of a file's end is looked at for lines below the table.
const closing = rawfile.TailSize

// below finds the lines that stand below the table and notes where they begin in the unpacked file; a negative number of
// them says that there are none. bom is the length of the byte order mark.
func (t *detector) below(h *head, d dialect, content *rawfile.Content, bom int) error {
	if t.opt.Footer < 0 {
		return nil
	}
	text, base, line, err := t.closing(*h, d, content, bom)
	if err != nil || len(text) == 0 {
		return err
	}
	records := d.sample(text, true, 0, len(text))
	first := len(records)
	if n := t.opt.Footer; n > 0 {
		for n > 0 && first > 0 {
			first--
			n -= max(records[first].lines, 1)
		}
	} else if d.widths == nil {
		width := len(h.columns)
		first = footer(records, width, bytes.HasSuffix(text, []byte("\n")) || bytes.HasSuffix(text, []byte("\r")))
	}
	if first == len(records) {
		return nil
	}
	apart := records[first:]
	lines := 0
	for i := range apart {
		lines += apart[i].lines
		if line < 0 {
			apart[i].physical = -1
		} else {
			apart[i].physical += line
		}
	}
	h.shape.tail = base + rawLen(t.charset, text[:apart[0].start])
	t.found["footer"] = connectors.Detection{Value: strconv.Itoa(lines), Confidence: 0.8}
	if t.opt.Footer > 0 {
		t.found["footer"] = pinned(strconv.Itoa(t.opt.Footer))
	}
	t.linesApart("csv.lines_below_table", "stands below the table and is none of its rows", apart)
	return nil
}

// closing is the end of the table's text, from the beginning of a record on, its offset in the unpacked file, and the
// physical lines before it, -1 where they were not counted.
func (t *detector) closing(h head, d dialect, content *rawfile.Content, bom int) (text []byte, base int64, line int, err error) {
	if t.whole {
		text = t.text[h.offset:]
		if skip := len(text) - closing; skip > 0 {
			s := splitter{dialect: d}
			end, size := s.recordEnd(text, skip, true)
			h.offset += end + size
			text = t.text[h.offset:]
		}
		s := splitter{dialect: d}
		return text, int64(bom) + rawLen(t.charset, t.text[:h.offset]), s.lineCount(t.text[:h.offset]), nil
	}
	text, base = content.Tail, content.Bytes-int64(len(content.Tail))
	if t.charset.Wide() {
		if odd := (base - int64(bom)) & 1; odd != 0 {
			text, base = text[1:], base+1
		}
		if text, err = io.ReadAll(t.charset.Widen(bytes.NewReader(text))); err != nil {
			return nil, 0, 0, fmt.Errorf("read the end of the file: %w", err)
		}
	}
	s := splitter{dialect: d}
	end, size := s.recordEnd(text, 0, true)
	return text[end+size:], base + rawLen(t.charset, text[:end+size]), -1, nil
}

// rawLen is the number of bytes in the unpacked stream that text stands for.
func rawLen(cs *rawfile.Charset, text []byte) int64 {
	if cs.Wide() {
		return rawfile.WideLen(text)
	}
	return int64(len(text))
}
