package pipeline

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/evidence"
	"github.com/odoo-migrate/odoo-migrate/pipeline/vouch"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// VouchOptions of Vouch.
type VouchOptions struct {
	Target  string
	Out     string // workbook or CSV file to tick; it must not be there yet
	Nonce   string // what is drawn with, besides the root of all records: the choice of whoever ticks
	Rows    int    // rows of all sources, at random
	Largest int    // rows of each source with an amount, by value
	Records int    // records in Odoo, at random
}

// Vouch is what drawing a file to tick gave.
type Vouch struct {
	Version  int               `json:"version"`
	Run      int64             `json:"run"` // number of the draw
	Target   string            `json:"target"`
	File     string            `json:"file"`
	Verified int64             `json:"verified"` // run that read back what is drawn from
	Root     string            `json:"root"`     // over the salted leaves of what was meant, as the bundle's manifest has it
	Nonce    string            `json:"nonce"`
	Seed     string            `json:"seed"`
	Rows     int               `json:"rows"`
	Largest  int               `json:"largest"`
	Records  int               `json:"records"`
	Sources  []string          `json:"sources"` // with the number of their rows, damaged ones among them: "customers 24"
	Amounts  map[string]string `json:"amounts"` // by source: the column by which the largest rows were drawn
	Items    []vouch.Item      `json:"items"`
}

// Vouch draws rows of the sources and records in Odoo, and writes a file in which both sides stand beside each other, for
// somebody who did not write the mappings to tick. The same records and nonce give the same draw.
func (p *Pipeline) Vouch(ctx context.Context, opt VouchOptions) (*Vouch, error) {
	if err := Vacant(opt.Out); err != nil {
		return nil, err
	}
	name, verified, err := p.verified(ctx, opt.Target)
	if err != nil {
		return nil, err
	}
	t, err := p.Connect(ctx, opt.Target)
	if err != nil {
		return nil, err
	}
	r, err := p.Begin(ctx, "vouch", name)
	if err != nil {
		return nil, err
	}
	v := &vouching{p: p, t: t, out: &Vouch{Version: 1, Run: r.ID, Target: name, File: opt.Out, Verified: verified.ID, Nonce: opt.Nonce,
		Rows: opt.Rows, Largest: opt.Largest, Records: opt.Records, Amounts: map[string]string{}}}
	err = v.draw(ctx, verified)
	return v.out, p.End(ctx, r, v.out, err)
}

// vouching is a draw under way.
type vouching struct {
	p        *Pipeline
	t        *Target
	key      []byte
	out      *Vouch
	set      *mappings.Set
	targetID int64
	loaded   int64 // run whose row classes say what became of rows
	staged   int64 // run whose staged records say what was made of rows
	snaps    []staging.Snapshot
	schema   *schema.Snapshot
	entries  map[string]run.Entry
	rows     map[string]map[int64]*vouchRow // by source and number
	values   map[string][][2]string         // by external id: fields and what Odoo holds; absent where the record is not there
}

// vouchRow is a row of a source that an item shows.
type vouchRow struct {
	place string
	cells [][2]string // columns and cells
	why   string      // of one that cannot be read
	made  []staging.Made
	fates []staging.RowFate
}

func (v *vouching) draw(ctx context.Context, verified run.Run) error {
	for _, step := range []func(context.Context, run.Run) error{v.prepare, v.pick, v.fetchRows, v.fetchRecords} {
		if err := step(ctx, verified); err != nil {
			return err
		}
	}
	for i := range v.out.Items {
		item := &v.out.Items[i]
		item.Number = i + 1
		item.Lines = v.lines(item)
		item.Digest = vouch.Digest(v.key, item.Cells(v.out.Run))
	}
	return v.write()
}

// prepare finds out what may be drawn, and with which seed.
func (v *vouching) prepare(ctx context.Context, verified run.Run) error {
	target, replaced, err := v.p.identify(ctx, v.t)
	if err != nil {
		return err
	}
	if replaced != "" {
		return record.Advise(errors.New(replaced), "Vouch for the database the run loaded into.")
	}
	if err := v.p.unpurged(ctx, target.ID); err != nil {
		return err
	}
	v.targetID = target.ID
	if v.key, err = v.p.Store.ProjectKey(ctx); err != nil {
		return err
	}
	if v.out.Root, err = evidence.MeantRoot(v.key, v.p.Store.Verified(ctx, verified.ID)); err != nil {
		return err
	}
	root, err := checksum.ParseDigest(v.out.Root)
	if err != nil {
		return err
	}
	v.out.Seed = checksum.Seed(root, v.out.Nonce).String()
	if v.set, _, err = v.p.readMappings(); err != nil {
		return err
	}
	return v.sources(ctx)
}

// sources are the snapshots of what was loaded, if what is staged was made of them.
func (v *vouching) sources(ctx context.Context) error {
	report, err := v.p.gather(ctx)
	if err != nil {
		return err
	}
	load := report.lastLoad(v.out.Target)
	if load == nil {
		return record.Advise(fmt.Errorf("no load into %s says which files it read", v.out.Target), "Run migrate cutover or migrate delta first.")
	}
	v.loaded = load.Run
	if v.staged, err = v.p.Store.StagedRun(ctx); err != nil {
		return err
	}
	same := v.staged == load.Run || report.Stage != nil && report.Stage.Run == v.staged && report.Stage.Plan != "" && slices.Equal(report.Stage.Sources, load.Stage.Sources)
	if !same {
		return record.Advise(fmt.Errorf("what is staged was not made of the files that run %d loaded", load.Run), "Put those files back and run migrate stage; then draw.")
	}
	for _, src := range load.Stage.Sources {
		all, err := v.p.Store.Snapshots(ctx, src.Name)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(s staging.Snapshot) bool { return s.SHA256 == src.SHA256 })
		if i < 0 {
			return record.Advise(fmt.Errorf("the rows of %s that run %d loaded are not in staging any more", src.Name, load.Run), "Put the file back and run migrate stage; then draw.")
		}
		v.snaps = append(v.snaps, all[i])
	}
	slices.SortFunc(v.snaps, func(a, b staging.Snapshot) int { return cmp.Compare(a.Source, b.Source) })
	return nil
}

// write writes the file, for the eyes of its owner: values stand in it in clear.
func (v *vouching) write() error {
	return NewPrivateFile(v.out.File, func(f *os.File) error {
		if workbook(v.out.File) {
			return xlsxfile.WriteBook(f, v.sheets())
		}
		w := csv.NewWriter(f)
		if err := w.Write(vouch.Head); err != nil {
			return err
		}
		for i := range v.out.Items {
			for _, cells := range v.out.Items[i].Cells(v.out.Run) {
				for c := range cells {
					cells[c] = record.NoFormula(cells[c])
				}
				if err := w.Write(cells); err != nil {
					return err
				}
			}
		}
		w.Flush()
		return w.Error()
	})
}

func (v *vouching) sheets() []xlsxfile.Sheet {
	lines := func(yield func([]xlsxfile.Cell) bool) {
		for i := range v.out.Items {
			for n, texts := range v.out.Items[i].Cells(v.out.Run) {
				cells := plainCells(texts)
				for c := range cells {
					cells[c].Bold = n == 0 && c < 6
				}
				if !yield(cells) {
					return
				}
			}
		}
	}
	how := [][2]string{
		{"Draw", number(v.out.Run)}, {"Target", v.out.Target}, {"Project", v.p.Project.Name}, {"Root", v.out.Root}, {"Nonce", v.out.Nonce}, {"Seed", v.out.Seed},
		{"", ""},
		{"Who ticks", "somebody who did not write the mappings, with the legacy system open: compare each line with it, not with the mapping"},
		{"direction source", "is everything that the row says in Odoo, and says it the same there?"},
		{"direction odoo", "is everything that the record says in the source, and is there such a thing at all?"},
		{"ok", "yes or no, on any line of an item; one no fails the item. What is left empty counts as not ticked"},
		{"remark", "why not, or what was looked at"},
		{"afterwards", "migrate vouch --read FILE --by NAME"},
	}
	for _, source := range sortedKeys(v.out.Amounts) {
		how = append(how, [2]string{"by value", source + ": the largest amounts in the column " + v.out.Amounts[source]})
	}
	return []xlsxfile.Sheet{{Name: vouch.SheetName, Freeze: true, Head: vouch.Head, Rows: lines}, {Name: "How", Rows: func(yield func([]xlsxfile.Cell) bool) {
		for _, h := range how {
			if !yield([]xlsxfile.Cell{{Text: h[0], Bold: true}, {Text: h[1]}}) {
				return
			}
		}
	}}}
}
