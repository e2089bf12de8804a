// Command reference runs what migrate's own passes are measured against, each over a file, and prints the seconds it
// took. It is a module of its own because DuckDB needs a C compiler, which nothing else here does.
package main

import (
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	_ "github.com/marcboeker/go-duckdb"
	"github.com/xuri/excelize/v2"
)

var references = map[string]func(path string) error{
	"duckdb-summarize": summarize,
	"encoding-csv":     readCSV,
	"encoding-xml":     readXML,
	"excelize-rows":    readXLSX,
}

func main() {
	if len(os.Args) != 3 || references[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: reference NAME FILE")
		os.Exit(2)
	}
	begun := time.Now()
	if err := references[os.Args[1]](os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(time.Since(begun).Seconds())
}

// summarize profiles a CSV file as DuckDB does: approximate distinct counts, quantiles, means, of every column.
func summarize(path string) error {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer db.Close()
	quoted := "'" + strings.ReplaceAll(path, "'", "''") + "'"
	rows, err := db.QueryContext(context.Background(), "summarize select * from read_csv("+quoted+", header = true)")
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
	}
	if n == 0 {
		return errors.New("summarize returned no column")
	}
	return rows.Err()
}

func readCSV(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.ReuseRecord = true
	for {
		if _, err := r.Read(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func readXML(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	d := xml.NewDecoder(f)
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func readXLSX(path string) error {
	book, err := excelize.OpenFile(path)
	if err != nil {
		return err
	}
	defer book.Close()
	for _, sheet := range book.GetSheetList() {
		rows, err := book.Rows(sheet)
		if err != nil {
			return err
		}
		for rows.Next() {
			if _, err := rows.Columns(excelize.Options{RawCellValue: true}); err != nil {
				return err
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
	}
	return nil
}
