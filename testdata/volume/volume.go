// Package volume writes large legacy files for benchmarks: a table of business partners, 12 columns wide and as long as
// asked for, with the mixture of columns that real ones have. It is generated, never stored: the same number of rows
// gives the same bytes for ever, and a longer file begins with the rows of a shorter one.
package volume

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// Header is the names of the columns. Six of them hold a different value in (nearly) every row, three have thousands of
// values, three a few.
const Header = "customer_no,name,street,zip,city,country,email,phone,vat,credit_limit,created,active"

// WriteCSV writes a header and rows rows: UTF-8, comma, LF; a name in 50 holds a comma and is quoted, a street in 200 has
// a letter outside ASCII, one phone in 7 and one VAT number in 3 is missing, and of those
// there are one in 200 has a wrong check digit. A million rows are about 140 MB.
func WriteCSV(w io.Writer, rows int) error {
	out := bufio.NewWriterSize(w, 1<<20)
	line := append([]byte(Header), '\n')
	for i := 0; ; i++ {
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("write row %d: %w", i, err)
		}
		if i == rows {
			return out.Flush()
		}
		line = appendRow(line[:0], uint64(i))
	}
}

var (
	stems    = []string{"Nord", "Alt", "Berg", "Sonnen", "Rhein", "Silver", "Oak", "River", "West", "Val", "Mont", "Porto", "Lago", "Stella", "Vega", "Kron"}
	trades   = []string{"bau", "tech", "foods", "mobil", "druck", "stahl", "glass", "works", "trade", "textil", "pharma", "audio", "optik", "garden", "paper", "energy"}
	forms    = []string{"GmbH", "AG", "Ltd", "SARL", "BV", "SpA", "Inc", "KG"}
	streets  = []string{"Hauptstrasse", "Station Road", "Rue de la Gare", "Via Roma", "High Street", "Lindenweg", "Mill Lane", "Gartenweg"}
	accented = []string{"Königstraße", "Rue du Théâtre", "Allée des Érables", "Calle Peñón"}
	cities   = []string{"Berlin", "Lyon", "Leeds", "Torino", "Gent", "Graz", "Bern", "Porto", "Malmo", "Brno", "Aarhus", "Bilbao"}
	lands    = []string{"DE", "FR", "GB", "IT", "BE", "AT", "CH", "PT", "SE", "CZ", "DK", "ES"}
)

// appendRow writes the row with the given number, counted from 0.
func appendRow(b []byte, i uint64) []byte {
	r := mix(i)
	pick := func(list []string) string {
		r = mix(r)
		return list[r%uint64(len(list))]
	}
	number := func(low, high uint64) uint64 {
		r = mix(r)
		return low + r%(high-low+1)
	}
	b = append(padded(append(b, 'C'), i+1, 8), ',')
	name := pick(stems) + pick(trades)
	if number(1, 50) == 1 {
		b = append(b, '"')
		b = strconv.AppendUint(append(append(b, name...), ' '), number(1, 99_999), 10)
		b = append(append(append(b, ", "...), pick(forms)...), '"', ',')
	} else {
		b = strconv.AppendUint(append(append(b, name...), ' '), number(1, 99_999), 10)
		b = append(append(append(b, ' '), pick(forms)...), ',')
	}
	if number(1, 200) == 1 {
		b = append(b, pick(accented)...)
	} else {
		b = append(b, pick(streets)...)
	}
	b = append(strconv.AppendUint(append(b, ' '), number(1, 400), 10), ',')
	b = append(padded(b, number(1_000, 9_999)*7, 5), ',')
	place := number(0, uint64(len(cities))-1)
	b = append(append(b, cities[place]...), ',')
	b = append(append(b, lands[place]...), ',')
	b = strconv.AppendUint(append(append(b, "buyer"...), pick(trades)...), i, 10)
	b = append(append(append(append(b, '@'), pick(stems)...), pick(trades)...), ".example,"...)
	if number(1, 7) != 1 {
		b = padded(append(b, "+49 30 "...), number(0, 99_999_999), 8)
	}
	b = append(b, ',')
	if number(1, 3) != 1 {
		b = append(b, "DE"...)
		from := len(b)
		b = padded(b, number(10_000_000, 99_999_999), 8)
		check := checkDigit(b[from:])
		if number(1, 200) == 1 {
			check = (check + 1) % 10
		}
		b = append(b, '0'+check)
	}
	b = append(b, ',')
	b = append(padded(append(strconv.AppendUint(b, number(0, 50_000), 10), '.'), number(0, 99), 2), ',')
	b = append(strconv.AppendUint(b, number(1995, 2024), 10), '-')
	b = append(padded(b, number(1, 12), 2), '-')
	b = append(padded(b, number(1, 28), 2), ',')
	return append(append(b, "YN"[number(0, 9)/9]), '\n')
}

// checkDigit is the last digit of a German VAT number, by ISO 7064 MOD 11,10.
func checkDigit(digits []byte) byte {
	product := 10
	for _, d := range digits {
		sum := (int(d-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = 2 * sum % 11
	}
	return byte((11 - product) % 10)
}

// padded appends n with zeros in front.
func padded(b []byte, n uint64, digits int) []byte {
	text := strconv.FormatUint(n, 10)
	for range digits - len(text) {
		b = append(b, '0')
	}
	return append(b, text...)
}

// mix is a step of splitmix64: our own, because the standard library promises no sequence for ever.
func mix(z uint64) uint64 {
	z += 0x9E3779B97F4A7C15
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}
