package redact

import "strings"

var ruleNation = &rule{prio: prioContext + 1, Rule: Rule{
	ID: "nationality", Version: 1, Type: TypeOther,
	Description: "nationality that is said of a person in a sentence",
	Source:      "GDPR article 9, recital 51; names of nationalities in the languages of the vocabulary",
}}

// nationalities are the words for nationals of countries, by language.
var nationalities = strings.Fields(`afghan albanian belizean bruneian greenlander algerian american andorran angolan argentine argentinian armenian australian austrian azerbaijani bahraini
	bangladeshi belarusian belgian beninese bolivian bosnian brazilian british bulgarian burmese cambodian cameroonian canadian chilean chinese colombian congolese croatian
	cuban cypriot czech danish dominican dutch ecuadorian ecuadorean egyptian emirati english eritrean estonian ethiopian filipino filipina finnish french gambian georgian german
	ghanaian greek guatemalan guinean haitian honduran hungarian icelandic indian indonesian iranian iraqi irish israeli italian ivorian jamaican japanese jordanian kazakh
	kenyan korean kosovar kuwaiti kyrgyz laotian latvian lebanese liberian libyan lithuanian luxembourgish macedonian malagasy malawian malaysian malian maltese mauritanian
	mauritian mexican moldovan mongolian montenegrin moroccan mozambican namibian nepalese nepali nicaraguan nigerian norwegian omani pakistani palestinian panamanian
	paraguayan peruvian polish portuguese qatari romanian russian rwandan salvadoran saudi scottish senegalese serbian singaporean slovak slovakian slovenian somali spanish sudanese
	swedish swiss syrian taiwanese tajik tanzanian thai tibetan togolese trinidadian tunisian turkish turkmen ugandan ukrainian uruguayan uzbek venezuelan vietnamese welsh yemeni zambian zimbabwean
	deutsch deutscher deutsche französisch französin franzose österreicher österreicherin schweizer schweizerin polnisch pole polin türkisch türke türkin italienisch italiener italienerin
	spanisch spanier spanierin britisch brite britin amerikanisch amerikaner amerikanerin russisch russin ukrainisch ukrainer ukrainerin syrisch syrer syrerin rumänisch rumäne rumänin
	griechisch grieche griechin portugiesisch portugiese niederländisch niederländer niederländerin österreichisch schweizerisch kroatisch kroate kroatin serbisch serbe serbin indisch inder inderin
	chinesisch chinese chinesin japanisch afghanisch iranisch irakisch marokkanisch bulgarisch ungarisch tschechisch vietnamesisch brasilianisch
	français française allemand allemande italien italienne espagnol espagnole portugais portugaise belge suisse britannique anglais anglaise américain américaine marocain marocaine algérien
	algérienne tunisien tunisienne sénégalais sénégalaise ivoirien ivoirienne camerounais camerounaise polonais polonaise roumain roumaine turc turque chinois chinoise japonais japonaise russe ukrainien ukrainienne
	brésilien brésilienne canadien canadienne indien indienne malien malienne congolais congolaise syrien syrienne afghane libanais libanaise
	español española francés francesa alemán alemana italiano italiana portugués portuguesa inglés inglesa británico británica mexicano mexicana argentino argentina colombiano colombiana peruano peruana
	chileno chilena venezolano venezolana ecuatoriano ecuatoriana boliviano boliviana uruguayo uruguaya paraguayo paraguaya cubano cubana dominicano dominicana estadounidense marroquí rumano rumana chino china
	japonés japonesa ruso rusa ucraniano ucraniana brasileño brasileña hondureño guatemalteco salvadoreño nicaragüense costarricense panameño polaco polaca
	tedesco tedesca francese spagnolo spagnola portoghese inglese britannico britannica americano americana rumeno rumena albanese marocchino marocchina cinese giapponese indiano indiana filippino filippina
	polacco polacca ucraino ucraina russo russa brasiliano brasiliana svizzero svizzera austriaco austriaca greco greca
	português brasileiro brasileira alemão alemã espanhol espanhola francês inglês britânico americano italiano angolano angolana moçambicano moçambicana cabo-verdiano chinês japonês ucraniano romeno romena
	polskie polska polak polka niemieckie ukraińskie białoruskie brytyjskie nederlandse nederlands belgische duitse turkse marokkaanse poolse
	türk alman fransız ingiliz suriyeli rus`)

// nationWords are the nationalities as words of the vocabulary.
func nationWords() []keyword {
	out := make([]keyword, 0, len(nationalities))
	for _, w := range nationalities {
		out = append(out, keyword{word: w, act: actNation})
	}
	return out
}

// Words around a nationality that say that it is somebody's.
var (
	nationAfter = wordSet(`citizen national passport-holder nationality citizenship expat immigrant descent origin staatsbürger staatsbürgerin staatsangehöriger staatsangehörige
		staatsangehörigkeit staatsbürgerschaft ciudadano ciudadana ciudadanía cittadino cittadina cidadão cidadã obywatel obywatelka obywatelstwo obywatelstwa narodowości vatandaşı
		uyruklu uyruğu nationaliteit`)
	nationBefore = wordSet(`nationality nationalité nacionalidad nacionalidade nazionalità cittadinanza cidadania ciudadanía citizenship staatsangehörigkeit staatsbürgerschaft nationalität
		nationaliteit narodowość obywatelstwo ethnicity`)
	nationBe  = wordSet(`is am are was i'm i’m he's she's he’s she’s ist bin war sind suis est était soy es era sono è sou é ben jestem jest originally half born`)
	nationWho = wordSet(`i i'm i’m he she he's she's he’s she’s we who wife husband mother father mom dad son daughter brother sister partner girlfriend boyfriend fiancé fiancée friend patient client applicant
		employee colleague ich er sie mann frau mutter vater vermieter je il elle mari femme mère père yo él ella soy marido esposa esposo mujer madre padre io lui lei marito moglie sono eu ele ela sou mãe pai
		ik hij zij ja on ona jestem roommate neighbour neighbor boss nanny spouse parents grandmother grandfather`)
	nationFill = wordSet(`a an the of from as ein eine de di da of originally half both also un una une ursprünglich`)
)

// nation judges the nationality at h: somebody must be meant, and not their language, food or a product.
func (sc *scanner) nation(h hit, k *keyword) {
	s := sc.s
	start, end := int(h.start), int(h.end)
	if c := at(s, start-1); c == '-' || c == '_' || c == '/' || c == '.' || c == '"' || at(s, end) == '_' || at(s, end) == '-' || at(s, end) == '/' {
		return
	}
	next := end
	for next < len(s) && next-end < 2 && s[next] == ' ' {
		next++
	}
	after := next
	for after < len(s) && after-next < maxAboutWord && (isLetter(s[after]) || s[after] >= 0x80 || s[after] == '-') {
		after++
	}
	follows := strings.ToLower(s[next:after])
	var before [4]string
	n := lastWords(s, start, &before)
	who, be, named := false, false, false
	for i, w := range before[:n] {
		named = named || nationBefore[w]
		be = be || nationBe[w] && i < 3
		who = who || nationWho[w]
	}
	conf := 0.0
	switch {
	case named && n > 0 && (nationBefore[before[0]] || nationBe[before[0]] || nationFill[before[0]]):
		conf = 0.8
	case nationAfter[follows] && (who || n > 0 && (nationFill[before[0]] || nationBe[before[0]])):
		conf = 0.75
	case who && be && n > 0 && (nationBe[before[0]] || nationFill[before[0]]) && nationEnds(s, end, follows):
		conf = 0.7
	}
	sc.add(start, end, ruleNation, conf, Evidence{Context: k.word, Structure: "said of a person"})
}

// nationEnds reports whether nothing that is named after a nationality follows it.
func nationEnds(s string, end int, follows string) bool {
	if clauseEnd(s, end) && at(s, end) < 0x80 {
		return true
	}
	switch follows {
	case "and", "but", "living", "by", "so", "who", "now", "with", "und", "aber", "et", "mais", "y", "pero", "e", "ma", "mas", "citizen", "on", "then", "originally", "though", "too":
		return true
	}
	return false
}

// lastWords reads the words before i in its clause, the closest first, in lower case.
func lastWords(s string, i int, out *[4]string) int {
	n := 0
	for n < len(out) {
		end := i
		for end > 0 && (s[end-1] == ' ' || s[end-1] == ':' || s[end-1] == '(') && i-end < 3 {
			end--
		}
		start := end
		for start > 0 && end-start < maxAboutWord && (isAlnum(s[start-1]) || s[start-1] >= 0x80 || s[start-1] == '\'') {
			start--
		}
		if start == end {
			break
		}
		out[n] = strings.ToLower(s[start:end])
		n++
		i = start
	}
	return n
}
