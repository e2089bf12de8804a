package run

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Clash is a field that the source and somebody in Odoo both changed since it was last loaded. The three values are
// canonical texts, "" for no value.
type Clash struct {
	Mapping    string
	Model      string
	ExternalID string
	Field      string
	Base       string // as it was last loaded
	Source     string
	Odoo       string
	Decision   string // DecideSource, DecideOdoo, or "" where nobody decided
	By, On     string // who decided, and when
}

// What people may decide of a Clash.
const (
	DecideSource = "source" // the source's value is written
	DecideOdoo   = "odoo"   // people's value stays
)

// Seen identifies what was decided about: it is another once one of the three values is.
func (c Clash) Seen() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{c.ExternalID, c.Field, c.Base, c.Source, c.Odoo}, "\x1f")))
	return hex.EncodeToString(sum[:8])
}
