package linkage

import "slices"

// passDef is one way of finding pairs: parties whose keys are equal are compared. Key 0 is none.
type passDef struct {
	name  string
	slots []slot // without which it finds nothing
	key   func(s *store, party uint32) uint64
}

func (p passDef) needs(s *store) bool {
	return !slices.ContainsFunc(p.slots, func(in slot) bool { return s.fields[in] == nil || s.cells[in] == nil })
}

// passes are the ways of finding pairs, by kind. A pair that shares none of the keys is not seen: each is chosen so that a
// typing error in one value leaves others that still agree.
var passes = map[string][]passDef{
	KindParty: {
		{"VAT number", []slot{inVAT}, value(inVAT)},
		{"IBAN", []slot{inIBAN}, value(inIBAN)},
		{"national number", []slot{inNational}, value(inNational)},
		{"e-mail", []slot{inEmail}, value(inEmail)},
		{"before the @ of the e-mail", []slot{inEmail}, mailLocal},
		{"end of the phone number", []slot{inPhone}, tail(inPhone)},
		{"end of the second phone number", []slot{inPhone2}, secondTail},
		{"birth date", []slot{inBirth}, value(inBirth)},
		{"name", []slot{inName}, value(inName)},
		{"rarest word of the name", []slot{inName}, rareWord(inName, 0)},
		{"second rarest word of the name", []slot{inName}, rareWord(inName, 1)},
		{"sound of surname and given name", []slot{inSurname, inGiven}, join(sound(inSurname), sound(inGiven))},
		{"sound of given name and surname", []slot{inSurname, inGiven}, join(sound(inGiven), sound(inSurname))},
		{"sound of surname, postal code", []slot{inSurname, inZip}, join(sound(inSurname), value(inZip))},
		{"sound of given name, postal code", []slot{inGiven, inZip}, join(sound(inGiven), value(inZip))},
		{"rarest word of the name, postal code", []slot{inName, inZip}, join(rareWord(inName, 0), value(inZip))},
		{"rarest word of the name, town", []slot{inName, inCity}, join(rareWord(inName, 0), value(inCity))},
		{"house number and rarest word of the street", []slot{inStreet, inNumber}, join(value(inNumber), rareWord(inStreet, 0))},
		{"postal code and rarest word of the street", []slot{inStreet, inZip}, join(value(inZip), rareWord(inStreet, 0))},
		{"postal code and house number", []slot{inNumber, inZip}, join(value(inZip), value(inNumber))},
		{"rarest word of the street", []slot{inStreet}, rareWord(inStreet, 0)},
		{"second line of the address", []slot{inStreet2}, rareWord(inStreet2, 0)},
	},
	KindProduct: {
		{"bar code", []slot{inEAN}, value(inEAN)},
		{"article number", []slot{inSKU}, value(inSKU)},
		{"name", []slot{inName}, value(inName)},
		{"rarest word of the name", []slot{inName}, rareWord(inName, 0)},
		{"second rarest word of the name", []slot{inName}, rareWord(inName, 1)},
		{"third rarest word of the name", []slot{inName}, rareWord(inName, 2)},
	},
}

// value takes the compared text itself.
func value(in slot) func(*store, uint32) uint64 {
	return func(s *store, party uint32) uint64 { return uint64(s.at(in, party)) }
}

// tail takes the last digits of a phone number.
func tail(in slot) func(*store, uint32) uint64 {
	return func(s *store, party uint32) uint64 { return uint64(s.fields[in].parts[0].of[s.at(in, party)]) }
}

// secondTail takes the second number of those who have one and the first of the others, so that the two meet.
func secondTail(s *store, party uint32) uint64 {
	if n := s.at(inPhone2, party); n != 0 {
		return uint64(s.fields[inPhone].parts[0].of[n])
	}
	return tail(inPhone)(s, party)
}

func mailLocal(s *store, party uint32) uint64 {
	p := &s.fields[inEmail].parts[1]
	if id := p.of[s.at(inEmail, party)]; len(p.text.text(id)) >= 5 {
		return uint64(id)
	}
	return 0
}

// sound takes the sound of the first word.
func sound(in slot) func(*store, uint32) uint64 {
	return func(s *store, party uint32) uint64 {
		text := s.fields[in].text.text(s.at(in, party))
		for i, c := range text {
			if c == ' ' {
				text = text[:i]
				break
			}
		}
		return uint64(phonetic(text))
	}
}

// rareWord takes the sound of the rarest word but skip.
func rareWord(in slot, skip int) func(*store, uint32) uint64 {
	return func(s *store, party uint32) uint64 {
		f := s.fields[in]
		n := s.at(in, party)
		if n == 0 {
			return 0
		}
		var best [3]uint32 // sounds, rarest first
		for _, w := range f.words.of(n) {
			sound := f.words.sound[w]
			for i := range best {
				if best[i] == sound || sound == 0 {
					break
				}
				if best[i] == 0 || f.words.rarer(sound, best[i]) {
					copy(best[i+1:], best[i:])
					best[i] = sound
					break
				}
			}
		}
		return uint64(best[skip])
	}
}

// rarer orders sounds by how many parties have them, then by number.
func (w *wordIndex) rarer(a, b uint32) bool {
	if w.heard[a] != w.heard[b] {
		return w.heard[a] < w.heard[b]
	}
	return a < b
}

// join makes one key of two; both must be there.
func join(a, b func(*store, uint32) uint64) func(*store, uint32) uint64 {
	return func(s *store, party uint32) uint64 {
		x, y := a(s, party), b(s, party)
		if x == 0 || y == 0 {
			return 0
		}
		return mix(x<<32 ^ y)
	}
}
