package xmlfile

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// reader makes the rows of one table. The text of a batch is collected in one buffer that becomes one string.
type reader struct {
	s     *Source
	w     *walker
	want  *table
	at    *node
	depth int
	texts [][]byte // one a level, reused: text may stand in pieces around elements
	count map[*table]int64
	ended bool

	buffer []byte
	rows   []pending
	row    *pending // the row being read, nil outside of one
	level  int      // its level
	hidden int      // level of a child table's element inside the row, 0 for none
}

// pending is a row whose cells are still places in the buffer.
type pending struct {
	pos   record.Pos
	start int // in buffer
	cells []place
}

type place struct {
	start, end int
	present    bool
}

func newReader(s *Source, w *walker, want *table) *reader {
	return &reader{s: s, w: w, want: want, at: s.top, texts: make([][]byte, 1, maxDepth+1), count: map[*table]int64{}}
}

// next returns nil after the last batch.
func (r *reader) next(ctx context.Context) (*record.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for !r.ended && (r.row != nil || len(r.rows) == 0 || len(r.buffer) < r.s.target) {
		ev, err := r.w.next()
		if errors.Is(err, io.EOF) {
			r.ended = true
			break
		}
		if err != nil {
			return nil, err
		}
		switch ev {
		case startTag:
			err = r.start()
		case text:
			err = r.text()
		case endTag:
			r.end()
		}
		if err != nil {
			return nil, err
		}
	}
	if len(r.rows) == 0 {
		return nil, nil
	}
	return r.batch(), nil
}

func (r *reader) start() error {
	kid := r.at.kids[r.w.local]
	if kid == nil { // cannot be while the bytes are those that were scanned
		return fmt.Errorf("%s line %d: <%s> was not here before: %w", r.s.file.About().Path, r.w.line, r.w.local, connectors.ErrChanged)
	}
	r.at = kid
	r.depth++
	if len(r.texts) <= r.depth {
		r.texts = append(r.texts, nil)
	}
	r.texts[r.depth] = r.texts[r.depth][:0]
	if kid.table != nil {
		r.count[kid.table]++
		switch {
		case kid.table == r.want:
			r.begin()
		case r.row != nil && r.hidden == 0:
			r.hidden = r.depth
		}
	}
	if r.row == nil || r.hidden > 0 {
		return nil
	}
	for _, a := range r.w.attrs {
		r.attribute(a)
	}
	return r.checkSize()
}

// checkSize refuses a row of endless text.
func (r *reader) checkSize() error {
	if size := len(r.buffer) - r.row.start; size > maxRow {
		return r.w.damaged(r.row.pos.Line, fmt.Sprintf("one <%s> holds more than %d MiB of text", r.want.node.name, maxRow>>20))
	}
	return nil
}

func (r *reader) begin() {
	pos := record.Pos{Row: r.count[r.want], Line: r.w.line, Offset: -1}
	if r.s.charset.Identity() && !r.s.charset.Wide() {
		pos.Offset = r.w.offset + int64(r.s.bom)
	}
	r.rows = append(r.rows, pending{pos: pos, start: len(r.buffer), cells: make([]place, len(r.want.Columns))})
	r.row, r.level = &r.rows[len(r.rows)-1], r.depth
	if r.want.parent != nil {
		from := len(r.buffer)
		r.buffer = strconv.AppendInt(r.buffer, r.count[r.want.parent], 10)
		r.row.cells[0] = place{from, len(r.buffer), true}
	}
}

func (r *reader) attribute(a xml.Attr) {
	name, ok := attrName(a.Name.Space, a.Name.Local)
	if !ok {
		return
	}
	known := r.at.attrs[name]
	if known == nil || known.col < 0 {
		return
	}
	from := len(r.buffer)
	r.buffer = append(r.buffer, a.Value...)
	r.row.cells[known.col] = place{from, len(r.buffer), true}
}

// text keeps a piece of text. Blanks between elements are layout, not content.
func (r *reader) text() error {
	if r.row == nil || r.hidden > 0 || r.at.textCol < 0 || len(r.at.kids) > 0 && blank(r.w.data) {
		return nil
	}
	r.texts[r.depth] = append(r.texts[r.depth], r.w.data...)
	if len(r.texts[r.depth]) > maxRow {
		return r.w.damaged(r.row.pos.Line, fmt.Sprintf("one <%s> holds more than %d MiB of text", r.want.node.name, maxRow>>20))
	}
	return r.checkSize()
}

func (r *reader) end() {
	if r.row != nil && r.hidden == 0 {
		if col := r.at.textCol; col >= 0 {
			from := len(r.buffer)
			r.buffer = append(r.buffer, r.texts[r.depth]...)
			r.row.cells[col] = place{from, len(r.buffer), true}
		}
		if r.depth == r.level {
			r.row = nil
		}
	}
	if r.hidden == r.depth {
		r.hidden = 0
	}
	r.at = r.at.parent
	r.depth--
}

// batch turns what was collected into rows.
func (r *reader) batch() *record.Batch {
	all := string(r.buffer)
	width := len(r.want.Columns)
	cells := make([]string, len(r.rows)*width)
	rows := make([]record.Row, len(r.rows))
	for i, p := range r.rows {
		own := cells[i*width : (i+1)*width : (i+1)*width]
		rows[i] = record.Row{Pos: p.pos, Cells: own}
		for k, c := range p.cells {
			if !c.present {
				rows[i].Missing = append(rows[i].Missing, k)
				continue
			}
			own[k] = all[c.start:c.end]
		}
	}
	r.buffer, r.rows = r.buffer[:0], r.rows[:0]
	return &record.Batch{Table: r.want.Name, Columns: r.want.Columns, Rows: rows}
}
