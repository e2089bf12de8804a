//nolint:misspell // words of many languages
package books

import (
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// What columns are called in the accounts of several languages, without accents. A list is in order of preference.
var (
	debitWords  = []string{"debit", "debits", "debet", "soll", "dare", "debe", "debito", "winien", "wn", "dr", "cargo", "borc", "tartozik", "дебет", "借方", "dbit"}
	creditWords = []string{"credit", "credits", "kredit", "haben", "avere", "haber", "credito", "ma", "cr", "abono", "alacak", "kovetel", "кредит", "贷方", "crdt"}

	// Parts that are written together with a side: SOLLBETRAG, TotalDebit.
	sideParts = []string{"betrag", "betraege", "amount", "amt", "saldo", "balance", "bal", "summe", "sum", "total", "value", "wert", "belop", "belopp", "bedrag", "montant", "mt",
		"mnt", "opening", "closing", "eur", "amounts", "umsatz", "movement"}
	// A column with one of these speaks of a debit or credit that is no posted amount.
	noAmountWords = []string{"limit", "limits", "card", "note", "notes", "rating", "score", "term", "terms", "line", "hold", "day", "days", "date", "datum", "account", "konto", "compte",
		"cuenta", "conto", "number", "no", "nr", "code", "id", "type", "memo", "check", "status", "name", "group", "method", "percent", "rate", "controlling", "worthiness",
		"indicator", "ind", "kennzeichen", "kz", "reason", "application", "used", "available", "max", "insurance", "period", "word", "key", "accounts", "zeichen"}
	foreignWords = []string{"currency", "devise", "fremdwahrung", "fw", "foreign", "valuta", "divisa", "waehrung", "wahrung", "curr", "transaktionswahrung"}

	entryWords = [][]string{ // strongest first
		{"ecriturenum", "numecriture", "transactionid", "entryno", "entrynumber", "entryid", "journalentry", "journalentryid", "journalentryno", "moveid", "move",
			"movename", "belnr", "belegnr", "belegnummer", "belegno", "vouchernumber", "voucherno", "voucherid", "vouchernr", "voucher", "bilagsnr", "bilagsnummer", "bilag", "verifikation",
			"vernr", "verifikationsnummer", "asiento", "numasiento", "asientono", "registrazione", "numregistrazione", "boekstuk", "boekstuknummer", "postingid", "documentno", "documentnumber", "docno", "docnum", "docnumber",
			"buchungsnummer", "buchungsnr", "belegfeld1", "glentry", "batchentry", "transno", "transactionno", "transactionnumber", "apunte", "numeroasiento", "entry", "gjournalentry", "documentid", "docid", "transid"},
		{"beleg", "document", "pieceref", "piece", "numpiece", "nopiece", "voucherref", "reference", "ref", "documento", "numdocumento", "documentref", "transaction", "transactionref", "internalid", "bilagref"},
	}
	journalWords = []string{"journalcode", "journal", "journalid", "codejournal", "diario", "giornale", "dagboek", "journalno", "journalname", "journalnr", "tagebuch", "verifikationsserie", "series", "serie",
		"vouchertype", "vouchserie", "blart", "belegart", "documenttype", "doctype", "journaltype", "buchungskreis"}
	periodWords = []string{"period", "periode", "accountingperiod", "fiscalperiod", "periodo", "poper", "monat", "periodno", "periodnumber", "fiscalyearperiod", "buchungsperiode", "perio", "postingperiod"}
	yearWords   = []string{"periodyear", "gjahr", "fiscalyear", "year", "exercice", "ejercicio", "jahr", "esercizio", "boekjaar", "wirtschaftsjahr", "geschaftsjahr", "ryear"}
	dateWords   = []string{"ecrituredate", "postingdate", "budat", "transactiondate", "entrydate", "buchungsdatum", "accountingdate", "bookingdate", "gldate", "date", "belegdatum", "datecompta", "dateecriture",
		"fecha", "data", "datum", "dato", "bilagsdato", "bokforingsdatum", "voucherdate", "documentdate", "invoicedate", "dateoperation", "valuedate", "bookgdt/dt", "bookgdtdt", "day"}
	accountWords = []string{"comptenum", "account", "accountid", "accountno", "accountnumber", "accountcode", "konto", "kontonr", "kontonummer", "compte", "numcompte", "nocompte", "comptegeneral", "cuenta", "conto",
		"rekening", "grootboekrekening", "hkont", "saknr", "racct", "glaccount", "glaccountid", "glaccountno", "sachkonto", "ledgeraccount", "accountcodeid", "nominalcode", "mainaccount", "codcuenta", "kontoid"}
	contraWords = []string{"gegenkonto", "contraaccount", "offsetaccount", "offsettingaccount", "balaccountno", "balancingaccount", "gkonto", "contrapartida", "contropartita", "tegenrekening", "motkonto", "comptecontrepartie", "contrepartie",
		"creditaccount", "habenkonto", "kontohaben", "creditaccountid", "creditaccountno"}
	debitAccountWords = []string{"debitaccount", "sollkonto", "kontosoll", "debitaccountid", "debitaccountno"}
	amountWords       = []string{"balance", "amount", "dmbtr", "hsl", "betrag", "montant", "importe", "importo", "belop", "belopp", "bedrag", "umsatz", "value", "amt", "wrbtr", "transactionamount", "postingamount", "amountlcy", "localamount",
		"wert", "netamount", "kwota", "ammontare", "valor", "lineamount", "tsl", "ksl"}
	sideWords   = []string{"sens", "side", "dc", "drcr", "debitcredit", "creditdebit", "sollhaben", "sh", "shkzg", "sollhabenkennzeichen", "shkz", "sollhabenkz", "debitcreditindicator", "debitcreditcode", "drcrk", "dcindicator", "cdtdbtind", "indicator", "sign", "type", "debkred", "debethaben", "dareavere", "segno", "shkennzeichen"}
	partyTables = []string{"customer", "supplier", "vendor", "partner", "client", "fournisseur", "debitor", "kreditor", "kunde", "lieferant", "creditor", "debtor", "employee", "tiers", "cliente", "proveedor", "fornitore"}
	bookTables  = []string{"journal", "ledger", "posting", "buchung", "ecriture", "fec", "glentr", "glline", "hauptbuch", "grandlivre", "accountmove", "moveline", "bseg", "acdoca", "grootboek", "asiento", "voucher", "glentries", "gltransaction"}

	// What whole numbers in a header are called when they are sums; other whole numbers there are states and counters.
	sumWords = []string{"total", "amount", "sum", "net", "gross", "betrag", "brutto", "montant", "importe", "importo", "value", "wert", "bedrag", "belop", "valor", "somme", "ttc", "tax", "mwst", "vat", "menge",
		"quantity", "qty", "quantite", "cantidad", "quantita", "antal", "aantal", "kwota", "ilosc"}
	runningWords  = []string{"balance", "saldo", "solde", "runningbalance", "kontostand", "balanceafter", "soldeapres", "saldonachbuchung", "bookingbalance"}
	quantityWords = []string{"quantity", "qty", "menge", "quantite", "qte", "antal", "antall", "aantal", "cantidad", "quantita", "anzahl", "pieces", "units", "orderqty", "hours", "stuckzahl", "ilosc", "quantidade"}
	discountWords = []string{"discount", "rabatt", "remise", "sconto", "descuento", "korting", "rabat", "disc", "discountpct", "discountpercent", "desconto"}
)

// sidePairs are the values that tell debit from credit.
var sidePairs = []struct {
	debit, credit string
	named         bool // one letter means nothing in a column that is not called so
}{
	{"s", "h", true}, {"d", "c", true}, {"d", "k", true}, {"d", "h", true}, {"d", "a", true}, {"w", "m", true},
	{"dr", "cr", false}, {"debit", "credit", false}, {"dbit", "crdt", false}, {"soll", "haben", false}, {"debet", "kredit", false}, {"dare", "avere", false},
	{"debe", "haber", false}, {"deb", "cred", true}, {"deb", "cre", true},
}

var accents = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ë", "e", "á", "a", "à", "a", "â", "a", "ä", "a", "å", "a", "ã", "a", "ó", "o", "ò", "o", "ô", "o", "ö", "o", "ø", "o", "õ", "o",
	"ú", "u", "ù", "u", "û", "u", "ü", "u", "í", "i", "ì", "i", "î", "i", "ï", "i", "ç", "c", "ñ", "n", "ß", "ss", "ý", "y", "č", "c", "ě", "e", "ř", "r", "š", "s", "ž", "z", "ł", "l", "ę", "e", "ą", "a", "æ", "ae", "ő", "o", "貸", "贷")

// words takes a name apart into lower-case words without accents.
func words(name string) []string {
	return profile.Words(accents.Replace(strings.ToLower(spread(name))))
}

// spread keeps the word borders that capitals mark, which lower case would lose.
func spread(name string) string { return strings.Join(profile.Words(name), " ") }

func joined(name string) string { return strings.Join(words(name), "") }

// last is the name without the path of elements an XML reader puts before it.
func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// rank is the place of a column's name in a list, and whether it stands there: as a whole, or its last path element.
func rank(name string, list []string) (int, bool) {
	if i := slices.Index(list, joined(name)); i >= 0 {
		return i, true
	}
	if i := slices.Index(list, joined(last(name))); i >= 0 {
		return i, true
	}
	return 0, false
}

// has reports whether one of the words of a name stands in the list.
func has(name string, list []string) bool {
	return slices.ContainsFunc(words(name), func(w string) bool { return slices.Contains(list, w) })
}

// within reports whether a name contains one of the words, written together or not.
func within(name string, list []string) bool {
	j := joined(name)
	return slices.ContainsFunc(list, func(w string) bool { return strings.Contains(j, w) })
}

type side int

const (
	noSide side = iota
	debitSide
	creditSide
)

// sideOf says whether a column is named as the debit or the credit of something, and what that something is: the rest
// of its name with a # in the side's place.
func sideOf(name string) (side, string) {
	ws := words(name)
	for _, w := range ws {
		if slices.Contains(noAmountWords, w) {
			return noSide, ""
		}
	}
	for i, w := range ws {
		s, rest := wordSide(w, len(ws) == 1)
		if s == noSide {
			continue
		}
		out := slices.Clone(ws)
		out[i] = rest
		return s, strings.Join(out, " ")
	}
	return noSide, ""
}

// sideWordsOf are the words of both sides; debit is asked first.
var sideWordsOf = []struct {
	side  side
	words []string
}{{debitSide, debitWords}, {creditSide, creditWords}}

func wordSide(w string, alone bool) (side, string) {
	for _, l := range sideWordsOf {
		for _, d := range l.words {
			rest, ok := strings.CutPrefix(w, d)
			if !ok {
				rest, ok = strings.CutSuffix(w, d)
			}
			switch {
			case !ok:
			case rest == "" && (len(d) > 2 || alone || d == "dr" || d == "cr"):
				return l.side, "#"
			case len(d) > 3 && slices.Contains(sideParts, rest):
				return l.side, "#" + rest
			case d[0] >= 0x80 && len(rest) <= 12: // scripts in which words are not set apart, or have endings
				return l.side, "#" + rest
			}
		}
	}
	return noSide, ""
}
