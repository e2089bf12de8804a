package pipeline_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Excel writes maps/countries.xlsx: the second sheet is the one that counts.
func TestValueMapInASpreadsheet(t *testing.T) {
	w := newWorld(t)
	lines := w.countries()
	w.sub("mappings/vendors.yaml", "{file: maps/countries.csv, from: Legacy, to: Odoo}", `{file: maps/countries.xlsx, sheet: Countries, from: Legacy, to: Odoo, confirmed: {by: "A. Owner", on: 2026-11-02}}`)
	rows := [][]string{{"Legacy", "Odoo", "Remark"}, {"Jugoslawien", "RS", "ask sales"}}
	for _, line := range lines {
		from, to, _ := strings.Cut(line, ",")
		rows = append(rows, []string{from, to})
	}
	w.put("maps/countries.xlsx", string(workbook(t, "Notes", [][]string{{"Read me"}}, "Countries", rows)))
	s := w.staged(pipeline.StageOptions{})
	if !s.Clean() || len(s.ValueMaps) != 1 || s.ValueMaps[0].Values != len(lines)+1 || len(s.ValueMaps[0].Unknown) > 0 {
		t.Errorf("%+v", s.ValueMaps)
	}
	rows[1][1] = ""
	w.put("maps/countries.xlsx", string(workbook(t, "Notes", [][]string{{"Read me"}}, "Countries", rows)))
	s = w.staged(pipeline.StageOptions{})
	if fmt.Sprint(s.ValueMaps[0].Empty) != "[Jugoslawien]" || !slices.ContainsFunc(s.Findings, func(f record.Finding) bool {
		return f.At == "maps/countries.xlsx:2:1" && f.Message == `the value map has no value for "Jugoslawien" yet`
	}) {
		t.Errorf("%+v", s.ValueMaps)
	}
	w.sub("mappings/vendors.yaml", "sheet: Countries", "sheet: Country")
	var problems *pipeline.Problems
	if _, err := w.Stage(t.Context(), pipeline.StageOptions{}); !errors.As(err, &problems) || !strings.Contains(problems.List[0].String(), `vendors.yaml:17:17: maps/countries.xlsx has no sheet "Country": no such table in the file; its sheets are: Notes, Countries`) {
		t.Errorf("a sheet that is not there: %v, %v", err, problems.List)
	}
}

// workbook writes sheets of texts as XLSX.
func workbook(t *testing.T, sheets ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(name, text string) {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?>` + text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	const main, office = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const packages = "http://schemas.openxmlformats.org/package/2006/"
	var types, list, links strings.Builder
	for i := 0; i < len(sheets); i += 2 {
		n := i/2 + 1
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, n)
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, sheets[i], n, n)
		fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, office, n)
		var rows strings.Builder
		for r, cells := range sheets[i+1].([][]string) {
			fmt.Fprintf(&rows, `<row r="%d">`, r+1)
			for c, text := range cells {
				if text != "" {
					fmt.Fprintf(&rows, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+c, r+1, text)
				}
			}
			rows.WriteString("</row>")
		}
		put(fmt.Sprintf("xl/worksheets/sheet%d.xml", n), `<worksheet xmlns="`+main+`"><sheetData>`+rows.String()+"</sheetData></worksheet>")
	}
	put("[Content_Types].xml", `<Types xmlns="`+packages+`content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`+
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>`+types.String()+"</Types>")
	put("_rels/.rels", `<Relationships xmlns="`+packages+`relationships"><Relationship Id="rId1" Type="`+office+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	put("xl/workbook.xml", `<workbook xmlns="`+main+`" xmlns:r="`+office+`"><sheets>`+list.String()+"</sheets></workbook>")
	put("xl/_rels/workbook.xml.rels", `<Relationships xmlns="`+packages+`relationships">`+links.String()+"</Relationships>")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
