package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// exactlyOnce announces a call, makes it, and after an unknown outcome asks whether it took effect before making it
// again. Only fenced calls may be given to it: those whose repetition cannot double anything (load with external ids,
// write, ir.model.data with its unique name). It returns the intent, still to be settled by the caller, or an error that
// wraps ErrUnsettled when the outage outlasts the loader's patience.
func (l *Loader) exactlyOnce(ctx context.Context, in run.Intent, call func(context.Context) error, took func(context.Context) (bool, error)) (int64, error) {
	// Where Odoo is known to be away nothing is announced: there would be one more outcome to find out.
	if err := l.breaker.Await(ctx); err != nil {
		return 0, interrupted(err)
	}
	id, err := l.Journal.Intend(ctx, in)
	if err != nil {
		return 0, err
	}
	retry, sent := l.breaker.Retry(), false
	for {
		err := l.breaker.Do(ctx, func(ctx context.Context) error {
			sent = true
			return l.timed(ctx, call)
		})
		class := schema.ClassOf(err)
		switch {
		case ctx.Err() != nil && err != nil:
			return id, l.lose(ctx, id, ctx.Err())
		case unmade(err) && !sent:
			return id, errors.Join(interrupted(err), l.fail(ctx, id, "never sent"))
		case unmade(err):
			return id, l.lose(ctx, id, err)
		case err == nil || refused(err):
			return id, err
		case !class.Retryable() && !class.Unknown():
			return id, errors.Join(err, l.fail(ctx, id, err.Error()))
		}
		// A call whose outcome is unknown is not made again before the question what it did has been answered.
		for {
			done, askErr := l.ask(ctx, class, took)
			if done {
				return id, nil
			}
			if unmade(askErr) || errors.Is(askErr, ErrInterrupted) || askErr != nil && !again(schema.ClassOf(askErr)) {
				return id, l.lose(ctx, id, errors.Join(err, askErr))
			}
			if ended := retry.Wait(ctx, err); ended != nil {
				return id, l.lose(ctx, id, errors.Join(ended, askErr))
			}
			if askErr == nil {
				break
			}
		}
	}
}

// unmade reports whether a call was not made, since Odoo stayed away or the user asked to stop.
func unmade(err error) bool {
	return errors.Is(err, flow.ErrGaveUp) || errors.Is(err, flow.ErrStopped)
}

func (l *Loader) timed(ctx context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, l.opt.CallTimeout)
	defer cancel()
	return call(ctx)
}

// ask finds out what an unknown outcome was. A call that certainly never ran needs no asking.
func (l *Loader) ask(ctx context.Context, class schema.FaultClass, took func(context.Context) (bool, error)) (bool, error) {
	if !class.Unknown() && class != schema.FaultConcurrency {
		return false, nil
	}
	return took(ctx)
}

// settle writes down what a call did, also when the run is cancelled.
func (l *Loader) settle(ctx context.Context, intentID int64, s run.Settlement) error {
	ctx, cancel := settleContext(ctx)
	defer cancel()
	return l.Journal.Settle(ctx, intentID, s)
}

func (l *Loader) lose(ctx context.Context, intentID int64, cause error) error {
	ctx, cancel := settleContext(ctx)
	defer cancel()
	if err := l.Journal.Unsettle(ctx, intentID, oneLine(cause.Error())); err != nil {
		return errors.Join(cause, err)
	}
	return fmt.Errorf("%w: %w", ErrUnsettled, cause)
}

// refused reports whether the server said no to the content of a call, so that a smaller one may tell who is to blame.
func refused(err error) bool {
	switch schema.ClassOf(err) {
	case schema.FaultUser, schema.FaultValidation, schema.FaultMissingRecord, schema.FaultServer, schema.FaultTooLarge:
		return true
	}
	return false
}

func (st *step) intent(strategy, action string, externalIDs []string, payload string) run.Intent {
	return run.Intent{
		RunID: st.RunID, TargetID: st.TargetID, Wave: st.Wave, Lane: fmt.Sprintf("%s/%d", st.Mapping, st.batches.Add(1)),
		Mapping: st.Mapping, Model: st.Model, Strategy: strategy, Action: action, ExternalIDs: externalIDs, PayloadDigest: payload,
		Attempt: 1, Owner: st.opt.Owner, Deadline: st.opt.Now().Add(st.opt.CallTimeout), State: run.Intended,
	}
}

func (st *step) entry(it Item, dbID int64, values json.RawMessage, adopted bool) run.Entry {
	return run.Entry{
		ExternalID: it.ID, Mapping: it.Layout.Mapping, Model: it.Layout.Model, DBID: dbID, Digest: it.Digest.String(), Values: values,
		State: run.Active, Adopted: adopted, RunID: st.RunID,
	}
}

func (st *step) change(it Item, dbID int64, action, undo string, before, after json.RawMessage) run.Change {
	return run.Change{
		RunID: st.RunID, Wave: st.Wave, Mapping: it.Layout.Mapping, Model: it.Layout.Model, ExternalID: it.ID, DBID: dbID,
		Action: action, Undo: undo, Before: before, After: after,
	}
}
