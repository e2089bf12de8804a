package custody

import (
	"fmt"
	"slices"
)

// Proof is what is known about the completeness of one table's extraction.
type Proof struct {
	Table        string   `json:"table"`
	Completeness string   `json:"completeness"`
	Rests        []string `json:"rests,omitempty"` // what it rests on, or what contradicts it: "sha256 (list.sha256:3)", "24 rows (counts.csv:2)"
}

// Of is the proof of a table; where nothing is known of it, that is not established.
func (r *Report) Of(table string) Proof {
	if r != nil {
		if i := slices.IndexFunc(r.Proofs, func(p Proof) bool { return p.Table == table }); i >= 0 {
			return r.Proofs[i]
		}
	}
	return Proof{Table: table, Completeness: NotEstablished}
}

// prove concludes for each table from its files, its row count and its control totals.
func (c *checker) prove() {
	for i := range c.in.Tables {
		c.report.Proofs = append(c.report.Proofs, c.proof(&c.in.Tables[i]))
	}
}

func (c *checker) proof(t *TableFact) Proof {
	out := Proof{Table: t.Name}
	agreed, lacking, against := 0, 0, 0
	weigh := func(status, what, at string) {
		switch status {
		case Matched:
			agreed++
		case Differs, Missing:
			against++
			what += " " + status
		default:
			lacking++
			return
		}
		if at != "" {
			what += " (" + at + ")"
		}
		out.Rests = append(out.Rests, what)
	}
	paths := t.Parts
	if len(paths) == 0 {
		paths = []string{t.File}
	}
	for _, path := range paths {
		shown, found := c.shown(path), false
		for _, f := range c.report.Files {
			if f.File == shown {
				found = true
				weigh(f.Status, f.Algorithm, f.At)
			}
		}
		if !found {
			lacking++
		}
	}
	counted := slices.IndexFunc(c.report.Tables, func(x Table) bool { return x.Table == t.Name })
	if counted < 0 {
		lacking++
	} else {
		x := c.report.Tables[counted]
		weigh(x.Status, fmt.Sprintf("%d rows", x.Want), x.At)
		for _, total := range x.Totals {
			weigh(total.Status, fmt.Sprintf("%s in all %s", total.Column, total.Want), total.At)
		}
	}
	switch {
	case against > 0:
		out.Completeness = Contradicted
	case agreed == 0:
		out.Completeness = NotEstablished
	case lacking > 0:
		out.Completeness = InPart
	default:
		out.Completeness = Established
	}
	return out
}
