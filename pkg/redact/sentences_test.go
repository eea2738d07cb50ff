package redact

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSentences names what must be found in a sentence, and of which type.
func TestSentences(t *testing.T) {
	e := newEngine(t)
	for _, tc := range []struct {
		name, text, value string
		kind              Type
	}{
		{"password of letters, Spanish", "Mi contraseña es mVRdspQwne, ¿qué hago?", "mVRdspQwne", TypeSecret},
		{"password of letters, English", "My password is xQvRtNbLk and it does not work", "xQvRtNbLk", TypeSecret},
		{"password of letters, German", "Das Passwort lautet qTzwLkPrne, bitte ändern", "qTzwLkPrne", TypeSecret},
		{"password of letters, French", "Le mot de passe est bQxKvtRwed.", "bQxKvtRwed", TypeSecret},
		{"password of small letters", "the password is xkqwrtzb for now", "xkqwrtzb", TypeSecret},
		{"plate of Spain", "La matrícula 1234 BCD", "1234 BCD", TypeOther},
		{"plate of Portugal", "matrícula 12-AB-34", "12-AB-34", TypeOther},
		{"own disease, asked about", "What helps my asthma?", "asthma", TypeMedical},
		{"diseases of a patient", "Patient with COPD and fever", "COPD", TypeMedical},
		{"handle", "my insta is pixel421", "pixel421", TypeOther},
		{"birthday without its year", "geboren am 3. März", "3. März", TypeDate},
		{"birth after the name in a subject", "Re: Maria Keller, 04/02/1980\n\nDear colleague", "04/02/1980", TypeDate},
		{"birth after a patient's name", "Пациент: Иван Петров, 04.02.1980", "04.02.1980", TypeDate},
		{"birth in brackets", "Patient: John Miller (1980-02-04)", "1980-02-04", TypeDate},
		{"password of a network, Russian", "Пароль от вайфая Zx9kLm2p", "Zx9kLm2p", TypeSecret},
		{"password of a network, Portuguese", "A senha do wifi é Zx9kLm2p", "Zx9kLm2p", TypeSecret},
		{"card with a part marked", "card 4111 ==1111== 1111 1111", "4111 ==1111== 1111 1111", TypeCreditCard},
		{"card with a part in italics", "card 4111-11*11-11*11-1111", "4111-11*11-11*11-1111", TypeCreditCard},
		{"card with a part in a span", "card 4111 <span class=\"x\">1111</span> 1111 1111", "4111 <span class=\"x\">1111</span> 1111 1111", TypeCreditCard},
		{"card with a part in BBCode", "card 4111[b] 1111 [/b]1111 1111", "4111[b] 1111 [/b]1111 1111", TypeCreditCard},
		{"card with comments", "card 4111 <!-- -->1111 <!--x-->1111 1111", "4111 <!-- -->1111 <!--x-->1111 1111", TypeCreditCard},
		{"mail with a part underlined", "mail jane__.doe@__company.com", "jane__.doe@__company.com", TypeEmail},
		{"number before an address", "Ana Silva\n9852949539 · ana@company.com\nEngineer", "9852949539", TypePhone},
		{"number on the line before an address", "12 Rue Haute\n0781355950\nana@company.com", "0781355950", TypePhone},
		{"number that its key says is a telephone's", `{"telefon": "0221/303320"}`, "0221/303320", TypePhone},
		{"code in quoted-printable", "My PIN is =35=38=39=39, thanks", "=35=38=39=39", TypeSecret},
		{"IBAN with its end in italics beside bold words", "IBAN DE3106615460671564*5292*, **now** and **then**", "DE3106615460671564*5292", TypeBank},
		{"address of look-alikes", "joined from 2а07:bеа6:3db::е273 today", "2а07:bеа6:3db::е273", TypeIP},
		{"number of British insurance in look-alikes", "NINO АВ 04 66 83 С.", "АВ 04 66 83 С", TypeGovID},
		{"mail broken after a digit", "write to Winter.0\r\n5@company.com today", "Winter.0\r\n5@company.com", TypeEmail},
		{"mobile number in words without a label", "zero seven three eight five seven six one five one zero", "zero seven three eight five seven six one five one zero", TypePhone},
		{"German identity card", "Personalausweis Seriennummer L01X00T478", "L01X00T478", TypeGovID},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.kind, found(t, e, tc.text)[tc.value])
		})
	}
}

// TestNothingThere reads texts in which nothing is anybody's.
func TestNothingThere(t *testing.T) {
	e := newEngine(t)
	for name, text := range map[string]string{
		"a password's state":       "The password is unchanged, and the token is expired.",
		"a product's password":     "The password is managed by GitHub Actions, the token is camelCase in JavaScript.",
		"an element":               "userId = result[132]",
		"a message":                "ERROR x.userId: failed at line 3\nuserId: conexión a Metabase rechazada",
		"an assignment":            "const userId = params2",
		"an argument":              "user: --help\nusername: version",
		"a disease as such":        "What are the symptoms of Lyme disease in general? I want to know what causes asthma.",
		"patients as such":         "Patients with COPD benefit from exercise. The clinic offers screening for breast cancer.",
		"headers of a cache":       "Set-Cookie: theme=dark\nAge: 34\nVia: 1.1 varnish",
		"references":               "Diagnosis: as discussed\nMedication: see below\nEndereço: ver acima\nName: (optional)\nMedication: as needed",
		"birth of things":          "The data was born digital on 2020-01-01. The project was born on 2021-02-03. La loi est née le 1er mars 2010.",
		"a day":                    "La réunion est prévue le 1er mars, après la fête pour son anniversaire.",
		"a serial number":          "Seriennummer LZ6311T47",
		"a dump":                   "call dump:\n0x0010: 3031 3233 3435 3637 3839 3031 3233 3435",
		"assembly":                 "lea rdx, [rip+3]\nDX: offset msg",
		"enrolment":                "A matrícula 2023A001 foi feita na escola. La matrícula del curso 2024-A12 está abierta.",
		"date of a visit":          "Re: Maria Keller, 04/02/2024",
		"date of a meeting":        "Re: Team Meeting, 04/02/2005\nRe: order, 04/02/1999",
		"products and comparisons": "seconds = 24*60*60*1000; if a==1234567 || b==7654321 { return 365*24*3600 }; x = 5551*2345*67890",
		"dunder names":             "__init__.py and __version__ = 1234567",
		"letters of a longer word": "Les Conditions générales changent le 1er septembre.",
		"complaints":               "Der Patient klagte über Kopfschmerzen und Schwindel.",
		"no place":                 "Ort: unbekannt",
		"an error's code":          "Il codice di errore è 223, la versione del server è 21.5.11.",
		"code":                     "dx := body.x - body2.x\naddr := pc + uint64(offset)\ntype TokenPayloadExternal PcTokenPayloadExternal",
		"an office":                "Our offices at 2100 are open.",
	} {
		t.Run(name, func(t *testing.T) {
			fs, err := e.Find(text, Hints{})
			require.NoError(t, err)
			for _, f := range structured(fs) {
				require.Fail(t, "found", "%s by %s at %d", f.Type, f.Rule, f.Start)
			}
		})
	}
}

// TestCodeRowsSideBySide reads two values as the codes of their characters that only a comma parts.
func TestCodeRowsSideBySide(t *testing.T) {
	e := newEngine(t)
	for name, text := range map[string]string{
		"decimal": "x,97, 110, 110, 97, 64, 103, 109, 120, 46, 100, 101,52, 49, 49, 49, 32, 49, 49, 49, 49, 32, 49, 49, 49, 49, 32, 49, 49, 49, 49,7",
		"hex":     "x,61 6E 6E 61 40 67 6D 78 2E 64 65,34 31 31 31 20 31 31 31 31 20 31 31 31 31 20 31 31 31 31,7",
		"colons":  "x,61:6E:6E:61:40:67:6D:78:2E:64:65,34:31:31:31:20:31:31:31:31:20:31:31:31:31:20:31:31:31:31,7",
	} {
		t.Run(name, func(t *testing.T) {
			fs, err := e.Find("mail,card\nx,"+text, Hints{})
			require.NoError(t, err)
			var kinds []Type
			for _, f := range structured(fs) {
				kinds = append(kinds, f.Type)
			}
			require.Equal(t, []Type{TypeEmail, TypeCreditCard}, kinds)
		})
	}
}
