package run

import (
	"encoding/json"
	"fmt"
)

// Aftermath is what a change keeps in After besides the values: what rollback needs to put the ledger back.
type Aftermath struct {
	Line bool   `json:"line,omitempty"` // created with its document, and goes with it
	Base *Entry `json:"base,omitempty"` // the ledger entry before the change; nil where there was none
	// Company is the reference of the company the change was made in; "" where it was the account's own.
	Company string `json:"company,omitempty"`
}

// Encode writes the aftermath as JSON.
func (a Aftermath) Encode() (json.RawMessage, error) { return json.Marshal(a) }

// Aftermath reads what is in After; an empty After is an empty aftermath.
func (c *Change) Aftermath() (Aftermath, error) {
	var a Aftermath
	if len(c.After) == 0 {
		return a, nil
	}
	if err := json.Unmarshal(c.After, &a); err != nil {
		return a, fmt.Errorf("manifest entry %d: %w", c.Seq, err)
	}
	return a, nil
}

// BeforeCall is what a workflow call's change keeps in Before: the fields its postcondition reads, as they were, and the
// method that takes the call back.
type BeforeCall struct {
	Undo   string         `json:"undo"`
	Fields map[string]any `json:"fields"`
}
