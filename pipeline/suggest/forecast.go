package suggest

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Rate is how many records of a model a server takes a second.
type Rate struct {
	Model     string  `json:"model"`              // "*" is any model
	Version   string  `json:"version"`            // major version of Odoo: "18"; "" is any
	Call      string  `json:"call"`               // "load", "read", "post", ...; "assume" is no measurement, "lines" is loaded with another model
	PerSecond float64 `json:"per_second"`         // records
	Measured  int64   `json:"measured,omitempty"` // records the rate was measured on; 0 for the rates that come with the program
	Origin    string  `json:"origin"`             // where and how it was measured
}

// The uncertainty of a rate: the time is between a share and a multiple of what it says.
const (
	otherMachine = 2.0 // measured elsewhere
	notMeasured  = 4.0 // taken from another model
	ownRate      = 1.3 // measured on this target
	enoughOwn    = 200 // records from which a project's own rate is believed
)

// Forecast is how long loading and reading back will take, by one client.
type Forecast struct {
	Steps    []ForecastStep `json:"steps"` // in load order
	Seconds  float64        `json:"seconds"`
	Shortest float64        `json:"shortest"` // seconds, with the stated uncertainty
	Longest  float64        `json:"longest"`
	Basis    string         `json:"basis"` // one sentence about where the rates come from
}

// ForecastStep is one model's part.
type ForecastStep struct {
	Model     string  `json:"model"`
	Records   int64   `json:"records"`
	PerSecond float64 `json:"per_second"` // 0: loaded with its documents
	Seconds   float64 `json:"seconds"`
	Shortest  float64 `json:"shortest"`
	Longest   float64 `json:"longest"`
	Own       bool    `json:"own,omitempty"` // the project's own rate
	Origin    string  `json:"origin"`
}

// forecast adds up the time of loading every volume once and reading it back.
func (f *fitter) forecast(volumes []Volume) Forecast {
	out := Forecast{Steps: []ForecastStep{}}
	read := f.rate("*", "read")
	own := 0
	for _, v := range volumes {
		s := f.step(v, volumes)
		if read.PerSecond > 0 {
			back := float64(v.Rows) / read.PerSecond
			s.Seconds, s.Shortest, s.Longest = s.Seconds+back, s.Shortest+back/otherMachine, s.Longest+back*otherMachine
		}
		s.Seconds, s.Shortest, s.Longest = tenth(s.Seconds), tenth(s.Shortest), tenth(s.Longest)
		out.Seconds, out.Shortest, out.Longest = tenth(out.Seconds+s.Seconds), tenth(out.Shortest+s.Shortest), tenth(out.Longest+s.Longest)
		if s.Own {
			own++
		}
		out.Steps = append(out.Steps, s)
	}
	out.Basis = basis(own, len(out.Steps))
	return out
}

func basis(own, all int) string {
	const shipped = "rates measured on a two-core machine that ran Odoo and PostgreSQL together; another machine takes half to twice as long"
	switch {
	case own == 0:
		return shipped
	case own == all:
		return "the rates of this project's own earlier batches"
	}
	return "the rates of this project's own earlier batches where there are any, else " + shipped
}

func (f *fitter) step(v Volume, all []Volume) ForecastStep {
	r, spread := f.loadRate(v.Model)
	s := ForecastStep{Model: v.Model, Records: v.Rows, PerSecond: r.PerSecond, Own: r.Measured > 0, Origin: r.Origin}
	if r.Call == "lines" {
		if slices.ContainsFunc(all, func(o Volume) bool { return o.Model == strings.TrimSuffix(v.Model, ".line") }) {
			return s
		}
		// Lines without a table of their documents: the documents are made of them.
		r, spread = f.rate("*", "assume"), notMeasured
		s.PerSecond, s.Origin = r.PerSecond, r.Origin
	}
	if r.PerSecond <= 0 {
		return s
	}
	s.Seconds = float64(v.Rows) / r.PerSecond
	s.Shortest, s.Longest = s.Seconds/spread, s.Seconds*spread
	return s
}

// loadRate is the rate of creating a model's records: the project's own, else the one measured on this version, else on
// another one, else an assumption.
func (f *fitter) loadRate(model string) (Rate, float64) {
	for _, r := range f.opt.Measured {
		if r.Model == model && r.Measured >= enoughOwn && r.PerSecond > 0 {
			return r, ownRate
		}
	}
	for _, call := range []string{"load", "lines"} {
		if r := f.rate(model, call); r.Call != "" {
			return r, otherMachine
		}
	}
	if r := f.rate(model, "assume"); r.Call != "" {
		return r, notMeasured
	}
	return f.rate("*", "assume"), notMeasured
}

// rate finds a rate that comes with the program, that of the target's version if there is one.
func (f *fitter) rate(model, call string) Rate {
	version, _, _ := strings.Cut(cmp.Or(f.schema.ServerVersion, "19"), ".")
	var best Rate
	for _, r := range f.know.rates {
		if r.Model == model && r.Call == call && (best.Call == "" || r.Version == version) {
			best = r
		}
	}
	return best
}

func tenth(v float64) float64 { return math.Round(v*10) / 10 }
