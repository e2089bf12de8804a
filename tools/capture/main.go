// Command capture reads the metadata and master data of a fresh, real Odoo database into the file that the test double
// (connectors/odoo/odootest) embeds. Names, types, relations, selections, defaults and seed records are kept; help
// texts, credentials, images and the database's own identity are not.
//
//	eval "$(tools/odoo-server fresh --version 19 --export)"
//	go run ./tools/capture -out connectors/odoo/odootest/odoo19.json.gz
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
)

func main() {
	out := flag.String("out", "odoo.json.gz", "the file to write")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "capture:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	c, err := odoo.Dial(ctx, odoo.Config{URL: os.Getenv("ODOO_URL"), Database: os.Getenv("ODOO_DB"),
		User: os.Getenv("ODOO_USER"), Password: os.Getenv("ODOO_PASSWORD"), Protocol: odoo.JSONRPC})
	if err != nil {
		return err
	}
	shot, err := capture(ctx, c)
	if err != nil {
		return err
	}
	data, err := json.Marshal(shot)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(data); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(out, buf.Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d models, %d external ids, %d bytes (%d unpacked)\n", out, len(shot.Models), len(shot.XMLIDs), buf.Len(), len(data))
	return nil
}
