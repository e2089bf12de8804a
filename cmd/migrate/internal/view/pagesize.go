package view

import "fmt"

// shorten leaves out folds of sections so that a page of them stays below limit bytes: what every section says outside
// of folds stays, and the folds share what is left, the first of each section first. Where some are left out, a sentence
// says so.
func shorten(sections []Section, limit int) error {
	t, err := pageTemplate()
	if err != nil {
		return err
	}
	size := func(b Block) (int, error) {
		var n counter
		err := t.ExecuteTemplate(&n, b.block(), b)
		return int(n), err
	}
	left, folding := limit, 0
	for _, s := range sections {
		folds := 0
		for _, b := range s.Blocks {
			if _, ok := b.(Fold); ok {
				folds = 1
				continue
			}
			n, err := size(b)
			if err != nil {
				return err
			}
			left -= n
		}
		folding += folds
	}
	for i := range sections {
		used, err := shortenSection(&sections[i], left/max(1, folding), size)
		if err != nil {
			return err
		}
		if used > 0 { // what a section does not need is for those behind it
			left -= used
			folding--
		}
	}
	return nil
}

func shortenSection(s *Section, limit int, size func(Block) (int, error)) (used int, err error) {
	var kept []Block
	dropped := 0
	for _, b := range s.Blocks {
		if _, ok := b.(Fold); !ok {
			kept = append(kept, b)
			continue
		}
		if dropped > 0 {
			dropped++
			continue
		}
		n, err := size(b)
		if err != nil {
			return 0, err
		}
		if used+n > limit {
			dropped++
			continue
		}
		used += n
		kept = append(kept, b)
	}
	if dropped > 0 {
		kept = append(kept, Para(fmt.Sprintf("%s more, left out to keep the page small, in the JSON report.", Count(dropped, "part"))))
	}
	s.Blocks = kept
	return used, nil
}

// counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
