package linkage

import "strings"

// legalForms are written behind (in some countries before) a company's name and say nothing about which company it is.
// They are folded and without points, longest first where one is the end of another; one line a region.
var legalForms = phrases(
	// Germany, Austria, Switzerland, Liechtenstein
	"gmbh co kgaa", "gmbh co kg", "gmbh co ohg", "gmbh cie kg", "ag co kg", "ag co kgaa", "ag co ohg", "ug co kg", "se co kg", "se co kgaa",
	"ug haftungsbeschrankt", "haftungsbeschrankt", "gesellschaft mit beschrankter haftung", "ges mbh", "gesmbh", "ggmbh", "gmbh", "mbh", "kgaa", "kg", "ohg", "gbr", "partg mbb", "partgmbb",
	"partg", "aktiengesellschaft", "ag", "ug", "ek", "ekfr", "eg", "ev", "eu", "og", "co kg", "klg", "kmg", "anstalt", "inh",
	// France, Belgium, Luxembourg, Switzerland
	"societe anonyme", "sarl", "sas", "sasu", "eurl", "sa", "snc", "scs", "sca", "sci", "scop", "scrl", "sprl", "srl", "asbl", "selarl",
	// Netherlands, Flanders
	"besloten vennootschap", "bv", "bvba", "nv", "vof", "cv", "cvba", "vzw", "comm v",
	// Italy
	"societa per azioni", "spa", "srls", "sas di", "sapa", "scarl", "soc coop", "societa cooperativa",
	// Spain, Portugal, Latin America
	"sociedad anonima", "sociedad limitada", "sl", "slu", "slp", "sal", "sll", "sau", "sa de cv", "s de rl de cv", "s de rl", "sapi de cv", "sac", "saic", "eirl", "spa", "ltda", "cia ltda", "lda",
	"unipessoal lda", "unipessoal", "eireli", "mei", "sgps",
	// United Kingdom, Ireland, United States, Canada, Australia, New Zealand, India, South Africa
	"public limited company", "limited liability company", "limited liability partnership", "private limited", "limited", "ltd", "pvt ltd", "pvt", "pty ltd", "pty", "proprietary", "plc", "llc", "llp", "lllp", "lp",
	"inc", "incorporated", "corp", "corporation", "company", "co", "co ltd", "co inc", "pc", "pllc", "ulc", "dac", "clg", "cic", "teo", "nl", "ltee", "cc",
	// Denmark, Sweden, Norway, Finland, Iceland
	"aktieselskab", "anpartsselskab", "as", "aps", "ivs", "ks", "amba", "aktiebolag", "ab", "publ", "hb", "kb", "asa", "ans", "da", "oyj", "oy", "ky", "tmi", "ehf", "hf",
	// Poland, Czechia, Slovakia, Hungary, Romania, Bulgaria
	"spolka z ograniczona odpowiedzialnoscia", "spolka z oo", "sp z oo", "sp zoo", "spolka akcyjna", "sp k", "spk", "sp j", "spj", "psa", "sro", "spol sro", "vos", "zrt", "nyrt", "kft", "bt", "kkt", "pfa", "eood", "ood", "ad", "ead", "et",
	// Slovenia, Croatia, Serbia, Bosnia, the Baltic states
	"doo", "dd", "dno", "kd", "jdoo", "uab", "sia", "ou", "as", "mb",
	// Greece, Turkey, Russia, Ukraine
	"epe", "ike", "ltd sti", "anonim sirketi", "sirketi", "sti", "ооо", "оао", "зао", "пао", "ао", "ип", "тов", "пп", "ooo", "oao", "zao", "pao",
	// Asia and the Gulf
	"kk", "gk", "kabushiki kaisha", "株式会社", "有限会社", "有限公司", "股份有限公司", "주식회사", "pte ltd", "pte", "sdn bhd", "bhd", "pt", "tbk", "jsc", "jsoc", "tnhh", "fze", "fzco", "fz llc", "wll", "bsc", "saog", "saoc", "qsc", "kscc",
	// European forms
	"se", "sce", "eeig", "ewiv", "geie",
)

// leadingForms also stand before a name.
var leadingForms = phrases("pt", "ооо", "оао", "зао", "пао", "ао", "ип", "тов", "пп", "ooo", "oao", "zao", "sia", "uab", "株式会社", "有限会社", "주식회사", "firma", "fa", "gruppo", "sc", "tmi", "doo")

// titles go before or behind a person's name.
var titles = set("mr", "mrs", "ms", "miss", "mx", "sir", "dr", "drs", "prof", "professor", "ing", "dipling", "dipl", "mag", "herr", "herrn", "frau", "hr", "fr", "m", "mme", "mlle", "monsieur", "madame",
	"sig", "sigra", "signor", "signora", "dott", "dottssa", "sr", "sra", "srta", "don", "dona", "dhr", "mevr", "mw", "jr", "phd", "md", "mba", "msc", "bsc", "esq")

// fillers join words of names and tell nothing.
var fillers = set("and", "und", "et", "y", "e", "i", "en", "og", "och", "the", "of", "der", "die", "das", "for", "fur", "de", "la", "le", "les", "du", "des", "del", "van", "von", "a", "an")

// streetWords are written short or long; the short form stands for all.
var streetWords = abbreviations(map[string]string{
	"street": "st", "str": "st", "strasse": "st", "straat": "st", "road": "rd", "avenue": "av", "ave": "av", "avenida": "av", "avda": "av", "boulevard": "bd", "blvd": "bd", "bvd": "bd",
	"drive": "dr", "drv": "dr", "lane": "ln", "court": "ct", "crt": "ct", "place": "pl", "square": "sq", "terrace": "tce", "terr": "tce", "ter": "tce", "crescent": "cres", "cr": "cres", "cresent": "cres", "circuit": "cct", "circ": "cct",
	"close": "cl", "parade": "pde", "highway": "hwy", "parkway": "pkwy", "pky": "pkwy", "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
	"platz": "pl", "gasse": "g", "allee": "al", "chemin": "ch", "chem": "ch", "rue": "r", "route": "rte", "impasse": "imp", "via": "v", "viale": "vle", "piazza": "pza", "plaza": "pza", "corso": "cso", "calle": "c", "carrer": "c",
	"paseo": "pso", "rua": "r", "ulica": "ul", "ulitsa": "ul", "улица": "ул", "weg": "wg", "laan": "ln", "plein": "pl", "mount": "mt", "saint": "st", "sankt": "st", "fort": "ft", "apartment": "apt", "suite": "ste", "floor": "fl", "building": "bldg", "unit": "u", "flat": "apt",
	"postfach": "pobox", "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
})

// streetEndings are grown together with the street's name in German and Dutch, and where a blank was forgotten.
var streetEndings = []string{"strasse", "street", "straat", "str"}

// phrase is a legal form as words.
type phrase []string

// phrases sorts out the forms by their first word from behind, so that a name's end is looked up once.
func phrases(list ...string) map[string][]phrase {
	out := map[string][]phrase{}
	for _, l := range list {
		p := phrase(words(fold(l)))
		last := p[len(p)-1]
		at := 0
		for at < len(out[last]) && len(out[last][at]) >= len(p) {
			at++
		}
		out[last] = append(out[last][:at:at], append([]phrase{p}, out[last][at:]...)...)
	}
	return out
}

// set folds the words of a list.
func set(list ...string) map[string]bool {
	out := map[string]bool{}
	for _, l := range list {
		out[fold(l)] = true
	}
	return out
}

// abbreviations folds the words of a list.
func abbreviations(list map[string]string) map[string]string {
	out := map[string]string{}
	for long, short := range list {
		out[fold(long)] = short
	}
	return out
}

// bareName takes the legal forms off a company's name, as long as a word is left.
func bareName(ws []string) []string {
	for again := true; again && len(ws) > 1; {
		again = false
		for _, p := range legalForms[ws[len(ws)-1]] {
			if len(p) < len(ws) && strings.Join(ws[len(ws)-len(p):], " ") == strings.Join(p, " ") {
				ws, again = ws[:len(ws)-len(p)], true
				break
			}
		}
		if len(ws) > 1 && len(leadingForms[ws[0]]) > 0 {
			ws, again = ws[1:], true
		}
	}
	return ws
}
