package detector

import "github.com/hushlog/hushlog/pkg/redact"

// DefaultEntities maps the names of Presidio's entities (its recognizers as of release 2.2) to types. The caller owns
// the map.
func DefaultEntities() map[string]redact.Type {
	m := map[string]redact.Type{}
	for t, names := range map[redact.Type][]string{
		redact.TypePerson:     {"PERSON", "PER", "NAME"},
		redact.TypeLocation:   {"LOCATION", "LOC", "GPE", "ADDRESS", "STREET_ADDRESS", "FAC", "ZIP_CODE"},
		redact.TypeOrg:        {"ORGANIZATION", "ORG"},
		redact.TypeEmail:      {"EMAIL_ADDRESS", "EMAIL"},
		redact.TypePhone:      {"PHONE_NUMBER", "PHONE"},
		redact.TypeCreditCard: {"CREDIT_CARD"},
		redact.TypeBank:       {"IBAN_CODE", "IBAN", "US_BANK_NUMBER", "ABA_ROUTING_NUMBER", "BANK_ACCOUNT"},
		redact.TypeUSSSN:      {"US_SSN", "SSN"},
		redact.TypeGovID: {
			"US_ITIN", "US_PASSPORT", "US_DRIVER_LICENSE", "UK_NHS", "UK_NINO", "ES_NIF", "ES_NIE", "IT_FISCAL_CODE", "IT_DRIVER_LICENSE",
			"IT_PASSPORT", "IT_IDENTITY_CARD", "IT_VAT_CODE", "PL_PESEL", "SG_NRIC_FIN", "SG_UEN", "AU_ABN", "AU_ACN", "AU_TFN", "AU_MEDICARE",
			"IN_PAN", "IN_AADHAAR", "IN_VEHICLE_REGISTRATION", "IN_VOTER", "IN_PASSPORT", "IN_GSTIN", "FI_PERSONAL_IDENTITY_CODE", "KR_RRN", "TH_TNIN",
		},
		redact.TypeIP:      {"IP_ADDRESS", "IP"},
		redact.TypeURL:     {"URL"},
		redact.TypeDate:    {"DATE_TIME", "DATE", "DATE_OF_BIRTH"},
		redact.TypeCrypto:  {"CRYPTO"},
		redact.TypeSecret:  {"PASSWORD", "API_KEY", "SECRET", "TOKEN"},
		redact.TypeMedical: {"MEDICAL_LICENSE", "MEDICAL_RECORD", "DISEASE_DISORDER", "MEDICATION"},
		redact.TypeOther:   {"NRP", "AGE", "TITLE", "USERNAME", "MAC_ADDRESS"},
	} {
		for _, name := range names {
			m[name] = t
		}
	}
	return m
}
