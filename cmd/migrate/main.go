// Command migrate moves a company's legacy data into Odoo and proves that it arrived.
package main

import (
	"os"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
)

// version is set at build time (-ldflags "-X main.version=...").
var version = "dev"

func main() { os.Exit(cli.Main(version)) }
