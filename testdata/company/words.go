package company

// country is one place the company trades with. Spellings are what its clerks typed over the years; the mapping's
// value map knows all of them. Texts keep to Windows-1252: what that cannot write, the legacy system lost long ago.
type country struct {
	code      string
	spellings []string
	dial      string
	legal     []string
	places    []place
	streets   []string
}

type place struct{ zip, city string }

var countries = []country{
	{"DE", []string{"Deutschland", "Deutschland", "Deutschland", "Germany", "D", "GERMANY", "deutschland"}, "+49",
		[]string{"GmbH", "KG", "GmbH & Co. KG", "e.K."},
		[]place{{"20457", "Hamburg"}, {"80331", "München"}, {"50667", "Köln"}, {"90402", "Nürnberg"}, {"01067", "Dresden"}, {"04109", "Leipzig"}, {"70173", "Stuttgart"}, {"28195", "Bremen"}},
		[]string{"Hauptstraße", "Industriestraße", "Am Güterbahnhof", "Lindenallee", "Gewerbering", "Mühlweg"}},
	{"AT", []string{"Österreich", "Austria", "A"}, "+43", []string{"GmbH", "OG"},
		[]place{{"1010", "Wien"}, {"8010", "Graz"}, {"4020", "Linz"}, {"5020", "Salzburg"}},
		[]string{"Ringstraße", "Bahnhofstraße", "Grazer Straße"}},
	{"CH", []string{"Schweiz", "Switzerland", "CH"}, "+41", []string{"AG", "GmbH", "Sàrl"},
		[]place{{"8001", "Zürich"}, {"3011", "Bern"}, {"4051", "Basel"}, {"1201", "Genève"}},
		[]string{"Bahnhofstrasse", "Seestrasse", "Rue du Rhône"}},
	{"NL", []string{"Niederlande", "Holland", "Netherlands"}, "+31", []string{"B.V.", "V.O.F."},
		[]place{{"1012 AB", "Amsterdam"}, {"3011 AD", "Rotterdam"}, {"5611 EC", "Eindhoven"}},
		[]string{"Keizersgracht", "Stationsweg", "Havenstraat"}},
	{"FR", []string{"Frankreich", "France", "F"}, "+33", []string{"SARL", "SAS"},
		[]place{{"67000", "Strasbourg"}, {"69002", "Lyon"}, {"59000", "Lille"}, {"06000", "Nice"}},
		[]string{"rue de l'Église", "avenue Foch", "quai des Bateliers"}},
	{"IT", []string{"Italien", "Italia", "Italy"}, "+39", []string{"S.r.l.", "S.p.A."},
		[]place{{"20121", "Milano"}, {"10121", "Torino"}, {"39100", "Bolzano"}},
		[]string{"Via Roma", "Corso Libertà", "Via Garibaldi"}},
	{"DK", []string{"Dänemark", "Denmark"}, "+45", []string{"ApS", "A/S"},
		[]place{{"1050", "København"}, {"8000", "Århus"}, {"5000", "Odense"}},
		[]string{"Nørregade", "Vestergade", "Østerbrogade"}},
	{"GB", []string{"Großbritannien", "UK", "England", "United Kingdom"}, "+44", []string{"Ltd", "LLP"},
		[]place{{"M1 2AB", "Manchester"}, {"LS1 4AP", "Leeds"}, {"B2 4QA", "Birmingham"}},
		[]string{"Mill Lane", "Station Road", "High Street"}},
	{"BE", []string{"Belgien", "Belgium", "Belgique"}, "+32", []string{"SRL", "NV"},
		[]place{{"1000", "Bruxelles"}, {"2000", "Antwerpen"}, {"9000", "Gent"}},
		[]string{"Rue Neuve", "Meir", "Korenmarkt"}},
	{"PL", []string{"Polen", "Poland"}, "+48", []string{"Sp. z o.o."},
		[]place{{"00-001", "Warszawa"}, {"60-101", "Poznan"}, {"30-001", "Krakow"}},
		[]string{"ul. Dluga", "ul. Polna"}},
}

// weights make Germany the home market: countryFor picks from them.
var weights = []int{44, 10, 10, 8, 8, 6, 4, 4, 3, 3}

var families = []string{
	"Albrecht", "Bäcker", "Castellani", "Dörfler", "Engström", "Fischer", "Groß", "Hübner", "Iversen", "Janssen",
	"König", "Lefèvre", "Mahler", "Nørgaard", "Oberländer", "Peeters", "Quandt", "Rößler", "Schäfer", "Tönnies",
	"Ullrich", "Van Dijk", "Weiß", "Yardley", "Zöllner", "Amsler", "Brugger", "Conti", "Dubois", "Eichinger",
	"Ferrari", "Gérard", "Haas", "Imhof", "Jörgens", "Kowalski", "Lindqvist", "Moretti", "Nowak", "O'Neill",
	"Pfister", "Renaud", "Sørensen", "Thiel", "Unger", "Vogt", "Winkler", "Zimmermann",
}

var trades = []string{
	"Werkzeuge", "Eisenwaren", "Baubedarf", "Industriebedarf", "Outillage", "Metallbau", "Tools", "Hardware",
	"Holzbau", "Maschinen", "Ferramenta", "Bouwmaterialen", "Technik", "Handel", "Beschläge", "Installation",
}

var firstNames = []string{
	"Anna", "Björn", "Chiara", "Dieter", "Elena", "François", "Grete", "Henrik", "Ines", "Jürgen", "Karin", "Luca",
	"Margarethe", "Niels", "Olivia", "Piet", "Renée", "Søren", "Ute", "Viktor", "Willem", "Zoë",
}

var positions = []string{"Einkauf", "Geschäftsführung", "Buchhaltung", "Lager", "Purchasing", "Werkstattleitung", ""}

var depots = []string{"Lager Nord", "Lager Süd", "Werk 2", "Baustellenlager", "Wareneingang", "Dépôt central"}

type category struct {
	code, name, parent string
	prefix             string   // of the article numbers; "" holds no products itself
	nouns              []string // what the products are called
	low, high          int      // list price in cents
}

var categories = []category{
	{"HAND", "Hand tools", "", "", nil, 0, 0},
	{"POWER", "Power tools", "", "", nil, 0, 0},
	{"SITE", "Site equipment", "", "", nil, 0, 0},
	{"CONS", "Consumables", "", "", nil, 0, 0},
	{"HAND-HAM", "Hammers", "HAND", "HH", []string{"Claw hammer", "Club hammer", "Ball pein hammer", "Rubber mallet"}, 890, 6900},
	{"HAND-SCR", "Screwdrivers", "HAND", "HS", []string{"Slotted screwdriver", "Phillips screwdriver", "Torx screwdriver"}, 390, 2450},
	{"HAND-PLI", "Pliers", "HAND", "HP", []string{"Combination pliers", "Water pump pliers", "Side cutters"}, 1190, 5490},
	{"HAND-MEA", "Measuring", "HAND", "HM", []string{"Tape measure", "Spirit level", "Folding rule", "Caliper"}, 490, 18900},
	{"POWER-DRI", "Drills", "POWER", "PD", []string{"Hammer drill", "Cordless drill", "Core drill"}, 7900, 48900},
	{"POWER-SAW", "Saws", "POWER", "PS", []string{"Circular saw", "Jigsaw", "Mitre saw"}, 9900, 62900},
	{"POWER-GRI", "Grinders", "POWER", "PG", []string{"Angle grinder", "Bench grinder"}, 6900, 32900},
	{"SITE-LAD", "Ladders", "SITE", "SL", []string{"Step ladder", "Extension ladder"}, 8900, 41900},
	{"SITE-SAF", "Safety", "SITE", "SF", []string{"Safety helmet", "Work gloves", "Safety glasses"}, 350, 4990},
	{"CONS-SCR", "Screws", "CONS", "CS", []string{"Wood screws", "Drywall screws", "Machine screws"}, 290, 2990},
	{"CONS-DRI", "Drill bits", "CONS", "CD", []string{"Masonry bit", "Twist drill bit", "Forstner bit"}, 190, 8900},
	{"CONS-ABR", "Abrasives", "CONS", "CA", []string{"Cutting disc", "Flap disc", "Sanding belt"}, 150, 3490},
}

var makers = []string{"Ardent", "Ferrox", "Korda", "Steinberg", "Vulcan", "Nordhand"}

// account is one line of the legacy chart: codes the target knows already are adopted there, the rest is created.
type account struct {
	code, name, kind string
	opening          int64 // cents, positive is debit
}

var chart = []account{
	{"101000", "Current Assets", "CA", 0},
	{"101401", "Bank", "BK", 18_452_317},
	{"101410", "Bank, foreign currencies", "BK", 2_310_540},
	{"101500", "Cash in hand", "BK", 128_465},
	{"110100", "Stock Valuation", "CA", 0},
	{"110150", "Goods in transit", "CA", 812_090},
	{"119000", "Clearing: opening stock", "CA", 31_240_155},
	{"119100", "Clearing: opening receivables", "CA", 14_907_733},
	{"121000", "Account Receivable", "AR", 0},
	{"121500", "Doubtful receivables", "CA", 356_000},
	{"131000", "Input tax", "CA", 1_104_278},
	{"141000", "Prepayments", "PP", 240_000},
	{"151000", "Fixed Asset", "FA", 0},
	{"151100", "Warehouse equipment", "FA", 9_850_000},
	{"151200", "Vehicles", "FA", 4_725_000},
	{"151300", "Office equipment", "FA", 1_318_450},
	{"158000", "Accumulated depreciation", "FA", -6_204_190},
	{"191000", "Non-current assets", "NA", 0},
	{"191100", "Rent deposits", "NA", 450_000},
	{"201000", "Current Liabilities", "CL", 0},
	{"201500", "Accrued expenses", "CL", -684_512},
	{"201600", "Customer deposits", "CL", -230_075},
	{"211000", "Account Payable", "AP", 0},
	{"219100", "Clearing: opening payables", "CL", -11_893_604},
	{"230000", "Salary Payable", "CL", -1_245_900},
	{"230150", "Social security payable", "CL", -498_377},
	{"251000", "Tax Received", "CL", -2_061_849},
	{"291000", "Non-current Liabilities", "NL", 0},
	{"291100", "Bank loan 2021", "NL", -15_000_000},
	{"291200", "Provisions", "NL", -1_750_000},
	{"301000", "Capital", "EQ", -25_000_000},
	{"301500", "Retained earnings", "EQ", 0}, // takes what makes the trial balance balance
	{"400000", "Product Sales", "IN", 0},
	{"400100", "Sales of power tools", "IN", 0},
	{"400900", "Sales discounts", "IN", 0},
	{"450000", "Other Income", "IO", 0},
	{"500000", "Cost of Goods Sold", "CG", 0},
	{"612000", "Rent expense", "EX", 0},
	{"615000", "Vehicle costs", "EX", 0},
	{"616000", "Packaging", "EX", 0},
}
