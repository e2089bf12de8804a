package run

import "time"

// Paused is a record that a run switched off in a target and that is not known to be on again: a scheduled action, or an
// outgoing mail server.
type Paused struct {
	UUID     string    `json:"uuid"` // of the database
	Database string    `json:"database"`
	Model    string    `json:"model"`
	ID       int64     `json:"id"`
	Name     string    `json:"name"` // as Odoo shows it
	Run      int64     `json:"run"`
	At       time.Time `json:"at"` // by the staging database's clock
}
