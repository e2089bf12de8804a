package schema

import "slices"

// personal are the fields that say something about a person, by model. Values of theirs are masked in findings.
var personal = map[string][]string{
	"crm.lead":         {"contact_name", "email_cc", "email_from", "mobile", "partner_name", "phone", "street", "street2"},
	"hr.employee":      {"barcode", "birthday", "identification_id", "mobile_phone", "name", "passport_id", "pin", "private_email", "private_phone", "private_street", "ssnid", "work_email", "work_phone"},
	"res.partner":      {"barcode", "email", "mobile", "name", "phone", "street", "street2", "vat"},
	"res.partner.bank": {"acc_holder_name", "acc_number"},
	"res.users":        {"email", "login", "name", "phone"},
}

// Personal reports whether a field says something about a person.
func Personal(model, field string) bool {
	base, _ := SplitLanguage(field)
	return slices.Contains(personal[model], base)
}
