package redact

// phoneWords are words that telephone numbers follow, in further languages and forms.
func phoneWords() []keyword {
	var out []keyword
	add := func(flags kwFlags, words ...string) {
		for _, w := range words {
			out = append(out, keyword{word: w, topics: topPhone, flags: flags})
		}
	}
	add(0, "callback", "call back", "contact", "contacts", "ring me", "give me a ring", "phone no", "phone number", "tel no", "ph no", "ph", "mob", "mobile no", "cellular", "handset", "home number", "work number",
		"rufen sie", "ruf an", "ruf mich an", "erreichbar unter", "zu erreichen", "rückruf", "festnetz", "mobilfunk", "durchwahl",
		"appelez-moi", "rappeler", "rappelez", "joindre au", "joignable", "numéro de portable", "llámenme", "llamenme", "llame al", "llámeme", "llamadme", "contactarme",
		"ligue", "liguem", "ligue para", "me ligue", "contato", "contacto", "chiamatemi", "chiami", "contattatemi", "richiamare", "bel mij", "bereikbaar op", "terugbellen",
		"zadzwoń", "dzwonić", "dzwoń", "proszę dzwonić", "oddzwonić", "kontakt", "ring mig", "ringa", "nås på", "mobilnummer", "puhelin", "puhelinnumero", "soita", "gsm", "telefonní číslo", "zavolejte",
		"telefonszám", "hívjon", "cep telefonu", "arayın", "beni ara", "număr de telefon", "sunați", "telepon", "nomor hp", "no hp", "số điện thoại", "điện thoại", "gọi", "sđt", "τηλέφωνο", "κινητό")
	add(kwLoose, "звоните", "позвоните", "перезвоните", "мобильный", "дзвоніть", "拨打", "联系电话", "致电", "联系方式", "お電話", "ご連絡", "연락처", "전화번호", "연락 주", "اتصل", "رقم الهاتف", "رقم الجوال", "נייד", "התקשרו", "เบอร์", "मोबाइल नंबर", "संपर्क", "কল", "ফোন")
	return out
}
