package mappings

import "strings"

// checkShapes finds mappings that would give the same external id to different records. Where both templates are built
// alike that is certain as soon as both sources have the same key; where one template can make what the other makes it
// takes a key of a certain form, which the message shows.
func (s *Set) checkShapes() []Problem {
	var problems []Problem
	names := s.names()
	for i, name := range names {
		m := s.byName[name]
		if len(m.ID.Columns) == 0 {
			continue
		}
		for _, before := range names[:i] {
			if other := s.byName[before]; len(other.ID.Columns) > 0 {
				if p, found := m.collision(other); found {
					problems = append(problems, p)
					break // one a mapping is enough to mend it
				}
			}
		}
	}
	return problems
}

func (m *Mapping) collision(other *Mapping) (Problem, bool) {
	at := m.at["id"]
	switch {
	case m.ID.Shape() == other.ID.Shape() && (other.Model != m.Model || other.Source == m.Source):
		return m.problem(at, "give one of them another beginning", "ids of %s collide with those of %s, %s", m.Name, other.Name, other.ID.Text), true
	case m.ID.Shape() == other.ID.Shape():
		return m.warning(at, "", "ids of %s collide with those of %s where both sources have the same key", m.Name, other.Name), true
	case strings.EqualFold(m.ID.Shape(), other.ID.Shape()):
		return m.warning(at, "give one of them another beginning", "ids of %s differ from those of %s, %s, by case only", m.Name, other.Name, other.ID.Text), true
	}
	if both, ok := m.ID.overlap(other.ID); ok {
		return m.warning(at, "give one of them another beginning", "%s and %s of %s can both make the id %s", m.ID.Text, other.ID.Text, other.Name, both), true
	}
	return Problem{}, false
}

// idPart is one step of what a template makes: a fixed byte, or any number of the bytes a column may become.
type idPart struct {
	fixed      byte // 0: a column
	underscore bool // whether the column's text may hold "_"
}

func (t IDTemplate) parts() []idPart {
	var out []idPart
	for i, fixed := range t.fixed {
		for j := range len(fixed) {
			out = append(out, idPart{fixed: fixed[j]})
		}
		if i < len(t.Columns) {
			out = append(out, idPart{underscore: i == len(t.Columns)-1})
		}
	}
	return out
}

// idPlace is a place in one template: the part that comes next, or the column that has begun and may go on. A column
// writes "-" only before two hexadecimal digits; hex says how many of them are due.
type idPlace struct {
	at    int
	begun bool
	hex   int
}

// idState is a place in each of two templates.
type idState struct{ a, b idPlace }

// overlap returns an id that both templates can make, the shortest one. Both are walked at once, a byte a step.
func (t IDTemplate) overlap(other IDTemplate) (string, bool) {
	a, b := t.parts(), other.parts()
	made := map[idState]string{{}: ""}
	for queue := []idState{{}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at.a.ends(a) && at.b.ends(b) {
			return made[at], true
		}
		for _, c := range bytesBetween(a, b) {
			for _, x := range at.a.after(a, c) {
				for _, y := range at.b.after(b, c) {
					next := idState{x, y}
					if _, seen := made[next]; !seen {
						made[next] = made[at] + string(c)
						queue = append(queue, next)
					}
				}
			}
		}
	}
	return "", false
}

// within is the place after one more byte of a column.
func (p idPart) within(at int, c byte) (idPlace, bool) {
	switch {
	case c == '-':
		return idPlace{at, true, 2}, true
	case c == '_' && !p.underscore:
		return idPlace{}, false
	}
	return idPlace{at, true, 0}, true
}

// after lists the places a template can be at after one more byte.
func (p idPlace) after(parts []idPart, c byte) []idPlace {
	if p.hex > 0 {
		if strings.IndexByte(hexDigits, c) < 0 {
			return nil
		}
		return []idPlace{{p.at, true, p.hex - 1}}
	}
	var out []idPlace
	if p.begun {
		if next, ok := parts[p.at].within(p.at, c); ok {
			out = append(out, next)
		}
		p.at++
	}
	switch {
	case p.at == len(parts):
	case parts[p.at].fixed == c:
		out = append(out, idPlace{at: p.at + 1})
	case parts[p.at].fixed == 0:
		if next, ok := parts[p.at].within(p.at, c); ok {
			out = append(out, next)
		}
	}
	return out
}

func (p idPlace) ends(parts []idPart) bool {
	return p.hex == 0 && (p.at == len(parts) || p.begun && p.at == len(parts)-1)
}

// bytesBetween are the bytes worth trying: those that are written out, and one that only a column makes.
func bytesBetween(a, b []idPart) []byte {
	out := []byte{'1'}
	for _, p := range append(append([]idPart{}, a...), b...) {
		if p.fixed != 0 && !strings.Contains(string(out), string(p.fixed)) {
			out = append(out, p.fixed)
		}
	}
	return out
}
