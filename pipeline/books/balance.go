package books

import (
	"cmp"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

const (
	worstKept  = 20  // entries and documents that are named one by one
	groupsKept = 500 // journals, periods
	noGroup    = -1  // a line in a journal or period beyond them
)

// books recognises accounting tables and balances them.
func (a *auditor) books() error {
	for _, t := range a.tables {
		list := t.candidates()
		if l := a.twins(t); l != nil {
			list = append(list, l)
		}
		for _, l := range list {
			e := l.entryCandidates()
			s, err := a.sample(l, e.all)
			if err != nil {
				return err
			}
			if s.used == 0 || !l.judge(e, s) {
				continue
			}
			if err := a.balance(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// entry is what is known of one entry.
type entry struct {
	debit, credit   amount
	row, line       int64
	lines           int32
	journal, period int32
	garbled         bool
	label           string
}

// grouping adds up by journal or by period.
type grouping struct {
	index map[string]int32
	list  []*groupSum
	more  int64
}

type groupSum struct {
	key                       string
	rows, entries, unbalanced int64
	debit, credit             amount
}

func (g *grouping) of(key string) int32 {
	if i, ok := g.index[key]; ok {
		return i
	}
	if len(g.list) == groupsKept {
		g.more++
		return noGroup
	}
	if g.index == nil {
		g.index = map[string]int32{}
	}
	i := int32(len(g.list))
	g.list = append(g.list, &groupSum{key: strings.Clone(key)})
	g.index[g.list[i].key] = i
	return i
}

func (g *grouping) entry(i int32, balanced bool) {
	if i == noGroup || len(g.list) == 0 {
		return
	}
	g.list[i].entries++
	if !balanced {
		g.list[i].unbalanced++
	}
}

func (g *grouping) groups() []Group {
	out := []Group{}
	for _, s := range g.list {
		out = append(out, Group{s.key, s.rows, s.debit.String(), s.credit.String(), s.debit.minus(s.credit).String(), s.entries, s.unbalanced})
	}
	slices.SortFunc(out, func(a, b Group) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// tally is the work on one book.
type tally struct {
	*ledger
	b                   *Book
	sumDebit, sumCredit amount
	journals, periods   grouping
	entries             map[string]*entry
	keyBuffer           []byte
	worst               []*worstEntry
	garbled             *line // the first
	garbledTable        *table
	garbledText         string
	garbledColumn       string
	stated              statedTotal
}

type worstEntry struct {
	*entry
	key  string
	diff amount
}

// balance reads a whole book: once, and once more for each part of the entries that memory does not hold with the rest.
func (a *auditor) balance(l *ledger) error {
	t := &tally{ledger: l, b: l.newBook(), entries: map[string]*entry{}}
	for i, work := 0, []part{{modulus: 1}}; i < len(work); i++ {
		p := work[i]
		for _, half := range l.halves() {
			t.ledger = half
			if err := a.pass(t, &p, &work, i == 0); err != nil {
				return err
			}
		}
		t.ledger = l
		t.closeEntries()
	}
	t.finish(a)
	l.book = len(a.result.Books)
	a.result.Books = append(a.result.Books, *t.b)
	a.ledger = append(a.ledger, l)
	a.bookFindings(t)
	a.compareTotalRow(t)
	return nil
}

// pass reads one table of a book and adds up the part of its entries.
func (a *auditor) pass(t *tally, p *part, work *[]part, first bool) error {
	var n int64
	return t.table.lines(a.ctx, t.depth(), 0, func(ln *line) bool {
		if first {
			t.row(ln)
		}
		if len(t.entry) > 0 && !ln.skip() {
			*work = append(*work, t.entryRow(ln, p, a.opt.EntryCap)...)
		}
		if n++; a.opt.Progress != nil && n%100_000 == 0 {
			a.opt.Progress(t.table.Name, n)
		}
		return true
	})
}

func (l *ledger) newBook() *Book {
	name := func(c *column) string {
		if c == nil {
			return ""
		}
		return c.label
	}
	b := &Book{Table: l.table.Name, Role: l.role, Kind: l.kind, EntryColumns: []string{}, JournalColumn: name(l.journal), PeriodColumn: name(l.period.period),
		YearColumn: name(l.period.year), DateColumn: name(l.period.date), AccountColumn: name(l.account), ContraColumn: name(l.contra), DebitColumn: name(l.debit),
		CreditColumn: name(l.credit), AmountColumn: name(l.amount), SideColumn: name(l.side), Confidence: l.confidence, Reason: l.reason, Worst: []Entry{}}
	if l.twin != nil {
		b.CreditColumn, b.CreditTable = l.twin.credit.label, l.twin.table.Name
	}
	for _, c := range l.entry {
		if l.label != nil {
			c = l.label // the number of an XML row says nothing to people
		}
		b.EntryColumns = append(b.EntryColumns, c.label)
	}
	return b
}

// row adds a line to everything but the entries.
func (t *tally) row(ln *line) {
	b := t.b
	b.Rows++
	if ln.damaged {
		b.Damaged++
		return
	}
	if ln.aside != aRecord {
		b.Asides++
		if ln.aside == aTotal {
			t.noteTotal(ln)
		}
		return
	}
	d, c, r := t.read(ln)
	switch r {
	case none:
		b.Empty++
		return
	case garbled:
		b.Unreadable++
		t.noteGarbled(ln)
		return
	}
	b.Used++
	if t.kind == DebitCreditColumns && !d.isZero() && !c.isZero() {
		b.BothSides++
	}
	t.sumDebit.add(d)
	t.sumCredit.add(c)
	if t.journal != nil {
		text, _ := t.journal.text(ln)
		t.journals.add(text, d, c)
	}
	if t.period.period != nil || t.period.date != nil {
		t.periods.add(t.period.read(ln), d, c)
	}
}

func (g *grouping) add(key string, debit, credit amount) {
	i := g.of(key)
	if i == noGroup {
		return
	}
	s := g.list[i]
	s.rows++
	s.debit.add(debit)
	s.credit.add(credit)
}

func (t *tally) noteGarbled(ln *line) {
	if t.garbled != nil {
		return
	}
	t.garbledTable = t.table
	t.garbled = &line{Pos: ln.Pos, file: strings.Clone(ln.file)}
	for _, c := range []*column{t.debit, t.credit, t.amount, t.side} {
		if c == nil {
			continue
		}
		text, ok := c.text(ln)
		if _, r := c.amount(ln); c == t.side && ok || c != t.side && r == garbled {
			t.garbledColumn = c.Name
			if !c.Personal {
				t.garbledText = strings.Clone(text)
			}
			return
		}
	}
}

// entryRow adds a line to its entry, if that is in the part, and returns what has to be left to later passes.
func (t *tally) entryRow(ln *line, p *part, limit int) (later []part) {
	t.keyBuffer = t.appendKey(t.keyBuffer[:0], ln)
	e := t.entries[string(t.keyBuffer)]
	if e == nil && !p.holds(hash(t.keyBuffer)) {
		return nil
	}
	d, c, r := t.read(ln)
	if e == nil {
		h := hash(t.keyBuffer)
		if r == none {
			return nil
		}
		if later = makeRoom(t.entries, p, limit); !p.holds(h) {
			return later
		}
		e = t.newEntry(ln, string(t.keyBuffer))
	}
	if r == none {
		return later
	}
	e.lines++
	e.garbled = e.garbled || r == garbled
	e.debit.add(d)
	e.credit.add(c)
	return later
}

func (t *tally) newEntry(ln *line, key string) *entry {
	e := &entry{row: ln.Row, line: ln.Line, journal: noGroup, period: noGroup}
	if t.journal != nil {
		text, _ := t.journal.text(ln)
		e.journal = t.journals.find(text)
	}
	if t.period.period != nil || t.period.date != nil {
		e.period = t.periods.find(t.period.read(ln))
	}
	if t.label != nil {
		text, _ := t.label.text(ln)
		e.label = strings.Clone(text)
	}
	t.entries[key] = e
	return e
}

func (g *grouping) find(key string) int32 {
	if i, ok := g.index[key]; ok {
		return i
	}
	return noGroup
}

// appendKey appends what a line's entry is known by.
func (l *ledger) appendKey(key []byte, ln *line) []byte {
	for i, c := range l.entry {
		if i > 0 {
			key = append(key, 0)
		}
		text, _ := c.text(ln)
		key = append(key, text...)
	}
	return key
}

// closeEntries judges the entries of one pass and forgets them.
func (t *tally) closeEntries() {
	for key, e := range t.entries {
		t.b.Entries++
		diff := e.debit.minus(e.credit)
		balanced := diff.isZero()
		t.journals.entry(e.journal, balanced || e.garbled)
		t.periods.entry(e.period, balanced || e.garbled)
		switch {
		case e.garbled:
			t.b.Unproven++
		case !balanced:
			t.b.Unbalanced++
			t.worst = append(t.worst, &worstEntry{e, key, diff})
			if len(t.worst) >= 40*worstKept {
				t.sortWorst()
			}
		}
	}
	t.sortWorst()
	clear(t.entries)
}

func (t *tally) sortWorst() {
	slices.SortFunc(t.worst, func(a, b *worstEntry) int { return cmp.Or(b.diff.abs().cmp(a.diff.abs()), cmp.Compare(a.row, b.row)) })
	t.worst = t.worst[:min(len(t.worst), worstKept)]
}

func (t *tally) finish(a *auditor) {
	b := t.b
	b.Debit, b.Credit, b.Balance = t.sumDebit.String(), t.sumCredit.String(), t.sumDebit.minus(t.sumCredit).String()
	b.PerJournal, b.PerPeriod = t.journals.groups(), t.periods.groups()
	b.JournalsMore, b.PeriodsMore = t.journals.more, t.periods.more
	for _, w := range t.worst {
		key := strings.ReplaceAll(w.key, "\x00", " / ")
		if w.label != "" {
			key = w.label
		}
		key = a.shown(key, append(slices.Clone(t.entry), t.label)...)
		b.Worst = append(b.Worst, Entry{key, w.debit.String(), w.credit.String(), w.diff.String(), int64(w.lines), w.row, w.line})
	}
	if len(t.entry) == 0 && t.role == Ledger && t.kind != AmountBetweenBooked {
		b.NotComputed = append(b.NotComputed, "entries: no column holds the lines of an entry together")
	}
	if t.kind == AmountBetweenBooked {
		b.NotComputed = append(b.NotComputed, "entries: each row names both of its accounts and balances by itself")
	}
	if t.journal == nil {
		b.NotComputed = append(b.NotComputed, "journals: no column names one")
	}
	if t.period.period == nil && t.period.date == nil {
		b.NotComputed = append(b.NotComputed, "periods: no column names one, and none holds dates")
	}
}

// place makes a finding about a table point at a row of it.
func (t *table) place(f record.Finding, row, line int64) record.Finding {
	f.Table, f.File, f.Sheet, f.Row, f.Line = t.Name, t.File, t.Sheet, row, line
	return f
}
