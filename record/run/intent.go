package run

import (
	"errors"
	"fmt"
	"time"
)

// States of an intent. Settled and FailedIntent are final.
const (
	Intended  = "intended"  // announced; the call may be running
	Unsettled = "unsettled" // the call's outcome is unknown; its lane waits
	Settled   = "settled"   // Odoo's answer, or what was read there, is in the ledger
	// IntentFailed means that the call certainly changed nothing.
	IntentFailed = "failed"
)

// Intent announces one call that changes Odoo, before it is made.
type Intent struct {
	ID            int64     `json:"id"`
	RunID         int64     `json:"run_id"`
	TargetID      int64     `json:"target_id"`
	Wave          int       `json:"wave"`
	Lane          string    `json:"lane"` // conflict key
	Mapping       string    `json:"mapping"`
	Model         string    `json:"model"`
	Strategy      string    `json:"strategy"` // how it is sent: "load", "create", "server"
	Action        string    `json:"action"`   // what it does: "create", "update", "archive", "delete", "call:<method>"
	ExternalIDs   []string  `json:"external_ids"`
	PayloadDigest string    `json:"payload_digest"`
	Attempt       int       `json:"attempt"` // counts from 1
	Owner         string    `json:"owner"`   // process that makes the call
	Deadline      time.Time `json:"deadline"`
	State         string    `json:"state"`
	Changes       []Change  `json:"changes,omitempty"` // what the call will have changed: known before it is made, but for a create
	Note          string    `json:"note,omitempty"`
}

// Settlement is what a call is known to have done. Where Lease is set, the ledger accepts it only while that lease
// still carries Token: a process that lost its lease must not write.
type Settlement struct {
	State    string // Settled or IntentFailed
	Note     string
	Entries  []Entry
	Changes  []Change  // in the order in which they happened
	Outcomes []Outcome // of the records, in the run of the intent
	Lease    string
	Token    int64
}

// ErrTransition says that an intent cannot take a step from the state it is in.
var ErrTransition = errors.New("an intent cannot take this step")

// Step is something that happens to an intent.
type Step string

// The steps.
const (
	Settle Step = "settle" // the outcome is known and recorded
	Fail   Step = "fail"   // it is known that nothing happened
	Lose   Step = "lose"   // the outcome is unknown
	Retry  Step = "retry"  // it was read in Odoo that nothing happened, and the call is made again
)

// Steps lists every step.
var Steps = []Step{Settle, Fail, Lose, Retry}

var transitions = map[string]map[Step]string{
	Intended:  {Settle: Settled, Fail: IntentFailed, Lose: Unsettled},
	Unsettled: {Settle: Settled, Fail: IntentFailed, Lose: Unsettled, Retry: Intended},
}

// Next returns the state that follows. Losing an unsettled intent again changes nothing, so that recording it twice
// after a crash is harmless. The error wraps ErrTransition.
func Next(state string, step Step) (string, error) {
	if next, ok := transitions[state][step]; ok {
		return next, nil
	}
	return "", fmt.Errorf("%s from state %q: %w", step, state, ErrTransition)
}

// Final reports whether nothing can follow.
func Final(state string) bool { return state == Settled || state == IntentFailed }

// Take returns the intent after a step. A retry counts one attempt more.
func (in Intent) Take(step Step) (Intent, error) {
	next, err := Next(in.State, step)
	if err != nil {
		return in, fmt.Errorf("intent %d: %w", in.ID, err)
	}
	if step == Retry {
		in.Attempt++
	}
	in.State = next
	return in, nil
}

// StepTo returns the step that a settlement with the given state is.
func StepTo(state string) (Step, error) {
	switch state {
	case Settled:
		return Settle, nil
	case IntentFailed:
		return Fail, nil
	}
	return "", fmt.Errorf("a settlement in state %q: %w", state, ErrTransition)
}
