package pipeline_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func TestRunbookRestsOnPlanAndRehearsal(t *testing.T) {
	w, _ := newWeekend(t)
	if _, err := w.Runbook(t.Context(), "production"); !errors.Is(err, pipeline.ErrNoPlan) {
		t.Errorf("without a plan: %v", err)
	}
	w.staged(pipeline.StageOptions{Target: "copy"})
	before, err := w.Runbook(t.Context(), "production")
	if err != nil || len(before.Steps) == 0 || len(before.Forecast.Unmeasured) == 0 || before.Forecast.BackBy != "" || !before.Forecast.PointOfNoReturn.IsZero() {
		t.Fatalf("nothing was measured yet, and the runbook says %+v %v", before, err)
	}
	w.neutralise("copy")
	if closed := w.closed(pipeline.LoadOptions{Target: "copy", AcceptRestoreOnly: true}); len(closed) > 0 {
		t.Fatalf("rehearsal: %v", closed)
	}
	if _, err := w.Rollback(t.Context(), pipeline.UndoOptions{Target: "copy"}); err != nil {
		t.Fatal(err)
	}
	b, err := w.Runbook(t.Context(), "production")
	if err != nil {
		t.Fatal(err)
	}
	f := b.Forecast
	if f.Seconds <= 0 || len(f.Unmeasured) > 0 || !f.Begin.Equal(w.Project.Cutover.From) || !f.End.Equal(f.Begin.Add(time.Duration(f.Seconds*float64(time.Second)))) {
		t.Errorf("forecast %+v", f)
	}
	if b.Database != w.Project.Targets["production"].Database || b.Plan == "" || b.Role != "production" {
		t.Errorf("%+v", b)
	}
	again, err := w.Runbook(t.Context(), "production")
	if err != nil || !reflect.DeepEqual(b, again) {
		t.Errorf("a second runbook is another: %+v and %+v, %v", b, again, err)
	}
}
