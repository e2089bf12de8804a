package pipeline

import (
	"context"
	"errors"
	"iter"
	"os"

	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/evidence"
	"github.com/odoo-migrate/odoo-migrate/record"
)

const openSheet = "Open"

// DifferencesOptions of Differences.
type DifferencesOptions struct {
	Target string
	Out    string // workbook or CSV file; it must not be there yet
	Clear  bool   // values in clear; masked otherwise
}

// Differences is what writing the file gave.
type Differences struct {
	Version int    `json:"version"`
	File    string `json:"file"`
	Masked  bool   `json:"masked"`
	Residue
}

// Differences writes every row and record that did not arrive as it was meant, with what was decided of each, as a workbook
// or CSV in which people decide. It asks no Odoo.
func (p *Pipeline) Differences(ctx context.Context, opt DifferencesOptions) (*Differences, error) {
	if err := Vacant(opt.Out); err != nil {
		return nil, err
	}
	name, verified, err := p.verified(ctx, opt.Target)
	if err != nil {
		return nil, err
	}
	report, err := p.gather(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.countOpen(ctx, name, verified.ID, report); err != nil {
		return nil, err
	}
	lines, err := p.openLines(ctx, name, verified.ID, report)
	if err != nil {
		return nil, err
	}
	if !opt.Clear {
		lines = maskedWhole(maskedLines(lines, 9), 10, 11)
	}
	err = writeToDecide(opt.Out, openSheet, OpenHead, lines)
	return &Differences{Version: 1, File: opt.Out, Masked: !opt.Clear, Residue: *report.Open}, err
}

// writeToDecide writes lines for people to fill in, as a workbook or CSV that only its owner may read.
func writeToDecide(path, sheet string, head []string, lines iter.Seq2[[]string, error]) error {
	return NewPrivateFile(path, func(f *os.File) error {
		if !workbook(path) {
			return evidence.Sheet{Head: head, Rows: lines}.Write(f)
		}
		var broken error
		err := xlsxfile.WriteBook(f, []xlsxfile.Sheet{{Name: sheet, Freeze: true, Head: head, Rows: untilError(lines, &broken)}})
		if errors.Is(err, xlsxfile.ErrTooLong) {
			err = record.Advise(err, "Write a .csv file.")
		}
		return errors.Join(broken, err)
	})
}

// untilError are the rows as cells of a workbook; the error that ends them is left behind.
func untilError(lines iter.Seq2[[]string, error], broken *error) iter.Seq[[]xlsxfile.Cell] {
	return func(yield func([]xlsxfile.Cell) bool) {
		for line, err := range lines {
			if err != nil {
				*broken = err
				return
			}
			if !yield(plainCells(line)) {
				return
			}
		}
	}
}
