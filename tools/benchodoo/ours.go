package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
	"github.com/odoo-migrate/odoo-migrate/tools/internal/resident"
)

// project is a migration project on disk and the program that runs it.
type project struct {
	kind    kind
	dir     string
	program string
	flags   []string
	server  *server
}

// took is what one run of the program needed.
type took struct {
	wall   time.Duration
	memory int64 // bytes resident at the most
}

// call runs the program, which must end with success, and reads its result into out.
func (p *project) call(ctx context.Context, out any, args ...string) (took, error) {
	program, err := filepath.Abs(p.program)
	if err != nil {
		return took{}, err
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"--quiet", "--format", "json"}, args...)...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "ODOO_PASSWORD="+p.server.password)
	var printed, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &said
	begun := time.Now()
	err = cmd.Run()
	t := took{wall: time.Since(begun)}
	if err != nil {
		return t, fmt.Errorf("migrate %s in %s: %w\n%s\n%s", strings.Join(args, " "), p.dir, err, tail(said.String()), tail(printed.String()))
	}
	t.memory = resident.Max(cmd.ProcessState)
	if err := json.Unmarshal(printed.Bytes(), out); err != nil {
		return t, fmt.Errorf("migrate %s printed no JSON: %w", strings.Join(args, " "), err)
	}
	return t, nil
}

// cutover stages and loads; the dry run is not measured. Each document, with its lines, is one record of count.
func (p *project) cutover(ctx context.Context, count int) (pipeline.Load, took, error) {
	var l pipeline.Load
	if _, err := p.call(ctx, &pipeline.Stage{}, "stage"); err != nil {
		return l, took{}, err
	}
	t, err := p.call(ctx, &l, append([]string{"cutover"}, p.flags...)...)
	if err == nil && l.Records[p.kind.name][run.Created] != int64(count) {
		err = fmt.Errorf("migrate cutover: %d of %d %s were created", l.Records[p.kind.name][run.Created], count, p.kind.name)
	}
	return l, t, err
}

// again runs a delta in which nothing changed.
func (p *project) again(ctx context.Context, count int) (pipeline.Load, took, error) {
	var l pipeline.Load
	t, err := p.call(ctx, &l, append([]string{"delta"}, p.flags...)...)
	if err == nil && l.Records[p.kind.name][run.Unchanged] != int64(count) {
		err = fmt.Errorf("migrate delta: %d of %d %s are unchanged", l.Records[p.kind.name][run.Unchanged], count, p.kind.name)
	}
	return l, t, err
}

// rollback takes everything away again.
func (p *project) rollback(ctx context.Context) (took, error) {
	var u pipeline.Undo
	t, err := p.call(ctx, &u, "rollback")
	if err == nil && !u.Proven() {
		err = errors.New("migrate rollback: what was undone is not proven")
	}
	return t, err
}

// remove stops the project's own PostgreSQL and removes its data.
func (p *project) remove(ctx context.Context) error {
	return embedded.Remove(context.WithoutCancel(ctx), p.dir)
}
