// Package odootest is a test double of an Odoo 19 server, in process and in memory: JSON-RPC and XML-RPC, the metadata
// and master data of a real server, load, create, write, unlink, read, search, external ids, draft documents and their
// totals, errors in a real server's shapes, one transaction per call, and faults on demand.
//
// It is not Odoo. It says so in its version ("19.0+double"), plays only what the conformance suite holds it to, and
// answers everything else with a NotImplementedError instead of guessing. Where it differs from a real server in what
// the suite covers, it is the double that is wrong.
package odootest
