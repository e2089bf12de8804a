package pipeline_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/vouch"
)

// What counts is the newest draw into each target, and what did not stand since the last load.
func TestOpenVouches(t *testing.T) {
	draw := func(run int64, target string, items int) pipeline.Vouch {
		return pipeline.Vouch{Run: run, Target: target, Items: make([]vouch.Item, items)}
	}
	read := func(draw int64, failed, unticked int) pipeline.Vouched {
		return pipeline.Vouched{Draw: draw, Failed: failed, Unticked: unticked}
	}
	for _, c := range []struct {
		name             string
		report           pipeline.Report
		unticked, failed int
	}{
		{"nothing drawn", pipeline.Report{}, 0, 0},
		{"two targets", pipeline.Report{Vouches: []pipeline.Vouch{draw(5, "a", 3), draw(6, "b", 4)}, Vouched: []pipeline.Vouched{read(6, 1, 2)}}, 5, 1},
		{"drawn anew instead of ticked", pipeline.Report{Vouches: []pipeline.Vouch{draw(5, "a", 50), draw(6, "a", 4)}, Vouched: []pipeline.Vouched{read(6, 0, 0)}}, 0, 0},
		{"drawn anew to hide what failed", pipeline.Report{Vouches: []pipeline.Vouch{draw(5, "a", 50), draw(6, "a", 4)}, Vouched: []pipeline.Vouched{read(5, 2, 0), read(6, 0, 0)}}, 0, 2},
		{"mended, loaded and drawn anew", pipeline.Report{Loads: []pipeline.Load{{Run: 5, Target: "a", Stage: &pipeline.Stage{}}}, Vouches: []pipeline.Vouch{draw(4, "a", 50), draw(6, "a", 4)},
			Vouched: []pipeline.Vouched{read(4, 2, 0), read(6, 0, 0)}}, 0, 0},
	} {
		if unticked, failed := c.report.OpenVouches(); unticked != c.unticked || failed != c.failed {
			t.Errorf("%s: %d unticked, %d failed; want %d and %d", c.name, unticked, failed, c.unticked, c.failed)
		}
	}
}
