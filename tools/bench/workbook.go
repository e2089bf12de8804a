package main

import (
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/testdata/volume"
)

// writeXLSX writes the rows as a workbook of one sheet; the credit limits are numbers, all else is text.
func writeXLSX(w io.Writer, rows int) error {
	head := strings.Split(volume.Header, ",")
	return xlsxfile.WriteBook(w, []xlsxfile.Sheet{{Name: "Partners", Head: head, Rows: func(yield func([]xlsxfile.Cell) bool) {
		for texts := range volume.Rows(rows) {
			cells := make([]xlsxfile.Cell, len(texts))
			for i, text := range texts {
				cells[i] = xlsxfile.Cell{Text: text, Number: head[i] == "credit_limit"}
			}
			if !yield(cells) {
				return
			}
		}
	}}})
}
