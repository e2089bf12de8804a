package pipeline

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
)

// lists are an extractor's lists among the files of a folder.
type lists struct{ checksums, counts []string }

// take keeps path where it is a list, and reports whether it is.
func (l *lists) take(path string) bool {
	kind, ok := custody.Recognise(path)
	switch {
	case !ok:
		return false
	case kind == custody.KindChecksums:
		l.checksums = append(l.checksums, path)
	default:
		l.counts = append(l.counts, path)
	}
	return true
}

// filesBelow lists the files of a folder in the order of their names, those of its folders among them where deep is set.
// Hidden ones and the lock files of office programs are left out. Links are followed, each folder once.
func filesBelow(root string, deep bool) ([]string, error) {
	return walkFolder(root, deep, map[string]bool{})
}

func walkFolder(folder string, deep bool, seen map[string]bool) ([]string, error) {
	real, err := filepath.EvalSymlinks(folder)
	if err != nil || seen[real] {
		return nil, err
	}
	seen[real] = true
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "~$") {
			continue
		}
		path := filepath.Join(folder, e.Name())
		info, err := os.Stat(path)
		switch {
		case err != nil: // a link that leads nowhere, or a file that is gone since
		case info.IsDir() && deep:
			below, err := walkFolder(path, deep, seen)
			if err != nil {
				return nil, err
			}
			out = append(out, below...)
		case info.Mode().IsRegular():
			out = append(out, path)
		}
	}
	return out, nil
}

// documents are files that are no tables of a legacy system, by their endings.
var documents = []string{".md", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".html", ".htm", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".log", ".yaml", ".yml",
	".sig", ".xsd", ".dtd", ".xsl", ".xslt", ".tmp"}

// litter is what operating systems leave in folders, in small letters.
var litter = []string{"thumbs.db", "desktop.ini", "readme", "readme.txt", "makefile"}

// isDocument reports whether a file is plainly no data.
func isDocument(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	return slices.Contains(documents, filepath.Ext(name)) || slices.Contains(litter, name)
}
