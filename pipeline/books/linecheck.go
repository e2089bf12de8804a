package books

// lineCheck compares a column of the lines with a product of others, row by row.
type lineCheck struct {
	LineCheck
	f      formula
	column int
	digits int
}

// checkProducts looks for products that give the column a total is the sum of, among those that explain the same
// headers.
func (a *auditor) checkProducts(j *join, proofs []*proof) {
	for _, p := range proofs {
		if p.f.size() > 1 {
			continue
		}
		digits := max(j.digits[p.column], 2)
		for i, f := range j.formulas {
			if f.size() == 1 || f.a == p.f.a || f.b == p.f.a || f.off == p.f.a {
				continue
			}
			m := j.try(p.column, i, exactly)
			if r := j.try(p.column, i, roundedLines); r.equal > m.equal {
				m = r
			}
			if m.equal*10 >= p.match.equal*6 && j.believable(m) && (p.check == nil || f.size() < p.check.f.size()) {
				p.check = &lineCheck{f: f, column: p.f.a, digits: digits, LineCheck: LineCheck{Column: j.lineCols[p.f.a].Name, Formula: f.text(j.lineCols)}}
			}
		}
	}
}

func (c *lineCheck) line(ln *line, values []amount, states []reading) {
	if c == nil || states[c.column] != fine {
		return
	}
	v, r := c.f.value(values, states)
	if r != fine {
		return
	}
	c.Rows++
	if is := values[c.column]; is.equal(v) || is.equal(v.round(max(is.decimals(), c.digits))) {
		c.Equal++
		return
	}
	if c.Different++; c.Different == 1 {
		c.Row, c.Line = ln.Row, ln.Line
	}
}
