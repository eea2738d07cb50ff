package redact

// idKind is a kind of identity number. In shapes, N is a digit, A a letter, X either.
type idKind struct {
	id     string
	what   string
	typ    Type
	shapes []string
	check  func([]byte) bool
	// alone is the confidence without any word of context, for numbers that pass the check: 0 if a word is needed.
	alone float64
	// format is the customary grouping; numbers written so, with the check passed, need no word of context.
	format []int
	// topics are subjects that suffice as context when the check passes.
	topics topic
	// words name this kind. Any number of the right shape after one is taken for one.
	words  []string
	source string
}

const topAnyTax = topTax | topGov

var idKinds = []idKind{
	{id: "us-itin", what: "US individual taxpayer number", shapes: []string{"NNNNNNNNN"}, check: checkITIN, format: []int{3, 2, 4}, topics: topAnyTax | topSSN, words: []string{"itin", "taxpayer identification"}, source: "IRS"},
	{id: "us-passport", what: "US passport number", shapes: []string{"NNNNNNNNN", "ANNNNNNNN"}, words: []string{"us passport", "american passport"}, source: "US Department of State"},
	{id: "us-mbi", what: "US Medicare beneficiary identifier", shapes: []string{"NAXNAXNAANN"}, check: checkMBI, alone: 0.7, topics: topHealthID, words: []string{"mbi", "medicare number", "medicare beneficiary"}, source: "CMS MBI format"},
	{id: "uk-nhs", what: "NHS number", shapes: []string{"NNNNNNNNNN"}, check: checkNHS, topics: topHealthID, words: []string{"nhs", "nhs no", "nhs number"}, source: "NHS Data Dictionary"},
	{id: "uk-nino", what: "UK national insurance number", shapes: []string{"AANNNNNNA"}, check: checkNINO, alone: 0.65, topics: topAnyTax, words: []string{"nino", "ni number", "national insurance", "ni no"}, source: "HMRC NIM39110"},
	{id: "uk-driver", what: "UK driving licence number", shapes: []string{"AAAAANNNNNNAANAA", "AAAAANNNNNNAAXAA", "AAAANNNNNNNAAXAA", "AAANNNNNNNNAAXAA"}, check: checkUKDriver, alone: 0.8, topics: topLicence, words: []string{"dvla"}, source: "DVLA"},
	{id: "uk-utr", what: "UK unique taxpayer reference", shapes: []string{"NNNNNNNNNN"}, words: []string{"utr", "unique taxpayer reference"}, source: "HMRC"},
	{id: "es-dni", what: "Spanish DNI", shapes: []string{"NNNNNNNNA"}, check: checkDNI, alone: 0.85, topics: topAnyTax, words: []string{"dni", "nif", "documento nacional de identidad"}, source: "Ministerio del Interior"},
	{id: "es-nie", what: "Spanish NIE", shapes: []string{"ANNNNNNNA"}, check: checkNIE, alone: 0.85, topics: topAnyTax, words: []string{"nie", "número de identidad de extranjero"}, source: "Ministerio del Interior"},
	{id: "es-nuss", what: "Spanish social security number", shapes: []string{"NNNNNNNNNNNN"}, words: []string{"nuss", "número de la seguridad social", "afiliación", "seguridad social"}, source: "Seguridad Social"},
	{id: "es-cif", what: "Spanish company tax number", typ: TypeOther, shapes: []string{"ANNNNNNNX"}, words: []string{"cif"}, source: "AEAT"},
	{id: "it-cf", what: "Italian fiscal code", shapes: []string{"XXXXXXXXXXXXXXXX"}, check: shapeCodiceFiscale, alone: 0.9, topics: topAnyTax, words: []string{"codice fiscale", "cod. fisc", "c.f."}, source: "Agenzia delle Entrate, DM 23/12/1976"},
	{id: "it-piva", what: "Italian VAT number", typ: TypeOther, shapes: []string{"NNNNNNNNNNN"}, check: checkPartitaIVA, topics: topCompany, words: []string{"partita iva", "p.iva", "p. iva", "piva"}, source: "Agenzia delle Entrate"},
	{id: "it-cie", what: "Italian identity card number", shapes: []string{"AANNNNNAA", "AANNNNNNN"}, words: []string{"carta d'identità", "carta di identità", "cie"}, source: "Ministero dell'Interno"},
	{id: "fr-nir", what: "French social security number", shapes: []string{"NNNNNNXNNNNNNNN"}, check: checkNIR, alone: 0.8, topics: topSSN | topHealthID | topGov, words: []string{"nir", "sécurité sociale", "securite sociale", "sécu", "n° de sécurité sociale", "carte vitale"}, source: "INSEE"},
	{id: "fr-spi", what: "French tax number", shapes: []string{"NNNNNNNNNNNNN"}, words: []string{"spi", "numéro fiscal", "référence fiscale"}, source: "DGFiP"},
	{id: "fr-cni", what: "French identity card number", shapes: []string{"NNNNNNNNNNNN", "XXXXXXXXX"}, words: []string{"cni", "carte d'identité", "carte nationale d'identité"}, source: "ANTS"},
	{id: "fr-siren", what: "French company number", typ: TypeOther, shapes: []string{"NNNNNNNNN", "NNNNNNNNNNNNNN"}, check: luhn, topics: topCompany, words: []string{"siren", "siret"}, source: "INSEE"},
	{id: "de-steuerid", what: "German tax id", shapes: []string{"NNNNNNNNNNN"}, check: checkSteuerID, format: []int{2, 3, 3, 3}, topics: topAnyTax, words: []string{"steuer-id", "steuerid", "steueridentifikationsnummer", "steuer-identifikationsnummer", "idnr", "steuerliche identifikationsnummer", "tin"}, source: "Bundeszentralamt für Steuern"},
	{id: "de-steuernummer", what: "German tax number", shapes: []string{"NNNNNNNNNN", "NNNNNNNNNNN", "NNNNNNNNNNNNN"}, words: []string{"steuernummer", "steuernr", "st.-nr", "st-nr"}, source: "ELSTER"},
	{id: "de-rvnr", what: "German pension insurance number", shapes: []string{"NNNNNNNNANNN"}, check: checkRVNR, alone: 0.8, topics: topSSN | topGov | topHealthID, words: []string{"sozialversicherungsnummer", "rentenversicherungsnummer", "rvnr", "sv-nummer", "versicherungsnummer"}, source: "VKVV § 2"},
	{id: "de-kvnr", what: "German health insurance number", shapes: []string{"ANNNNNNNNN"}, check: checkKVNR, alone: 0.55, topics: topHealthID, words: []string{"krankenversichertennummer", "krankenversicherungsnummer", "kvnr", "versichertennummer", "krankenkasse"}, source: "GKV-Spitzenverband"},
	{id: "de-ausweis", what: "German identity card number", shapes: []string{"XXXXXXXXX", "XXXXXXXXXX"}, words: []string{"personalausweis", "ausweisnummer", "personalausweisnummer", "ausweis"}, source: "PAuswV"},
	{id: "pt-nif", what: "Portuguese tax number", shapes: []string{"NNNNNNNNN"}, check: checkPortugueseNIF, topics: topAnyTax, words: []string{"nif", "contribuinte", "número de contribuinte"}, source: "Autoridade Tributária"},
	{id: "pt-cc", what: "Portuguese citizen card number", shapes: []string{"NNNNNNNNNXXN"}, check: checkPortugueseCC, topics: topGov, words: []string{"cartão de cidadão", "cc número"}, source: "AMA"},
	{id: "pt-niss", what: "Portuguese social security number", shapes: []string{"NNNNNNNNNNN"}, words: []string{"niss"}, source: "Segurança Social"},
	{id: "br-cpf", what: "Brazilian CPF", shapes: []string{"NNNNNNNNNNN"}, check: checkCPF, format: []int{3, 3, 3, 2}, topics: topAnyTax, words: []string{"cpf"}, source: "Receita Federal"},
	{id: "br-cnpj", what: "Brazilian company number", typ: TypeOther, shapes: []string{"NNNNNNNNNNNNNN"}, check: checkCNPJ, format: []int{2, 3, 3, 4, 2}, topics: topCompany, words: []string{"cnpj"}, source: "Receita Federal"},
	{id: "br-rg", what: "Brazilian identity card number", shapes: []string{"NNNNNNNN", "NNNNNNNNN", "NNNNNNNNX"}, words: []string{"rg", "registro geral"}, source: "state registers"},
	{id: "br-pis", what: "Brazilian PIS/PASEP number", shapes: []string{"NNNNNNNNNNN"}, check: checkPIS, topics: topSSN, words: []string{"pis", "pasep", "nit", "nis"}, source: "Caixa"},
	{id: "br-cnh", what: "Brazilian driving licence", shapes: []string{"NNNNNNNNNNN"}, words: []string{"cnh"}, source: "DENATRAN"},
	{id: "br-sus", what: "Brazilian health card number", shapes: []string{"NNNNNNNNNNNNNNN"}, words: []string{"cartão sus", "cns", "sus"}, source: "DATASUS"},
	{id: "br-titulo", what: "Brazilian voter number", shapes: []string{"NNNNNNNNNNNN"}, words: []string{"título de eleitor", "titulo de eleitor"}, source: "TSE"},
	{id: "nl-bsn", what: "Dutch BSN", shapes: []string{"NNNNNNNNN"}, check: checkBSN, topics: topAnyTax | topSSN | topHealthID, words: []string{"bsn", "burgerservicenummer", "sofinummer"}, source: "RvIG"},
	{id: "be-nn", what: "Belgian national number", shapes: []string{"NNNNNNNNNNN"}, check: checkBelgium, format: []int{2, 2, 2, 3, 2}, topics: topAnyTax | topSSN, words: []string{"rijksregisternummer", "numéro national", "registre national", "insz", "niss"}, source: "IBZ"},
	{id: "pl-pesel", what: "Polish PESEL", shapes: []string{"NNNNNNNNNNN"}, check: checkPESEL, topics: topAnyTax, words: []string{"pesel"}, source: "Ministerstwo Cyfryzacji"},
	{id: "pl-nip", what: "Polish tax number", shapes: []string{"NNNNNNNNNN"}, check: checkNIP, format: []int{3, 3, 2, 2}, topics: topTax, words: []string{"nip"}, source: "Ministerstwo Finansów"},
	{id: "pl-regon", what: "Polish company number", typ: TypeOther, shapes: []string{"NNNNNNNNN", "NNNNNNNNNNNNNN"}, words: []string{"regon", "krs"}, source: "GUS"},
	{id: "pl-dowod", what: "Polish identity card number", shapes: []string{"AAANNNNNN"}, check: checkDowod, topics: topGov, words: []string{"dowód", "dowod osobisty", "dowód osobisty", "dowodu", "numer dowodu"}, source: "MSWiA"},
	{id: "cz-rc", what: "Czech or Slovak birth number", shapes: []string{"NNNNNNNNNN"}, check: checkRodne, format: []int{6, 4}, topics: topAnyTax, words: []string{"rodné číslo", "rodne cislo", "rodného čísla", "r.č.", "rč"}, source: "Act 133/2000"},
	{id: "se-pnr", what: "Swedish personal number", shapes: []string{"NNNNNNNNNN", "NNNNNNNNNNNN"}, check: checkPersonnummer, format: []int{6, 4}, topics: topAnyTax, words: []string{"personnummer", "samordningsnummer", "personnr"}, source: "Skatteverket"},
	{id: "no-fnr", what: "Norwegian birth number", shapes: []string{"NNNNNNNNNNN"}, check: checkNorway, format: []int{6, 5}, topics: topAnyTax, words: []string{"fødselsnummer", "personnummer", "d-nummer", "fodselsnummer"}, source: "Skatteetaten"},
	{id: "dk-cpr", what: "Danish CPR number", shapes: []string{"NNNNNNNNNN"}, check: checkCPR, topics: topAnyTax, words: []string{"cpr", "cpr-nummer", "cpr-nr", "personnummer"}, source: "CPR-kontoret"},
	{id: "fi-hetu", what: "Finnish personal identity code", shapes: []string{"NNNNNNNNNX", "NNNNNNANNNX"}, check: checkHetu, topics: topAnyTax, words: []string{"henkilötunnus", "hetu", "personbeteckning"}, source: "DVV"},
	{id: "ee-ik", what: "Estonian or Lithuanian personal code", shapes: []string{"NNNNNNNNNNN"}, check: checkBaltic, topics: topAnyTax, words: []string{"isikukood", "asmens kodas"}, source: "Rahvastikuregister"},
	{id: "lv-pk", what: "Latvian personal code", shapes: []string{"NNNNNNNNNNN"}, check: checkLatvia, format: []int{6, 5}, topics: topAnyTax, words: []string{"personas kods"}, source: "PMLP"},
	{id: "ie-ppsn", what: "Irish PPS number", shapes: []string{"NNNNNNNA", "NNNNNNNAA"}, check: checkPPSN, alone: 0.6, topics: topAnyTax | topSSN, words: []string{"ppsn", "pps number", "pps no"}, source: "Department of Social Protection"},
	{id: "at-svnr", what: "Austrian social insurance number", shapes: []string{"NNNNNNNNNN"}, check: checkAustria, format: []int{4, 6}, topics: topSSN | topHealthID, words: []string{"svnr", "sv-nummer", "sozialversicherungsnummer", "svn"}, source: "Dachverband der Sozialversicherungsträger"},
	{id: "ch-ahv", what: "Swiss AHV number", shapes: []string{"NNNNNNNNNNNNN"}, check: checkAHV, alone: 0.85, topics: topAnyTax, words: []string{"ahv", "avs", "ahv-nummer", "ahv-nr", "numéro avs"}, source: "ZAS"},
	{id: "hu-taj", what: "Hungarian TAJ number", shapes: []string{"NNNNNNNNN"}, check: checkTAJ, topics: topHealthID, words: []string{"taj", "taj-szám"}, source: "NEAK"},
	{id: "hu-tax", what: "Hungarian tax number of a person", shapes: []string{"NNNNNNNNNN"}, check: checkHungarianTax, topics: topTax, words: []string{"adóazonosító"}, source: "NAV"},
	{id: "ro-cnp", what: "Romanian CNP", shapes: []string{"NNNNNNNNNNNNN"}, check: checkCNP, alone: 0.55, topics: topAnyTax, words: []string{"cnp", "cod numeric personal"}, source: "DEPABD"},
	{id: "bg-egn", what: "Bulgarian EGN", shapes: []string{"NNNNNNNNNN"}, check: checkEGN, topics: topAnyTax, words: []string{"egn", "егн"}, source: "GRAO"},
	{id: "hr-oib", what: "Croatian OIB", shapes: []string{"NNNNNNNNNNN"}, check: mod1110, topics: topAnyTax, words: []string{"oib"}, source: "Porezna uprava"},
	{id: "yu-jmbg", what: "JMBG or EMŠO", shapes: []string{"NNNNNNNNNNNNN"}, check: checkJMBG, alone: 0.55, topics: topAnyTax, words: []string{"jmbg", "emšo", "emso", "јмбг"}, source: "registers of the successor states of Yugoslavia"},
	{id: "gr-afm", what: "Greek tax number", shapes: []string{"NNNNNNNNN"}, check: checkAFM, topics: topTax, words: []string{"afm", "αφμ", "α.φ.μ"}, source: "AADE"},
	{id: "gr-amka", what: "Greek AMKA", shapes: []string{"NNNNNNNNNNN"}, check: checkAMKA, topics: topSSN | topHealthID, words: []string{"amka", "αμκα"}, source: "IDIKA"},
	{id: "is-kt", what: "Icelandic kennitala", shapes: []string{"NNNNNNNNNN"}, check: checkKennitala, format: []int{6, 4}, topics: topAnyTax, words: []string{"kennitala"}, source: "Þjóðskrá"},
	{id: "tr-tckn", what: "Turkish identity number", shapes: []string{"NNNNNNNNNNN"}, check: checkTCKN, topics: topAnyTax, words: []string{"tckn", "t.c. kimlik", "kimlik no", "tc kimlik", "kimlik numarası"}, source: "NVİ"},
	{id: "ru-inn", what: "Russian tax number", shapes: []string{"NNNNNNNNNNNN"}, check: checkINN12, topics: topTax, words: []string{"инн", "inn"}, source: "FNS"},
	{id: "ru-snils", what: "Russian SNILS", shapes: []string{"NNNNNNNNNNN"}, check: checkSNILS, format: []int{3, 3, 3, 2}, topics: topSSN, words: []string{"снилс", "snils"}, source: "SFR"},
	{id: "ru-passport", what: "Russian passport", shapes: []string{"NNNNNNNNNN"}, words: []string{"паспорт", "паспорта"}, source: "MVD"},
	{id: "ua-rnokpp", what: "Ukrainian tax number", shapes: []string{"NNNNNNNNNN"}, words: []string{"рнокпп", "іпн", "rnokpp"}, source: "DPS"},
	{id: "il-tz", what: "Israeli identity number", shapes: []string{"NNNNNNNNN"}, check: luhn, topics: topGov, words: []string{"teudat zehut", "תעודת זהות", "ת.ז"}, source: "Population Authority"},
	{id: "in-aadhaar", what: "Aadhaar number", shapes: []string{"NNNNNNNNNNNN"}, check: checkAadhaar, format: []int{4, 4, 4}, topics: topAnyTax, words: []string{"aadhaar", "aadhar", "uidai", "आधार"}, source: "UIDAI"},
	{id: "in-pan", what: "Indian PAN", shapes: []string{"AAAAANNNNA"}, check: checkPAN, alone: 0.75, topics: topAnyTax, words: []string{"pan", "permanent account number", "पैन"}, source: "Income Tax Department"},
	{id: "in-voter", what: "Indian voter id", shapes: []string{"AAANNNNNNN"}, topics: topGov, words: []string{"epic", "voter id", "voter", "voter card"}, source: "ECI"},
	{id: "in-gstin", what: "Indian GSTIN", typ: TypeOther, shapes: []string{"NNAAAAANNNNAXAX"}, check: checkGSTIN, alone: 0.85, topics: topCompany, words: []string{"gstin", "gst"}, source: "GSTN"},
	{id: "in-dl", what: "Indian driving licence", shapes: []string{"AANNNNNNNNNNNNN"}, topics: topLicence, words: []string{"dl no"}, source: "Parivahan"},
	{id: "cn-id", what: "Chinese resident identity number", shapes: []string{"NNNNNNNNNNNNNNNNNX"}, check: checkChina, alone: 0.85, topics: topAnyTax, words: []string{"身份证", "身份證", "居民身份证", "身份证号"}, source: "GB 11643-1999"},
	{id: "hk-id", what: "Hong Kong identity card number", shapes: []string{"ANNNNNNX", "AANNNNNNX"}, check: checkHKID, topics: topGov, words: []string{"hkid", "香港身份證"}, source: "Immigration Department"},
	{id: "tw-id", what: "Taiwanese identity number", shapes: []string{"ANNNNNNNNN"}, check: checkTaiwan, alone: 0.6, topics: topGov, words: []string{"身分證", "身分證字號"}, source: "MOI"},
	{id: "jp-mynumber", what: "Japanese My Number", shapes: []string{"NNNNNNNNNNNN"}, check: checkMyNumber, topics: topAnyTax, words: []string{"マイナンバー", "個人番号", "my number"}, source: "総務省令 85/2014"},
	{id: "kr-rrn", what: "Korean resident registration number", shapes: []string{"NNNNNNNNNNNNN"}, check: checkRRN, format: []int{6, 7}, topics: topGov, words: []string{"주민등록번호", "rrn", "resident registration"}, source: "MOIS"},
	{id: "sg-nric", what: "Singaporean NRIC or FIN", shapes: []string{"ANNNNNNNA"}, check: checkNRIC, alone: 0.85, topics: topGov, words: []string{"nric", "fin"}, source: "ICA"},
	{id: "my-nric", what: "Malaysian identity number", shapes: []string{"NNNNNNNNNNNN"}, check: checkMyKad, format: []int{6, 2, 4}, topics: topGov, words: []string{"mykad", "nric", "kad pengenalan"}, source: "JPN"},
	{id: "th-id", what: "Thai identity number", shapes: []string{"NNNNNNNNNNNNN"}, check: checkThai, format: []int{1, 4, 5, 2, 1}, topics: topAnyTax, words: []string{"บัตรประชาชน", "เลขประจำตัวประชาชน"}, source: "DOPA"},
	{id: "id-nik", what: "Indonesian NIK", shapes: []string{"NNNNNNNNNNNNNNNN"}, check: checkNIK, topics: topAnyTax, words: []string{"nik", "ktp"}, source: "Dukcapil"},
	{id: "pk-cnic", what: "Pakistani CNIC", shapes: []string{"NNNNNNNNNNNNN"}, format: []int{5, 7, 1}, topics: topGov, words: []string{"cnic", "nicop"}, source: "NADRA"},
	{id: "ph-id", what: "Philippine TIN, SSS or PhilSys number", shapes: []string{"NNNNNNNNN", "NNNNNNNNNNNN", "NNNNNNNNNN"}, words: []string{"philsys", "sss number", "sss no", "philhealth"}, source: "PSA"},
	{id: "vn-id", what: "Vietnamese citizen number", shapes: []string{"NNNNNNNNNNNN", "NNNNNNNNN"}, words: []string{"cccd", "cmnd", "căn cước"}, source: "Ministry of Public Security"},
	{id: "au-tfn", what: "Australian tax file number", shapes: []string{"NNNNNNNNN"}, check: checkTFN, topics: topAnyTax, words: []string{"tfn", "tax file number"}, source: "ATO"},
	{id: "au-medicare", what: "Australian Medicare number", shapes: []string{"NNNNNNNNNN", "NNNNNNNNNNN"}, check: checkMedicare, format: []int{4, 5, 1}, topics: topHealthID, words: []string{"medicare"}, source: "Services Australia"},
	{id: "au-abn", what: "Australian business number", typ: TypeOther, shapes: []string{"NNNNNNNNNNN"}, check: checkABN, format: []int{2, 3, 3, 3}, topics: topCompany, words: []string{"abn"}, source: "ABR"},
	{id: "au-acn", what: "Australian company number", typ: TypeOther, shapes: []string{"NNNNNNNNN"}, check: checkACN, topics: topCompany, words: []string{"acn"}, source: "ASIC"},
	{id: "nz-ird", what: "New Zealand IRD number", shapes: []string{"NNNNNNNN", "NNNNNNNNN"}, check: checkIRD, topics: topTax, words: []string{"ird"}, source: "Inland Revenue"},
	{id: "ca-sin", what: "Canadian social insurance number", shapes: []string{"NNNNNNNNN"}, check: checkSIN, format: []int{3, 3, 3}, topics: topSSN | topAnyTax, words: []string{"sin", "social insurance", "assurance sociale", "nas"}, source: "ESDC"},
	{id: "za-id", what: "South African identity number", shapes: []string{"NNNNNNNNNNNNN"}, check: checkSouthAfrica, alone: 0.6, topics: topGov, words: []string{"south african id", "rsa id", "sa id"}, source: "DHA"},
	{id: "ng-nin", what: "Nigerian NIN or BVN", shapes: []string{"NNNNNNNNNNN"}, words: []string{"nin", "bvn"}, source: "NIMC"},
	{id: "ke-id", what: "Kenyan id or KRA PIN", shapes: []string{"ANNNNNNNNNA"}, alone: 0.55, topics: topAnyTax, words: []string{"kra pin", "kra"}, source: "KRA"},
	{id: "eg-id", what: "Egyptian identity number", shapes: []string{"NNNNNNNNNNNNNN"}, check: checkEgypt, topics: topGov, words: []string{"الرقم القومي"}, source: "Civil Status Organization"},
	{id: "mx-curp", what: "Mexican CURP", shapes: []string{"AAAANNNNNNAAAAAAXN"}, check: checkCURP, alone: 0.9, topics: topAnyTax, words: []string{"curp"}, source: "RENAPO"},
	{id: "mx-rfc", what: "Mexican RFC", shapes: []string{"AAAANNNNNNXXX"}, check: checkRFC, alone: 0.7, topics: topAnyTax, words: []string{"rfc"}, source: "SAT"},
	{id: "mx-clave", what: "Mexican social security or voter number", shapes: []string{"NNNNNNNNNNN", "AAAAAANNNNNNNNANNN"}, words: []string{"nss", "imss", "clave de elector"}, source: "IMSS, INE"},
	{id: "ar-cuit", what: "Argentine CUIT or CUIL", shapes: []string{"NNNNNNNNNNN"}, check: checkCUIT, format: []int{2, 8, 1}, topics: topAnyTax, words: []string{"cuit", "cuil"}, source: "AFIP"},
	{id: "ar-dni", what: "Argentine or Peruvian DNI", shapes: []string{"NNNNNNNN", "NNNNNNN"}, words: []string{"dni"}, source: "RENAPER, RENIEC"},
	{id: "cl-rut", what: "Chilean RUT", shapes: []string{"NNNNNNNNX", "NNNNNNNX"}, check: checkRUT, format: []int{2, 3, 3, 1}, topics: topAnyTax, words: []string{"rut", "run"}, source: "Registro Civil"},
	{id: "co-cc", what: "Colombian identity number", shapes: []string{"NNNNNNNN", "NNNNNNNNNN", "NNNNNNN"}, words: []string{"cédula", "cedula", "cédula de ciudadanía"}, source: "Registraduría"},
	{id: "ec-ci", what: "Ecuadorian identity number", shapes: []string{"NNNNNNNNNN"}, check: checkEcuador, words: []string{"cédula", "cedula"}, source: "Registro Civil"},
	{id: "uy-ci", what: "Uruguayan identity number", shapes: []string{"NNNNNNNN"}, check: checkUruguay, format: []int{1, 3, 3, 1}, words: []string{"cédula", "cedula"}, source: "DNIC"},
	{id: "pe-ruc", what: "Peruvian RUC", shapes: []string{"NNNNNNNNNNN"}, check: checkRUC, topics: topTax, words: []string{"ruc"}, source: "SUNAT"},
	{id: "vat-eu", what: "VAT number", typ: TypeOther, shapes: []string{"AANNNNNNNN", "AANNNNNNNNN", "AANNNNNNNNNN", "AANNNNNNNNNNN", "AANNNNNNNNNNNN", "AANNNNNNNNNANN", "AAANNNNNNNN", "AAXNNNNNNNX"}, words: []string{"vat", "ust-idnr", "ust-id", "ustid", "umsatzsteuer-id", "vat number", "vat no", "tva", "btw", "iva"}, topics: topCompany, source: "VIES"},
	{id: "us-ein", what: "US employer identification number", typ: TypeOther, shapes: []string{"NNNNNNNNN"}, words: []string{"ein", "employer identification", "fein"}, source: "IRS"},
	{id: "uk-company", what: "UK company number", typ: TypeOther, shapes: []string{"NNNNNNNN", "AANNNNNN"}, words: []string{"company number", "companies house", "company no", "crn"}, source: "Companies House"},
	{id: "us-npi", what: "US national provider identifier", typ: TypeMedical, shapes: []string{"NNNNNNNNNN"}, check: checkNPI, topics: topProvider, words: []string{"npi"}, source: "CMS"},
	{id: "us-dea", what: "US DEA number", typ: TypeMedical, shapes: []string{"AANNNNNNN", "ANNNNNNNN"}, check: checkDEA, alone: 0.75, topics: topProvider, words: []string{"dea"}, source: "DEA"},
}

// idWords returns the names of all kinds as words of context.
func idWords() []keyword {
	var out []keyword
	for i, k := range idKinds {
		for _, w := range k.words {
			flags := kwFlags(0)
			if w[0] >= 0x80 {
				flags = kwLoose
			}
			t := topKind
			switch {
			case k.typ == TypeOther:
				t |= topCompany
			case k.typ == TypeMedical:
				t |= topProvider
			case len(w) >= 6:
				t |= topGov // long enough to be no other word
			}
			out = append(out, keyword{word: w, topics: t, flags: flags, group: idGroups{idGroup(i + 1)}})
		}
	}
	return out
}
