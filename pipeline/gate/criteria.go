package gate

import "fmt"

// Criterion says of a gate what must hold for it to be open.
type Criterion struct {
	Gate  string `json:"gate"`
	Holds string `json:"holds"`
	Final bool   `json:"final,omitempty"` // nobody can open it
}

// holds are the conditions of the gates, for people who decide without having seen a run.
var holds = map[string]string{
	"target":       "The ledger belongs to this database.",
	"plan":         "The signed plan is the one that files, mappings and corrections give.",
	"quarantine":   "Every row could be read, or was corrected or accepted.",
	"conservation": "Every row read is accounted for.",
	"scope":        "Every source table is mapped or decided about.",
	"custody":      "The extractor's lists agree with the files.",
	"documents":    "No line is missing from its document.",
	"value maps":   "All value maps are confirmed and complete.",
	"controls":     "All controls agree between source and staged records.",
	"checks":       "No check over groups blocks.",
	"rejects":      "No rule rejects more rows than its limit.",
	"way back":     "Everything can be undone in Odoo, or it was accepted that a backup is the way back (--accept-restore-only).",
	"gone":         "No more records are gone from their sources than expected, of those that would be archived or deleted.",
	"pause":        "What is to be paused can be, and what is to keep running is there.",
	"production":   "The name of production's database was typed (--production).",
	"neutralised":  "Production is not neutralised, a rehearsal is.",
	"rehearsal":    "A cutover of the same files, mappings and value maps into another target ended clean.",
	"parity":       "Production is set up as the target that was rehearsed in.",
	"frozen":       "Somebody declared the source frozen, and its files, read twice, are the same.",
	"unchanged":    "Fields, modules and numbers of records in Odoo are as the last stage saw them.",
	"backup":       "Somebody attests a backup that is at most a day old and was restored.",
	"window":       "The window has begun, and the forecast ends before the point of no return.",
	"disk":         "There is room where the project and its staging are.",
	"clock":        "The clocks of server and this machine are at most a minute apart.",
}

// Criteria are the gates before a cutover into a production, in their order. threshold is the first-pass yield wanted, in
// per cent.
func Criteria(threshold string) []Criterion {
	var out []Criterion
	for _, g := range Evaluate(unanswered(), nil) {
		text := holds[g.Name]
		if g.Name == "first-pass" {
			text = fmt.Sprintf("At least %s %% of the rows map and validate.", threshold)
		}
		out = append(out, Criterion{g.Name, text, g.Final})
	}
	return out
}
