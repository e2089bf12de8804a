package pipeline

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// TestSecretsComeFromThreePlaces: environment, file, keyring; one that is missing is told with what to do.
func TestSecretsComeFromThreePlaces(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key"), []byte("of the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &Pipeline{Project: &project.Project{Dir: dir}, opt: Options{
		Getenv: func(name string) string { return map[string]string{"KEY": "of the environment"}[name] },
		Keyring: func(service, name string) (string, error) {
			switch {
			case service == "odoo-migrate" && name == "odoo":
				return "of the keyring", nil
			case name == "locked":
				return "", errors.New("no session bus")
			}
			return "", keyring.ErrNotFound
		},
	}}
	for _, x := range []struct {
		secret project.Secret
		want   string
		says   string
	}{
		{project.Secret{Env: "KEY"}, "of the environment", ""},
		{project.Secret{File: "key"}, "of the file", ""},
		{project.Secret{Ring: "odoo"}, "of the keyring", ""},
		{project.Secret{}, "", ""},
		{project.Secret{Env: "NONE"}, "", "the environment variable NONE is not set"},
		{project.Secret{File: "none"}, "", "it is not there"},
		{project.Secret{Ring: "none"}, "", "the keyring has no entry none of the service odoo-migrate"},
		{project.Secret{Ring: "locked"}, "", "the system's keyring cannot be read: no session bus"},
	} {
		got, err := p.secret(x.secret)
		var advice *record.Advice
		if got != x.want || (err == nil) != (x.says == "") || err != nil && (!strings.Contains(err.Error(), x.says) || !errors.As(err, &advice)) {
			t.Errorf("%s: %q %v, want %q, or an error with a remedy saying %q", x.secret, got, err, x.want, x.says)
		}
	}
}

func TestTargetsBecomeClients(t *testing.T) {
	p := &Pipeline{Project: &project.Project{Dir: "/project"}, opt: Options{Version: "1.2.3", Getenv: func(string) string { return "secret" }}}
	got, err := p.client(project.Target{URL: "https://odoo.example.com", Database: "d", User: "u", APIKey: project.Secret{Env: "K"}, Protocol: "json2",
		Timeout: 30, Body: 20_000, Proxy: "none", CA: "ca.pem", Cert: "/etc/client.pem", Key: "/etc/client.key"})
	want := odoo.Config{URL: "https://odoo.example.com", Database: "d", User: "u", APIKey: "secret", Protocol: odoo.JSON2, Timeout: 30 * time.Second,
		BodyLimit: 20_000, Proxy: odoo.NoProxy, Program: "1.2.3",
		TLS: odoo.TLS{CA: filepath.FromSlash("/project/ca.pem"), Cert: "/etc/client.pem", Key: "/etc/client.key"}}
	if got.HTTP != nil || err != nil {
		t.Fatal(got.HTTP, err)
	}
	if got.TLS != want.TLS || got.APIKey != want.APIKey || got.Password != "" || got.Protocol != want.Protocol || got.Timeout != want.Timeout ||
		got.BodyLimit != want.BodyLimit || got.Proxy != want.Proxy || got.Program != want.Program {
		t.Errorf("%+v, want %+v", got, want)
	}
}
