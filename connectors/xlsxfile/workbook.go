package xlsxfile

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// workbook is what the small parts of an archive say about the sheets.
type workbook struct {
	sheets    []sheetPart
	texts     *zip.File // the shared strings; nil where there are none
	formats   []format  // by style number of a cell
	since1904 bool
	read      map[*zip.File]bool // parts that were read to their end
}

type sheetPart struct {
	name   string
	hidden string // "", "hidden" or "veryHidden"
	part   *zip.File
}

// Types of relationships end alike in the two dialects of the standard.
const (
	relWorkbook = "/officeDocument"
	relSheet    = "/worksheet"
	relTexts    = "/sharedStrings"
	relStyles   = "/styles"
)

type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

// relations reads what a part refers to, by id, with targets as names of parts.
func (a *archive) relations(of string) (map[string]relation, *zip.File, error) {
	folder, base := path.Split(of)
	f := a.parts[partName(path.Join(folder, "_rels", base+".rels"))]
	if f == nil {
		return nil, nil, nil
	}
	content, err := a.whole(f)
	if err != nil {
		return nil, nil, err
	}
	var list struct {
		Relationship []relation
	}
	in, err := decode(bytes.NewReader(content))
	if err != nil {
		return nil, nil, a.damaged(f, err)
	}
	d := xml.NewDecoder(in)
	d.CharsetReader = plainReader
	if err := d.Decode(&list); err != nil {
		return nil, nil, a.damaged(f, err)
	}
	out := map[string]relation{}
	for _, r := range list.Relationship {
		if !strings.HasPrefix(r.Target, "/") && !strings.HasPrefix(r.Target, `\`) {
			r.Target = path.Join(path.Dir(of), strings.ReplaceAll(r.Target, `\`, "/"))
		}
		r.Target = partName(r.Target)
		out[r.ID] = r
	}
	return out, f, nil
}

// plainReader is told an encoding of text that decode has turned into UTF-8 already.
func plainReader(_ string, in io.Reader) (io.Reader, error) { return in, nil }

// openWorkbook reads the list of sheets and the number formats. excelize does that, from an archive of the small parts
// only: given the whole it would unpack every sheet into memory or a temporary file before the first row.
func (a *archive) openWorkbook() (w *workbook, err error) {
	defer guard(a.path, &err)
	main, err := a.workbookPart()
	if err != nil {
		return nil, err
	}
	rels, relsPart, err := a.relations(partName(main.Name))
	if err != nil {
		return nil, err
	}
	files := []*zip.File{main}
	for _, f := range []*zip.File{a.parts["[content_types].xml"], a.parts["_rels/.rels"], relsPart, a.target(rels, relStyles)} {
		if f != nil {
			files = append(files, f)
		}
	}
	small, err := a.skeleton(files)
	if err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(small), excelize.Options{UnzipSizeLimit: maxPart, UnzipXMLSizeLimit: maxPart})
	if err != nil {
		return nil, damaged(a.path, err.Error())
	}
	defer book.Close()
	w = &workbook{texts: a.target(rels, relTexts), read: map[*zip.File]bool{}}
	for _, f := range files {
		w.read[f] = true
	}
	props, err := book.GetWorkbookProps()
	if err != nil {
		return nil, damaged(a.path, err.Error())
	}
	w.since1904 = props.Date1904 != nil && *props.Date1904
	w.formats = formatsOf(book)
	return w, a.listSheets(book, rels, w)
}

// workbookPart finds the main part: the one that the archive's own relationships name, or the one where it usually is.
func (a *archive) workbookPart() (*zip.File, error) {
	rels, _, err := a.relations("")
	if err != nil {
		return nil, err
	}
	main := a.target(rels, relWorkbook)
	if main == nil {
		main = a.parts["xl/workbook.xml"]
	}
	if main == nil || strings.HasSuffix(partName(main.Name), ".bin") || strings.HasPrefix(partName(main.Name), "word/") || strings.HasPrefix(partName(main.Name), "ppt/") {
		return nil, cmp.Or(a.refuseContent(), damaged(a.path, "it has no list of sheets (xl/workbook.xml)"))
	}
	return main, nil
}

// target finds the part that a relationship of a type points to; the first by id where there are several.
func (a *archive) target(rels map[string]relation, kind string) *zip.File {
	var ids []string
	for id, r := range rels {
		if strings.HasSuffix(r.Type, kind) && r.Mode != "External" && a.parts[r.Target] != nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return a.parts[rels[slices.Min(ids)].Target]
}

// listSheets names the sheets in the workbook's order; charts, dialogs and macros are none.
func (a *archive) listSheets(book *excelize.File, rels map[string]relation, w *workbook) error {
	book.GetSheetList() // makes excelize read the list
	if book.WorkBook == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, s := range book.WorkBook.Sheets.Sheet {
		rel, ok := rels[s.ID]
		if ok && !strings.HasSuffix(rel.Type, relSheet) {
			continue
		}
		part := a.parts[rel.Target]
		if part == nil {
			return damaged(a.path, fmt.Sprintf("the part of sheet %q is missing", s.Name))
		}
		name := s.Name
		for n := 2; name == "" || seen[name]; n++ {
			name = fmt.Sprintf("%s_%d", cmp.Or(s.Name, "Sheet"), n)
		}
		seen[name] = true
		sheet := sheetPart{name: name, part: part}
		if s.State == "hidden" || s.State == "veryHidden" {
			sheet.hidden = s.State
		}
		w.sheets = append(w.sheets, sheet)
	}
	return nil
}

// pick narrows the sheets down to the one that was asked for.
func (w *workbook) pick(path, sheet string) error {
	if sheet == "" {
		return nil
	}
	var names []string
	for _, s := range w.sheets {
		if s.name == sheet {
			w.sheets = []sheetPart{s}
			return nil
		}
		names = append(names, s.name)
	}
	return record.Advise(fmt.Errorf("%s has no sheet %q: %w", path, sheet, connectors.ErrNoTable), "Its sheets are: "+strings.Join(names, ", ")+".")
}

// guard turns a panic of the workbook library, which strangers' bytes can cause, into an error about the file.
func guard(path string, err *error) {
	if p := recover(); p != nil {
		*err = damaged(path, fmt.Sprint(p))
	}
}
