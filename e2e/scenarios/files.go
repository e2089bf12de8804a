package scenarios

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

const customerMapping = `mapping: customers
model: res.partner
from: customers
id: cust_{NO}
fields:
  name: NAME
  image_1920: {file: "photos/{PHOTO}.png", missing: warn}
deletes: archive
`

const contractMapping = `mapping: contracts
model: ir.attachment
from: contracts
id: contract_{NO}
fields:
  name: FILE
  res_model: {value: res.partner}
  res_id: {from: CUSTOMER, ref: customers, missing: reject}
  datas: {file: "contracts/{FILE}", missing: reject}
deletes: delete
`

const badgeMapping = `mapping: badges
model: res.partner
from: badges
id: badge_{NO}
fields:
  name: NO
  image_1920: {from: PICTURE, as: binary}
`

const customers = `NO;NAME;PHOTO
1;Small;small
2;Large;large
3;None;
4;Absent;absent
5;Outside;../../etc/passwd
6;Wide;wide
`

const contracts = `NO;CUSTOMER;FILE
1;1;one.txt
2;2;two.bin
3;1;three.txt
`

// files take pictures and documents down and back.
func files(t *testing.T, p Place) {
	w := project(t, p, `sources:
  customers: {file: exports/customers.csv, delimiter: ";", key: [NO]}
  contracts: {file: exports/contracts.csv, delimiter: ";", key: [NO]}
  badges: {file: exports/badges.csv, delimiter: ";", key: [NO]}
`, map[string]string{"mappings/customers.yaml": customerMapping, "mappings/contracts.yaml": contractMapping, "mappings/badges.yaml": badgeMapping,
		"exports/customers.csv": customers, "exports/contracts.csv": contracts,
		"exports/badges.csv": "NO;PICTURE\na;iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\nb;\n",
		"photos/small.png":   picture(40, 30, 1), "photos/large.png": picture(2400, 1600, 2), "photos/wide.png": jpegPicture(2001, 333),
		"contracts/one.txt": "The first contract.\n", "contracts/two.bin": "\x00\xff\x80 no text"})

	before := map[string]int{"res.partner": w.count("res.partner"), "ir.attachment": w.count("ir.attachment")}
	s := w.stage()
	w.finding(s.Findings, "file.missing", "there is no file photos/absent.png")
	w.finding(s.Findings, "file.outside", "photos/../../etc/passwd.png leads out of its folder")
	w.finding(s.Findings, "file.missing", "there is no file contracts/three.txt")
	if s.Rows[1].Mapping != "customers" || s.Rows[1].Rejected != 1 || s.Rows[1].Used != 5 {
		t.Errorf("rows %+v", s.Rows)
	}

	cut := w.cutover()
	w.finding(cut.Findings, "odoo.resizes", "photos/large.png: (2400,1600) to (1920,1280)")
	if got := cut.Records["customers"]; got[run.Created] != 5 || len(got) != 1 {
		t.Errorf("customers %v", got)
	}
	w.holds("shop.cust_1", "res.partner", "image_1920", "photos/small.png")
	w.holds("shop.contract_1", "ir.attachment", "datas", "contracts/one.txt")
	w.holds("shop.contract_2", "ir.attachment", "datas", "contracts/two.bin")
	w.has("shop.cust_3", "res.partner", map[string]string{"image_1920#sha256": ""})
	if got := w.read("shop.contract_2", "ir.attachment", "res_id")["res_id"]; got == nil || toID(got) != w.id("shop.cust_2") {
		t.Errorf("the contract belongs to %v, want %d", got, w.id("shop.cust_2"))
	}
	if again := w.delta(); again.Records["customers"][run.Unchanged] != 5 || again.Records["contracts"][run.Unchanged] != 2 || !again.Verify.Clean() {
		t.Errorf("a second load finds something to do: %v", again.Records)
	}

	// A picture that changed after the plan was signed closes the gate of a cutover.
	w.write("photos/small.png", picture(41, 30, 3))
	if _, err := w.Cutover(t.Context(), quick); !errors.Is(err, pipeline.ErrGates) || !strings.Contains(err.Error(), "the files of mapping customers") {
		t.Errorf("cutover with another picture: %v", err)
	}
	// A delta takes it, together with one that moved, one that goes away, and one by whose record something else changed.
	w.change("exports/customers.csv", "2;Large;large", "2;Larger;large", "3;None;", "3;None;moved", "6;Wide;wide", "6;Wide;")
	w.write("photos/moved.png", picture(20, 20, 4))
	w.write("contracts/one.txt", "The first contract, amended.\n")
	del := w.delta()
	w.clean(del, nil)
	if got := del.Records["customers"]; got[run.Updated] != 4 || got[run.Unchanged] != 1 {
		t.Errorf("delta: %v", got)
	}
	w.holds("shop.cust_1", "res.partner", "image_1920", "photos/small.png")
	w.holds("shop.cust_3", "res.partner", "image_1920", "photos/moved.png")
	w.has("shop.cust_6", "res.partner", map[string]string{"image_1920#sha256": ""})
	w.holds("shop.contract_1", "ir.attachment", "datas", "contracts/one.txt")

	w.back(false)
	w.write("photos/small.png", picture(40, 30, 1))
	w.write("contracts/one.txt", "The first contract.\n")
	w.holds("shop.cust_1", "res.partner", "image_1920", "photos/small.png")
	w.holds("shop.contract_1", "ir.attachment", "datas", "contracts/one.txt")
	w.has("shop.cust_3", "res.partner", map[string]string{"image_1920#sha256": ""})
	if v, err := w.Verify(t.Context(), pipeline.VerifyOptions{}); err != nil || !v.Result.Clean() {
		t.Errorf("after the rollback of the delta: %v, %+v", err, v)
	}
	w.back(false)
	for model, n := range before {
		if got := w.count(model); got != n {
			t.Errorf("%d of %s, %d before", got, model, n)
		}
	}
	w.write("exports/customers.csv", customers)
	if again := w.cutover(); !maps.Equal(roots(again), roots(cut)) {
		t.Errorf("loaded again the roots are %v, and were %v", roots(again), roots(cut))
	}

	// Somebody changes a picture in Odoo: verify says so.
	if err := w.c.Write(t.Context(), "res.partner", []int64{w.id("shop.cust_2")}, map[string]any{"image_1920": false}); err != nil {
		t.Fatal(err)
	}
	if v, err := w.Verify(t.Context(), pipeline.VerifyOptions{}); err != nil || len(v.Result.Differences) != 1 || v.Result.Differences[0].Field != "image_1920" {
		t.Errorf("a picture that somebody took away: %v, %+v", err, v)
	}
	w.back(true)
}

// holds wants a binary field of a migrated record to hold a file of the project.
func (w *world) holds(xmlid, model, field, file string) {
	w.Helper()
	b, err := os.ReadFile(filepath.Join(w.dir, file))
	if err != nil {
		w.Fatal(err)
	}
	w.has(xmlid, model, map[string]string{field + "#sha256": checksum.Bytes(b).String()})
}

func picture(width, height int, shade uint8) string {
	var b bytes.Buffer
	_ = png.Encode(&b, painted(width, height, shade)) // a buffer takes everything
	return b.String()
}

func jpegPicture(width, height int) string {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, painted(width, height, 9), nil) // a buffer takes everything
	return b.String()
}

func painted(width, height int, shade uint8) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y), shade * 20, 255})
		}
	}
	return m
}
