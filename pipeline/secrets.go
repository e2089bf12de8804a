package pipeline

import (
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// keyringService is under which the system's keyring keeps our entries.
const keyringService = "odoo-migrate"

func (p *Pipeline) fromKeyring(name string) (string, error) {
	read := p.opt.Keyring
	if read == nil {
		read = keyring.Get
	}
	v, err := read(keyringService, name)
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return "", record.Advise(fmt.Errorf("the keyring has no entry %s of the service %s", name, keyringService),
			"Write it there; on Linux: secret-tool store --label="+name+" service "+keyringService+" username "+name+".")
	case err != nil:
		return "", record.Advise(fmt.Errorf("the system's keyring cannot be read: %w", err),
			"On a machine without a desktop session there is none: use {env: NAME} or {file: path}.")
	}
	return v, nil
}

// client is how a target of migrate.yaml is reached.
func (p *Pipeline) client(t project.Target) (odoo.Config, error) {
	c := odoo.Config{URL: t.URL, Database: t.Database, User: t.User, Protocol: t.Protocol, Timeout: time.Duration(t.Timeout) * time.Second,
		BodyLimit: int64(t.Body), Proxy: t.Proxy, Program: p.opt.Version}
	for to, path := range map[*string]string{&c.TLS.CA: t.CA, &c.TLS.Cert: t.Cert, &c.TLS.Key: t.Key} {
		if path != "" {
			*to = p.Project.Path(path)
		}
	}
	var err error
	if c.Password, err = p.secret(t.Password); err != nil {
		return c, err
	}
	c.APIKey, err = p.secret(t.APIKey)
	return c, err
}
