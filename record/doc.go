// Package record is the vocabulary every room of migrate shares: values, decimals, rows and batches of a source,
// typed target records, references, positions and findings. It performs no I/O and knows no driver.
package record
