package pipeline

import (
	"path/filepath"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
)

// Request is the list of what the data owner has to deliver, after an audit of files and folders.
func Request(r *AuditReport, paths []string) *custody.Request {
	name := ""
	if len(paths) == 1 {
		if abs, err := filepath.Abs(paths[0]); err == nil {
			name = filepath.Base(abs)
		}
	}
	return custody.NewRequest(r.Report, r.Custody, custody.RequestOptions{Project: name})
}

// Request is the list of what the data owner has to deliver, after an audit of the project's sources. Sources that are
// out of scope are not asked for again.
func (p *Pipeline) Request(r *AuditReport) *custody.Request {
	opt := custody.RequestOptions{Project: p.Project.Name, System: p.Project.Custody.System}
	for _, name := range p.Project.SourceNames() {
		if d, ok := p.Project.Scope[name]; ok && d.Decision == project.OutOfScope {
			opt.NotNeeded = append(opt.NotNeeded, custody.NotNeeded{Table: name, Reason: d.Reason})
		}
	}
	return custody.NewRequest(r.Report, r.Custody, opt)
}
