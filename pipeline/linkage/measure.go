package linkage

// level says how far two values of a role agree.
type level uint8

const (
	missing level = iota // at least one side has no value: it counts neither for nor against
	different
	oneOfTwo   // two words each, and one of them is the same: Anna Weber, Peter Weber
	someWords  // they share some words
	similar    // most words, or a name that looks or sounds alike, or a date with two of three parts
	contained  // all words of one stand in the other
	initial    // one is the other's initial
	swapped    // the value stands in the neighbouring column, or day and month are exchanged
	near       // a typing error apart
	sameDomain // of an e-mail address
	sameLocal  // what stands before the @
	sameEnd    // of a phone number
	same
	levels
)

var levelNames = [levels]string{"missing", "different", "one of two words", "some words", "similar", "contained", "initial", "swapped", "near", "same domain", "same before @", "same last digits", "same"}

// String returns the level's name as the output spells it.
func (l level) String() string { return levelNames[l] }

// aspect is one comparison that a pair is judged by.
type aspect uint8

const (
	byVAT aspect = iota
	byIBAN
	byNational
	byBirth
	byName
	byGiven
	bySurname
	byCompany
	byStreet
	byStreet2
	byNumber
	byZip
	byCity
	byState
	byCountry
	byEmail
	byPhone
	byFax
	byEAN // from here on: products
	bySKU
	byTitle
	byNumbers
	byDescription
	byPrice
	aspects
)

// group joins aspects that depend on each other, so that they are not counted as if each were news.
type group uint8

const (
	identity group = iota // who it is: numbers given to one party only
	who                   // names
	where                 // streets and house numbers
	place                 // part of where: a postal code implies its town
	reach                 // what colleagues and families share: phone, fax, company, e-mail domain
	groups
)

// measure says what an aspect is about, its place among the others, and what to expect of it before any data is seen.
type measure struct {
	role  Role
	in    slot
	group group
	m     map[level]float64 // of pairs that are the same party, how many agree this far
	u     map[level]float64 // of pairs that are not; sampled from the data, this counts as 200 pairs of the sample
}

var (
	codeM  = map[level]float64{different: .08, near: .10, same: .82}
	codeU  = map[level]float64{different: .994, near: .001, same: .005}
	wordsM = map[level]float64{different: .06, oneOfTwo: .02, someWords: .07, similar: .09, contained: .12, swapped: .02, near: .12, same: .50}
	wordsU = map[level]float64{different: .95, oneOfTwo: .005, someWords: .025, similar: .006, contained: .006, swapped: .001, near: .002, same: .005}
	nameM  = map[level]float64{different: .05, similar: .04, contained: .03, initial: .03, swapped: .03, near: .12, same: .70}
	nameU  = map[level]float64{different: .94, similar: .03, contained: .002, initial: .004, swapped: .001, near: .008, same: .015}
	phoneM = map[level]float64{different: .25, near: .05, sameEnd: .10, same: .60}
	phoneU = map[level]float64{different: .996, near: .001, sameEnd: .001, same: .002}
)

// measures is the table of what is compared; all weights but these beginnings come from the data.
var measures = [aspects]measure{
	byVAT:      {RoleVAT, inVAT, identity, codeM, codeU},
	byIBAN:     {RoleIBAN, inIBAN, identity, map[level]float64{different: .25, near: .05, same: .70}, codeU},
	byNational: {RoleNational, inNational, identity, codeM, codeU},
	byBirth: {RoleBirth, inBirth, identity, map[level]float64{different: .06, similar: .04, swapped: .03, near: .07, same: .80},
		map[level]float64{different: .97, similar: .02, swapped: .001, near: .004, same: .005}},
	byName:    {RoleName, inName, who, wordsM, wordsU},
	byGiven:   {RoleGiven, inGiven, who, nameM, nameU},
	bySurname: {RoleSurname, inSurname, who, nameM, nameU},
	byCompany: {RoleCompany, inCompany, reach, wordsM, wordsU},
	byStreet:  {RoleStreet, inStreet, where, wordsM, wordsU},
	byStreet2: {RoleStreet2, inStreet2, where, map[level]float64{different: .25, oneOfTwo: .02, someWords: .04, similar: .04, contained: .08, swapped: .05, near: .12, same: .40}, wordsU},
	byNumber:  {RoleNumber, inNumber, where, map[level]float64{different: .10, near: .10, same: .80}, map[level]float64{different: .93, near: .05, same: .02}},
	byZip:     {RoleZip, inZip, place, map[level]float64{different: .08, near: .10, same: .82}, map[level]float64{different: .97, near: .01, same: .02}},
	byCity: {RoleCity, inCity, place, map[level]float64{different: .08, contained: .07, near: .10, same: .75},
		map[level]float64{different: .96, contained: .005, near: .005, same: .03}},
	byState:   {RoleState, inState, place, map[level]float64{different: .08, near: .07, same: .85}, map[level]float64{different: .79, near: .01, same: .20}},
	byCountry: {RoleCountry, inCountry, place, map[level]float64{different: .10, near: .02, same: .88}, map[level]float64{different: .49, near: .01, same: .50}},
	byEmail: {RoleEmail, inEmail, reach, map[level]float64{different: .25, sameDomain: .10, sameLocal: .05, near: .06, same: .54},
		map[level]float64{different: .97, sameDomain: .02, sameLocal: .003, near: .002, same: .005}},
	byPhone: {RolePhone, inPhone, reach, phoneM, phoneU},
	byFax:   {RoleFax, inFax, reach, phoneM, phoneU},
	byEAN:   {RoleEAN, inEAN, identity, codeM, codeU},
	bySKU:   {RoleSKU, inSKU, identity, map[level]float64{different: .55, near: .10, same: .35}, map[level]float64{different: .985, near: .01, same: .005}},
	byTitle: {RoleName, inName, who, wordsM, wordsU},
	// Two sizes of one article have the same words and other numbers.
	byNumbers:     {roleNumbers, inName, who, map[level]float64{different: .04, same: .96}, map[level]float64{different: .85, same: .15}},
	byDescription: {RoleDescription, inDescription, reach, wordsM, wordsU},
	byPrice:       {RolePrice, inPrice, reach, map[level]float64{different: .20, near: .15, same: .65}, map[level]float64{different: .90, near: .05, same: .05}},
}

// floors are the least a group can count, in bits: who moved has another street, number, postal code and town at once.
var floors = [groups]float64{who: -40, where: -6, reach: -4}

// outcome is how an aspect of a pair came out.
type outcome struct {
	level level
	u     float32 // how likely strangers agree in this very value; 0 where only the level is known
}
