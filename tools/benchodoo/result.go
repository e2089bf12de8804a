package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// result is what a run measured.
type result struct {
	Version     int               `json:"version"`
	Server      string            `json:"server"`
	Begun       time.Time         `json:"begun"`
	LoadAverage string            `json:"load_average,omitempty"` // of the machine before the first leg
	Repeated    int64             `json:"repeated"`               // calls of the peer that met a serialization failure
	Digests     map[string]string `json:"digests"`                // by kind, equal in all legs
	Rows        []row             `json:"rows"`
}

// row is a phase of ours beside one reference.
type row struct {
	Kind      string  `json:"kind"`
	Phase     string  `json:"phase"`
	Ours      side    `json:"ours"`
	Against   string  `json:"against"`
	Reference side    `json:"reference"`
	Ratio     float64 `json:"ratio"`          // of the rates: above 1 ours is faster
	Goal      float64 `json:"goal,omitempty"` // for the ratio, at least
}

// side is what one of them needed.
type side struct {
	Records int     `json:"records"`
	Seconds float64 `json:"seconds"`
	Command float64 `json:"command_seconds,omitempty"` // the whole command, its start, reading, gates and proofs included
	MiB     int64   `json:"memory_mib,omitempty"`      // resident at the most in the whole command
}

func (s side) rate() float64 { return float64(s.Records) / max(s.Seconds, 1e-6) }

func (r *result) add(k kind, phase string, ours side, against string, ref side, goal float64) {
	r.Rows = append(r.Rows, row{k.name, phase, ours, against, ref, ours.rate() / ref.rate(), goal})
}

func (r *result) print(out io.Writer) error {
	fmt.Fprintf(out, "Odoo %s, %s", r.Server, r.Begun.Format(time.RFC3339))
	if r.LoadAverage != "" {
		fmt.Fprintf(out, ", load average %s", r.LoadAverage)
	}
	fmt.Fprint(out, "\nrates are records a second, of the read-back with lines; a ratio above 1: migrate is faster\n\n")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "kind\tphase\trecords\ttime\trate\tcommand\tmemory\treference\trecords\ttime\trate\tratio\tgoal")
	for _, l := range r.Rows {
		goal := ""
		if l.Goal > 0 {
			goal = fmt.Sprint(l.Goal)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%.1f s\t%d MiB\t%s\t%s\t%.2f\t%s\n", l.Kind, l.Phase, l.Ours, l.Ours.Command, l.Ours.MiB, l.Against, l.Reference, l.Ratio, goal)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	for _, k := range kinds {
		if d, ok := r.Digests[k.name]; ok {
			fmt.Fprintf(out, "equal in all legs: %s, SHA-256 %s\n", k.name, d)
		}
	}
	if r.Repeated > 0 {
		fmt.Fprintf(out, "%d calls of the peer met a serialization failure and were repeated\n", r.Repeated)
	}
	return nil
}

// String is three cells of the table.
func (s side) String() string { return fmt.Sprintf("%d\t%.2f s\t%.0f", s.Records, s.Seconds, s.rate()) }

func (r *result) save(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// loadAverage is what Linux says of the last minute; "" elsewhere.
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}
