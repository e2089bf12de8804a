package odootest

import (
	"fmt"
	"strings"
)

// exception is a Python exception as a real server would raise it: its type, its text, and the last frame of its
// traceback, by which the client tells some of them apart.
type exception struct {
	name, message string
	file, fn      string
}

func (x *exception) Error() string { return x.message }

// short is the name without its module, for XML-RPC's tracebacks of built-in exceptions.
func (x *exception) traceName() string { return strings.TrimPrefix(x.name, "builtins.") }

func (x *exception) traceback() string {
	return fmt.Sprintf("Traceback (most recent call last):\n  File \"/odootest/odoo/http.py\", line 1, in dispatch\n    double\n"+
		"  File \"/odootest/%s\", line 1, in %s\n    double\n%s: %s\n", x.file, x.fn, x.traceName(), x.message)
}

func raise(name, file, fn, format string, args ...any) *exception {
	return &exception{name, fmt.Sprintf(format, args...), file, fn}
}

func userError(format string, args ...any) *exception {
	return raise("odoo.exceptions.UserError", "odoo/addons/double.py", "check", format, args...)
}

func validationError(format string, args ...any) *exception {
	return raise("odoo.exceptions.ValidationError", "odoo/service/model.py", "retrying", format, args...)
}

func valueError(format string, args ...any) *exception {
	return raise("builtins.ValueError", "odoo/orm/models.py", "double", format, args...)
}

func missingModel(name string) *exception {
	return raise("odoo.exceptions.UserError", "odoo/service/model.py", "execute_cr", "Object %s doesn't exist", name)
}

func missingMethod(model, method string) *exception {
	return raise("builtins.AttributeError", "odoo/service/model.py", "get_public_method", "The method '%s.%s' does not exist", model, method)
}

func privateMethod(model, method string) *exception {
	return raise("odoo.exceptions.AccessError", "odoo/service/model.py", "get_public_method",
		"Private methods (such as '%s.%s') cannot be called remotely.", model, method)
}

func missingRecord(model string, id, uid int64) *exception {
	return raise("odoo.exceptions.MissingError", "odoo/orm/fields.py", "__get__",
		"Record does not exist or has been deleted.\n(Record: %s(%d,), User: %d)", model, id, uid)
}

func accessDenied() *exception {
	return raise("odoo.exceptions.AccessDenied", "odoo/addons/base/models/res_users.py", "_check_uid_passwd", "Access Denied")
}

func unknownDatabase(name string) *exception {
	return raise("psycopg2.OperationalError", "psycopg2/__init__.py", "connect",
		"connection to server failed: FATAL:  database %q does not exist\n", name)
}

// notPlayed says that the double does not do something which a real server does.
func notPlayed(what string) *exception {
	return raise("builtins.NotImplementedError", "odootest/double.go", "double",
		"this is a test double of Odoo and does not play %s; use a real server", what)
}

// dbError is a constraint of the database: load names the field and gives the bare message, other calls put Odoo's
// sentence in front of it.
type dbError struct {
	message, field string
}

func (e *dbError) Error() string { return e.message }

func (e *dbError) exception() *exception {
	return validationError("The operation cannot be completed: %s", e.message)
}

func notNull(m *model, f *field) *dbError {
	return &dbError{fmt.Sprintf("Missing required value for the field '%s' (%s).\nModel: '%s' (%s)\n"+
		"- create/update: a mandatory field is not set\n- delete: another model requires the record being deleted, you can archive it instead\n",
		f.label, f.name, m.Label, m.name), f.name}
}

func restricted(m *model, f *field, field string) *dbError {
	return &dbError{fmt.Sprintf("Another model is using the record you are trying to delete.\n\nThe troublemaker is: '%s' (%s)\n"+
		"Thanks to the following constraint: '%s' (%s)\nHow about archiving the record instead?", m.Label, m.name, f.label, f.name), field}
}
