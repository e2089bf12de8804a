//nolint:misspell // words of many languages
package linkage

// roleHint says by which names, or which kind of value, a column is known to play a role. Names are compared folded and
// without separators.
type roleHint struct {
	role     Role
	exact    []string // the whole name
	endings  []string // or its end
	semantic string   // or the kind of the values, as the profile found it
}

// partyHints are tried in this order; where several columns fit, an exact name goes before an ending, an ending before the
// kind of the values.
var partyHints = []roleHint{
	{role: RoleVAT, exact: []string{"vat", "vatno", "vatnr", "vatnumber", "vatid", "vatregno", "vatregistrationno", "ustid", "ustidnr", "ustidnummer", "umsatzsteuerid", "stceg", "stcd1", "taxid", "taxnumber", "tva", "numerotva", "tvaintracom", "siret", "siren", "nif", "cif", "piva", "partitaiva", "btwnummer", "btw", "momsnr", "nip", "dic", "abn", "gstin", "ein"}, endings: []string{"vatnumber", "vatid", "vatno", "ustid", "taxid"}, semantic: "vat"},
	{role: RoleIBAN, exact: []string{"iban", "bankaccount", "bankiban", "kontonummer"}, endings: []string{"iban"}, semantic: "iban"},
	{role: RoleNational, exact: []string{"socsecid", "ssn", "sin", "nationalid", "nationalidnumber", "personalid", "personnummer", "socialsecuritynumber", "socialsecurityno", "passport", "passportno", "steuerid", "svnr", "sozialversicherungsnummer", "codicefiscale", "pesel", "bsn", "dni", "cpf", "curp", "rfc", "insee", "nir", "companyregno", "handelsregisternummer", "hrb", "cnpj", "duns"}, endings: []string{"ssn", "nationalid", "socsecid"}},
	{role: RoleBirth, exact: []string{"dateofbirth", "birthdate", "birthday", "dob", "born", "geburtsdatum", "geburtstag", "gebdat", "datenaissance", "datedenaissance", "fechanacimiento", "fechadenacimiento", "datanascita", "datadinascita", "geboortedatum", "fodelsedatum", "datanascimento"}, endings: []string{"birthdate", "dateofbirth", "geburtsdatum"}},
	{role: RoleEmail, exact: []string{"email", "mail", "emailaddress", "emailadresse", "courriel", "correo", "correoelectronico", "smtpaddr", "epost", "postaelettronica"}, endings: []string{"email", "emailaddress", "mail"}, semantic: "email"},
	{role: RoleFax, exact: []string{"fax", "faxnumber", "faxno", "telefax", "telfx", "faxnr"}, endings: []string{"fax", "faxnumber"}},
	{role: RolePhone, exact: []string{"phone", "phone1", "phonenumber", "phoneno", "telephone", "telephone1", "tel", "telno", "telefon", "telefonnr", "telefon1", "telefonnummer", "telefono", "telefone", "telefoon", "telf1", "telnumber", "mobile", "mobilephone", "mobil", "mobiltelefon", "handy", "cell", "cellphone", "gsm", "portable", "movil", "cellulare", "phone2", "telefon2", "telf2", "homephone", "workphone"}, endings: []string{"phone", "phonenumber", "telefon", "mobile"}, semantic: "phone"},
	{role: RoleGiven, exact: []string{"givenname", "firstname", "forename", "fname", "first", "given", "vorname", "prenom", "nombre", "nome", "voornaam", "fornavn", "fornamn", "imie", "jmeno", "namefirst", "christianname"}, endings: []string{"firstname", "givenname", "vorname", "prenom", "forename"}},
	{role: RoleSurname, exact: []string{"surname", "lastname", "familyname", "lname", "last", "family", "nachname", "familienname", "nomdefamille", "apellido", "apellidos", "cognome", "achternaam", "efternavn", "etternavn", "efternamn", "nazwisko", "prijmeni", "sobrenome", "apelido", "namelast"}, endings: []string{"lastname", "surname", "nachname", "familyname"}},
	{role: RoleCompany, exact: []string{"company", "companyname", "firma", "firmenname", "firmname", "organisation", "organization", "organizationname", "employer", "raisonsociale", "razonsocial", "ragionesociale", "societe", "empresa", "azienda", "bedrijf", "bedrijfsnaam", "foretag", "virksomhed", "businessname", "nameorg1"}, endings: []string{"companyname", "firmenname", "company", "organization"}},
	{role: RoleName, exact: []string{"name", "name1", "fullname", "displayname", "customername", "suppliername", "vendorname", "clientname", "partnername", "sitename", "accountname", "bezeichnung", "nom", "naam", "namn", "navn", "nazwa", "nazev", "denominazione", "denominacion", "kundenname", "lieferantenname", "bpname", "cardname"}, endings: []string{"name"}},
	{role: RoleNumber, exact: []string{"streetnumber", "streetno", "housenumber", "houseno", "housenr", "hausnummer", "hausnr", "hsnr", "housenum1", "building", "numerodevoie", "numerocivico", "civico", "huisnummer", "numero", "husnummer"}, endings: []string{"housenumber", "hausnummer", "streetnumber"}},
	{role: RoleStreet2, exact: []string{"street2", "address2", "addressline2", "addr2", "adresse2", "strasse2", "addresszusatz", "adresszusatz", "suppl", "complement", "address3", "suite", "indirizzo2", "direccion2"}, endings: []string{"address2", "street2", "addressline2"}},
	{role: RoleStreet, exact: []string{"street", "address", "address1", "addressline1", "addr", "addr1", "streetaddress", "streetname", "streetline1", "strasse", "stras", "adresse", "adresse1", "anschrift", "rue", "voie", "calle", "direccion", "domicilio", "via", "indirizzo", "straat", "adres", "gata", "gatuadress", "ulica", "ulice", "endereco", "morada", "logradouro", "postaladdress", "road"}, endings: []string{"street", "strasse", "streetaddress", "address1", "addressline1", "address"}},
	{role: RoleZip, exact: []string{"zip", "zipcode", "postalcode", "postcode", "postcode1", "plz", "postleitzahl", "pstlz", "codepostal", "cp", "codigopostal", "cap", "postnummer", "postnr", "pincode", "kodpocztowy", "psc", "cep"}, endings: []string{"zip", "zipcode", "postalcode", "postcode", "plz"}, semantic: "postal"},
	{role: RoleCity, exact: []string{"city", "city1", "town", "suburb", "locality", "place", "municipality", "ort", "ort01", "stadt", "wohnort", "ville", "commune", "ciudad", "poblacion", "localidad", "citta", "comune", "woonplaats", "plaats", "stad", "by", "poststed", "postort", "miasto", "mesto", "cidade"}, endings: []string{"city", "town"}},
	{role: RoleState, exact: []string{"state", "statecode", "province", "stateprovince", "region", "regio", "county", "bundesland", "departement", "provincia", "estado", "kanton", "canton", "prefecture", "uf"}, endings: []string{"state", "province"}},
	{role: RoleCountry, exact: []string{"country", "countrycode", "countryname", "land", "land1", "pays", "pais", "paese", "nazione", "kraj", "zeme"}, endings: []string{"country", "countrycode"}, semantic: "country"},
}

var productHints = []roleHint{
	{role: RoleEAN, exact: []string{"ean", "ean13", "ean11", "gtin", "upc", "barcode", "isbn", "strichcode", "codebarre"}, endings: []string{"ean", "gtin", "barcode"}, semantic: "ean"},
	{role: RoleSKU, exact: []string{"sku", "productnumber", "productno", "productcode", "partnumber", "partno", "mpn", "articleno", "articlenumber", "artikelnummer", "artikelnr", "artnr", "itemno", "itemnumber", "itemcode", "referencia", "reference", "codearticle", "codigo", "codice", "defaultcode", "variantsku"}, endings: []string{"sku", "productnumber", "partnumber", "artikelnummer"}},
	{role: RoleDescription, exact: []string{"description", "desc", "longdescription", "descriptionlong", "shortdescription", "body", "bodyhtml", "beschreibung", "langtext", "descripcion", "descrizione", "omschrijving", "text", "details"}, endings: []string{"description", "beschreibung"}},
	{role: RoleName, exact: []string{"name", "productname", "articlename", "itemname", "bezeichnung", "artikelbezeichnung", "kurztext", "maktx", "title", "label", "designation", "libelle", "shortdescr", "nombre", "nome", "naam", "modelname"}, endings: []string{"productname", "name", "bezeichnung", "title"}},
	{role: RolePrice, exact: []string{"price", "unitprice", "listprice", "salesprice", "preis", "verkaufspreis", "vkpreis", "variantprice", "regularprice", "prix", "precio", "prezzo", "prijs", "cena"}, endings: []string{"price", "preis"}},
}

// notOwn are words of column names that speak of somebody or something else than the row's own party or product.
var notOwn = set("ship", "shipping", "bill", "billing", "invoice", "delivery", "deliver", "emergency", "manager", "director", "program", "user", "login", "file", "filename", "column", "parent", "spouse", "bank", "account",
	"category", "brand", "group", "status", "type", "supplier", "vendor", "territory", "language", "currency", "created", "modified", "changed", "salesperson", "employee", "contact", "ansprechpartner", "maiden", "middle", "nick", "id", "compare", "cost", "tag", "tags", "image", "option", "seo", "google", "child", "login", "loginname", "username")

// ownParty are those of notOwn that name the row itself in a table of parties ("SupplierName" in suppliers).
var ownParty = set("supplier", "vendor", "account", "employee")

// partyTables and productTables are words of names of tables that hold parties or products.
var (
	partyTables = set("customer", "customers", "client", "clients", "kunde", "kunden", "debitor", "debitoren", "kna1", "supplier", "suppliers", "vendor", "vendors", "lieferant", "lieferanten", "kreditor", "kreditoren", "lfa1",
		"partner", "partners", "businesspartners", "businesspartner", "company", "companies", "firma", "firmen", "contact", "contacts", "kontakt", "kontakte", "person", "persons", "people", "employee", "employees", "mitarbeiter", "clienti", "fornitori", "clientes", "proveedores", "fournisseurs", "klanten", "leveranciers", "members", "patients", "donors", "leads", "parties", "party")
	productTables = set("product", "products", "produkt", "produkte", "article", "articles", "artikel", "item", "items", "material", "materials", "mara", "produits", "productos", "prodotti", "producten", "parts", "sku", "skus")
	// amountWords are words of columns that say how much a movement is.
	amountWords = set("amount", "amounts", "balance", "debit", "credit", "betrag", "saldo", "soll", "haben", "umsatz", "montant", "solde", "importe", "importo", "bedrag", "dare", "avere", "debet")
	// documentTables are words of names of tables whose rows are no party and no product, although their columns may name some.
	documentTables = set("order", "orders", "auftrag", "auftraege", "bestellung", "bestellungen", "invoice", "invoices", "rechnung", "rechnungen", "line", "lines", "position", "positionen", "orderdetail", "orderdetails", "entry", "entries", "journal", "posting", "postings", "payment", "payments", "transaction", "transactions", "movement", "movements",
		"booking", "bookings", "buchungen", "log", "logs", "history", "review", "reviews", "ticket", "tickets", "event", "events", "delivery", "deliveries", "shipment", "shipments", "inventory", "stock", "price", "prices", "prijs", "category", "categories", "group", "groups", "text", "texts", "type", "types", "hierarchy", "photo", "photos", "model", "models", "statement", "statements", "costs", "promotions", "schedule", "attributes", "tax", "rates", "salesorders", "salesorderitems", "purchaseorders")
)
