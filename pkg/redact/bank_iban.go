package redact

// ibanCountries are the lengths of IBANs by country: those of the registry, of the territories that use France's,
// Finland's and Britain's, and of the countries that have introduced them without registration.
const ibanCountries = "AD24 AE23 AL28 AO25 AT20 AX18 AZ28 BA20 BE16 BF28 BG22 BH22 BI27 BJ28 BL27 BR29 BY28 CF27 CG27 CH21 CI28 CM27 CR22 CV25 CY28 " +
	"CZ24 DE22 DJ27 DK18 DO28 DZ26 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GA27 GB22 GE22 GF27 GG22 GI23 GL18 GP27 GQ27 GR27 GT28 GW25 " +
	"HN28 HR21 HU28 IE22 IL23 IM22 IQ23 IR26 IS26 IT27 JE22 JO30 KM27 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MA28 MC27 MD24 " +
	"ME22 MF27 MG27 MK19 ML28 MN20 MQ27 MR27 MT31 MU30 MZ25 NC27 NE28 NI28 NL18 NO15 OM23 PF27 PK24 PL28 PM27 PS29 PT25 QA29 RE27 " +
	"RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SN28 SO23 ST25 SV28 TD27 TF27 TG28 TL23 TN24 TR26 UA29 VA22 VG24 WF27 XK20 " +
	"YE30 YT27"

// ibanLengths is indexed by the two letters, 26 times the first plus the second.
var ibanLengths = func() (t [26 * 26]uint8) {
	for i := 0; i+4 <= len(ibanCountries); i += 5 {
		c := ibanCountries[i:]
		t[int(c[0]-'A')*26+int(c[1]-'A')] = (c[2]-'0')*10 + c[3] - '0'
	}
	return t
}()

// ibanLength returns the length of IBANs of the country whose two letters d starts with, or 0.
func ibanLength(d []byte) int { return int(ibanLengths[int(d[0]-'A')*26+int(d[1]-'A')]) }
