package xmlfile

import (
	"context"
	"fmt"
	"strconv"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// What a batch holds at most besides its text, and what all tables that are read together may hold back.
const (
	bytesPerCell = 4  // a cell counts as so many bytes of a batch, so that wide tables have short batches
	heldBatches  = 16 // batches' worth of rows of several tables
)

// reader makes the rows of one table or of several in one pass.
type reader struct {
	s     *Source
	w     *walker
	rows  []builder // one a table, by its index
	keys  []key     // likewise
	texts [][]byte  // one a level: text that may stand in pieces around elements
	runs  []int     // likewise: where the text since the last tag begins in it
	ready []*record.Batch
	size  int // what the complete rows of all builders hold
	ended bool

	cell int  // where in its builder's buffer the text of the open leaf begins
	null bool // the open element says xsi:nil
}

// key is the natural key of the row of a table that is open.
type key struct {
	needed bool // by a table that is read
	known  bool
	text   []byte
}

// builder collects the rows of one table. Their text is in one buffer that becomes one string.
type builder struct {
	want    bool
	table   *table
	count   int64 // rows of the table so far
	open    bool  // the last row is not complete
	start   int   // where in text that row begins
	text    []byte
	cells   []place // so many a row as the table has columns
	pos     []record.Pos
	waiting []int // for each of the table's keyed ancestors: from which row on its key is still to come; -1 for none
	waits   int   // how many of them are not -1
	counted int   // what of it is in reader.size
}

// place is a cell's text in the buffer; the zero value is a cell that is missing.
type place struct {
	start, end int32
	present    bool
}

func newReader(s *Source, w *walker, wanted ...*table) *reader {
	r := &reader{s: s, w: w, rows: make([]builder, len(s.tables)), keys: make([]key, len(s.tables))}
	r.texts, r.runs = make([][]byte, maxDepth+1), make([]int, maxDepth+1)
	for i, t := range s.tables {
		r.rows[i].table = t
	}
	for _, t := range wanted {
		b := &r.rows[t.index]
		b.want, b.waiting = true, make([]int, len(t.keyed))
		for k, up := range t.keyed {
			b.waiting[k] = -1
			r.keys[up.index].needed = true
		}
	}
	return r
}

// next returns nil after the last batch.
func (r *reader) next(ctx context.Context) (*record.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for len(r.ready) == 0 && !r.ended {
		t, err := r.w.next()
		if err != nil {
			return nil, err
		}
		switch t {
		case startTag:
			err = r.start()
		case text:
			err = r.text()
		case endTag:
			r.end()
		case endOfDocument:
			r.ended = true
			r.flush()
		}
		if err != nil {
			return nil, err
		}
	}
	if len(r.ready) == 0 {
		return nil, nil
	}
	b := r.ready[0]
	r.ready = r.ready[1:]
	return b, nil
}

func (r *reader) start() error {
	n := r.w.at
	depth := r.w.depth()
	r.closeRun(depth - 1)
	r.texts[depth], r.runs[depth] = r.texts[depth][:0], 0
	if t := n.rows; t != nil {
		b := &r.rows[t.index]
		b.count++
		r.keys[t.index].known = false
		if b.want {
			r.begin(b)
		}
	}
	r.null = false
	if len(r.w.attrs) > 0 && len(n.attrs) > 0 {
		if err := r.attributes(n); err != nil {
			return err
		}
	}
	if n.keyOf != nil {
		r.keys[n.keyOf.index].text = r.keys[n.keyOf.index].text[:0]
	}
	if n.owner != nil {
		b := &r.rows[n.owner.index]
		r.cell = len(b.text)
		return r.checkSize(b)
	}
	return nil
}

// begin starts a row with what is known of its ancestors.
func (r *reader) begin(b *builder) {
	pos := record.Pos{Row: b.count, Line: r.w.tokenRow, Offset: -1}
	if r.s.charset.Identity() && !r.s.charset.Wide() {
		pos.Offset = r.w.offset() + int64(r.s.bom)
	}
	first := len(b.cells)
	b.pos = append(b.pos, pos)
	b.cells = extend(b.cells, len(b.table.Columns))
	b.open, b.start = true, len(b.text)
	if b.table.parent == nil {
		return
	}
	from := len(b.text)
	b.text = strconv.AppendInt(b.text, r.rows[b.table.parent.index].count, 10)
	b.cells[first] = b.placed(from)
	for k, up := range b.table.keyed {
		switch key := &r.keys[up.index]; {
		case key.known:
			from := len(b.text)
			b.text = append(b.text, key.text...)
			b.cells[first+1+k] = b.placed(from)
		case b.waiting[k] < 0:
			b.waiting[k] = len(b.pos) - 1
			b.waits++
		}
	}
}

func (b *builder) placed(from int) place { return place{int32(from), int32(len(b.text)), true} }

// extend appends n zero cells.
func extend(cells []place, n int) []place {
	have := len(cells)
	if have+n > cap(cells) {
		grown := make([]place, have, max(2*cap(cells), have+n, 256))
		copy(grown, cells)
		cells = grown
	}
	cells = cells[:have+n]
	clear(cells[have:])
	return cells
}

func (r *reader) attributes(n *node) error {
	if !r.concerns(n) {
		return nil
	}
	if err := r.w.resolve(); err != nil {
		return err
	}
	for i, l := range r.w.found {
		a := r.w.attrs[i]
		r.null = r.null || l.isNil && isTrue(a.value)
		if l.owner == nil {
			continue
		}
		if b := &r.rows[l.owner.index]; b.want && b.open {
			from := len(b.text)
			b.text = r.w.appendValue(b.text, a)
			b.set(l.col, from)
			if err := r.checkSize(b); err != nil {
				return err
			}
		}
		if l.keyOf != nil {
			k := &r.keys[l.keyOf.index]
			k.text = r.w.appendValue(k.text[:0], a)
			r.learnKey(l.keyOf)
		}
	}
	return nil
}

// concerns reports whether an attribute of the element is a cell or key that is wanted, or says that a cell is nil.
func (r *reader) concerns(n *node) bool {
	for _, l := range n.attrs {
		if l.owner != nil && r.rows[l.owner.index].want || l.keyOf != nil && r.keys[l.keyOf.index].needed || l.isNil {
			return true
		}
	}
	return false
}

// set puts the text of the buffer from from on into a cell of the last row.
func (b *builder) set(col, from int) {
	b.cells[len(b.cells)-len(b.table.Columns)+col] = b.placed(from)
}

// text keeps a piece of text.
func (r *reader) text() error {
	n := r.w.at
	if n.keyOf != nil && r.keys[n.keyOf.index].needed {
		k := &r.keys[n.keyOf.index]
		k.text = append(k.text, r.w.data...)
	}
	if n.owner == nil {
		return nil
	}
	b := &r.rows[n.owner.index]
	if !b.want || r.null {
		return nil
	}
	if len(n.kids) == 0 {
		b.text = append(b.text, r.w.data...)
		return r.checkSize(b)
	}
	depth := r.w.depth()
	if r.texts[depth] = append(r.texts[depth], r.w.data...); len(r.texts[depth]) > maxRow {
		return r.tooLong(b)
	}
	return nil
}

// closeRun drops the text since the last tag of the element at a level where it is nothing but blanks: layout.
func (r *reader) closeRun(depth int) {
	if run := r.texts[depth][r.runs[depth]:]; len(run) > 0 && blank(run) {
		r.texts[depth] = r.texts[depth][:r.runs[depth]]
	}
	r.runs[depth] = len(r.texts[depth])
}

// checkSize refuses a row of endless text.
func (r *reader) checkSize(b *builder) error {
	if b.open && len(b.text)-b.start > maxRow {
		return r.tooLong(b)
	}
	return nil
}

func (r *reader) tooLong(b *builder) error {
	return r.w.damaged(b.pos[len(b.pos)-1].Line, 0, fmt.Errorf("one <%s> holds more than %d MiB of text", b.table.node.name.local, maxRow>>20))
}

func (r *reader) end() {
	n := r.w.at
	depth := r.w.depth() + 1 // it has left the stack
	r.closeRun(depth)
	if n.owner != nil {
		if b := &r.rows[n.owner.index]; b.want && b.open {
			r.finishText(n, b, depth)
		}
	}
	if n.keyOf != nil {
		r.learnKey(n.keyOf)
	}
	r.null = false
	if n.rows != nil {
		r.complete(&r.rows[n.rows.index])
	}
}

func (r *reader) finishText(n *node, b *builder, depth int) {
	switch {
	case len(n.kids) == 0 && !r.null:
		b.set(n.col, r.cell)
	case len(n.kids) > 0:
		from := len(b.text)
		b.text = append(b.text, r.texts[depth]...)
		b.set(n.col, from)
	}
}

// learnKey gives the key that was just read to the rows that wait for it.
func (r *reader) learnKey(t *table) {
	key := &r.keys[t.index]
	if !key.needed {
		return
	}
	key.known = true
	for i := range r.rows {
		b := &r.rows[i]
		if b.waits == 0 {
			continue
		}
		for k, up := range b.table.keyed {
			if up == t && b.waiting[k] >= 0 {
				b.fillKey(k, key.text)
				r.flushFull(b)
			}
		}
	}
}

func (b *builder) fillKey(k int, key []byte) {
	from := len(b.text)
	b.text = append(b.text, key...)
	width := len(b.table.Columns)
	for row := b.waiting[k]; row < len(b.pos); row++ {
		b.cells[row*width+1+k] = b.placed(from)
	}
	b.waiting[k] = -1
	b.waits--
}

// complete ends the last row of a table. Rows that still wait for its key go without.
func (r *reader) complete(b *builder) {
	if key := &r.keys[b.table.index]; key.needed && !key.known {
		for i := range r.rows {
			r.rows[i].forget(b.table)
		}
	}
	r.keys[b.table.index].known = false
	if b.want {
		b.open = false
		r.flushFull(b)
	}
}

func (b *builder) forget(t *table) {
	for k, up := range b.table.keyed {
		if b.waits > 0 && up == t && b.waiting[k] >= 0 {
			b.waiting[k] = -1
			b.waits--
		}
	}
}

func (b *builder) held() int { return len(b.text) + bytesPerCell*len(b.cells) }

// flushFull makes a batch where enough was collected. Several tables read together share a bound.
func (r *reader) flushFull(b *builder) {
	r.size += b.held() - b.counted
	b.counted = b.held()
	switch {
	case b.counted >= r.s.target:
		r.take(b)
	case r.size > heldBatches*r.s.target:
		r.flush()
	}
}

// flush makes batches of all complete rows.
func (r *reader) flush() {
	for i := range r.rows {
		r.take(&r.rows[i])
	}
}

// take makes a batch of a table's rows, unless one of them is not complete.
func (r *reader) take(b *builder) {
	if b.open || b.waits > 0 || len(b.pos) == 0 {
		return
	}
	r.ready = append(r.ready, b.batch())
	r.size -= b.counted
	b.counted = 0
}

func (b *builder) batch() *record.Batch {
	all := string(b.text)
	width := len(b.table.Columns)
	cells := make([]string, len(b.cells))
	missing := 0
	for i, c := range b.cells {
		if c.present {
			cells[i] = all[c.start:c.end]
		} else {
			missing++
		}
	}
	absent := make([]int, 0, missing)
	rows := make([]record.Row, len(b.pos))
	for i := range rows {
		from := len(absent)
		for k, c := range b.cells[i*width : (i+1)*width] {
			if !c.present {
				absent = append(absent, k)
			}
		}
		rows[i] = record.Row{Pos: b.pos[i], Cells: cells[i*width : (i+1)*width : (i+1)*width]}
		if from < len(absent) {
			rows[i].Missing = absent[from:len(absent):len(absent)]
		}
	}
	b.text, b.cells, b.pos = b.text[:0], b.cells[:0], b.pos[:0]
	return &record.Batch{Table: b.table.Name, Columns: b.table.Columns, Rows: rows}
}
