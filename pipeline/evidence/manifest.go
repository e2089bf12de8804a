// Package evidence writes the bundle that lets a stranger verify a migration without this program, signs it, and checks
// it. It knows neither staging nor Odoo: what goes into a bundle is handed to it.
package evidence

import (
	"iter"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Names of the bundle's files that others refer to.
const (
	ManifestName  = "manifest.json"
	SealName      = "manifest.sha256"
	SignatureName = "signatures.json"

	manifestKind = "migrate evidence"
	version      = 1

	eventsName       = "events.csv"
	conservationName = "conservation.csv"
	sourcesName      = "sources.csv"

	// DrawsName and VouchedName are the tables of what people vouched for.
	DrawsName   = "vouch_draws.csv"
	VouchedName = "vouched.csv"
)

// needed are the files no bundle is without, beside the manifest.
var needed = []string{"README.txt", "CHECKSUMS.md", "verify_evidence.py", sourcesName, conservationName, eventsName}

// Manifest lists what is in a bundle, and says what all of it amounts to. Its SHA-256 is the root that people sign.
type Manifest struct {
	Kind      string  `json:"kind"`
	Version   int     `json:"version"`
	Project   string  `json:"project"`
	Module    string  `json:"module"`  // namespace of the external ids
	Program   string  `json:"program"` // version of the program that wrote the bundle
	Binary    string  `json:"binary"`  // SHA-256 of the program's file
	Target    string  `json:"target"`
	Run       Run     `json:"run"`
	Records   []Model `json:"records"` // in the order of the models
	MeantRoot string  `json:"meant_root"`
	OdooRoot  string  `json:"odoo_root"`
	Events    Log     `json:"events"`
	Files     []File  `json:"files"` // in the order of the names
}

// Run is the run that read back what the records' lists hold.
type Run struct {
	ID       int64     `json:"id"`
	Kind     string    `json:"kind"`
	Actor    string    `json:"actor"`
	Host     string    `json:"host"`
	Version  string    `json:"version"` // of the program that made it
	Started  time.Time `json:"started"`
	UndoneBy int64     `json:"undone_by,omitempty"` // rollback that came after it
}

// Model is the records of one Odoo model, over all mappings.
type Model struct {
	Model     string `json:"model"`
	File      string `json:"file"`
	Equal     int64  `json:"equal"`
	Differs   int64  `json:"differs"`
	Missing   int64  `json:"missing"`
	MeantRoot string `json:"meant_root"` // over the leaves of what was meant
	OdooRoot  string `json:"odoo_root"`  // over the leaves of what was read; missing records have none
}

// Log is where the event log ends.
type Log struct {
	Count int64  `json:"count"`
	Head  string `json:"head"`
}

// File is one file of the bundle.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Event is one line of the event log.
type Event struct {
	Seq, Run   int64
	At         time.Time
	Kind, Data string
	Hash       string
}

// Sheet is a table of the bundle.
type Sheet struct {
	Name string // with .csv
	Head []string
	Rows iter.Seq2[[]string, error]
}

// Bundle is what goes into a bundle.
type Bundle struct {
	Project, Module, Program, Binary, Target string

	Run     Run
	Key     []byte                         // the project's, for the salts
	Records iter.Seq2[run.Verified, error] // by model and external id
	Events  iter.Seq2[Event, error]        // in order
	Sheets  []Sheet                        // among them the needed ones
	Files   map[string][]byte              // further files by name
}
