package moss

import (
	"io/fs"
	"os"
	"strings"
	"testing"
)

// TestDocumentedExamples: what docs/MAPPINGS.md shows of this company's mappings stands in them word for word, and they
// are what the tests of the pipeline load.
func TestDocumentedExamples(t *testing.T) {
	b, err := os.ReadFile("../../docs/MAPPINGS.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, part := range strings.Split(string(b), "```yaml\n# ")[1:] {
		block, _, _ := strings.Cut(part, "```")
		name, text, _ := strings.Cut(block, "\n")
		file, err := fs.ReadFile(files, "project/mappings/"+name)
		if err != nil {
			continue // an example of another company
		}
		shown++
		if !strings.Contains(string(file), text) {
			t.Errorf("%s does not hold what the document shows of it:\n%s", name, text)
		}
	}
	if shown != 7 {
		t.Errorf("%d examples, want 7", shown)
	}
}
