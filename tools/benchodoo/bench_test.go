package main

import (
	"slices"
	"strings"
	"testing"
)

var generated = source{partners: 50, products: 20, accounts: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}}

// A leg's letter is in front of what must be unique, and in nothing else.
func TestLegsAreTheSameRecords(t *testing.T) {
	for _, k := range kinds {
		plain, other := generated.records(k.name, "", 40), generated.records(k.name, "L", 40)
		if plain[0].key() == other[0].key() {
			t.Errorf("%s of two legs have the key %s", k.name, plain[0].key())
		}
		if digestOf(k, "", plain) != digestOf(k, "L", other) {
			t.Errorf("%s of two legs differ: %q, %q", k.name, plain[0], other[0])
		}
		if longer := generated.records(k.name, "", 60); digestOf(k, "", longer[:40]) != digestOf(k, "", plain) {
			t.Errorf("more %s begin with others", k.name)
		}
	}
}

func TestDigestSeesEveryCell(t *testing.T) {
	for _, k := range kinds {
		want := digestOf(k, "", generated.records(k.name, "", 3))
		for i := range k.fields {
			changed := generated.records(k.name, "", 3)
			changed[1].cells[i] += "x"
			if digestOf(k, "", changed) == want {
				t.Errorf("%s: another %s has the same digest", k.name, k.fields[i].name)
			}
		}
		if k.lines == nil {
			continue
		}
		changed := generated.records(k.name, "", 3)
		slices.Reverse(changed[1].lines)
		if digestOf(k, "", changed) != want {
			t.Errorf("%s: lines in another order have another digest", k.name)
		}
		changed[1].lines = changed[1].lines[1:]
		if digestOf(k, "", changed) == want {
			t.Errorf("%s: a line less has the same digest", k.name)
		}
	}
}

func TestEntriesBalance(t *testing.T) {
	for _, r := range generated.records("entries", "", 200) {
		var sum float64
		var codes []string
		for _, line := range r.lines {
			sum += float(line[2]) - float(line[3])
			codes = append(codes, line[0])
		}
		if sum > 0.001 || sum < -0.001 || len(codes) != 4 {
			t.Errorf("%q is out of balance by %v", r, sum)
		}
	}
}

func TestPeerCutsAtTheBordersOfRecords(t *testing.T) {
	orders := kinds[2]
	p := peer{batch: 10}
	ids := map[string]map[string]int64{"product.product": {}}
	rows := 0
	for _, batch := range p.batches(orders, generated.records("orders", "", 7), ids) {
		if len(batch) > 10 || !strings.HasPrefix(batch[0][0], peerModule+".O") {
			t.Errorf("a batch of %d rows begins with %q", len(batch), batch[0])
		}
		rows += len(batch)
	}
	if rows != 21 {
		t.Errorf("%d rows, want 21", rows)
	}
}
