// Package resident tells how much memory a process used at most.
package resident
