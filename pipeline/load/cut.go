package load

import (
	"context"
	"iter"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
)

const (
	// batchRecords is how many records a batch has at first.
	batchRecords = 500
	// fetched is how many staged records are taken at a time: batches are cut out of them.
	fetched = 200
	// seconds of the rate that a batch holds at most: five hundred at once and then a pause is not what was asked for.
	rateSeconds = 4
)

// bounds are what the batches of the step are kept within. Where records of the target are adopted, two rows that match the
// same one are told when they meet in a batch: its size stays what it is.
func (st *step) bounds() flow.Bounds {
	b := flow.Bounds{First: st.batchRecords(), Most: st.opt.BatchRecords, Workers: st.opt.Workers, Low: st.opt.Aim[0], High: st.opt.Aim[1]}
	if len(st.lines) > 0 {
		b.Most = max(1, b.Most/5)
	}
	b.Least = max(1, b.First/25)
	if len(st.Match) > 0 {
		b.Least, b.Most = b.First, b.First
		return b
	}
	if rate := st.opt.Flow.Rate; rate > 0 {
		b.Most = min(b.Most, max(1, int(rate*rateSeconds)))
		b.Least, b.First = min(b.Least, b.Most), min(b.First, b.Most)
	}
	return b
}

// paced keeps what the step came to for the next, and tells it.
func (st *step) paced() {
	used := st.pace.Used()
	st.workers = max(used.Workers, 2) // what troubled one step may be over at the next
	if st.opt.Paced != nil && used.Batches > 0 {
		st.opt.Paced(st.Mapping, used)
	}
}

// cutBatch is a batch that may be sent.
type cutBatch struct {
	*flow.Ticket
	items []Item
}

// cut makes batches of the staged records, in their order, each as large as it may be at the moment it may be sent. Who
// takes one has to leave it.
func (st *step) cut(ctx context.Context, source iter.Seq2[[]Item, error]) iter.Seq2[cutBatch, error] {
	return func(yield func(cutBatch, error) bool) {
		var held []Item
		send := func() bool {
			b, err := st.take(ctx, &held)
			return yield(b, err) && err == nil
		}
		for items, err := range source {
			if err != nil {
				yield(cutBatch{}, err)
				return
			}
			held = append(held, items...)
			for len(held) >= st.pace.Size() {
				if !send() {
					return
				}
			}
		}
		for len(held) > 0 {
			if !send() {
				return
			}
		}
	}
}

// take waits until a batch may be sent, and takes it off what is held.
func (st *step) take(ctx context.Context, held *[]Item) (cutBatch, error) {
	t, err := st.pace.Enter(ctx, st.opt.Stop)
	if err != nil {
		return cutBatch{}, interrupted(err)
	}
	if err := st.turn(ctx); err != nil {
		t.Leave(false)
		return cutBatch{}, err
	}
	n := min(t.Size(), len(*held))
	items := slices.Clone((*held)[:n])
	*held = slices.Delete(*held, 0, n)
	return cutBatch{t, items}, nil
}
