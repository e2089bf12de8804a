package correct_test

import (
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/correct"
	"github.com/odoo-migrate/odoo-migrate/record"
)

const head = "table,key,column,old,new,who,when\n"

func TestDamagedRowIsMended(t *testing.T) {
	file := head + `customers,,*,"1,Rua do Paço, 67,Rio","1,""Rua do Paço, 67"",Rio",Ada,2024-05-01` + "\n" +
		`customers,,*,"9,gone,x,y","9,gone,x",Ada,2024-05-01` + "\n" +
		`customers,,*,"2,a,b,c",,,` + "\n" +
		`customers,,*,"3,a,b,c","3,a,b,c,d",Ada,2024-05-01` + "\n"
	all, findings, err := correct.Read("fix.csv", strings.NewReader(file))
	if err != nil || len(findings) != 0 || len(all) != 3 {
		t.Fatalf("%d corrections, findings %v, %v", len(all), findings, err)
	}
	damaged := []correct.Damaged{
		{Pos: record.Pos{Row: 2}, Text: "2,a,b,c\r\n"}, {Pos: record.Pos{Row: 5}, Text: "1,Rua do Paço, 67,Rio\r\n"}, {Pos: record.Pos{Row: 6}, Text: "3,a,b,c"},
	}
	rows, _, findings := correct.Rows([]string{"id", "street", "city"}, ",", damaged, all)
	if len(rows) != 1 || rows[0].Pos.Row != 5 || rows[0].Cells[1] != "Rua do Paço, 67" {
		t.Errorf("rows %+v", rows)
	}
	if len(findings) != 2 || findings[0].Rule != "correct.no_match" || findings[1].Rule != "correct.unsound" || findings[1].Line != 5 {
		t.Errorf("findings %+v", findings)
	}
}

// What a spreadsheet program would compute is written with an apostrophe; the row is found all the same, and mended without one.
func TestRowThatLooksLikeAFormula(t *testing.T) {
	const raw = "=HYPERLINK(1),a,b,c"
	all, _, err := correct.Read("fix.csv", strings.NewReader(head+`customers,,*,"`+record.NoFormula(raw)+`","'-7,""a,b"",c",Ada,2024-05-01`+"\n"+
		`customers,7,phone,'+49 30,'+49 31,Ada,2024-05-01`+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	rows, _, findings := correct.Rows([]string{"id", "x", "y"}, ",", []correct.Damaged{{Text: raw}}, all)
	if len(findings) != 0 || len(rows) != 1 || rows[0].Cells[0] != "-7" {
		t.Errorf("rows %+v, findings %v", rows, findings)
	}
	if all[1].Old != "+49 30" || all[1].New != "+49 31" {
		t.Errorf("the apostrophe before a cell is part of it: %+v", all[1])
	}
}

func TestCellIsMendedOnlyWhereTheOldValueStands(t *testing.T) {
	columns := []string{"id", "limit"}
	row := record.Row{Cells: []string{"7", "12,5O"}}
	fixed, _, findings := correct.Cells(columns, row, []correct.Correction{{Table: "c", Key: "7", Column: "limit", Old: "12,5O", New: "12,50"}})
	if fixed.Cells[1] != "12,50" || row.Cells[1] != "12,5O" || len(findings) != 0 {
		t.Errorf("fixed %v, source %v, findings %v", fixed.Cells, row.Cells, findings)
	}
	fixed, _, findings = correct.Cells(columns, row, []correct.Correction{{Table: "c", Key: "7", Column: "limit", Old: "13", New: "14"}, {Table: "c", Column: "nix"}})
	if fixed.Cells[1] != "12,5O" || len(findings) != 2 {
		t.Errorf("fixed %v, findings %v", fixed.Cells, findings)
	}
}

func TestReadNamesBadFiles(t *testing.T) {
	if _, _, err := correct.Read("fix.csv", strings.NewReader("a;b\n")); err == nil || !strings.Contains(err.Error(), "fix.csv:1") {
		t.Errorf("got %v", err)
	}
	_, findings, err := correct.Read("fix.csv", strings.NewReader(head+"c,7,limit,1,2,,\n"))
	if err != nil || len(findings) != 1 || findings[0].Rule != "correct.unsigned" {
		t.Errorf("got %v, %v", findings, err)
	}
}
