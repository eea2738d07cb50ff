package corpus

// addressStyle is how a country writes addresses. In its patterns, a letter in braces is drawn:
//
//	{S} a street of the lists, {F} a family name, {G} a given name, {C} a city, {X} a street's suffix, {P} its prefix,
//	{R} a region's abbreviation, {W} a word of the list "street_word", {n} a number, {z} a postcode,
//	{s} the street with number, {c} the address's city, {k} a district's number, {l} a capital letter
type addressStyle struct {
	country string
	lang    string
	locales []string // of the lists that streets and their parts are drawn from
	street  []string // patterns of a street's name
	line    []string // patterns of street and number; {t} is the street's name
	post    []string // postcode: # digit, % digit but 0, @ letter
	city    []string // patterns of the line with postcode and city
	unit    []string // patterns of flat, floor, suite; {n} a number
	box     []string // patterns of PO boxes
	own     bool     // the cities are drawn in the country's own script
}

var (
	usUnits = []string{"Apt. {n}", "Apt {n}{l}", "Suite {n}", "Ste {n}", "Unit {n}", "#{n}", "Floor {k}", "Apartment {n}", "Bldg {l}"}
	gbUnits = []string{"Flat {n}", "Flat {n}{l}", "Unit {n}", "{k}st Floor", "Apartment {n}"}
	usBox   = []string{"P.O. Box {n}", "PO Box {n}", "PSC {n}, Box {n}"}
	usName  = []string{"{F} {X}", "{S}", "{W} {X}", "{G} {X}", "{C} {X}", "{n}th Street", "{W} {W} {X}", "N {F} {X}", "{k}th Ave", "County Road {n}"}
	gbName  = []string{"{S}", "{F} {X}", "{W} {X}", "{C} Road", "The {W}s", "St {G}'s {X}", "{W} {W}", "{F}'s {X}", "Old {C} Road"}
	esName  = []string{"Calle {G} {F}", "Calle {F}", "Avenida de {C}", "Avenida {G} {F}", "Plaza de {C}", "Paseo de {F}", "C/ {F}", "Camino {W}"}
	frName  = []string{"rue {G} {F}", "rue de {C}", "avenue {G} {F}", "boulevard {F}", "impasse des {W}", "place {G} {F}", "chemin des {W}", "allée des {W}", "rue {F}"}
	deName  = []string{"{F}straße", "{F}str.", "{C}er Straße", "{W}weg", "{W}gasse", "{G}-{F}-Straße", "Am {W}", "{W}allee", "An der {W}", "{S}", "{F}platz"}
	ptName  = []string{"Rua {G} {F}", "Rua {F}", "Avenida {F}", "Rua de {C}", "Travessa {F}", "Largo {F}", "Rua das {W}", "Alameda {F}"}
)

var addressStyles = []addressStyle{
	{"US", "en", []string{"en-US", "en"}, usName, []string{"{n} {t}"}, []string{"#####", "#####-####"}, []string{"{c}, {R} {z}", "{c} {R} {z}", "{c}, {R}, {z}", "{c}, {R}"}, usUnits, usBox, false},
	{"US", "en", []string{"en-US", "en"}, []string{"PSC {n}, Box {n}", "PSC {n} Box {n}", "Unit {n} Box {n}", "CMR {n}, Box {n}", "USS {F}", "USNS {C}", "USCGC {F}"}, []string{"{t}"}, []string{"0####", "3####", "9####"}, []string{"APO AE {z}", "FPO AP {z}", "DPO AA {z}", "APO, AE {z}", "FPO, AP {z}"}, nil, nil, false},
	{"US", "en", []string{"en-US", "en"}, []string{"the corner of {F} {X} and {W} {X}", "{W} {X} and {F} {X}", "Highway {n}", "State Route {n}", "Rural Route {k}, Box {n}", "RR {k} Box {n}", "Mile {n}, {W} Highway"}, []string{"{t}", "{t}"}, []string{"#####"}, []string{"{c}, {R} {z}", "{c}, {R}", "{c}"}, usUnits, nil, false},
	{"CA", "en", []string{"en-CA", "en"}, usName, []string{"{n} {t}", "{n}-{n} {t}"}, []string{"@#@ #@#", "@#@#@#"}, []string{"{c}, {R} {z}", "{c} {R}  {z}"}, usUnits, usBox, false},
	{"GB", "en", []string{"en-GB"}, gbName, []string{"{n} {t}", "{n}{l} {t}", "{F} House, {t}"}, []string{"@@# #@@", "@@## #@@", "@# #@@"}, []string{"{c} {z}", "{c}, {z}", "{c}\n{z}"}, gbUnits, []string{"PO Box {n}"}, false},
	{"IE", "en", []string{"en-GB"}, gbName, []string{"{n} {t}"}, []string{"@## @#@#", "D0# @##@"}, []string{"{c}, {z}", "Co. {c} {z}"}, gbUnits, nil, false},
	{"AU", "en", []string{"en-AU", "en"}, usName, []string{"{n} {t}", "{n}/{n} {t}"}, []string{"####"}, []string{"{c} {R} {z}", "{c}, {R} {z}"}, gbUnits, []string{"GPO Box {n}", "PO Box {n}"}, false},
	{"NZ", "en", []string{"en-NZ", "en"}, usName, []string{"{n} {t}"}, []string{"####"}, []string{"{c} {z}"}, gbUnits, []string{"PO Box {n}"}, false},
	{"ZA", "en", []string{"en-US", "en"}, usName, []string{"{n} {t}"}, []string{"####"}, []string{"{c}, {z}", "{c} {z}"}, gbUnits, nil, false},
	{"IN", "en", []string{"en-GB"}, []string{"{F} Road", "{F} Nagar", "{W} Marg", "{G} Street", "Sector {k}", "{F} Colony", "MG Road"}, []string{"{n}, {t}", "H.No. {n}, {t}", "{n}/{k}, {t}"}, []string{"######", "### ###"}, []string{"{c} {z}", "{c} - {z}", "{c}, {z}"}, []string{"Flat No. {n}", "{k}nd Floor"}, nil, false},
	{"SG", "en", []string{"en-GB"}, gbName, []string{"{n} {t}", "Blk {n} {t}"}, []string{"######"}, []string{"{c} {z}"}, []string{"#0{k}-{n}"}, nil, false},
	{"NG", "en", []string{"en-GB"}, []string{"{F} Street", "{G} {F} Close", "{C} Road"}, []string{"{n}, {t}", "No. {n} {t}"}, []string{"######"}, []string{"{c} {z}", "{c}"}, nil, []string{"P.M.B. {n}"}, false},
	{"DE", "de", []string{"de"}, deName, []string{"{t} {n}", "{t} {n}{l}", "{t} {n}-{n}"}, []string{"#####"}, []string{"{z} {c}", "D-{z} {c}"}, []string{"Whg. {n}", "{k}. OG", "Hinterhaus"}, []string{"Postfach {n}"}, false},
	{"AT", "de", []string{"de-AT"}, deName, []string{"{t} {n}", "{t} {n}/{k}/{n}"}, []string{"%###"}, []string{"{z} {c}", "A-{z} {c}"}, []string{"Top {n}", "Stiege {k}"}, nil, false},
	{"CH", "de", []string{"de-CH", "de"}, []string{"{F}strasse", "{C}strasse", "{W}weg", "{S}"}, []string{"{t} {n}"}, []string{"%###"}, []string{"{z} {c}", "CH-{z} {c}"}, nil, []string{"Postfach {n}"}, false},
	{"FR", "fr", nil, frName, []string{"{n} {t}", "{n}, {t}", "{n} bis {t}", "{n} ter, {t}"}, []string{"#####"}, []string{"{z} {c}", "F-{z} {c}"}, []string{"appt {n}", "Bât. {l}", "{k}e étage"}, []string{"BP {n}"}, false},
	{"BE", "fr", nil, frName, []string{"{t} {n}", "{n}, {t}"}, []string{"%###"}, []string{"{z} {c}", "B-{z} {c}"}, []string{"bte {n}"}, nil, false},
	{"ES", "es", nil, esName, []string{"{t}, {n}", "{t} {n}", "{t}, nº {n}"}, []string{"#####"}, []string{"{z} {c}", "{z}, {c}"}, []string{"{k}º {l}", "piso {k}", "bajo {l}"}, []string{"Apartado {n}"}, false},
	{"MX", "es", nil, esName, []string{"{t} {n}", "{t} #{n}, Col. {F}"}, []string{"#####"}, []string{"{z} {c}", "C.P. {z}, {c}"}, []string{"Int. {n}", "Depto. {n}"}, nil, false},
	{"AR", "es", nil, []string{"{F}", "Av. {F}", "{G} {F}", "Calle {n}"}, []string{"{t} {n}"}, []string{"%###", "@####@@@"}, []string{"{z} {c}", "{c}, {z}"}, []string{"piso {k}, dto. {l}"}, nil, false},
	{"CO", "es", nil, []string{"Calle {n}", "Carrera {n}", "Cra. {n}", "Av. {n}"}, []string{"{t} # {n}-{n}", "{t} No. {n}-{n}"}, []string{"######"}, []string{"{c}", "{c}, {z}"}, []string{"apto {n}", "Torre {k}"}, nil, false},
	{"PT", "pt", []string{"pt-PT"}, ptName, []string{"{t}, {n}", "{t} {n}", "{t} nº {n}"}, []string{"%###-###"}, []string{"{z} {c}"}, []string{"{k}º Esq.", "{k}º Dto."}, []string{"Apartado {n}"}, false},
	{"BR", "pt", nil, ptName, []string{"{t}, {n}", "{t}, nº {n}", "{t}, {n} - {F}"}, []string{"#####-###"}, []string{"{c}, {z}", "{c} - {R}, {z}", "{c}/{R}, CEP {z}"}, []string{"apto {n}", "ap. {n}", "bloco {l}"}, []string{"Caixa Postal {n}"}, false},
	{"IT", "it", nil, []string{"Via {G} {F}", "Via {F}", "Piazza {F}", "Corso {F}", "Viale {C}", "Via dei {W}", "Largo {F}"}, []string{"{t} {n}", "{t}, {n}", "{t} {n}/{l}"}, []string{"#####"}, []string{"{z} {c}", "{z} {c} ({R})", "I-{z} {c}"}, []string{"int. {n}", "scala {l}"}, []string{"C.P. {n}"}, false},
	{"NL", "nl", nil, []string{"{F}straat", "{W}weg", "{W}laan", "{G} {F}straat", "{W}gracht", "{C}seweg", "{F}plein"}, []string{"{t} {n}", "{t} {n}-{k}", "{t} {n}{l}"}, []string{"%### @@", "%###@@"}, []string{"{z} {c}", "{z}  {c}"}, []string{"{k} hoog"}, []string{"Postbus {n}"}, false},
	{"PL", "pl", []string{"pl-PL"}, []string{"ul. {S}", "{S}", "al. {F}", "ul. {F}", "os. {S}", "pl. {F}"}, []string{"{t} {n}", "{t} {n}/{n}", "{t} {n}{l}"}, []string{"##-###"}, []string{"{z} {c}"}, []string{"m. {n}", "lok. {n}"}, []string{"skr. poczt. {n}"}, false},
	{"CZ", "cs", []string{"cs-CZ"}, []string{"{S}", "{F}ova"}, []string{"{t} {n}", "{t} {n}/{n}"}, []string{"%## ##", "%####"}, []string{"{z} {c}"}, nil, nil, false},
	{"SE", "sv", nil, []string{"{F}vägen", "{W}gatan", "{W}vägen", "Stora {W}gatan"}, []string{"{t} {n}", "{t} {n} {l}"}, []string{"%## ##", "%####"}, []string{"{z} {c}", "SE-{z} {c}"}, []string{"lgh 1{n}"}, []string{"Box {n}"}, false},
	{"DK", "da", []string{"da-DK"}, []string{"{S}"}, []string{"{t} {n}", "{t} {n}, {k}. th"}, []string{"%###"}, []string{"{z} {c}"}, nil, nil, false},
	{"NO", "nb", nil, []string{"{F}veien", "{F} gate", "{C}veien"}, []string{"{t} {n}"}, []string{"####"}, []string{"{z} {c}"}, nil, nil, false},
	{"FI", "fi", nil, []string{"{F}nkatu", "{F}ntie"}, []string{"{t} {n}", "{t} {n} {l} {n}"}, []string{"#####"}, []string{"{z} {c}"}, nil, nil, false},
	{"HU", "hu", nil, []string{"{F} utca", "{F} tér", "{C}i út"}, []string{"{t} {n}", "{t} {n}."}, []string{"%###"}, []string{"{z} {c}", "{c}, {z}"}, nil, nil, false},
	{"RO", "ro", nil, []string{"Str. {G} {F}", "Bd. {F}", "Strada {F}"}, []string{"{t} nr. {n}", "{t} {n}"}, []string{"######"}, []string{"{c} {z}", "{z} {c}"}, []string{"bl. {l}, ap. {n}"}, nil, false},
	{"TR", "tr", nil, []string{"{F} Caddesi", "{G} Sokak", "{F} Mah. {n}. Sok.", "{W} Cad."}, []string{"{t} No: {n}", "{t} {n}", "{t} No:{n}/{k}"}, []string{"#####"}, []string{"{z} {c}", "{c} {z}", "{k}. Bölge, {z} {c}"}, []string{"D:{n}", "Daire {n}", "Kat {k}"}, nil, false},
	{"RU", "ru", nil, []string{"ул. {F}", "улица {W}", "пр-т {W}", "пер. {W}", "{W} ул."}, []string{"{t}, д. {n}", "{t}, {n}", "{t}, дом {n}"}, []string{"%#####"}, []string{"{z}, г. {c}", "г. {c}, {z}", "{z} {c}"}, []string{"кв. {n}", "корп. {k}", "оф. {n}"}, []string{"а/я {n}"}, true},
	{"JP", "ja", nil, []string{"{F}町", "{W}"}, []string{"{t}{k}-{n}-{k}", "{t}{k}丁目{n}番{k}号"}, []string{"〒###-####", "###-####"}, []string{"{z} {c}", "{z}{c}"}, []string{"{W}マンション{n}号室"}, nil, true},
	{"CN", "zh", nil, []string{"{W}路", "{W}街", "{W}大道"}, []string{"{t}{n}号", "{t}{n}号{k}栋{n}室"}, []string{"%#####"}, []string{"{c}", "{c}", "{z} {c}"}, []string{"{k}单元{n}室"}, nil, true},
	{"KR", "ko", nil, []string{"{W}로", "{W}길", "{W}대로"}, []string{"{t} {n}", "{t} {n}-{k}"}, []string{"#####"}, []string{"{c}", "{c} {z}", "({z}) {c}"}, []string{"{n}동 {n}호", "{k}층"}, nil, true},
	{"IN", "hi", nil, []string{"{F} मार्ग", "{W} नगर", "{W} रोड", "सेक्टर {k}"}, []string{"{n}, {t}", "मकान नं. {n}, {t}"}, []string{"######"}, []string{"{c} - {z}", "{c} {z}"}, []string{"फ्लैट {n}"}, nil, true},
	{"SA", "ar", nil, []string{"شارع {G} {F}", "شارع {W}", "حي {W}"}, []string{"{n} {t}", "{t} {n}", "{t}، مبنى {n}"}, []string{"#####"}, []string{"{c} {z}", "{c}"}, []string{"شقة {n}", "الطابق {k}"}, []string{"ص.ب {n}"}, true},
	{"EG", "ar", nil, []string{"شارع {G} {F}", "شارع {W}", "ميدان {W}"}, []string{"{n} {t}", "{n}، {t}"}, []string{"#####"}, []string{"{c} {z}", "{c}"}, []string{"شقة {n}", "الدور {k}"}, nil, true},
}
