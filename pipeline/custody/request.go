package custody

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// Request is the list of what a data owner has to deliver, drawn from what he delivered so far.
type Request struct {
	Project   string // of migrate.yaml, or the folder that was looked at
	System    string // the legacy system; "" where nobody said
	Custody   *Report
	Tables    []Wanted
	NotNeeded []NotNeeded
	Missing   []string // sentences: what else should be there
	Mend      []Mend   // what is wrong with what was delivered, worst first
	Left      int      // findings that Mend leaves out

	spared map[string]bool // tables that are not needed
}

// Wanted is a table to deliver.
type Wanted struct {
	Name    string // also of the file: Name + ".csv"
	From    string // the file it came in this time
	Rows    int64  // that came this time
	Damaged int64
	Key     []string
	Columns []WantedColumn
}

// WantedColumn is a column to deliver.
type WantedColumn struct {
	Name     string
	Type     string // "whole number", "text of up to 40 characters"
	Role     string // "identifies the row", "refers to customers.No", "amount", "e-mail address"; "" for nothing special
	Filled   bool   // in every row so far
	Total    bool   // its sum is wanted as control total
	Personal bool
}

// NotNeeded is a table that is not to be delivered again.
type NotNeeded struct{ Table, Reason string }

// Mend is one thing to be mended where the data comes from.
type Mend struct {
	Where string // table, column, line
	What  string
	Ask   string // what to do about it; "" where that is plain
	Rows  int64
}

// RequestOptions of NewRequest.
type RequestOptions struct {
	Project, System string
	NotNeeded       []NotNeeded
}

// NewRequest makes the list from an audit. Values of personal columns stand in it as the audit has them: masked.
func NewRequest(r *profile.Report, c *Report, opt RequestOptions) *Request {
	q := &Request{Project: opt.Project, System: opt.System, Custody: c, NotNeeded: opt.NotNeeded, spared: map[string]bool{}}
	for i := range r.Sources {
		s := &r.Sources[i]
		q.spared[s.Name] = slices.ContainsFunc(opt.NotNeeded, func(n NotNeeded) bool { return n.Table == s.Name || n.Table == s.Input })
		if !q.spared[s.Name] {
			q.Tables = append(q.Tables, wanted(r, s))
		}
	}
	q.missing(r)
	q.mend(r)
	return q
}

func wanted(r *profile.Report, s *profile.Source) Wanted {
	w := Wanted{Name: s.Name, From: lastOf(s.File), Rows: s.Rows, Damaged: s.Quarantined}
	if s.Sheet != "" {
		w.From += ", sheet " + s.Sheet
	}
	if len(s.Keys) > 0 {
		w.Key = s.Keys[0].Columns
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		if c.Name == partColumn {
			continue // ours, not theirs
		}
		role := roleOf(r, s, c)
		w.Columns = append(w.Columns, WantedColumn{Name: c.Name, Type: typeOf(c), Role: role, Personal: c.Personal,
			Filled: c.Values > 0 && c.Values == s.Rows-s.Quarantined, Total: role == "amount" || role == "quantity"})
	}
	return w
}

func typeOf(c *profile.Column) string {
	switch c.Type {
	case profile.TypeEmpty:
		return "empty so far"
	case profile.TypeInteger:
		return "whole number"
	case profile.TypeDecimal:
		return "number with decimals"
	case profile.TypeBoolean:
		return "yes or no"
	case profile.TypeDate:
		return "date"
	case profile.TypeDateTime:
		return "date and time"
	}
	if c.Digits {
		return fmt.Sprintf("digits as text, up to %d; leading zeros count", c.MaxLength)
	}
	return fmt.Sprintf("text of up to %d characters", c.MaxLength)
}

// What meanings are called in a letter.
var meanings = map[string]string{
	"email": "e-mail address", "phone": "telephone number", "vat": "VAT number", "iban": "bank account (IBAN)", "bic": "bank (BIC)", "ean": "barcode (EAN)",
	"upc": "barcode (UPC)", "country": "country code", "currency": "currency code", "language": "language code", "url": "web address",
	"postal_code": "postal code", "postalcode": "postal code", "money": "amount",
}

// Words by which a number of a column is a quantity or an amount, in the languages that exports are in.
var (
	quantityWords = []string{"qty", "quantity", "quantities", "menge", "anzahl", "stock", "bestand", "units", "onhand", "quantité", "stück", "stueck", "weight", "gewicht", "hours", "stunden"}
	amountWords   = []string{"amount", "total", "sum", "price", "cost", "debit", "credit", "balance", "net", "gross", "tax", "freight", "discount", "limit", "value", "revenue", "salary",
		"betrag", "summe", "preis", "soll", "haben", "saldo", "netto", "brutto", "steuer", "rabatt", "wert", "umsatz", "montant", "prix", "solde", "somme", "importe", "precio"}
	rateWords = []string{"rate", "factor", "percent", "pct", "latitude", "longitude", "kurs", "satz", "faktor", "prozent"} // sums of these say nothing
)

// roleOf says what a column is for, as far as can be seen.
func roleOf(r *profile.Report, s *profile.Source, c *profile.Column) string {
	var roles []string
	if len(s.Keys) > 0 && slices.Contains(s.Keys[0].Columns, c.Name) {
		role := "identifies the row"
		if others := slices.DeleteFunc(slices.Clone(s.Keys[0].Columns), func(n string) bool { return n == c.Name }); len(others) > 0 {
			role += " with " + strings.Join(others, " and ")
		}
		roles = append(roles, role)
	}
	for i := range r.Relations {
		if rel := &r.Relations[i]; rel.From == (profile.ColumnRef{Table: s.Name, Column: c.Name}) {
			roles = append(roles, "refers to "+rel.To.String())
		}
	}
	if len(roles) > 0 {
		return strings.Join(roles, "; ")
	}
	number := c.Type == profile.TypeInteger || c.Type == profile.TypeDecimal
	switch words := profile.Words(c.Name); {
	case number && hasWord(words, quantityWords):
		return "quantity"
	case number && (c.Semantic == "money" || hasWord(words, amountWords) || c.Type == profile.TypeDecimal && !hasWord(words, rateWords)):
		return "amount"
	}
	return meanings[c.Semantic]
}

// hasWord reports whether one of a name's words is known, or ends in a known one of five letters or more, as German
// compounds do.
func hasWord(words, known []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.ContainsFunc(known, func(k string) bool { return w == k || w == k+"s" || len(k) >= 5 && strings.HasSuffix(w, k) })
	})
}
