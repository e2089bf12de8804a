// Package moss is an invented company that was merged of two: customers come from a German and a French system,
// addresses from a table of their own, the people to speak to as lists in a cell, and bookings as single lines. It is small: its
// mappings show how rows of several sources are put together and taken apart, and the tests know every row of it.
package moss

import (
	"embed"
	"io/fs"
)

//go:embed export1 export2 project
var files embed.FS

// Files returns the folders export1, export2 (some weeks later) and project, in which an export stands as exports/.
func Files() fs.FS { return files }
