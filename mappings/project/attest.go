package project

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// ParseBackup reads an attestation "who, when, minutes"; when is by the clocks of a zone.
func ParseBackup(text, zone string) (Backup, error) {
	wrong := record.Advise(fmt.Errorf("%q is not of the form who, when, minutes", text), `Write it like "A. Admin, 2026-02-06 22:00, 35": who restored it, when it was made, how long restoring took.`)
	parts := strings.Split(text, ",")
	if len(parts) < 3 {
		return Backup{}, wrong
	}
	n := len(parts)
	minutes, err := strconv.Atoi(strings.TrimSpace(parts[n-1]))
	if err != nil || minutes < 1 {
		return Backup{}, wrong
	}
	at, ok := ParseMoment(strings.TrimSpace(parts[n-2]), zone)
	who := strings.TrimSpace(strings.Join(parts[:n-2], ","))
	if !ok || who == "" {
		return Backup{}, wrong
	}
	return Backup{Attested: who, At: at, Restore: time.Duration(minutes) * time.Minute}, nil
}
