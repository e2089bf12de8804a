// Prepare makes a project folder of one of the examples and a folder with its company's files:
//
//	go run ./examples/prepare northwind FOLDER-WITH-THE-CSV-FILES NEW-FOLDER
package main

import (
	"fmt"
	"os"

	"github.com/odoo-migrate/odoo-migrate/examples"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: prepare northwind|bikes FOLDER-WITH-THE-CSV-FILES NEW-FOLDER")
		os.Exit(2)
	}
	if err := examples.Prepare(os.Args[3], os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
