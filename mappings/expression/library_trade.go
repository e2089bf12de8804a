package expression

import (
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/mappings/kinds"
)

var tradeFunctions = []entry{
	{"phone", function{usage: `phone(text, "DE")`, doc: "a telephone number in E.164, by the plan of the country where it names none; what is no number is an error",
		examples: [][2]string{{`phone("030 / 2345678", "DE")`, `"+49302345678"`}}, least: 1, most: 2, args: []Type{Text}, result: Text, apply: phone}},
	{"phone_valid", function{usage: `phone_valid(text, "DE")`, doc: "whether phone would take it", examples: [][2]string{{`phone_valid("12345", "DE")`, `false`}},
		least: 1, most: 2, args: []Type{Text}, result: Bool, apply: func(args []any) (any, error) { return kinds.PhoneNumber(texts2(args)).OK, nil }}},
	{"vat", function{usage: `vat(text, "DE")`, doc: "a VAT number in its compact form, with the country's prefix put before it where it has none; not checked",
		examples: [][2]string{{`vat("136.695.976", "DE")`, `"DE136695976"`}, {`vat("atu 1358 5627")`, `"ATU13585627"`}}, least: 1, most: 2, args: []Type{Text}, result: Text, apply: vat}},
	test1("vat_valid", "whether a VAT number with its prefix has the form and check digits of its country", [][2]string{{`vat_valid("DE136695976")`, `true`}, {`vat_valid("DE136695975")`, `false`}},
		func(s string) bool { return kinds.VAT(s).OK }),
	text1("iban", "an account number in its compact form; not checked", [][2]string{{`iban("de89 3704 0044 0532 0130 00")`, `"DE89370400440532013000"`}}, kinds.Compact),
	test1("iban_valid", "whether it has the length of its country and the right check digits", [][2]string{{`iban_valid("DE89370400440532013000")`, `true`}},
		func(s string) bool { return kinds.IBAN(s).OK }),
	maybe("iban_bank", "the bank's part of a valid number; null where it is not valid, or the country's parts are not known", [][2]string{{`iban_bank("DE89370400440532013000")`, `"37040044"`}},
		func(s string) (string, bool) { p, ok := kinds.IBANParts(s); return p.Bank, ok }),
	maybe("iban_branch", "the branch's part likewise", [][2]string{{`iban_branch("GB29NWBK60161331926819")`, `"601613"`}, {`iban_branch("DE89370400440532013000")`, `null`}},
		func(s string) (string, bool) { p, ok := kinds.IBANParts(s); return p.Branch, ok }),
	maybe("iban_account", "the account's part likewise", [][2]string{{`iban_account("DE89370400440532013000")`, `"0532013000"`}},
		func(s string) (string, bool) { p, ok := kinds.IBANParts(s); return p.Account, ok }),
	test1("ean_valid", "whether an article number of 8, 12, 13 or 14 digits has the right check digit", [][2]string{{`ean_valid("4006381333931")`, `true`}},
		func(s string) bool { return kinds.EAN(s).OK }),
	{"ean_check_digit", function{usage: "ean_check_digit(text)", doc: "the check digit that belongs behind 7, 11, 12 or 13 digits", examples: [][2]string{{`ean_check_digit("400638133393")`, `"1"`}},
		least: 1, most: 1, args: []Type{Text}, result: Text, apply: checkDigit}},
	{"ean_complete", function{usage: "ean_complete(text)", doc: "the digits with their check digit behind them", examples: [][2]string{{`ean_complete("03600029145")`, `"036000291452"`}},
		least: 1, most: 1, args: []Type{Text}, result: Text, apply: func(args []any) (any, error) {
			digit, err := checkDigit(args)
			if err != nil {
				return nil, err
			}
			return kinds.Compact(args[0].(string)) + digit.(string), nil
		}}},
	{"upc", function{usage: "upc(text)", doc: "a UPC whose leading zeros a spreadsheet took away, in 12 digits again; one that is not valid then is an error",
		examples: [][2]string{{`upc("36000291452")`, `"036000291452"`}}, least: 1, most: 1, args: []Type{Text}, result: Text, apply: upc}},
}

// texts2 is a text with a second one that may be absent.
func texts2(args []any) (string, string) {
	if len(args) > 1 {
		return args[0].(string), args[1].(string)
	}
	return args[0].(string), ""
}

func phone(args []any) (any, error) {
	text, country := texts2(args)
	v := kinds.PhoneNumber(text, country)
	if !v.OK {
		return nil, &ValueError{fmt.Sprintf("%q is not a telephone number: %s", cell.Shorten(text), v.Reason), "phone_valid tells before"}
	}
	return v.Canonical, nil
}

func vat(args []any) (any, error) {
	text, country := texts2(args)
	s := kinds.Compact(text)
	if country != "" && s != "" && (len(s) < 2 || !capital(s[0]) || !capital(s[1])) {
		s = strings.ToUpper(country) + s
	}
	return s, nil
}

func capital(c byte) bool { return c >= 'A' && c <= 'Z' }

func checkDigit(args []any) (any, error) {
	digit, ok := kinds.EANCheckDigit(args[0].(string))
	if !ok {
		return nil, &ValueError{Message: fmt.Sprintf("%q is not 7, 11, 12 or 13 digits", cell.Shorten(args[0].(string)))}
	}
	return digit, nil
}

func upc(args []any) (any, error) {
	s := kinds.Compact(args[0].(string))
	if len(s) < 12 {
		s = strings.Repeat("0", 12-len(s)) + s
	}
	if v := kinds.UPC(s); !v.OK {
		return nil, &ValueError{Message: fmt.Sprintf("%q is not a UPC: %s", cell.Shorten(args[0].(string)), v.Reason)}
	}
	return s, nil
}
