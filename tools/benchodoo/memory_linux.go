package main

import (
	"os"
	"syscall"
)

// maxResident is the most memory a process that ended had resident, in bytes.
func maxResident(p *os.ProcessState) int64 {
	if u, ok := p.SysUsage().(*syscall.Rusage); ok {
		return u.Maxrss << 10
	}
	return 0
}
