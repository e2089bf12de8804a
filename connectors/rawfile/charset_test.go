package rawfile_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
)

// texts are small tables as companies of each country have them.
var texts = map[string]string{
	"german":     "Nr;Name;Straße;Ort\n1;Müller & Söhne GmbH;Königstraße 5;Köln\n2;Bäckerei Groß;Mühlweg 12;Nürnberg\n3;Jörg Schäfer;Große Allee 3;Lübeck\n4;Prüfgeräte Höß;Südring 8;München\n",
	"french":     "N°;Société;Adresse;Ville\n1;Établissements Lefèvre;4 allée des Érables;Besançon\n2;Société générale;12 rue de la Forêt;Orléans\n3;Café de la Gare;3 rue du Théâtre;Béziers\n4;Crédit régional;route de l'Île;Nîmes\n",
	"italian":    "N;Società;Città;Attività\n1;Caffè Perù;Forlì;qualità\n2;Società per la mobilità;Cantù;pubblicità\n3;Più Libertà;Cefalù;così è la vita\n",
	"spanish":    "N;Compañía;Dirección;Ciudad\n1;Muñoz e Hijos;Calle José Ortega;Málaga\n2;Logística Ibérica;Avenida de la Constitución;Cádiz\n3;Peñón Diseño;Plaza España;León\n",
	"portuguese": "N;Descrição;Localização\n1;Construções São João;Rua da Conceição\n2;Comércio de Pães;Avenida Antônio Magalhães\n3;Irmãos Gonçalves;Praça da Sé\n4;Informática Ltda;São Luís do Maranhão\n",
	"swedish":    "Nr;Namn;Gata;Ort\n1;Åkerlund & Söner;Västra gatan;Malmö\n2;Järnhandel i Åre;Östra vägen;Gävle\n3;Björk Färg;Strandvägen;Göteborg\n",
	"danish":     "Nr;Navn;Vej;By\n1;Sørensen & Søn;Nørregade 3;Århus\n2;Bækgård Møbler;Kærvej 9;Tønder\n3;Håndværk og Økologi;Østerbro;København\n",
	"polish":     "Nr;Nazwa;Ulica;Miasto\n1;Zakład Usługowy Żółć;ulica Świętokrzyska;Łódź\n2;Spółka Handlowa;ulica Śląska;Kraków\n3;Hurtownia Części;Plac Dąbrowskiego;Gdańsk\n4;Księgarnia Wyższa;ulica Długa;Poznań\n",
	"czech":      "Č;Název;Ulice;Město\n1;Dřevařské závody;Nádražní třída;České Budějovice\n2;Výroba nábytku Růžička;Příčná;Plzeň\n3;Účetní služby;náměstí Míru;Žďár\n4;Škoda a syn;Dlouhá ulice;Jičín\n",
	"hungarian":  "Sz;Név;Cím;Város\n1;Győri Hűtőgép;Széchenyi út;Győr\n2;Kovács és Fia;Petőfi utca;Székesfehérvár\n3;Építő Kft;Könyves körút;Pécs\n4;Gyűjtő Zrt;Fő tér;Szentendre\n",
	"russian":    "№;Название;Улица;Город\n1;Общество с ограниченной ответственностью Ромашка;улица Ленина;Москва\n2;Завод железобетонных изделий;проспект Мира;Новосибирск\n3;Торговый дом Восток;Садовая улица;Казань\n",
	"greek":      "Α;Επωνυμία;Διεύθυνση;Πόλη\n1;Εμπορική Εταιρεία;Οδός Ερμού;Αθήνα\n2;Αφοί Παπαδόπουλοι;Λεωφόρος Κηφισίας;Θεσσαλονίκη\n3;Κατασκευές Άλφα;Πλατεία Ομονοίας;Πάτρα\n",
	"turkish":    "No;Ünvan;Sokak;Şehir\n1;Yıldız İnşaat;Atatürk Caddesi;İstanbul\n2;Güneş Gıda Sanayi;Çiçek Sokağı;Eskişehir\n3;Doğuş Ticaret;Kırmızı Yol;Diyarbakır\n",
	"arabic":     "رقم;الاسم;العنوان;المدينة\n1;شركة النور للتجارة العامة;شارع الملك فهد;الرياض\n2;مؤسسة الأمل للمقاولات;شارع الجامعة;القاهرة\n3;مكتبة المستقبل;حي السلام;جدة\n",
	"hebrew":     "מספר;שם;כתובת;עיר\n1;חברת השמש בעמ;רחוב הרצל;תל אביב\n2;ספרים ועוד;שדרות ירושלים;חיפה\n3;מסעדת הגן;רחוב יפו;ירושלים\n",
	"vietnamese": "STT;Tên;Đi\u0323a chi\u0309;Thành phô\u0301\n1;Công ty Trách nhiê\u0323m hư\u0303u ha\u0323n Hoàng Long;Đươ\u0300ng Nguyê\u0303n Huê\u0323;Hà Nô\u0323i\n2;Cư\u0309a hàng sách Phương Nam;Đươ\u0300ng Lê Lơ\u0323i;Đà Nă\u0303ng\n3;Xí nghiê\u0323p dươ\u0323c phâ\u0309m Trung ương;Đươ\u0300ng Trâ\u0300n Hưng Đa\u0323o;Câ\u0300n Thơ\n",
	"japanese":   "番号,名前,住所\n1,株式会社やまと商事,東京都中央区\n2,ソニー販売センター,大阪市北区\n3,有限会社さくらフーズ,京都市右京区のビル\n",
	"chinese":    "编号,客户名称,地址\n1,北京天地科技有限公司,北京市海淀区中关村大街\n2,上海华新贸易有限公司,上海市浦东新区世纪大道\n3,深圳市电子产品公司,广东省深圳市南山区\n",
	"taiwanese":  "編號,客戶名稱,地址\n1,台灣電子股份有限公司,台北市中山區中山北路\n2,大同貿易有限公司,台中市西區公益路\n3,新光科技公司,高雄市前鎮區\n",
	"korean":     "번호,이름,주소\n1,주식회사 한국상사,서울시 강남구\n2,대한전자,부산시 해운대구\n3,서울무역,인천시 남동구\n",
}

func TestDetectCharsetOfLanguages(t *testing.T) {
	le, be := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	for _, tc := range []struct {
		charset   string // as it is to be named
		enc       encoding.Encoding
		languages string
	}{
		{"windows-1252", charmap.Windows1252, "german french italian spanish portuguese swedish danish"},
		{"windows-1252", charmap.ISO8859_1, "german french italian spanish portuguese swedish danish"},
		{"cp850", charmap.CodePage850, "german french italian spanish portuguese swedish danish"},
		{"cp850", charmap.CodePage437, "german italian spanish swedish"},
		{"windows-1250", charmap.Windows1250, "polish czech hungarian"},
		{"iso-8859-2", charmap.ISO8859_2, "polish czech"},
		{"cp852", charmap.CodePage852, "polish czech hungarian"},
		{"windows-1251", charmap.Windows1251, "russian"},
		{"iso-8859-5", charmap.ISO8859_5, "russian"},
		{"koi8-r", charmap.KOI8R, "russian"},
		{"cp866", charmap.CodePage866, "russian"},
		{"windows-1253", charmap.Windows1253, "greek"},
		{"iso-8859-7", charmap.ISO8859_7, "greek"},
		{"windows-1254", charmap.Windows1254, "turkish"},
		{"macintosh", charmap.Macintosh, "german french"},
		{"windows-1255", charmap.Windows1255, "hebrew"},
		{"windows-1256", charmap.Windows1256, "arabic"},
		{"windows-1258", charmap.Windows1258, "vietnamese"},
		{"shift_jis", japanese.ShiftJIS, "japanese"},
		{"euc-jp", japanese.EUCJP, "japanese"},
		{"gbk", simplifiedchinese.GBK, "chinese"},
		{"big5", traditionalchinese.Big5, "taiwanese"},
		{"euc-kr", korean.EUCKR, "korean"},
		{"utf-16le", le, "german russian greek polish japanese chinese"},
		{"utf-16be", be, "german russian greek polish japanese chinese"},
		{"utf-8", encoding.Nop, "german russian greek polish japanese chinese"},
	} {
		for _, language := range strings.Fields(tc.languages) {
			t.Run(tc.charset+" "+language, func(t *testing.T) {
				text := texts[language]
				if !strings.HasPrefix(tc.charset, "utf") && tc.charset != "windows-1251" && tc.charset != "iso-8859-5" && tc.charset != "cp866" {
					text = strings.ReplaceAll(text, "№", "N") // the others have no such sign
				}
				data := encoded(t, tc.enc, text)
				cs, bom, found, err := opened(t, data).Content().DetectCharset("")
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(cs.NewReader(bytes.NewReader(data), 0))
				if err != nil || bom != 0 || string(got) != text {
					t.Errorf("%s, %v:\n%s", cs.Name(), err, got)
				}
				if cs.Name() != tc.charset || found.Confidence < 0.55 || found.Confidence > 1 {
					t.Errorf("detected %+v, want %s", found, tc.charset)
				}
			})
		}
	}
}

// One umlaut of an old code page stands in front of a letter, as the first byte of a Japanese or Chinese character would.
func TestOneUmlautIsNoKanji(t *testing.T) {
	text := "Nr|Periode|Konto|Soll|Text\n" + strings.Repeat("0|2024/01|1400|330.47|Erl\x94se 0\n1|2024/02|8400|640.98|Erl\x94se 1\n", 20)
	cs, _, found, err := opened(t, []byte(text)).Content().DetectCharset("")
	if err != nil || cs.Name() != "cp850" {
		t.Errorf("%+v, %v", found, err)
	}
}

// Two letters are not enough to be sure, and one that fits several languages is told with a low confidence.
func TestDetectCharsetIsHonest(t *testing.T) {
	for text, most := range map[string]float64{"a;b\n1;\xE1\n": 0.9, "a;b\n1;\x81\x8D\n": 0.85, "a;b\n1;\xD0\xD1\n": 0.9} {
		_, _, found, err := opened(t, []byte(text)).Content().DetectCharset("")
		if err != nil || found.Confidence > most {
			t.Errorf("%q: %+v, %v; want at most %.2f", text, found, err, most)
		}
	}
}

// The encodings that the folders' descriptions name make the text that was detected.
func TestRealEncodings(t *testing.T) {
	for folder, files := range map[string]map[string]string{
		"sie_sweden":       {"*": "cp437"},
		"fr_accounting":    {"isacompta_export.isa": "cp850", "epicea_accounts.txt": "iso-8859-1", "vinifera_sales.csv": "iso-8859-1", "ekylibre_accounts.csv": "utf-8"},
		"csv_frictionless": {"issue-811.csv": "windows-1252", "latin1.csv": "iso-8859-1"},
		"csv_messytables":  {"spanish_chars.csv": "windows-1252", "utf8bom.csv": "utf-8"},
		"datev_extf":       {"*": "windows-1252"},
		"sap_bikes_sales":  {"Employees.csv": "windows-1252", "Addresses.csv": "utf-8"},
	} {
		t.Run(folder, func(t *testing.T) {
			dir := connectortest.DataDir(t, folder)
			for pattern, want := range files {
				found, err := filepath.Glob(filepath.Join(dir, pattern))
				if err != nil || len(found) == 0 {
					t.Fatalf("%s: %v", pattern, err)
				}
				for _, file := range found {
					sameText(t, file, want)
				}
			}
		})
	}
}

func sameText(t *testing.T, file, want string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := rawfile.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	cs, bom, found, err := f.Content().DetectCharset("")
	if err != nil {
		t.Fatal(err)
	}
	known, err := rawfile.LookupCharset(want)
	if err != nil {
		t.Fatal(err)
	}
	got, bad := cs.Append(nil, data[bom:])
	text, _ := known.Append(nil, data[bom:])
	if bad >= 0 || !bytes.Equal(got, text) {
		t.Errorf("%s is read as %+v, not as %s", filepath.Base(file), found, want)
	}
	t.Logf("%s: %s %.2f", filepath.Base(file), found.Value, found.Confidence)
}
