package custody

import (
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// figures are what the conclusion rests on.
type figures struct {
	files, matchedFiles, differFiles, missingFiles, uncomparedFiles     int64
	tables, matchedTables, differTables, missingTables, uncomparedTable int64
	totals, matchedTotals, differTotals                                 int64
	garbledLines                                                        int64 // of lists; each may name what is missing
}

func (c *checker) figures() figures {
	f := figures{garbledLines: int64(c.garbled)}
	for _, x := range c.report.Files {
		f.files++
		switch x.Status {
		case Matched:
			f.matchedFiles++
		case Differs:
			f.differFiles++
		case Missing:
			f.missingFiles++
		case NotCompared:
			f.uncomparedFiles++
		}
	}
	for _, x := range c.report.Tables {
		f.tables++
		switch {
		case x.Status == Differs || x.Columns == Differs:
			f.differTables++
		case x.Status == Matched:
			f.matchedTables++
		case x.Status == Missing:
			f.missingTables++
		case x.Status == NotCompared:
			f.uncomparedTable++
		}
		for _, t := range x.Totals {
			f.totals++
			switch t.Status {
			case Matched:
				f.matchedTotals++
			case Differs:
				f.differTotals++
			}
		}
	}
	return f
}

// conclude says how complete the extraction is known to be.
func (c *checker) conclude() {
	f := c.figures()
	r := c.report
	against := f.against(c.broken)
	switch {
	case len(against) > 0:
		r.Completeness, r.Statement = Contradicted, "Completeness of extraction contradicted: "+strings.Join(against, ", ")+"."
	case len(c.sums) == 0 && len(c.counts) == 0:
		r.Completeness, r.Statement = NotEstablished, "Completeness of extraction not established: no checksums and no row counts came with the files."
	case f.matchedFiles == f.files && f.files > 0 && f.matchedTables == f.tables && f.tables > 0 && f.matchedTotals == f.totals && f.garbledLines == 0:
		r.Completeness, r.Statement = Established, "Completeness of extraction established: "+f.agreeing()+"."
	default:
		r.Completeness, r.Statement = InPart, "Completeness of extraction established in part: "+f.agreeing()+"; "+f.lacking()+"."
	}
	if r.Completeness == NotEstablished || r.Completeness == InPart {
		sentence := strings.TrimSuffix(strings.ToLower(r.Statement[:1])+r.Statement[1:], ".")
		c.find(record.Finding{Severity: record.Note, Rule: "custody." + r.Completeness, Message: sentence,
			Hint: "migrate audit --request writes what to ask the data owner for, checksums and row counts included."})
	}
}

// against lists what contradicts.
func (f figures) against(broken int) []string {
	var out []string
	for _, x := range []struct {
		n    int64
		noun string
		what string
	}{
		{int64(broken), "list", "cannot be used"}, {f.differFiles, "file", "not as extracted"}, {f.missingFiles, "listed file", "missing"},
		{f.uncomparedFiles, "listed file", "cannot be read"}, {f.differTables, "table", "not as counted"}, {f.missingTables, "counted table", "missing"},
		{f.differTotals, "control total", "off"},
	} {
		if x.n > 0 {
			out = append(out, countOf(x.n, x.noun)+" "+x.what)
		}
	}
	return out
}

func (f figures) agreeing() string {
	out := []string{fmt.Sprintf("%d of %s as extracted", f.matchedFiles, countOf(f.files, "file")), fmt.Sprintf("%d of %s as counted", f.matchedTables, countOf(f.tables, "table"))}
	if f.files == 0 {
		out = out[1:]
	} else if f.tables == 0 {
		out = out[:1]
	}
	if f.totals > 0 {
		out = append(out, fmt.Sprintf("%d of %s right", f.matchedTotals, countOf(f.totals, "control total")))
	}
	return strings.Join(out, ", ")
}

func (f figures) lacking() string {
	switch {
	case f.files == 0:
		return "no checksums came with them"
	case f.tables == 0:
		return "no row counts came with them"
	case f.garbledLines > 0:
		return countOf(f.garbledLines, "line") + " of the lists cannot be understood"
	}
	return "the rest could not be compared"
}
