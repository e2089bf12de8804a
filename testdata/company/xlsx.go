package company

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
)

// vendorsXLSX writes the workbook by hand: a library's bytes change with its version and with Go's compressor, and the
// checked-in file must not. Nothing is compressed and no time is stamped.
func (b *books) vendorsXLSX() ([]byte, error) {
	var s sheet
	s.row(s.text("Ardent Tools: vendors, printed 02.01.2026"))
	s.row()
	s.row(s.texts("VendorNo", "Name", "Street", "Zip", "City", "Country", "Phone", "Email", "Since", "LeadDays")...)
	for _, v := range b.vendors {
		no := number(v.no)
		if v.textNo {
			no = s.text(v.no)
		}
		since := day(v.since)
		if v.plainDate {
			since = number(itoa(v.since))
		}
		row := append([]cell{no}, s.texts(v.name, v.street, v.zip, v.city, v.country, v.phone, v.email)...)
		s.row(append(row, since, number(itoa(v.lead)))...)
	}
	return s.workbook("Vendors")
}

// cell is the part of a <c> element after its reference.
type cell string

func number(text string) cell { return cell("><v>" + text + "</v>") }

// day is a date by its serial number, in the second style of the workbook.
func day(serial int) cell { return cell(fmt.Sprintf(` s="1"><v>%d</v>`, serial)) }

type sheet struct {
	rows    strings.Builder
	count   int
	strings []string
	index   map[string]int
}

func (s *sheet) text(text string) cell {
	if s.index == nil {
		s.index = map[string]int{}
	}
	i, known := s.index[text]
	if !known {
		i = len(s.strings)
		s.index[text] = i
		s.strings = append(s.strings, text)
	}
	return cell(fmt.Sprintf(` t="s"><v>%d</v>`, i))
}

func (s *sheet) texts(all ...string) []cell {
	out := make([]cell, len(all))
	for i, t := range all {
		out[i] = s.text(t)
	}
	return out
}

func (s *sheet) row(values ...cell) {
	s.count++
	fmt.Fprintf(&s.rows, `<row r="%d">`, s.count)
	for i, v := range values {
		fmt.Fprintf(&s.rows, `<c r="%c%d"%s</c>`, 'A'+i, s.count, v)
	}
	s.rows.WriteString("</row>")
}

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	sheetML   = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packages  = "http://schemas.openxmlformats.org/package/2006/"
	mime      = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

func (s *sheet) workbook(name string) ([]byte, error) {
	var shared strings.Builder
	for _, t := range s.strings {
		shared.WriteString("<si><t xml:space=\"preserve\">" + escape(t) + "</t></si>")
	}
	parts := [][2]string{
		{"[Content_Types].xml", `<Types xmlns="` + packages + `content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + mime + `sheet.main+xml"/>` +
			`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + mime + `worksheet+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="` + mime + `styles+xml"/>` +
			`<Override PartName="/xl/sharedStrings.xml" ContentType="` + mime + `sharedStrings+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + packages + `relationships">` +
			`<Relationship Id="rId1" Type="` + relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packages + `relationships">` +
			`<Relationship Id="rId1" Type="` + relations + `/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + relations + `/styles" Target="styles.xml"/>` +
			`<Relationship Id="rId3" Type="` + relations + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + sheetML + `" xmlns:r="` + relations + `"><sheets>` +
			`<sheet name="` + name + `" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/styles.xml", `<styleSheet xmlns="` + sheetML + `"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>` +
			`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
			`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
			`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
			`<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
			`<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`},
		{"xl/sharedStrings.xml", fmt.Sprintf(`<sst xmlns="%s" uniqueCount="%d">%s</sst>`, sheetML, len(s.strings), shared.String())},
		{"xl/worksheets/sheet1.xml", fmt.Sprintf(`<worksheet xmlns="%s"><dimension ref="A1:J%d"/><sheetData>%s</sheetData></worksheet>`,
			sheetML, s.count, s.rows.String())},
	}
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, p := range parts {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p[0], Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(xmlHead + p[1])); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
