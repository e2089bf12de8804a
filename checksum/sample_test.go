package checksum_test

import (
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/checksum"
)

// The auditor's own draw, in the words of CHECKSUMS.md.
const drawInPython = `
import hashlib, struct
def frame(*texts): return b"".join(struct.pack(">I", len(t.encode())) + t.encode() for t in texts)
def sha(*texts): return hashlib.sha256(frame(*texts)).hexdigest()
seed = sha("migrate/seed/1", "%s", "dice of 3 May: 4 1 6")
ids = ["legacy.k%%d" %% i for i in range(5000)]
print("\n".join(sorted(sorted(ids, key=lambda x: sha("migrate/ticket/1", seed, x))[:598])))
`

func TestDrawAsInPython(t *testing.T) {
	root := checksum.Bytes([]byte("root"))
	draw := func(order int) []string {
		d := checksum.NewDraw(checksum.Seed(root, "dice of 3 May: 4 1 6"), 598)
		for i := range 5000 {
			d.Add(fmt.Sprintf("legacy.k%d", (i*order)%5000))
		}
		return d.Drawn()
	}
	got := draw(1)
	if again := draw(7); !slices.Equal(got, again) {
		t.Error("the order in which records are told makes a difference")
	}
	out, err := exec.Command("python3", "-c", fmt.Sprintf(drawInPython, root)).Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Fields(string(out)); !slices.Equal(got, want) {
		t.Errorf("drawn %d, Python draws %d others", len(got), len(want))
	}
	other := checksum.NewDraw(checksum.Seed(root, "another nonce"), 598)
	for i := range 5000 {
		other.Add(fmt.Sprintf("legacy.k%d", i))
	}
	if slices.Equal(got, other.Drawn()) {
		t.Error("the nonce makes no difference")
	}
	few := checksum.NewDraw(checksum.Seed(root, ""), 10)
	few.Add("a")
	if got := few.Drawn(); len(got) != 1 {
		t.Errorf("of one record, drawn %v", got)
	}
}

// Against the sum of the binomial terms with whole coefficients (math.comb), in Python.
func TestWhatASampleSupports(t *testing.T) {
	for _, c := range []struct {
		n, bad int64
		want   float64
	}{
		{598, 0, 0.9950029}, {1, 0, 0.05}, {59, 0, 0.9504924}, {598, 1, 0.9920919}, {100, 5, 0.8977466}, {10, 10, 0},
	} {
		if got := checksum.AtLeast(c.n, c.bad); math.Abs(got-c.want) > 2e-6 {
			t.Errorf("%d drawn, %d bad: %.7f, want %.7f", c.n, c.bad, got, c.want)
		}
	}
	if checksum.AtLeast(597, 0) >= 0.995 || checksum.AtLeast(598, 0) < 0.995 {
		t.Error("598 is the fewest clean records that support 99.5 %")
	}
}
