package custody

import (
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// count is one line of a list of row counts.
type count struct {
	name    string // of a file or table, as written
	sheet   string
	rows    int64 // -1 where the line gives none
	lines   bool  // the count may be of lines, the header among them
	columns int   // 0 where the line gives none
	control string
	total   string
	line    int
}

// The columns of a list of row counts, as people call them: small letters and digits only.
var (
	nameWords    = []string{"file", "filename", "table", "tablename", "name", "entity", "object", "source", "datei", "dateiname", "tabelle", "fichier"}
	sheetWords   = []string{"sheet", "worksheet", "tab", "blatt", "tabellenblatt", "feuille"}
	rowWords     = []string{"rows", "rowcount", "rowscount", "numrows", "numberofrows", "count", "records", "recordcount", "numberofrecords", "zeilen", "anzahl", "saetze", "datensaetze", "lignes"}
	columnWords  = []string{"columns", "columncount", "cols", "fields", "fieldcount", "spalten", "colonnes"}
	controlWords = []string{"controlcolumn", "control", "checkcolumn", "sumcolumn", "totalcolumn", "kontrollspalte", "summenspalte"}
	totalWords   = []string{"total", "controltotal", "controlsum", "sum", "amount", "kontrollsumme", "summe"}
	hashWords    = []string{"sha256", "sha512", "sha1", "sha384", "sha224", "md5", "hash", "checksum", "pruefsumme"}
)

// layout says in which column of a list what stands; -1 is nowhere.
type layout struct{ name, sheet, rows, columns, control, total, hash int }

func layoutOf(header []string) (l layout, ok bool) {
	words := make([]string, len(header))
	for i, h := range header {
		words[i] = plain(h)
	}
	find := func(known []string) int {
		return slices.IndexFunc(words, func(w string) bool { return slices.Contains(known, w) })
	}
	l = layout{find(nameWords), find(sheetWords), find(rowWords), find(columnWords), find(controlWords), find(totalWords), find(hashWords)}
	return l, l.name >= 0 && (l.rows >= 0 || l.hash >= 0 || l.control >= 0 && l.total >= 0)
}

// plain keeps small letters and digits, umlauts written out.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue").Replace(strings.ToLower(s)))
}

// parseCounts reads a list of row counts: a CSV file with a header, or lines of a name and a number. A list with hashes
// yields checksums, too.
func parseCounts(text string) (counts []count, sums []checksum, bad []badLine) {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	if delimiter, ok := delimiterOf(first); ok {
		return parseTable(text, delimiter)
	}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		c, ok := parseCountLine(line)
		switch {
		case ok && c.lines && strings.EqualFold(c.name, "total"): // the last line of wc -l
		case ok:
			c.line = i + 1
			counts = append(counts, c)
		case len(counts) > 0 || strings.ContainsAny(line, "0123456789"):
			bad = append(bad, badLine{i + 1, line})
		}
	}
	return counts, nil, bad
}

// delimiterOf finds the delimiter with which a line is the header of a list.
func delimiterOf(line string) (rune, bool) {
	for _, d := range []rune{',', ';', '\t', '|'} {
		r := csv.NewReader(strings.NewReader(line))
		r.Comma, r.LazyQuotes = d, true
		header, err := r.Read()
		if err != nil {
			continue
		}
		if _, ok := layoutOf(header); ok {
			return d, true
		}
	}
	return 0, false
}

func parseTable(text string, delimiter rune) (counts []count, sums []checksum, bad []badLine) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = delimiter, true, -1
	header, err := r.Read()
	if err != nil {
		return nil, nil, []badLine{{1, text}}
	}
	l, _ := layoutOf(header)
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return counts, sums, bad
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			return counts, sums, append(bad, badLine{line, err.Error()})
		}
		c, sum, ok := l.entry(cells)
		if !ok {
			bad = append(bad, badLine{line, strings.Join(cells, string(delimiter))})
			continue
		}
		if c.line = line; c.rows >= 0 || c.columns > 0 || c.control != "" {
			counts = append(counts, c)
		}
		if sum.line = line; sum.hash != "" {
			sums = append(sums, sum)
		}
	}
}

// entry reads one line of a CSV list.
func (l layout) entry(cells []string) (c count, sum checksum, ok bool) {
	at := func(i int) string {
		if i < 0 || i >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	c = count{name: at(l.name), sheet: at(l.sheet), rows: -1, control: at(l.control), total: at(l.total)}
	if c.name == "" {
		return c, sum, false
	}
	if text := at(l.rows); text != "" {
		if c.rows, ok = parseCount(text); !ok {
			return c, sum, false
		}
	}
	if text := at(l.columns); text != "" {
		n, ok := parseCount(text)
		if !ok {
			return c, sum, false
		}
		c.columns = int(n)
	}
	if (c.control == "") != (c.total == "") {
		if l.control >= 0 { // a total of no column, a column without its total
			return c, sum, false
		}
		c.total = ""
	}
	if hash := strings.ToLower(at(l.hash)); hash != "" {
		if !bareLine.MatchString(hash) || byLength[len(hash)] == "" {
			return c, sum, false
		}
		sum = checksum{name: c.name, algorithm: byLength[len(hash)], hash: hash}
	}
	return c, sum, c.rows >= 0 || c.columns > 0 || c.control != "" || sum.hash != ""
}

var (
	nameFirst  = regexp.MustCompile(`^"?(\S.*?)"?[\s:=;,|]+(\d[\d.,' ]*?)(?:[\s:=;,|]*(?i:rows|records|lines|zeilen|sätze|datensätze|lignes))?$`)
	countFirst = regexp.MustCompile(`^(\d[\d.,']*)[\s:=;,|]+"?(\S.*?)"?$`)
	grouped    = regexp.MustCompile(`^\d{1,3}(?:\.\d{3})+$|^\d{1,3}(?:,\d{3})+$|^\d{1,3}(?:[ '\x{a0}\x{202f}]\d{3})+$`)
)

// parseCountLine reads "customers.csv 91", or "91 customers.csv" as wc -l writes it.
func parseCountLine(line string) (count, bool) {
	if m := nameFirst.FindStringSubmatch(line); m != nil {
		if n, ok := parseCount(m[2]); ok {
			return count{name: m[1], rows: n}, true
		}
	}
	if m := countFirst.FindStringSubmatch(line); m != nil {
		if n, ok := parseCount(m[1]); ok {
			return count{name: m[2], rows: n, lines: true}, true
		}
	}
	return count{}, false
}

// parseCount reads a whole number, with or without thousands separators.
func parseCount(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if grouped.MatchString(text) {
		text = strings.NewReplacer(".", "", ",", "", " ", "", "'", "", "\u00a0", "", "\u202f", "").Replace(text)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0
}
