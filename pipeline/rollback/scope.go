package rollback

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Scope is which changes of a run are undone: those that fit everything it names. The zero Scope is the whole run.
type Scope struct {
	Waves          []int    `json:"waves,omitempty"`
	Mappings       []string `json:"mappings,omitempty"`
	Records        []string `json:"records,omitempty"`         // external ids
	WithDependents bool     `json:"with_dependents,omitempty"` // and the records of the run that point at what is removed
}

// Whole reports whether nothing of a run is left out.
func (s Scope) Whole() bool { return len(s.Waves)+len(s.Mappings)+len(s.Records) == 0 }

// Equal reports whether both name the same.
func (s Scope) Equal(o Scope) bool {
	return slices.Equal(s.Waves, o.Waves) && slices.Equal(s.Mappings, o.Mappings) && slices.Equal(s.Records, o.Records) && s.WithDependents == o.WithDependents
}

func (s Scope) fits() func(run.Change) bool {
	ids := map[string]bool{}
	for _, id := range s.Records {
		ids[id] = true
	}
	return func(c run.Change) bool {
		return (len(s.Waves) == 0 || slices.Contains(s.Waves, c.Wave)) && (len(s.Mappings) == 0 || slices.Contains(s.Mappings, c.Mapping)) && (len(ids) == 0 || ids[c.ExternalID])
	}
}

// ErrScope says that a scope names what the run does not have.
var ErrScope = errors.New("no such part")

// check refuses a scope that names what the run never changed: a typing error would undo less than was meant.
func (s Scope) check(runID int64, all []run.Change) error {
	waves, mappings, ids := map[int]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range all {
		waves[c.Wave], mappings[c.Mapping], ids[c.ExternalID] = true, true, true
	}
	for _, w := range s.Waves {
		if !waves[w] {
			return record.Advise(fmt.Errorf("%w: run %d changed nothing in wave %d", ErrScope, runID, w), fmt.Sprintf("It has wave %s.", strings.Join(texts(slices.Sorted(maps.Keys(waves))), ", ")))
		}
	}
	for _, m := range s.Mappings {
		if !mappings[m] {
			return record.Advise(fmt.Errorf("%w: run %d changed nothing of mapping %q", ErrScope, runID, m), "It has "+strings.Join(slices.Sorted(maps.Keys(mappings)), ", ")+".")
		}
	}
	for _, id := range s.Records {
		if !ids[id] {
			return record.Advise(fmt.Errorf("%w: run %d did not change %s", ErrScope, runID, id), "migrate prove "+id+" says what the ledger knows of it.")
		}
	}
	return nil
}

func texts(numbers []int) []string {
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = strconv.Itoa(n)
	}
	return out
}

// selection finds out which changes a scope comes to.
type selection struct {
	scope    Scope
	changes  map[string][]run.Change // of the run and not undone, by record, the first change first
	from     map[string]int64        // by record: its first change that is undone; all after it are, too
	referrer map[string][]run.Entry  // by record: what the ledger says points at it
	document map[string]string       // by line: what it came with
	queue    []string
	blockers []Blocker
}

// choose takes from the changes of a run those of the scope, with what goes with them. What would be left pointing at
// something that is removed stands in the way, unless the scope takes it along.
func (r *Roller) choose(ctx context.Context, runID int64, left []run.Change) ([]run.Change, []Blocker, error) {
	s := &selection{scope: r.Scope, changes: map[string][]run.Change{}, from: map[string]int64{}, referrer: map[string][]run.Entry{}, document: map[string]string{}}
	for _, c := range slices.SortedFunc(slices.Values(left), func(a, b run.Change) int { return cmp.Compare(a.Seq, b.Seq) }) {
		s.changes[c.ExternalID] = append(s.changes[c.ExternalID], c)
	}
	if err := s.readLinks(ctx, r, runID); err != nil {
		return nil, nil, err
	}
	fits := r.Scope.fits()
	for _, id := range slices.Sorted(maps.Keys(s.changes)) {
		for _, c := range s.changes[id] {
			if fits(c) {
				s.take(id, c.Seq)
				break
			}
		}
	}
	if err := s.close(); err != nil {
		return nil, nil, err
	}
	var out []run.Change
	for _, c := range left {
		if from, in := s.from[c.ExternalID]; in && c.Seq >= from {
			out = append(out, c)
		}
	}
	return out, s.blockers, nil
}

// readLinks learns from the ledger what points at records of the run. Where the whole run is undone, only what other runs
// wrote later can be left.
func (s *selection) readLinks(ctx context.Context, r *Roller, runID int64) error {
	for e, err := range r.Manifest.Entries(ctx, r.TargetID, "") {
		if err != nil {
			return err
		}
		if e.State == run.Deleted || s.scope.Whole() && e.RunID <= runID {
			continue
		}
		links, err := linksOf(e)
		if err != nil {
			return err
		}
		e.Values = nil
		own := s.changes[e.ExternalID]
		for _, to := range links {
			there, ours := s.changes[to]
			if !ours {
				continue
			}
			s.referrer[to] = append(s.referrer[to], e)
			if len(own) > 0 && isLine(own[0]) && there[0].IntentID == own[0].IntentID && there[0].Action == "create" && !isLine(there[0]) {
				s.document[e.ExternalID] = to
			}
		}
	}
	return nil
}

// linksOf are the external ids that the values of an entry point at, each once.
func linksOf(e run.Entry) ([]string, error) {
	if len(e.Values) == 0 {
		return nil, nil
	}
	values, err := record.DecodeValues(e.Values)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.ExternalID, err)
	}
	var out []string
	for _, v := range values {
		if v.Kind() == record.Link || v.Kind() == record.Links {
			out = append(out, record.SplitRefs(v.Text())...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// take puts a record's changes from one on into the selection.
func (s *selection) take(id string, from int64) {
	if was, in := s.from[id]; !in || from < was {
		s.from[id] = from
		s.queue = append(s.queue, id)
	}
}

func (s *selection) takeAll(id string) { s.take(id, s.changes[id][0].Seq) }

func (s *selection) whole(id string) bool {
	from, in := s.from[id]
	return in && from <= s.changes[id][0].Seq
}

// removed reports whether a record is not there any more afterwards, or not under its external id.
func (s *selection) removed(id string) bool {
	return slices.ContainsFunc(s.changes[id], func(c run.Change) bool {
		return (c.Action == "create" || c.Action == "adopt") && s.from[id] > 0 && c.Seq >= s.from[id]
	})
}

// close follows the links until nothing more has to come along, and only then says what stands in the way: a record that
// one link would leave behind may be taken by another.
func (s *selection) close() error {
	for len(s.queue) > 0 {
		id := s.queue[0]
		s.queue = s.queue[1:]
		if err := s.follow(id, nil); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.from)) {
		if err := s.follow(id, s.refuse); err != nil {
			return err
		}
	}
	return nil
}

// refuse notes a record that stands in the way.
func (s *selection) refuse(b Blocker) {
	if !slices.ContainsFunc(s.blockers, func(o Blocker) bool { return o.ExternalID == b.ExternalID && o.Kind == b.Kind }) {
		s.blockers = append(s.blockers, b)
	}
}

// follow looks at what one selected record needs. Without refuse it takes what may be taken, with refuse it says what was not.
func (s *selection) follow(id string, refuse func(Blocker)) error {
	if s.removed(id) {
		for _, e := range s.referrer[id] {
			s.followReferrer(id, e, refuse)
		}
	}
	if first := s.changes[id][0]; !s.scope.Whole() && isLine(first) && s.removed(id) && !s.removed(s.document[id]) {
		s.alongOrRefuse(s.document[id], refuse, with(blocker(first, "it came with "+s.document[id]+" and goes only with it", "name that one, or pass --with-dependents"), Dependent))
	}
	return s.followBack(id, refuse)
}

func (s *selection) followReferrer(id string, e run.Entry, refuse func(Blocker)) {
	own := s.changes[e.ExternalID]
	b := Blocker{Kind: Dependent, Mapping: e.Mapping, Model: e.Model, ExternalID: e.ExternalID, DBID: e.DBID, Reason: "it points at " + id + ", which would be removed"}
	switch {
	case len(own) > 0 && s.whole(e.ExternalID):
	case len(own) == 0:
		b.Remedy = fmt.Sprintf("roll back run %d first", e.RunID)
		if refuse != nil {
			refuse(b)
		}
	case isLine(own[0]) && s.document[e.ExternalID] == id && refuse == nil:
		s.takeAll(e.ExternalID)
	default:
		b.Remedy = "pass --with-dependents to undo it, too"
		s.alongOrRefuse(e.ExternalID, refuse, b)
	}
}

// followBack wants what an undone change brings back to find what it points at.
func (s *selection) followBack(id string, refuse func(Blocker)) error {
	for _, c := range s.changes[id] {
		a, err := c.Aftermath()
		if err != nil {
			return err
		}
		if c.Seq < s.from[id] || a.Base == nil {
			continue
		}
		links, err := linksOf(*a.Base)
		if err != nil {
			return err
		}
		for _, to := range links {
			gone := slices.IndexFunc(s.changes[to], func(c run.Change) bool { return c.Action == "delete" })
			if gone < 0 || s.from[to] > 0 && s.from[to] <= s.changes[to][gone].Seq {
				continue
			}
			s.alongOrRefuse(to, refuse, with(blocker(c, "undone it points at "+to+", which the run deleted", "name that one, or pass --with-dependents"), Dependent))
		}
	}
	return nil
}

func (s *selection) alongOrRefuse(id string, refuse func(Blocker), b Blocker) {
	switch {
	case refuse != nil:
		refuse(b)
	case s.scope.WithDependents && len(s.changes[id]) > 0:
		s.takeAll(id)
	}
}

// Describe names a scope for a sentence.
func (s Scope) Describe() string {
	var parts []string
	if len(s.Waves) > 0 {
		parts = append(parts, "wave "+strings.Join(texts(s.Waves), ", "))
	}
	if len(s.Mappings) > 0 {
		parts = append(parts, strings.Join(s.Mappings, ", "))
	}
	if len(s.Records) > 0 {
		parts = append(parts, records(len(s.Records))+" by name")
	}
	if s.WithDependents && len(parts) > 0 {
		parts = append(parts, "with dependents")
	}
	return strings.Join(parts, "; ")
}

// notAgain leaves out what a later run loaded again after a part of the run was undone: it is there, and rightly so.
func (r *Roller) notAgain(ctx context.Context, runID int64, changes []run.Change) ([]run.Change, error) {
	out := make([]run.Change, 0, len(changes))
	for part := range slices.Chunk(changes, chunk) {
		ids := make([]string, len(part))
		for i, c := range part {
			ids[i] = c.ExternalID
		}
		known, err := r.Manifest.EntriesByID(ctx, r.TargetID, ids)
		if err != nil {
			return nil, err
		}
		for _, c := range part {
			if e, ok := known[c.ExternalID]; !ok || e.State == run.Deleted || e.RunID <= runID {
				out = append(out, c)
			}
		}
	}
	return out, nil
}
