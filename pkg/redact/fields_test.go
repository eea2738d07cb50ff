package redact

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// found returns the values that e finds in text, with their types.
func found(t *testing.T, e *Engine, text string) map[string]Type {
	t.Helper()
	fs, err := e.Find(text, Hints{})
	require.NoError(t, err)
	out := map[string]Type{}
	for _, f := range structured(fs) {
		out[text[f.Start:f.End]] = f.Type
	}
	return out
}

// TestNotations gives the same record in every notation that is read: the key tells what its value is.
func TestNotations(t *testing.T) {
	e := newEngine(t)
	for name, text := range map[string]string{
		"JSON":              `{"first_name": "Xanthippe", "city": "Évora", "ssn": "612345678"}`,
		"JSON in JSON":      `{"body": "{\"first_name\": \"Xanthippe\", \"city\": \"Évora\", \"ssn\": \"612345678\"}"}`,
		"JSON, cut off":     `{"first_name": "Xanthippe", "city": "Évora", "ssn": "612345678", "x": "y`,
		"YAML":              "user:\n  firstName: Xanthippe\n  city: 'Évora'\n  ssn: 612345678",
		"environment":       "export FIRST_NAME=Xanthippe\nCITY=\"Évora\"\nUS_SSN=612345678",
		"INI":               "[user]\nfirst_name = Xanthippe\ncity = Évora\nssn = 612345678",
		"headers":           "POST / HTTP/1.1\nX-First-Name: Xanthippe\nX-City: Évora\nX-SSN: 612345678",
		"query":             "https://host.example.net/?first_name=Xanthippe&city=Évora&ssn=612345678",
		"INSERT":            "INSERT INTO t (id, `first_name`, city, ssn) VALUES (1, 'Xanthippe', N'Évora', '612345678')",
		"WHERE":             "SELECT 1 FROM t WHERE t.first_name = 'Xanthippe' AND city LIKE 'Évora' AND ssn='612345678'",
		"UPDATE":            "UPDATE t SET first_name='Xanthippe', city = 'Évora', ssn = '612345678' WHERE id = 2",
		"COPY":              "COPY t (first_name, city, ssn) FROM stdin;\nXanthippe\tÉvora\t612345678\n\\.",
		"CSV":               "id,first_name,city,ssn\n1,Xanthippe,\"Évora\",612345678",
		"TSV":               "First Name\tCity\tSSN\nXanthippe\tÉvora\t612345678",
		"Markdown":          "| First Name | City | SSN |\n|---|---|---|\n| Xanthippe | Évora | 612345678 |",
		"Markdown, upright": "| Field | Value |\n|---|---|\n| First Name | Xanthippe |\n| City | Évora |\n| SSN | 612345678 |",
		"psql":              " first_name | city  | ssn\n------------+-------+-----------\n Xanthippe  | Évora | 612345678\n(1 row)",
		"XML":               "<u><FirstName>Xanthippe</FirstName><city>Évora</city><ssn>612345678</ssn></u>",
		"attributes":        `<u firstName="Xanthippe" city="Évora" ssn="612345678"/>`,
		"HTML form":         `<input name="first_name" value="Xanthippe"><input name="city" value="Évora"><input name="ssn" value="612345678">`,
		"HTML table":        "<tr><th>First Name</th><td>Xanthippe</td></tr><tr><th>City</th><td>Évora</td></tr><tr><th>SSN</th><td>612345678</td></tr>",
		"plist":             "<key>firstName</key>\n<string>Xanthippe</string>\n<key>city</key><string>Évora</string><key>ssn</key><string>612345678</string>",
		"pairs":             `[{"name": "first_name", "value": "Xanthippe"}, {"name": "city", "value": "Évora"}, {"name": "ssn", "value": "612345678"}]`,
		"multipart":         "--b\r\nContent-Disposition: form-data; name=\"first_name\"\r\n\r\nXanthippe\r\n--b\r\nContent-Disposition: form-data; name=\"city\"\r\n\r\nÉvora\r\n--b\r\nContent-Disposition: form-data; name=\"ssn\"\r\n\r\n612345678\r\n--b--",
		"curl":              "curl -d 'first_name=Xanthippe' -F 'city=Évora' --data-urlencode 'ssn=612345678' https://host.example.net",
		"GraphQL":           `mutation { u(firstName: "Xanthippe", city: "Évora", ssn: "612345678") { id } }`,
		"named arguments":   `create(first_name="Xanthippe", city='Évora', ssn="612345678")`,
		"Go":                "u := User{\n\tFirstName: \"Xanthippe\",\n\tCity: \"Évora\",\n\tSSN: \"612345678\",\n}",
		"setters":           `u.setFirstName("Xanthippe"); u.setCity("Évora"); u.setSsn("612345678");`,
		"Ruby":              `U.new(:first_name => "Xanthippe", :city => "Évora", :ssn => "612345678")`,
		"logfmt":            `level=info msg="saved" first_name=Xanthippe city=Évora ssn=612345678 took=3ms`,
		"toString":          "saved Customer(firstName=Xanthippe, city=Évora, ssn=612345678)",
		"flags":             "./add --first-name Xanthippe --city 'Évora' --ssn=612345678",
		"list":              "- **First name:** Xanthippe\n- **City:** Évora\n- **SSN:** 612345678",
	} {
		t.Run(name, func(t *testing.T) {
			got := found(t, e, text)
			require.Equal(t, map[string]Type{"Xanthippe": TypePerson, "Évora": TypeLocation, "612345678": TypeUSSSN}, got)
		})
	}
}

// TestRecords reads records of standards, in which the place tells what a value is.
func TestRecords(t *testing.T) {
	e := newEngine(t)
	for name, tt := range map[string]struct {
		text string
		want map[string]Type
	}{
		"vCard": {
			"BEGIN:VCARD\nVERSION:3.0\nN:Quill;Ines;;;\nFN:Ines Quill\nORG:Quorum GmbH\nADR;TYPE=HOME:;;12 Copper Lane;Évora;;70000;\nBDAY:1971-05-03\nEND:VCARD",
			map[string]Type{"Quill": TypePerson, "Ines": TypePerson, "Ines Quill": TypePerson, "Quorum GmbH": TypeOrg, "12 Copper Lane": TypeLocation, "Évora": TypeLocation, "70000": TypeLocation, "1971-05-03": TypeDate},
		},
		"HL7 v2": {
			"MSH|^~\\&|A|B\rPID|1||44718293^^^HOSP^MR||Quill^Ines||19710503|F|||12 Copper Lane^^Évora^^70000\rDG1|1||E11.9",
			map[string]Type{"44718293": TypeMedical, "Quill": TypePerson, "Ines": TypePerson, "19710503": TypeDate, "12 Copper Lane": TypeLocation, "Évora": TypeLocation, "70000": TypeLocation, "E11.9": TypeMedical},
		},
		"X12": {
			"NM1*PR*2*QUORUM HEALTH*****PI*77~NM1*IL*1*QUILL*INES****MI*1~N3*12 COPPER LANE~N4*BOISE*ID*83702~DMG*D8*19710503*F~PER*IC*BASTIAN HOOP*TE*1~",
			map[string]Type{"QUILL": TypePerson, "INES": TypePerson, "12 COPPER LANE": TypeLocation, "BOISE": TypeLocation, "83702": TypeLocation, "19710503": TypeDate, "BASTIAN HOOP": TypePerson},
		},
		"iCalendar": {
			"BEGIN:VEVENT\nORGANIZER;CN=Ines Quill:mailto:ines@company.com\nATTENDEE;ROLE=CHAIR;CN=\"Bastian Hoop\":mailto:b@company.com\nEND:VEVENT",
			map[string]Type{"Ines Quill": TypePerson, "ines@company.com": TypeEmail, "Bastian Hoop": TypePerson, "b@company.com": TypeEmail},
		},
		"FHIR": {
			`{"resourceType":"Patient","name":[{"family":"Quill","given":["Ines"]}],"birthDate":"1971-05-03","address":[{"line":["12 Copper Lane"],"city":"Évora","postalCode":"70000"}]}`,
			map[string]Type{"Quill": TypePerson, "Ines": TypePerson, "1971-05-03": TypeDate, "12 Copper Lane": TypeLocation, "Évora": TypeLocation, "70000": TypeLocation},
		},
		"HTML table": {
			"<table><tr><th>Surname</th><th>City</th></tr>\n<tr><td>Quill</td><td>Évora</td></tr><tr><td>Øverby</td><td>Brno</td></tr></table>",
			map[string]Type{"Quill": TypePerson, "Øverby": TypePerson, "Évora": TypeLocation, "Brno": TypeLocation},
		},
		"columns of spaces": {
			"surname    city       dob\nQuill      Évora      1971-05-03\nØverby     Bad Homburg  1980-01-02",
			map[string]Type{"Quill": TypePerson, "Øverby": TypePerson, "Évora": TypeLocation, "Bad Homburg": TypeLocation, "1971-05-03": TypeDate, "1980-01-02": TypeDate},
		},
		"nested name": {
			`{"email": "", "name": "Ines Quill", "company": {"name": "Quorum GmbH"}}`,
			map[string]Type{"Ines Quill": TypePerson, "Quorum GmbH": TypeOrg},
		},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tt.want, found(t, e, tt.text)) })
	}
}

// TestConditionsOfNobody leaves questions about diseases, and finds the same diseases of people.
func TestConditionsOfNobody(t *testing.T) {
	e := newEngine(t)
	for _, text := range []string{
		"What causes asthma?", "Explain diabetes to a child.", "What is the best treatment for hypertension?", "List symptoms of depression and epilepsy.",
		"Write an essay about migraine.", "Was sind Symptome einer Depression?", "¿Qué es la hipertensión?",
	} {
		require.Empty(t, found(t, e, text), "%q", text)
	}
	for text, want := range map[string]string{
		"I have glaucoma.": "glaucoma", "My asthma got worse, what can I do?": "asthma", "Patient with gout and fever.": "gout", "Er leidet an Gicht.": "Gicht",
		"Elle souffre de migraine.": "migraine", "Me diagnosticaron epilepsia.": "epilepsia", "Soffro di emicrania.": "emicrania", "彼は糖尿病です": "糖尿病",
	} {
		require.Equal(t, map[string]Type{want: TypeMedical}, found(t, e, text), "%q", text)
	}
}

func TestDoses(t *testing.T) {
	e := newEngine(t)
	for text, want := range map[string]string{
		"metformin 850mg": "metformin 850mg", "take Ozempic 0.5 mg weekly": "Ozempic 0.5 mg", "500 mg of amoxicillin": "500 mg of amoxicillin", "Lantus (20 units)": "Lantus (20 units",
		"ibuprofen tablets 400 mg": "ibuprofen tablets 400 mg", "Humira 40 mg/0.4 ml": "Humira 40 mg/0.4 ml", "levothyroxine 75 µg": "levothyroxine 75 µg",
		"glucose 110 mg/dl": "", "mix 250 ml of milk": "", "the parcel weighs 500 mg": "", "20 units in stock": "",
	} {
		got := ""
		for v := range found(t, e, text) {
			got += v
		}
		require.Equal(t, want, got, "%q", text)
	}
}

// TestNotationsWithoutValues holds definitions, templates and labels against the engine: their keys have no values.
func TestNotationsWithoutValues(t *testing.T) {
	e := newEngine(t)
	for name, text := range map[string]string{
		"JSON Schema":   `{"properties": {"first_name": {"type": "string"}, "city": {"type": "string"}, "age": {"type": "integer"}}, "required": ["first_name", "city"]}`,
		"OpenAPI":       "properties:\n  first_name:\n    type: string\n  address:\n    $ref: '#/components/schemas/Address'\n  age: {type: integer}",
		"DDL":           "CREATE TABLE t (\n  first_name VARCHAR(50) NOT NULL,\n  city TEXT DEFAULT NULL,\n  age INT\n);",
		"protobuf":      "message P {\n  string first_name = 1;\n  int32 age = 3;\n  string city = 4;\n}",
		"types":         "interface P {\n  firstName: string;\n  city?: string;\n  age: number;\n}",
		"code":          "first_name = self.first_name\ncity = request.form['city']\nage = now().year - dob.year\nname = kwargs.get('name')",
		"Kubernetes":    "kind: Pod\nmetadata:\n  name: web-ui\n  namespace: default\nspec:\n  containers:\n  - name: nginx\n    image: nginx:1.25",
		"workflow":      "name: Build and Test\njobs:\n  build:\n    steps:\n      - name: Set up Node\n        uses: actions/setup-node@v4",
		"package":       `{"name": "@acme/web-ui", "version": "1.2.0", "license": "MIT", "author": ""}`,
		"products":      "id,name,price\n1,Wireless Mouse,19.99\n2,Desk Lamp,24.00",
		"labels":        `{"first_name": "Vorname", "last_name": "Nachname", "city": "Stadt", "age": "Alter"}`,
		"templates":     "Hello {{ first_name }}, city: ${city}, name: {name}, company: %COMPANY%, first_name=$FIRST",
		"empty form":    "First name: ____\nCity: \nCompany: N/A\nAge: ",
		"HTML form":     `<label for="first_name">First name</label><input name="first_name" placeholder="First name"><input name="city" value="">`,
		"query":         "SELECT first_name, city FROM t WHERE city IS NOT NULL AND first_name = ? AND last_name = :last",
		"name first":    "Billing address: Ines Quill\n",
		"cached answer": "HTTP/1.1 200 OK\nAge: 34\nCache-Control: max-age=60",
	} {
		t.Run(name, func(t *testing.T) { require.Empty(t, found(t, e, text)) })
	}
}

// TestCellsStayJSON redacts tables and statements inside JSON: the document stays valid, and what is no value stays.
func TestCellsStayJSON(t *testing.T) {
	e := newEngine(t)
	for name, content := range map[string]string{
		"CSV":    "Fix this:\nfirst_name,city,ssn\nXanthippe,Évora,612345678\n\"Odhrán\",Brno,612345679",
		"table":  "| First Name | City |\n|---|---|\n| Xanthippe | Évora |",
		"INSERT": "INSERT INTO t (first_name, n) VALUES ('Xanthippe', 1), ('O''Brien', 2)",
	} {
		t.Run(name, func(t *testing.T) {
			body, err := json.Marshal(map[string]any{"content": content, "ssn": 612345678})
			require.NoError(t, err)
			res, err := e.Redact(string(body), Hints{})
			require.NoError(t, err)
			require.True(t, json.Valid([]byte(res.Text)))
			for _, gone := range []string{"Xanthippe", "Évora", "Brno", "Odhr", "61234567", "O''Brien"} {
				require.NotContains(t, res.Text, gone)
			}
		})
	}
}

func TestFormSpaces(t *testing.T) {
	for in, want := range map[string]string{
		"a=Bad+Homburg&b=1":              "a=Bad Homburg&b=1",
		"?street=12+Copper+Lane&c=d":     "?street=12 Copper Lane&c=d",
		"x=1&email=jane+x@company.com":   "x=1&email=jane+x@company.com",
		"k=1&sig=aB3+dE5fGh7iJkL9+mNoPq": "k=1&sig=aB3+dE5fGh7iJkL9+mNoPq",
		"if a && b+c == d":               "if a && b+c == d",
		"tel=+4930123456&x=1":            "tel=+4930123456&x=1",
	} {
		require.Equal(t, want, normalise(in).s, "%q", in)
	}
}

func TestSubjectsOfAge(t *testing.T) {
	e := newEngine(t)
	for text, want := range map[string]string{
		"She is 34 years old.":                   "34 years old",
		"my 8-year-old daughter":                 "8-year-old",
		"Tengo 29 años y vivo aquí":              "29 años",
		"ho 41 anni":                             "41 anni",
		"mam 52 lata":                            "52 lata",
		"I just turned 40.":                      "40",
		"他今年34岁":                                 "34岁",
		"The bridge is 34 years old.":            "",
		"persons aged 65 and over":               "",
		"il y a 34 ans":                          "",
		"The code is 3 years old and has bugs.":  "",
		"You must be at least 18 years old.":     "",
		"over the last 12 years older hardware ": "",
	} {
		got := ""
		for v := range found(t, e, text) {
			got += v
		}
		require.Equal(t, want, got, "%q", text)
	}
}

func TestColumnsOfManyRows(t *testing.T) {
	e := newEngine(t)
	text := "id;surname;password\n" + strings.Repeat("1;Quillfeather;Tz9!xkq02\n", 50)
	fs, err := e.Find(text, Hints{})
	require.NoError(t, err)
	require.Len(t, fs, 100)
}
