package mappings

import "github.com/odoo-migrate/odoo-migrate/mappings/internal/nearest"

// Nearest returns the candidate nearest to word, or "" where none is near enough to be worth naming.
func Nearest(word string, candidates []string) string { return nearest.Word(word, candidates) }

// MapLine is a line of a value map, quoted as YAML wants it; to is "..." where a person has to fill it in.
func MapLine(from, to string) string {
	if to == "" {
		return yamlKey(from) + ": ..."
	}
	return yamlKey(from) + ": " + yamlKey(to)
}
