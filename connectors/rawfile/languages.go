package rawfile

// language is how often its letters outside ASCII stand in its texts, in any unit; capitals are a tenth of that.
type language struct {
	name    string
	letters string // "ü38 ä31"
	own     bool   // a script of its own: whole words are of these letters
}

// languages are those whose single-byte encodings are told apart. Rough figures are enough: what matters is which letters
// a language has at all, and which of them are rare.
var languages = []language{
	{name: "German", letters: "ü38 ä31 ö18 ß10 é1"},
	{name: "French", letters: "é62 à13 è12 ê6 ç3 ù2 ô1.5 â1.5 û1.2 î1 œ0.6 ï0.4 ë0.4 ÿ0.01"},
	{name: "Italian", letters: "è30 à28 ò14 ù12 ì10 é5"},
	{name: "Spanish", letters: "ó28 í26 á20 é14 ñ9 ú6 ü0.5"},
	{name: "Portuguese", letters: "ã22 ç17 é14 á14 í10 ó8 ê8 õ5 ú5 â4 à3 ô3"},
	{name: "Nordic", letters: "ä30 å26 ö24 ø18 æ12 é1 ü0.3"},
	{name: "Icelandic", letters: "ð28 í20 á18 ó12 þ10 ö10 æ9 ú7 é6 ý3"},
	{name: "Dutch", letters: "ë40 é25 ï15 è8 ö5 ü4 ç1 ê1"},
	{name: "Polish", letters: "ł24 ę16 ą15 ż13 ó13 ś10 ć6 ń4 ź1"},
	{name: "Czech", letters: "í20 á16 ě10 é9 ř8 č7 ž7 š6 ý6 ů4 ú1 ľ0.4 ť0.4 ď0.3 ň0.3 ô0.3 ó0.3 ä0.1"},
	{name: "Hungarian", letters: "á29 é27 ö9 ó9 ő8 ü5 í5 ú3 ű2"},
	{name: "Romanian", letters: "ă35 î14 ţ12 ş12 â8"},
	{name: "South Slavic", letters: "č30 š28 ž18 ć15 đ6"},
	{name: "Turkish", letters: "ı40 ü16 ş15 ç9 ğ9 ö8 İ4 â0.5 î0.2"},
	{name: "Baltic", letters: "ā20 ė15 š12 ī12 ų11 ē11 ą8 ž7 õ6 ä6 č5 į5 ū5 ü4 ņ4 ę2 ļ2 ö2 ķ1 ģ1"},
	{name: "Russian", own: true, letters: "о110 е84 а80 и73 н67 т63 с55 р47 в45 л44 к35 м32 д30 п28 у26 я20 ы19 ь17 г17 з16 б16 ч14 й12 х10 ж9 ш7 ю6 ц5 щ4 э3 ф3 і3 ї0.5 є0.5 ё0.5 ъ0.4"},
	{name: "Arabic", own: true, letters: "ا125 ل110 ي65 م60 و58 ن55 ر48 ت42 ب36 ة35 ع34 د32 س30 ف28 ه27 ك24 ق23 أ20 ح19 ج14 ش13 ص12 ى9 ط9 خ9 إ8 ذ6 ض6 ز6 ث6 ئ4 غ4 ء3 ظ2 ؤ1 آ1 پ0.5 چ0.3 گ0.3 ژ0.2"},
	{name: "Hebrew", own: true, letters: "י110 ו100 ה90 ל75 א60 ר60 ת55 ש50 מ50 ב50 נ35 ם30 ד28 ע27 ק23 ח22 פ18 כ18 ס18 ן15 ט14 ג14 ז12 צ10 ך8 ף3 ץ2"},
	{name: "Vietnamese", letters: "đ30 ư25 \u030125 \u032325 \u030025 ô18 ê16 ơ14 â14 ă7 à14 á14 \u03098 \u03036 é3 è2 ó5 í5 ú4 ù3"},
	{name: "Greek", own: true, letters: "α97 ο88 ι78 τ78 ε73 ν61 σ49 η48 υ43 ρ41 π40 κ40 ς37 μ33 λ30 ί30 ό25 ά24 έ24 ω22 ή18 γ17 δ17 ώ13 χ12 θ12 ύ10 φ8 β7 ξ4 ζ3 ψ2 ϊ0.5 ϋ0.2"},
}

// codePages are the single-byte encodings that are told apart. Of those that make the same text of a file the first is
// named; weight is what speaks for one before its bytes are looked at. ISO-8859-1 is not among them: windows-1252 has all its letters.
var codePages = []struct {
	name   string
	weight float64
}{
	{"windows-1252", 0}, {"windows-1250", -1.5}, {"windows-1251", -1}, {"windows-1253", -1.5}, {"windows-1254", -1.5},
	{"cp850", -3.5}, {"cp437", -4}, {"iso-8859-2", -2.5}, {"iso-8859-15", -2.5}, {"iso-8859-7", -2}, {"iso-8859-9", -2.5},
	{"iso-8859-5", -2.5}, {"koi8-r", -2}, {"cp866", -3}, {"cp852", -4}, {"windows-1257", -2.5}, {"macintosh", -4.5},
	{"windows-1256", -2.5}, {"windows-1255", -2.5}, {"windows-1258", -4},
}

// asianCharsets are the encodings of two bytes a character that are told apart, with the first bytes of their most
// frequent characters.
var asianCharsets = []struct {
	name        string
	low, high   byte // first bytes of frequent characters
	secondAbove byte // and the least second byte of those
}{
	{"shift_jis", 0x88, 0x97, 0x40}, {"gbk", 0xB0, 0xD7, 0xA1}, {"big5", 0xA4, 0xC6, 0x40}, {"euc-jp", 0xB0, 0xCF, 0xA1}, {"euc-kr", 0xB0, 0xC8, 0xA1},
}

// frequentHan are characters that hardly any Chinese or Japanese file of a company lacks.
const frequentHan = "的一是不了在人有我他这個个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里" +
	"這們來為國說時會對過發後裡與從開學業產電話號號碼名稱地址公司有限市区區路街客户戶编號编号单价價数數量金额額" +
	"日月本社会株式東京大阪県町村品番名前住所电邮件北京上海广州廣深圳台灣湾香港新華华北南西山川田高小金木林王李张張陈陳股份科技商店货貨物"
