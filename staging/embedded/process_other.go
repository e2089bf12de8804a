//go:build !unix

package embedded

import "os"

// alive reports whether a process of that number exists; finding it opens it here.
func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}
