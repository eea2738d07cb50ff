package redact

// contextWords are the words that say what stands next to them, in the languages of the data: English, German, French,
// Spanish, Portuguese, Italian, Dutch, Polish, Japanese, Chinese, Hindi.
func contextWords() []keyword {
	var out []keyword
	add := func(t topic, flags kwFlags, words ...string) {
		for _, w := range words {
			out = append(out, keyword{word: w, topics: t, flags: flags})
		}
	}
	add(topPhone, 0, "phone", "telephone", "tel", "mobile", "cell", "cellphone", "fax", "call", "dial", "whatsapp", "sms",
		"text me", "signal", "landline", "contact number", "reach me at", "hotline", "msisdn", "ring", "call me",
		"telefon", "handy", "telefonisch", "rufnummer", "mobil", "handynummer", "telefonnummer", "mobilnummer", "anrufen",
		"téléphone", "telephone", "portable", "mobile", "tél", "téléphonique", "appeler", "appelez",
		"teléfono", "telefono", "móvil", "movil", "celular", "tfno", "tlf", "llamar", "llámame",
		"telefone", "celular", "telemóvel", "telemovel", "fone", "ligar", "contacto telefónico",
		"cellulare", "recapito", "chiamare", "chiamami", "telefoonnummer", "mobiel", "telefoon", "bel", "numer telefonu",
		"telefonu", "komórka", "komórkowy", "numer kontaktowy")
	add(topPhone, kwPrefix, "telefon", "téléphon", "teléfon")
	add(topPhone, kwLoose, "電話", "携帯", "连絡先", "电话", "手机", "手機", "聯絡電話", "फोन", "फ़ोन", "मोबाइल", "दूरभाष", "전화", "휴대폰",
		"телефон", "моб.", "هاتف", "جوال", "טלפון", "โทร")
	add(topNumber, 0, "number", "no.", "nr.", "nr", "num", "numbers", "nummer", "numéro", "numero", "número", "n°", "nº", "numer")
	add(topNumber, kwLoose, "番号", "号码", "號碼", "नंबर", "번호", "номер")
	add(topEmail, 0, "email", "e-mail", "mail", "correo", "courriel")
	add(topSSN, 0, "ssn", "ssns", "social security", "social security number", "soc sec", "ss#", "ssn#", "social insurance",
		"social-security", "social_security", "socialsecurity", "taxpayer id", "seguro social", "itin")
	add(topCard, 0, "card", "credit card", "debit card", "creditcard", "cc", "visa", "mastercard", "amex", "american express",
		"discover", "diners", "jcb", "maestro", "unionpay", "card number", "pan number", "ccnum", "cc number", "payment card",
		"kreditkarte", "karte", "kartennummer", "kreditkartennummer", "ec-karte",
		"carte", "carte bancaire", "carte de crédit", "cb", "tarjeta", "tarjeta de crédito", "cartão", "cartao",
		"carta di credito", "carta", "creditcardnummer", "betaalkaart", "karta", "karty", "kartę")
	add(topCard, kwLoose, "クレジットカード", "カード番号", "信用卡", "银行卡", "क्रेडिट कार्ड", "कार्ड नंबर", "카드")
	add(topBenign, 0, "order", "invoice", "version", "isbn", "issn", "article", "artikel", "sku", "ticket", "build", "commit",
		"revision", "tracking", "timestamp", "trace", "span", "price", "total", "amount", "error", "fehlernummer", "issue",
		"port", "line", "row", "page", "chapter", "size", "bytes", "count", "qty", "quantity", "sum", "mean", "average", "id",
		"item", "items", "part number", "part no", "model", "serial", "batch", "lot", "commande", "pedido", "bestellung",
		"bestellnummer", "rechnung", "rechnungsnummer", "facture", "factura", "fattura", "ordine", "référence", "reference",
		"ref", "seed", "hash", "checksum", "sha", "md5", "epoch", "pid", "offset", "index", "latitude", "longitude", "ean",
		"upc", "gtin", "asin", "doi", "rfc", "cve", "suivi", "colis", "sendungsnummer", "request", "prix", "precio", "preço",
		"prezzo", "preis", "betrag", "montant", "importe", "valor", "total", "took", "duration", "ms", "seconds")
	add(topBenign, kwLoose, "注文番号", "订单", "訂單", "ऑर्डर")
	return out
}
