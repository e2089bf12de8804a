// Package mappings turns rows of a legacy source into typed Odoo records, as mapping files say. It parses and checks
// the files, names every mistake in one pass with file:line:col, compiles them against the columns of the sources and
// the metadata of the target, and applies them to batches of rows.
//
// It performs no I/O, reads no clock and draws no random number: the same rows and the same files give the same records
// and findings. References stay references: a record names what it points at, and resolving that is not done here.
package mappings
