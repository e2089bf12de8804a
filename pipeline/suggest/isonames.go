package suggest

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// nameLanguages are the languages in which legacy systems name countries and languages.
var nameLanguages = []language.Tag{language.English, language.German, language.French, language.Spanish, language.Italian, language.Dutch, language.Portuguese,
	language.Polish, language.Swedish, language.Danish, language.Norwegian}

// isoCountry is a country by its ISO 3166 codes and its names.
type isoCountry struct {
	code  string
	names []string // English first
}

// isoCountries are all countries; made once, as it takes some milliseconds.
var isoCountries = sync.OnceValue(func() []isoCountry {
	var out []isoCountry
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.String() != code || region.Canonicalize() != region {
				continue
			}
			c := isoCountry{code: code}
			for _, tag := range nameLanguages {
				if n := display.Regions(tag).Name(region); n != "" && !slices.Contains(c.names, n) {
					c.names = append(c.names, n)
				}
			}
			c.names = append(c.names, region.ISO3())
			out = append(out, c)
		}
	}
	return out
})

// languageName is a language's English name: "de_DE" is German.
func languageName(code string) string {
	tag, err := language.Parse(strings.ReplaceAll(code, "_", "-"))
	if err != nil {
		return code
	}
	base, _ := tag.Base()
	if n := display.English.Languages().Name(language.Make(base.String())); n != "" {
		return n
	}
	return code
}

// countrySets accept the countries of the target by code and by name, and know the names of each in other languages.
// Without a target they accept ISO codes and English names.
func (f *fitter) countrySets(model string) []*acceptor {
	sets := f.lookupSets(model)
	if len(sets) == 0 {
		byCode, byName := isoSet(model, "code"), isoSet(model, "name")
		for _, c := range isoCountries() {
			byCode.accept(c.code)
			byName.accept(c.names[0])
		}
		sets = []*acceptor{byCode, byName}
		for _, a := range sets {
			for name, code := range f.know.alias[model] {
				a.renames(name, countryText(a, code))
			}
		}
	}
	for _, a := range sets {
		a.closed = true
		for _, c := range isoCountries() {
			if text := countryText(a, c.code); text != "" {
				a.named(c.names[0], text)
				for _, n := range append([]string{c.code}, c.names...) {
					a.renames(n, text)
				}
			}
		}
		for name, code := range f.know.alias[model] {
			if text := countryText(a, code); text != "" {
				a.renames(name, text)
			}
		}
	}
	return sets
}

func isoSet(model, find string) *acceptor {
	return &acceptor{model: model, find: find, accepts: map[string]string{}, means: map[string]string{}, closed: true}
}

func (a *acceptor) accept(text string) {
	a.accepts[foldValue(text)] = text
	a.similar = append(a.similar, text)
}

// countryText is what the set's field holds for the country of a code: the code, or the name Odoo knows it by.
func countryText(a *acceptor, code string) string {
	if text, ok := a.accepts[foldValue(code)]; ok && a.find == "code" {
		return text
	}
	if text, ok := a.means[foldValue(code)]; ok {
		return text
	}
	for _, c := range isoCountries() {
		if c.code != code {
			continue
		}
		for _, n := range c.names {
			if text, ok := a.accepts[foldValue(n)]; ok {
				return text
			}
		}
	}
	return ""
}

// currencySets accept the currencies of the target, or all that ISO 4217 has.
func (f *fitter) currencySets(model string) []*acceptor {
	sets := f.lookupSets(model)
	if len(sets) == 0 {
		a := isoSet(model, "name")
		for it := currency.Query(currency.NonTender); it.Next(); {
			a.addOnce(it.Unit().String())
		}
		for it := currency.Query(); it.Next(); {
			a.addOnce(it.Unit().String())
		}
		sets = []*acceptor{a}
	}
	for _, a := range sets {
		a.closed = true
		for name, code := range f.know.alias[model] {
			if text, ok := a.accepts[foldValue(code)]; ok {
				a.renames(name, text)
			}
		}
	}
	return sets
}

func (a *acceptor) addOnce(text string) {
	if _, there := a.accepts[foldValue(text)]; !there {
		a.accept(text)
	}
}

// languageSets accept language codes: those of the target, or of the languages that are known.
func (f *fitter) languageSets(model string) []*acceptor {
	a := isoSet("", "code")
	a.closed = false // more can be activated
	codes := f.schema.Languages
	if len(codes) == 0 {
		codes = []string{"en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_PT", "pl_PL", "sv_SE", "da_DK", "nb_NO", "cs_CZ"}
	}
	for _, code := range codes {
		a.accept(code)
	}
	for _, code := range codes {
		base, _, _ := strings.Cut(code, "_")
		a.renames(base, code)
		for name, other := range f.know.alias[model] {
			if other == base {
				a.renames(name, code)
			}
		}
		for _, in := range nameLanguages {
			a.renames(display.Languages(in).Name(language.Make(base)), code)
		}
	}
	return []*acceptor{a}
}
