package volume_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/testdata/volume"
)

func TestTheBytesAreTheSameForEver(t *testing.T) {
	var long, short bytes.Buffer
	if err := volume.WriteCSV(&long, 5_000); err != nil {
		t.Fatal(err)
	}
	if err := volume.WriteCSV(&short, 100); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(long.Bytes(), short.Bytes()) {
		t.Error("a longer file does not begin with the rows of a shorter one")
	}
	sum := sha256.Sum256(long.Bytes())
	if got, want := hex.EncodeToString(sum[:]), "544466043cb7988f095d4a30f77cd20c041575e0b16230059669cb762f4a1dc8"; got != want {
		t.Errorf("5,000 rows hash to %s, want %s: benchmarks over time compare the same file only", got, want)
	}
}

func TestTheMixtureOfColumns(t *testing.T) {
	var file bytes.Buffer
	if err := volume.WriteCSV(&file, 20_000); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	distinct := make([]map[string]bool, len(rows[0]))
	for _, row := range rows[1:] {
		for i, cell := range row {
			if distinct[i] == nil {
				distinct[i] = map[string]bool{}
			}
			distinct[i][cell] = true
		}
	}
	if strings.Join(rows[0], ",") != volume.Header || len(rows) != 20_001 {
		t.Fatalf("%d rows under %q", len(rows), rows[0])
	}
	for i, least := range map[int]int{0: 20_000, 1: 19_000, 6: 20_000, 7: 17_000, 8: 13_000, 9: 19_000, 3: 7_000, 10: 7_000} {
		if len(distinct[i]) < least {
			t.Errorf("column %s has %d different values, want at least %d", rows[0][i], len(distinct[i]), least)
		}
	}
}
