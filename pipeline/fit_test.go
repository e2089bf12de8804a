package pipeline_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// profiled profiles the files of the world's exports; they stay open.
func (w *world) profiled() (*profile.Report, []profile.Input) {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.dir, "exports", "*.*"))
	if err != nil {
		w.t.Fatal(err)
	}
	var in []profile.Input
	reg := pipeline.Registry()
	for _, f := range files {
		if !reg.Known(f) {
			continue
		}
		s, err := reg.Open(w.t.Context(), f, connectors.Options{})
		if err != nil {
			w.t.Logf("%s: %v", f, err)
			continue
		}
		w.t.Cleanup(func() { _ = s.Close() })
		in = append(in, profile.Input{Name: strings.TrimSuffix(filepath.Base(f), filepath.Ext(f)), Source: s})
	}
	r, err := profile.Run(w.t.Context(), in, profile.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	return r, in
}

// TestFitAudit compares the demo company with a live target and with the same target's saved schema: it is all one.
func TestFitAudit(t *testing.T) {
	w := newWorld(t)
	live, err := w.DescribeTarget(t.Context(), "production")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(w.dir, "new", "schema.json.gz")
	if err := pipeline.SaveSchema(path, live); err != nil {
		t.Fatal(err)
	}
	saved, err := pipeline.LoadSchema(path)
	if err != nil {
		t.Fatal(err)
	}
	r, in := w.profiled()
	var files []map[string][]byte
	for _, s := range []*schema.Snapshot{live, saved} {
		fit, err := pipeline.FitAudit(t.Context(), r, in, pipeline.FitOptions{Schema: s, Origin: "production"})
		if err != nil {
			t.Fatal(err)
		}
		w.fits(r, fit)
		drafts, err := pipeline.DraftProject(t.Context(), r, in, "ardent", pipeline.FitOptions{Schema: s})
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, drafts)
	}
	for name, text := range files[0] {
		if !bytes.Equal(text, files[1][name]) {
			t.Errorf("%s: the saved schema drafts something else", name)
		}
	}
}

// fits holds a fitting to what is known of the demo company.
func (w *world) fits(r *profile.Report, fit *suggest.Fitting) {
	w.t.Helper()
	for table, want := range map[string]string{"customers": "res.partner", "vendors": "res.partner", "contacts": "res.partner", "orders": "sale.order",
		"order_lines": "sale.order.line", "accounts": "account.account"} {
		i := slices.IndexFunc(fit.Tables, func(t suggest.TableFit) bool { return strings.EqualFold(t.Table, table) })
		if i < 0 || fit.Tables[i].Model() != want {
			w.t.Errorf("%s is not %s: %+v", table, want, fit.Tables)
		}
	}
	unknown := slices.IndexFunc(fit.Findings, func(f record.Finding) bool {
		return f.Rule == "fit.value_unknown" && strings.Contains(f.Raw, "Jugoslawien")
	})
	if unknown < 0 {
		w.t.Errorf("nobody names Jugoslawien: %+v", fit.Findings)
	}
	i := slices.IndexFunc(fit.Volumes, func(v suggest.Volume) bool { return v.Model == "res.partner" })
	if i < 0 || fit.Volumes[i].Target == nil || *fit.Volumes[i].Target == 0 || fit.Volumes[i].Rows == 0 {
		w.t.Errorf("volumes %+v", fit.Volumes)
	}
	if fit.Forecast.Seconds <= 0 || fit.Forecast.Shortest >= fit.Forecast.Longest {
		w.t.Errorf("forecast %+v", fit.Forecast)
	}
}

// TestMeasuredRatesWin loads once and wants the next forecast to go by what was measured.
func TestMeasuredRatesWin(t *testing.T) {
	w := newWorld(t)
	if rates, err := w.MeasuredRates(t.Context()); err != nil || len(rates) > 0 {
		t.Errorf("rates before any load: %v %v", rates, err)
	}
	w.stage()
	if _, err := w.Cutover(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	rates, err := w.MeasuredRates(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rates, func(r suggest.Rate) bool { return r.Model == "res.partner" })
	if i < 0 || rates[i].PerSecond <= 0 || rates[i].Measured < 250 {
		t.Fatalf("rates %+v", rates)
	}
	if slices.ContainsFunc(rates, func(r suggest.Rate) bool { return r.Model == "sale.order" && r.Measured != 90 }) {
		t.Errorf("the lines of orders count as orders: %+v", rates)
	}
	r, in := w.profiled()
	fit, err := pipeline.FitAudit(t.Context(), r, in, pipeline.FitOptions{Measured: rates})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range fit.Forecast.Steps {
		if s.Own != (s.Model == "res.partner") {
			t.Errorf("%s by an own rate: %t", s.Model, s.Own)
		}
	}
}

func TestBadSchemaFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "missing.json"): "there is no file",
		dir:                                "cannot be read",
		write("text.json", "hello"):        "it is not JSON",
		write("cut.json", `{"kind": "odoo schema", "version": 1,`):  "cut off",
		write("cut.json.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00"):    "it is packed",
		write("other.json", `{"version": 1, "sources": []}`):        "JSON of another kind",
		write("new.json", `{"kind": "odoo schema", "version": 99}`): "version 99",
	} {
		_, err := pipeline.LoadSchema(path)
		var advice *record.Advice
		if err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, &advice) || !strings.Contains(advice.Remedy, "map schema --save") {
			t.Errorf("%s: %v, want %q", filepath.Base(path), err, want)
		}
	}
}
