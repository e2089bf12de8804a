package evidence

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
)

// drawn is a draw for people to tick, drawn again.
type drawn struct {
	row           map[string]string
	line          int
	seed          checksum.Digest
	same          bool // it was drawn from the records and rows of this bundle
	records, rows *checksum.Draw
	was           [2]map[string]bool // tickets that the bundle has of records and of rows
	of            map[string]int64   // rows by source, where they are those of this bundle
	items         int
	odd           []string // items that no draw has
	endless       bool
	results       map[string]int
}

// results of an item, as vouch_draws.csv counts them.
var results = []string{"passed", "failed", "unticked"}

// ways of drawing an item, by its direction.
var ways = map[string][]string{"source": {"random", "value", "value and random"}, "odoo": {"random"}}

// mostRows is how many rows are drawn from again. A forged number of them must not keep an auditor waiting for ever.
const mostRows = 100_000_000

// readDraws makes ready what the records are drawn from anew while they are read.
func (c *checker) readDraws() {
	if !c.good[DrawsName] || !c.good[VouchedName] || !c.good[sourcesName] {
		return
	}
	var names []string
	rows := map[string]int64{}
	err := c.each(sourcesName, func(t *table) error {
		n, err := strconv.ParseInt(cmp.Or(t.row["rows"], "0"), 10, 64)
		damaged, err2 := strconv.ParseInt(cmp.Or(t.row["damaged"], "0"), 10, 64)
		name := t.row["source"]
		names, rows[name] = append(names, name), n+damaged
		return errors.Join(err, err2)
	})
	slices.Sort(names)
	of := make([]string, len(names))
	for i, name := range names {
		of[i] = fmt.Sprintf("%s %d", name, rows[name])
	}
	if err == nil {
		err = c.each(DrawsName, func(t *table) error {
			d, err := newDrawn(t)
			if err != nil {
				return err
			}
			if d.row["sources"] == strings.Join(of, ", ") {
				d.of = rows
			}
			d.endless = d.endless || !drawable(rows)
			if d.same = d.row["root"] == c.m.MeantRoot && d.of != nil; d.same && !d.endless {
				d.addRows(names, rows)
			}
			c.draws = append(c.draws, d)
			return nil
		})
	}
	c.noDraws = err != nil
}

// newDrawn is the draw of one line.
func newDrawn(t *table) (*drawn, error) {
	d := &drawn{row: maps.Clone(t.row), line: t.line, results: map[string]int{}, was: [2]map[string]bool{{}, {}}}
	root, err := checksum.ParseDigest(d.row["root"])
	records, err2 := strconv.Atoi(d.row["records"])
	rows, err3 := strconv.Atoi(d.row["rows"])
	d.endless = records < 0 || rows < 0
	d.seed = checksum.Seed(root, d.row["nonce"])
	d.records, d.rows = checksum.NewDraw(d.seed, max(records, 0)), checksum.NewDraw(d.seed, max(rows, 0))
	return d, errors.Join(err, err2, err3)
}

func drawable(rows map[string]int64) bool {
	left := int64(mostRows)
	for _, n := range rows {
		if n > left {
			return false
		}
		left -= max(n, 0)
	}
	return true
}

// each reads a table row by row.
func (c *checker) each(name string, do func(*table) error) error {
	t, err := openTable(c.zip, name)
	if err != nil {
		return err
	}
	defer t.close()
	for t.next() {
		if err := do(t); err != nil {
			return err
		}
	}
	return t.err
}

func (d *drawn) addRows(names []string, rows map[string]int64) {
	for _, name := range names {
		for nth := int64(1); nth <= rows[name]; nth++ {
			d.rows.Add("source/" + name + "/" + strconv.FormatInt(nth, 10))
		}
	}
}

// vouched reads one item of the draws.
func (c *checker) vouched(t *table) error {
	i := slices.IndexFunc(c.draws, func(d *drawn) bool { return d.row["draw"] == t.row["draw"] })
	if i < 0 {
		c.wrong("vouched.csv:%d: there is no draw %s", t.line, t.row["draw"])
		return nil
	}
	d := c.draws[i]
	d.items++
	if !d.canHave(t.row) {
		d.odd = append(d.odd, t.row["item"])
	}
	d.results[t.row["result"]]++
	switch {
	case t.row["direction"] == "odoo":
		d.was[0]["odoo/"+t.row["external_id"]] = true
	case strings.Contains(t.row["drawn"], "random"):
		d.was[1]["source/"+t.row["source"]+"/"+t.row["nth"]] = true
	}
	return nil
}

// canHave reports whether an item is one that a draw can have: numbered in order, with a result, and of a row that its
// source has.
func (d *drawn) canHave(item map[string]string) bool {
	if item["item"] != strconv.Itoa(d.items) || !slices.Contains(results, item["result"]) || !slices.Contains(ways[item["direction"]], item["drawn"]) {
		return false
	}
	if d.of == nil || item["direction"] != "source" {
		return true
	}
	nth, err := strconv.ParseInt(item["nth"], 10, 64)
	return err == nil && nth >= 1 && nth <= d.of[item["source"]]
}

// offer puts a record that is in Odoo into the urns.
func (c *checker) offer(externalID string) {
	for _, d := range c.draws {
		if d.same {
			d.records.Add("odoo/" + externalID)
		}
	}
}

// checkDraws holds what was drawn against what the seeds draw.
func (c *checker) checkDraws() {
	if !c.good[DrawsName] || !c.good[VouchedName] || !c.good[sourcesName] {
		return
	}
	if c.noDraws || c.each(VouchedName, c.vouched) != nil {
		c.wrong("vouch_draws.csv: it cannot be read as what it is")
		return
	}
	for _, d := range c.draws {
		at := fmt.Sprintf("vouch_draws.csv:%d: draw %s: ", d.line, d.row["draw"])
		if d.seed.String() != d.row["seed"] {
			c.wrong("%sits seed is not that of its root and nonce", at)
		}
		for _, r := range results {
			if strconv.Itoa(d.results[r]) != d.row[r] {
				c.wrong("%s%d items are %s, it says %s", at, d.results[r], r, d.row[r])
			}
		}
		for _, item := range d.odd {
			c.wrong("%sitem %s is none that it can have", at, item)
		}
		switch {
		case d.endless:
			c.wrong("%snobody can draw so many or so few again", at)
		case !d.same:
			c.note("draw %s: it was drawn from other records or rows than these", d.row["draw"])
		case !isDrawn(d.records, d.was[0]) || !isDrawn(d.rows, d.was[1]):
			c.wrong("%sits items are not those that its seed draws", at)
		}
		if d.row["by"] != "" {
			c.note("vouched by %s: draw %s, %s passed, %s failed, %s not ticked", d.row["by"], d.row["draw"], d.row["passed"], d.row["failed"], d.row["unticked"])
		}
		if d.row["unticked"] != "0" {
			c.note("draw %s: %s items not ticked", d.row["draw"], d.row["unticked"])
		}
	}
}

func isDrawn(draw *checksum.Draw, was map[string]bool) bool {
	all := draw.Drawn()
	return len(all) == len(was) && !slices.ContainsFunc(all, func(ticket string) bool { return !was[ticket] })
}

// decided are the tables whose lines need a disposition.
var decided = []string{"rejects.csv", "outcomes.csv", "differences.csv"}

// dispositions counts the lines that nobody decided about.
func (c *checker) dispositions() {
	var all, open int64
	for _, name := range decided {
		c.sheet(name, func(t *table) error {
			for t.next() {
				if what, there := t.row["disposition"]; there {
					all++
					if what == "" {
						open++
					}
				}
			}
			return t.err
		})
	}
	if all > 0 {
		c.note("%d of %d rejects, exclusions and differences have no disposition", open, all)
	}
}
