// Package docs holds the pages and scripts that go into evidence bundles. It has no code.
package docs

import _ "embed"

// The specification of the checksums, its vectors, and the scripts that run without this program.
var (
	//go:embed CHECKSUMS.md
	Checksums []byte
	//go:embed checksum-vectors.json
	Vectors []byte
	//go:embed verify_evidence.py
	VerifyEvidence []byte
	//go:embed verify_vectors.py
	VerifyVectors []byte
)
