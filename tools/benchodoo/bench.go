package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// bench is one run of all legs.
type bench struct {
	options
	ours, theirs *server
	peer         *peer
	source       source
	projects     []*project
	result       result
}

func newBench(o options) *bench { return &bench{options: o} }

// all runs the legs: ours in one fresh database, all others in another.
func (b *bench) all(ctx context.Context) (err error) {
	if b.ours, err = fresh(ctx, b.protocol); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.ours.drop(ctx)) }()
	if b.theirs, err = fresh(ctx, b.protocol); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.theirs.drop(ctx)) }()
	defer func() {
		for _, p := range b.projects {
			err = errors.Join(err, p.remove(ctx))
		}
	}()
	b.peer = &peer{server: b.theirs, client: b.theirs.peer, batch: b.batch, workers: b.workers}
	b.source = source{partners: *b.sizes["partners"], products: *b.sizes["products"]}
	if b.source.accounts, err = accounts(ctx, b.theirs); err != nil {
		return err
	}
	b.result = result{Version: 1, Server: b.ours.version, Begun: time.Now().UTC().Truncate(time.Second), LoadAverage: loadAverage(), Digests: map[string]string{}}
	for _, k := range kinds {
		switch {
		case b.wanted(k.name):
			err = b.load(ctx, k)
		case b.needed(k.name):
			err = b.fill(ctx, k)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	if err := b.undo(ctx); err != nil {
		return err
	}
	b.result.Repeated = b.peer.again.Load()
	if err := b.result.print(os.Stdout); err != nil || b.json == "" {
		return err
	}
	return b.result.save(b.json)
}

// needed reports whether a kind that is measured links to this one.
func (b *bench) needed(name string) bool {
	return slices.ContainsFunc(kinds, func(k kind) bool { return b.wanted(k.name) && slices.Contains(k.needs, name) })
}

// fill makes records that others link to; nothing of it is measured.
func (b *bench) fill(ctx context.Context, k kind) error {
	recs := b.source.records(k.name, "", *b.sizes[k.name])
	for _, s := range []*server{b.ours, b.theirs} {
		p := peer{server: s, client: s.rpc, batch: b.batch, workers: b.workers}
		if _, err := p.load(ctx, k, k.model, recs); err != nil {
			return err
		}
	}
	return nil
}

// load measures everything about one kind but its end.
func (b *bench) load(ctx context.Context, k kind) error {
	say("%s: migrate", k.name)
	recs := b.source.records(k.name, "", *b.sizes[k.name])
	p := &project{kind: k, dir: filepath.Join(b.dir, k.name), program: b.migrate, flags: strings.Fields(b.options.ours), server: b.ours}
	if err := writeProject(p.dir, k, b.ours, recs); err != nil {
		return err
	}
	b.projects = append(b.projects, p)
	l, t, err := p.cutover(ctx, len(recs))
	if err != nil {
		return err
	}
	digest, err := same(ctx, b.ours, k, "", recs)
	if err != nil {
		return err
	}
	b.result.Digests[k.name] = digest
	own := ours(l, "load", t, len(recs))
	if err := b.others(ctx, k, recs, own); err != nil {
		return err
	}
	if err := b.readBack(ctx, k, l, t); err != nil {
		return err
	}
	return b.again(ctx, p, recs)
}

// others measures the references of a load.
func (b *bench) others(ctx context.Context, k kind, recs []rec, own side) error {
	say("%s: the peer", k.name)
	d, err := b.peer.load(ctx, k, k.peer, recs)
	if err != nil {
		return err
	}
	if _, err := same(ctx, b.theirs, k, "", recs); err != nil {
		return err
	}
	b.result.add(k, "load", own, fmt.Sprintf("load %s, %d rows, %d at once", k.peer, b.batch, b.workers), side{Records: len(recs), Seconds: d.Seconds()},
		k.goals[fmt.Sprint(b.theirs.major)])
	say("%s: the create loop", k.name)
	few := b.source.records(k.name, "L", min(b.single, len(recs)))
	if d, err = b.peer.oneByOne(ctx, k, few); err != nil {
		return err
	}
	if _, err := same(ctx, b.theirs, k, "L", few); err != nil {
		return err
	}
	b.result.add(k, "load", own, "create, one by one", side{Records: len(few), Seconds: d.Seconds()}, 0)
	if !hasInside() {
		return nil
	}
	say("%s: create inside the server", k.name)
	copies := b.source.records(k.name, "S", len(recs))
	if d, err = createInside(ctx, b.theirs, k, copies, b.batch); err != nil {
		return err
	}
	if _, err := same(ctx, b.theirs, k, "S", copies); err != nil {
		return err
	}
	b.result.add(k, "load", own, "create inside the server", side{Records: len(copies), Seconds: d.Seconds()}, 0.9)
	return nil
}

// readBack measures the read-back of the cutover beside bare reads of the same fields.
func (b *bench) readBack(ctx context.Context, k kind, l pipeline.Load, t took) error {
	_, ids, err := readBack(ctx, b.ours, k, "", *b.sizes[k.name])
	if err != nil {
		return err
	}
	d, n, err := bareRead(ctx, b.ours, k, ids)
	if err != nil {
		return err
	}
	b.result.add(k, "read back", ours(l, "verify", t, n), "bare read, 1000 a call", side{Records: n, Seconds: d.Seconds()}, 0.9)
	return nil
}

// again measures a second run in which nothing changed. The peer loads a part of its records again.
func (b *bench) again(ctx context.Context, p *project, recs []rec) error {
	say("%s: again, unchanged", p.kind.name)
	l, t, err := p.again(ctx, len(recs))
	if err != nil {
		return err
	}
	part := recs[:min(b.batch, len(recs))]
	d, err := b.peer.load(ctx, p.kind, p.kind.peer, part)
	if err != nil {
		return err
	}
	for _, s := range []*server{b.ours, b.theirs} {
		if _, err := same(ctx, s, p.kind, "", recs); err != nil {
			return err
		}
	}
	ref := side{Records: len(part), Seconds: d.Seconds()}
	b.result.add(p.kind, "again: its load", ours(l, "load", t, len(recs)), "load "+p.kind.peer+" again", ref, 100)
	whole := side{Records: len(recs), Seconds: t.wall.Seconds(), Command: t.wall.Seconds(), MiB: t.memory >> 20}
	b.result.add(p.kind, "again: the command", whole, "load "+p.kind.peer+" again", ref, 0)
	return nil
}

// undo measures the rollbacks beside bare unlink calls, the last kind first.
func (b *bench) undo(ctx context.Context) error {
	for _, k := range slices.Backward(kinds) { // what links to them goes first
		for _, leg := range []string{"L", "S"} {
			if _, err := b.unlink(ctx, k, leg); err != nil {
				return fmt.Errorf("%s: %w", k.name, err)
			}
		}
	}
	for _, p := range slices.Backward(b.projects) {
		if err := b.undoOne(ctx, p); err != nil {
			return fmt.Errorf("%s: %w", p.kind.name, err)
		}
	}
	return nil
}

func (b *bench) undoOne(ctx context.Context, p *project) error {
	say("%s: rollback", p.kind.name)
	n := *b.sizes[p.kind.name]
	t, err := p.rollback(ctx)
	if err != nil {
		return err
	}
	if left, _, err := readBack(ctx, b.ours, p.kind, "", n); err != nil || len(left) > 0 {
		return errors.Join(err, fmt.Errorf("%d records are left after the rollback", len(left)))
	}
	ref, err := b.unlink(ctx, p.kind, "")
	if err != nil {
		return err
	}
	own := side{Records: n, Seconds: t.wall.Seconds(), Command: t.wall.Seconds(), MiB: t.memory >> 20}
	b.result.add(p.kind, "rollback: the command", own, "bare unlink, 1000 a call", ref, 0.9)
	return nil
}

func (b *bench) unlink(ctx context.Context, k kind, leg string) (side, error) {
	_, ids, err := readBack(ctx, b.theirs, k, leg, max(*b.sizes[k.name], b.single))
	if err != nil || len(ids) == 0 {
		return side{}, err
	}
	d, err := bareUnlink(ctx, b.theirs, k.model, ids)
	return side{Records: len(ids), Seconds: d.Seconds()}, err
}

// accounts are codes of income and expense accounts, which take postings of any kind.
func accounts(ctx context.Context, s *server) ([]string, error) {
	rows, err := s.rpc.SearchRead(ctx, "account.account", []any{[]any{"account_type", "in", []any{"income", "expense"}}}, []string{"code"}, 0)
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, row := range rows {
		if code, ok := row["code"].(string); ok {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	if len(codes) < 4 {
		return nil, fmt.Errorf("%s has %d accounts of income and expense, 4 are needed: the server needs a chart of accounts", s.db, len(codes))
	}
	return codes, nil
}

// ours is a phase of a run of the program.
func ours(l pipeline.Load, phase string, t took, n int) side {
	return side{Records: n, Seconds: l.Seconds[phase], Command: t.wall.Seconds(), MiB: t.memory >> 20}
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
}
