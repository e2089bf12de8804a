package run_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

func TestNext(t *testing.T) {
	states := []string{run.Intended, run.Unsettled, run.Settled, run.IntentFailed, "", "nonsense"}
	allowed := map[string]string{
		"intended settle": "settled", "intended fail": "failed", "intended lose": "unsettled",
		"unsettled settle": "settled", "unsettled fail": "failed", "unsettled lose": "unsettled", "unsettled retry": "intended",
	}
	for _, state := range states {
		for _, step := range run.Steps {
			got, err := run.Next(state, step)
			want, ok := allowed[state+" "+string(step)]
			if got != want || (err == nil) != ok {
				t.Errorf("Next(%q, %s) = %q, %v; want %q, allowed %v", state, step, got, err, want, ok)
			}
			if err != nil && !errors.Is(err, run.ErrTransition) {
				t.Errorf("Next(%q, %s): %v does not wrap ErrTransition", state, step, err)
			}
		}
	}
}

// Whatever happens in whatever order: a final intent never moves again, a refused step changes nothing, attempts grow
// by retries alone, a retry is only ever taken out of unsettled, and an intent that is not final can always be ended.
func TestIntentProperties(t *testing.T) {
	for seed := uint64(0); seed < 2000; seed++ {
		r := rand.New(rand.NewPCG(seed, 7))
		in := run.Intent{State: run.Intended, Attempt: 1}
		retries := 0
		for range 1 + r.IntN(30) {
			step := run.Steps[r.IntN(len(run.Steps))]
			next, err := in.Take(step)
			switch {
			case err != nil && (next.State != in.State || next.Attempt != in.Attempt):
				t.Fatalf("seed %d: refused %s changed %+v into %+v", seed, step, in, next)
			case err == nil && run.Final(in.State):
				t.Fatalf("seed %d: %s moved a final intent %q to %q", seed, step, in.State, next.State)
			case err == nil && step == run.Retry:
				if in.State != run.Unsettled {
					t.Fatalf("seed %d: retry from %q", seed, in.State)
				}
				retries++
			}
			if err == nil {
				in = next
			}
		}
		if in.Attempt != 1+retries {
			t.Fatalf("seed %d: %d attempts after %d retries", seed, in.Attempt, retries)
		}
		if !run.Final(in.State) {
			for _, step := range []run.Step{run.Settle, run.Fail} {
				if end, err := in.Take(step); err != nil || !run.Final(end.State) {
					t.Fatalf("seed %d: %s from %q gives %q, %v", seed, step, in.State, end.State, err)
				}
			}
		}
	}
}

func TestStepTo(t *testing.T) {
	for state, want := range map[string]run.Step{"settled": run.Settle, "failed": run.Fail, "intended": "", "unsettled": "", "": ""} {
		got, err := run.StepTo(state)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("StepTo(%q) = %q, %v; want %q", state, got, err, want)
		}
	}
}
