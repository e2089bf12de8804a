package books

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// totals finds header columns that are sums over lines, on a sample of the headers, and proves them on all.
func (a *auditor) totals() error {
	joins := a.joins()
	for _, j := range joins {
		if err := a.sampleHeads(j); err != nil {
			return err
		}
	}
	byLines := map[*table][]*join{}
	for _, j := range joins {
		byLines[j.lines] = append(byLines[j.lines], j)
	}
	for _, t := range a.tables {
		if len(byLines[t]) > 0 {
			if err := a.sampleLines(t, byLines[t]); err != nil {
				return err
			}
		}
	}
	for _, j := range joins {
		if found := j.matches(); len(found) > 0 {
			if err := a.prove(j, found); err != nil {
				return err
			}
		}
		j.sums = nil
	}
	return nil
}

// proof is one total while it is compared on all headers.
type proof struct {
	match
	t                *Total
	f                formula
	headSum, lineSum amount
	worst            []*worstDocument
	check            *lineCheck
}

type worstDocument struct {
	Document
	diff amount
}

// document is what is known of the lines of one header.
type document struct {
	lines     int64
	row, line int64 // of the first
	seen      bool  // its header was read
	bad       []bool
	sums      []amount
	rounded   []amount
}

// prove compares all headers: the lines are added up by header, in as many passes as memory asks for.
func (a *auditor) prove(j *join, found []match) error {
	proofs := make([]*proof, len(found))
	for i, m := range found {
		f := j.formulas[m.formula]
		proofs[i] = &proof{match: m, f: f, t: &Total{Header: profile.ColumnRef{Table: j.header.Name, Column: j.headCols[m.column].Name}, Lines: j.lines.Name,
			Formula: f.text(j.lineCols), Columns: f.columns(j.lineCols), HeaderKey: rowNumber(j.headerKey), LineKey: j.lineKey.Name, Rounding: m.rounding.String(), Examples: []Document{}}}
	}
	a.checkProducts(j, proofs)
	for i, work := 0, []part{{modulus: 1}}; i < len(work); i++ {
		p := work[i]
		docs := map[string]*document{}
		if err := a.sumLines(j, proofs, docs, &p, &work, i == 0); err != nil {
			return err
		}
		if err := a.compareHeads(j, proofs, docs, p); err != nil {
			return err
		}
		orphans(proofs, docs)
	}
	for _, p := range proofs {
		p.finish(a, j)
		a.result.Totals = append(a.result.Totals, *p.t)
		a.totalFindings(j, p)
	}
	return nil
}

func rowNumber(c *column) string {
	if c == nil {
		return "row number"
	}
	return c.Name
}

// sumLines adds up the lines of the documents in a part. The first pass also takes what is about all lines.
func (a *auditor) sumLines(j *join, proofs []*proof, docs map[string]*document, p *part, work *[]part, first bool) error {
	values, states := make([]amount, len(j.lineCols)), make([]reading, len(j.lineCols))
	needed := neededColumns(j, proofs)
	var n int64
	return j.lines.lines(a.ctx, 0, 0, func(ln *line) bool {
		if n++; a.opt.Progress != nil && n%100_000 == 0 {
			a.opt.Progress(j.lines.Name, n)
		}
		if ln.skip() {
			return true
		}
		for _, i := range needed {
			values[i], states[i] = j.lineCols[i].amount(ln)
		}
		if first {
			for _, pr := range proofs {
				pr.line(ln, values, states)
			}
		}
		if key, ok := j.key(j.lineKey, ln); ok && p.holds(hash(key)) {
			d := docs[key]
			if d == nil {
				*work = append(*work, makeRoom(docs, p, a.opt.EntryCap)...)
				if !p.holds(hash(key)) {
					return true
				}
				d = newDocument(ln, len(proofs))
				docs[strings.Clone(key)] = d
			}
			d.add(j, proofs, values, states)
		}
		return true
	})
}

func newDocument(ln *line, proofs int) *document {
	return &document{row: ln.Row, line: ln.Line, bad: make([]bool, proofs), sums: make([]amount, proofs), rounded: make([]amount, proofs)}
}

// line takes what a proof wants of each line, whatever document it belongs to.
func (p *proof) line(ln *line, values []amount, states []reading) {
	if v, r := p.f.value(values, states); r == fine {
		p.lineSum.add(v)
	}
	p.check.line(ln, values, states)
}

func neededColumns(j *join, proofs []*proof) []int {
	var out []int
	for _, p := range proofs {
		fs := []formula{p.f}
		if p.check != nil {
			fs = append(fs, p.check.f)
		}
		for _, f := range fs {
			for _, i := range []int{f.a, f.b, f.off} {
				if i >= 0 && !slices.Contains(out, i) {
					out = append(out, i)
				}
			}
		}
	}
	return out
}

func (d *document) add(j *join, proofs []*proof, values []amount, states []reading) {
	d.lines++
	for i, p := range proofs {
		v, r := p.f.value(values, states)
		switch r {
		case garbled:
			d.bad[i] = true
		case fine:
			d.sums[i].add(v)
			if p.rounding == roundedLines {
				d.rounded[i].add(v.round(j.digits[p.column]))
			}
		}
	}
}

// sum is what a document's lines give for a proof, rounded as the header is.
func (d *document) sum(j *join, i int, p *proof) amount {
	switch p.rounding {
	case roundedSum:
		return d.sums[i].round(j.digits[p.column])
	case roundedLines:
		return d.rounded[i]
	}
	return d.sums[i]
}

func (a *auditor) compareHeads(j *join, proofs []*proof, docs map[string]*document, p part) error {
	return j.header.lines(a.ctx, 0, 0, func(ln *line) bool {
		if ln.skip() {
			return true
		}
		key, ok := j.headOf(ln)
		if !ok || !p.holds(hash(key)) {
			return true
		}
		d := docs[key]
		if d != nil {
			d.seen = true
		}
		for i, pr := range proofs {
			pr.compare(j, i, ln, key, d)
		}
		return true
	})
}

func (p *proof) compare(j *join, i int, ln *line, key string, d *document) {
	head, r := j.headCols[p.column].amount(ln)
	switch {
	case r == garbled:
		p.t.Unreadable++
		return
	case r == none:
		return
	}
	p.headSum.add(head)
	switch {
	case d == nil:
		if !head.isZero() {
			p.t.NoLines++
			p.note(Document{Key: strings.Clone(key), Header: head.String(), Row: ln.Row, Line: ln.Line, Why: "no_lines"}, head)
		}
		return
	case d.bad[i]:
		p.t.Unreadable++
		return
	}
	p.t.Compared++
	sum := d.sum(j, i, p)
	if head.equal(sum) {
		p.t.Equal++
		return
	}
	p.t.Different++
	p.note(Document{Key: strings.Clone(key), Header: head.String(), LineSum: sum.String(), Lines: d.lines, Row: ln.Row, Line: ln.Line, Why: "different"}, head.minus(sum))
}

func (p *proof) note(d Document, diff amount) {
	d.Difference = diff.String()
	p.worst = append(p.worst, &worstDocument{d, diff})
	if len(p.worst) >= 40*worstKept {
		p.sortWorst()
	}
}

var whyRank = map[string]int{"different": 0, "no_lines": 1, "no_header": 2}

func (p *proof) sortWorst() {
	slices.SortFunc(p.worst, func(a, b *worstDocument) int {
		return cmp.Or(cmp.Compare(whyRank[a.Why], whyRank[b.Why]), b.diff.abs().cmp(a.diff.abs()), cmp.Compare(a.Row, b.Row))
	})
	p.worst = p.worst[:min(len(p.worst), worstKept)]
}

// orphans counts documents whose lines are there and whose header is not.
func orphans(proofs []*proof, docs map[string]*document) {
	for key, d := range docs {
		if d.seen {
			continue
		}
		for i, p := range proofs {
			p.t.NoHeader++
			p.note(Document{Key: key, LineSum: d.sums[i].String(), Lines: d.lines, Row: d.row, Line: d.line, Why: "no_header"}, d.sums[i].neg())
		}
	}
}

func (p *proof) finish(a *auditor, j *join) {
	t := p.t
	t.HeaderSum, t.LineSum, t.Difference = p.headSum.String(), p.lineSum.String(), p.headSum.minus(p.lineSum).String()
	p.sortWorst()
	for _, w := range p.worst {
		w.Key = a.shown(w.Key, j.headerKey, j.lineKey)
		t.Examples = append(t.Examples, w.Document)
	}
	if t.Compared > 0 {
		t.Confidence = float64(t.Equal) / float64(t.Compared)
		if p.several < 10 {
			t.Confidence *= 0.9
		}
		t.Confidence = round2(t.Confidence)
	}
	t.Reason = fmt.Sprintf("%s of %s headers with lines are exactly their sum", record.GroupedInt(t.Equal), record.GroupedInt(t.Compared))
	if p.rounding != exactly {
		t.Reason = fmt.Sprintf("%s of %s headers with lines are their sum, rounded to %d digits", record.GroupedInt(t.Equal), record.GroupedInt(t.Compared), j.digits[p.column])
	}
	if p.check != nil {
		t.LineCheck = &p.check.LineCheck
	}
}

func (a *auditor) totalFindings(j *join, p *proof) {
	t := p.t
	of := func(f record.Finding) record.Finding {
		f.Column = t.Header.Column
		return f
	}
	if t.Different > 0 {
		w := t.Examples[0]
		a.find(j.header.place(of(record.Finding{Severity: record.Error, Rule: "total.different", Rows: t.Different, Raw: w.Key,
			Message: fmt.Sprintf("%s in %s of %s rows is not the sum of %s in %s, as it is in the others; the largest difference is in %s: %s here, %s in its lines%s",
				t.Header.Column, record.GroupedInt(t.Different), record.GroupedInt(t.Compared), t.Formula, t.Lines, w.Key, record.Grouped(w.Header), record.Grouped(w.LineSum), damagedLines(j.lines)),
			Hint: "Ask which of the two is right, and for the lines that are missing: Odoo computes a document's total from its lines."}), w.Row, w.Line))
	}
	// Where most rows have no lines, they are details that some documents have, and nothing is missing.
	if t.NoLines > 0 && t.NoLines < t.Compared {
		w := t.first("no_lines")
		a.find(j.header.place(of(record.Finding{Severity: record.Error, Rule: "total.no_lines", Rows: t.NoLines, Raw: w.Key,
			Message: fmt.Sprintf("%s an amount in %s and no line in %s%s", rowsHave(t.NoLines), t.Header.Column, t.Lines, damagedLines(j.lines)),
			Hint:    "Ask for their lines: without them the documents arrive empty."}), w.Row, w.Line))
	}
	if t.NoHeader > 0 && j.header.Quarantined > 0 {
		w := t.first("no_header")
		a.find(j.lines.place(record.Finding{Severity: record.Warning, Rule: "total.no_header", Rows: t.NoHeader, Raw: w.Key, Column: t.LineKey,
			Message: fmt.Sprintf("the lines of %s documents could not be compared: their headers are not among the readable rows of %s, of which %s damaged", record.GroupedInt(t.NoHeader), j.header.Name, countAre(j.header.Quarantined)),
			Hint:    "Mend the damaged rows of " + j.header.Name + "."}, w.Row, w.Line))
	}
	if t.Unreadable > 0 {
		a.find(j.header.place(of(record.Finding{Severity: record.Error, Rule: "total.unreadable_amount", Rows: t.Unreadable,
			Message: fmt.Sprintf("%s not compared with %s lines: an amount there or in %s cannot be read", rowsWere(t.Unreadable), itsTheir(t.Unreadable), t.Lines),
			Hint:    "Mend the amounts that cannot be read."}), 0, 0))
	}
	if c := t.LineCheck; c != nil && c.Different > 0 {
		a.find(j.lines.place(record.Finding{Severity: record.Warning, Rule: "total.line_amount", Rows: c.Different, Column: c.Column,
			Message: fmt.Sprintf("%s in %s of %s rows is not %s, as it is in the others", c.Column, record.GroupedInt(c.Different), record.GroupedInt(c.Rows), c.Formula),
			Hint:    "Odoo computes a line's amount from quantity, price and discount: ask which of them is wrong."}, c.Row, c.Line))
	}
}

func (t *Total) first(why string) Document {
	for _, d := range t.Examples {
		if d.Why == why {
			return d
		}
	}
	return Document{}
}

func damagedLines(t *table) string {
	if t.Quarantined == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s of %s damaged and in no sum)", countAre(t.Quarantined), t.Name)
}

func countAre(n int64) string {
	if n == 1 {
		return "1 row is"
	}
	return record.GroupedInt(n) + " rows are"
}

func rowsWere(n int64) string {
	if n == 1 {
		return "1 row was"
	}
	return record.GroupedInt(n) + " rows were"
}

func itsTheir(n int64) string {
	if n == 1 {
		return "its"
	}
	return "their"
}
