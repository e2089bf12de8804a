// Package run is the vocabulary of a run against one Odoo: the run itself, its target, the ledger of what was loaded,
// the intents that announce a call before it is made, and the changes that calls caused. The state machine of an intent
// is here and pure; storing any of it is staging's work.
package run

import (
	"encoding/json"
	"time"
)

// States of a run. A run that was killed stays Running until the next run of its kind finds it.
const (
	Running     = "running"
	Done        = "done"
	Failed      = "failed"      // it ended with an error, or beyond a threshold
	Interrupted = "interrupted" // it stopped clean and can be resumed
)

// Run is one execution of a command that left traces.
type Run struct {
	ID       int64           `json:"id"`
	Kind     string          `json:"kind"` // "audit", "stage", "cutover", "delta", "verify", "rollback"
	State    string          `json:"state"`
	Actor    string          `json:"actor"` // who started it
	Host     string          `json:"host"`
	Version  string          `json:"version"`          // of the program
	Target   string          `json:"target,omitempty"` // name of the target in migrate.yaml
	PlanHash string          `json:"plan_hash,omitempty"`
	Started  time.Time       `json:"started"` // by the database's clock
	Finished time.Time       `json:"finished,omitzero"`
	Summary  json.RawMessage `json:"summary,omitempty"`
}

// Target is the identity of one Odoo database. A restored or copied database has the UUID of its origin; the epoch
// tells them apart.
type Target struct {
	ID       int64  `json:"id"`
	URL      string `json:"url"`
	Database string `json:"database"`
	UUID     string `json:"uuid"`  // ir.config_parameter database.uuid
	Epoch    string `json:"epoch"` // marker that the run writes into Odoo
}

// States of a ledger entry.
const (
	Active   = "active"
	Archived = "archived"
	Deleted  = "deleted"
)

// Entry is what the ledger knows of one record in Odoo.
type Entry struct {
	ExternalID string          `json:"external_id"` // "module.name"
	Mapping    string          `json:"mapping"`
	Model      string          `json:"model"`
	DBID       int64           `json:"db_id"`
	Digest     string          `json:"digest"`           // of the record as it was last loaded; base of a delta
	Values     json.RawMessage `json:"values,omitempty"` // as they were last loaded
	State      string          `json:"state"`            // Active, Archived or Deleted; "" is Active
	Adopted    bool            `json:"adopted"`          // it was there before us: rollback never deletes it
	RunID      int64           `json:"run_id"`           // that wrote it last
}

// Undo classes of a change.
const (
	Erase       = "erase"        // can be removed or restored, proven by digest
	Compensate  = "compensate"   // can be offset, proven by trial balance and stock on hand
	RestoreOnly = "restore-only" // the way back is the backup
)

// Change is one thing a call changed in Odoo, with enough to undo it.
type Change struct {
	Seq        int64           `json:"seq"` // order of settlement; assigned by the ledger
	RunID      int64           `json:"run_id"`
	IntentID   int64           `json:"intent_id"`
	Wave       int             `json:"wave"`
	Mapping    string          `json:"mapping"`
	Model      string          `json:"model"`
	ExternalID string          `json:"external_id"`
	DBID       int64           `json:"db_id"`
	Action     string          `json:"action"`           // "create", "update", "adopt", "archive", "delete", "call:<method>"
	Undo       string          `json:"undo"`             // Erase, Compensate or RestoreOnly
	Before     json.RawMessage `json:"before,omitempty"` // values before the change
	After      json.RawMessage `json:"after,omitempty"`
	UndoneAt   *time.Time      `json:"undone_at,omitempty"`
}

// Classes of an outcome. Every record a run produced ends in exactly one.
const (
	Created     = "created"
	Updated     = "updated"
	Unchanged   = "unchanged"
	WasArchived = "archived"
	WasDeleted  = "deleted"
	Conflict    = "conflict"
	Rejected    = "rejected"
	Deferred    = "deferred"
)

// OutcomeClasses lists the classes in the order reports show them.
var OutcomeClasses = []string{Created, Updated, Unchanged, WasArchived, WasDeleted, Conflict, Rejected, Deferred}

// Outcome says what became of one record in a run.
type Outcome struct {
	Mapping    string `json:"mapping"`
	ExternalID string `json:"external_id"`
	Class      string `json:"class"`
	Note       string `json:"note,omitempty"`
}
