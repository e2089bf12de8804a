package pipeline_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// A load stops where a person has to decide, says how it stands, and goes on with the decision to the same end.
func TestCheckpoints(t *testing.T) {
	_, _, want := loaded(t)

	w := newWorld(t)
	s := w.staged(pipeline.StageOptions{})
	first, last := s.Steps[0].Wave, s.Steps[len(s.Steps)-1].Wave
	if last < first+2 {
		t.Fatalf("%d waves are too few", last)
	}
	w.sub("migrate.yaml", "targets:\n", fmt.Sprintf("cutover: {checkpoints: [{after: %d, by: B. Lead, wrong: 0}, {after: %d}]}\ntargets:\n", last-1, first))
	w.reopen()
	w.staged(pipeline.StageOptions{})
	l, err := w.Cutover(t.Context(), quick)
	if !errors.Is(err, pipeline.ErrCheckpoint) || !pipeline.Interrupted(err) || !strings.Contains(err.Error(), fmt.Sprintf("after wave %d, ", first)) {
		t.Fatal(err)
	}
	if c := l.Checkpoints; len(c) != 1 || c[0].Of == 0 || c[0].Wrong != 0 || len(c[0].NoGo) != 0 {
		t.Errorf("%+v", c)
	}
	if now := w.counts(); now["sale.order"] != 0 {
		t.Errorf("behind the checkpoint %v", now)
	}
	resume := quick
	resume.Resume = true
	if _, err := w.Cutover(t.Context(), resume); !errors.Is(err, pipeline.ErrCheckpoint) {
		t.Errorf("resumed without a decision: %v", err)
	}
	for _, g := range []pipeline.Go{{Wave: last, By: "A", Reason: "r"}, {Wave: last - 1, By: "A. Other", Reason: "r"}} {
		resume.Go = []pipeline.Go{g}
		if _, err := w.Cutover(t.Context(), resume); err == nil || errors.Is(err, pipeline.ErrCheckpoint) {
			t.Errorf("%+v: %v", g, err)
		}
	}
	resume.Go = []pipeline.Go{{Wave: first, By: "A. Lead", Reason: "the accounts are right"}}
	if _, err = w.Cutover(t.Context(), resume); !errors.Is(err, pipeline.ErrCheckpoint) || !strings.Contains(err.Error(), fmt.Sprintf("by B. Lead: after wave %d, ", last-1)) {
		t.Fatal(err)
	}
	resume.Go = []pipeline.Go{{Wave: last - 1, By: "b. lead", Reason: "go"}}
	if l, err = w.Cutover(t.Context(), resume); err != nil || !l.Clean() || !maps.Equal(w.counts(), want) {
		t.Fatalf("%v: %v, want %v", err, w.counts(), want)
	}
	if c := l.Checkpoints; len(c) != 2 || c[0].By != "A. Lead" || c[1].By != "b. lead" || c[1].Reason != "go" {
		t.Errorf("%+v", c)
	}
}

// A wave that is not there, and what went wrong so far and speaks against going on.
func TestCheckpointSaysNoGo(t *testing.T) {
	w := newWorld(t)
	w.staged(pipeline.StageOptions{})
	l, err := w.Cutover(t.Context(), quick)
	if err != nil {
		t.Fatal(err)
	}
	wave := 0
	for _, s := range l.Stage.Steps {
		if s.Mapping == "customers" {
			wave = s.Wave
		}
	}
	w.sub("migrate.yaml", "targets:\n", "cutover: {checkpoints: [{after: 99}]}\ntargets:\n")
	w.reopen()
	if _, err := w.Delta(t.Context(), open()); err == nil || !strings.Contains(err.Error(), "there is a checkpoint after wave 99, and the waves that others follow are [") {
		t.Errorf("a wave that is not there: %v", err)
	}
	city := w.cityOf("cust_10001", "")
	w.cityOf("cust_10001", "People's")
	w.sub("exports/customers.csv", ";"+city+";", ";Source's;")
	w.sub("migrate.yaml", "after: 99", fmt.Sprintf("after: %d, wrong: 0", wave))
	w.reopen()
	l, err = w.Delta(t.Context(), open())
	if !errors.Is(err, pipeline.ErrCheckpoint) || !strings.Contains(err.Error(), " records are done, 1 of them refused, in conflict or put off; against going on: more than 0 % of the records") {
		t.Fatal(err)
	}
	if c := l.Checkpoints; len(c) != 1 || c[0].Wrong != 1 || len(c[0].NoGo) != 1 {
		t.Errorf("%+v", c)
	}
}

func TestParseGo(t *testing.T) {
	g, err := pipeline.ParseGo("wave 2 = A. Lead: the totals are right")
	if err != nil || g != (pipeline.Go{Wave: 2, By: "A. Lead", Reason: "the totals are right"}) {
		t.Errorf("%+v %v", g, err)
	}
	for _, bad := range []string{"", "wave 2", "2=A: b", "wave x=A: b", "wave 2=A", "wave 2=: b", "wave 2=A:"} {
		if _, err := pipeline.ParseGo(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
