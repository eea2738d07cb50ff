package redact

import "strings"

// maxCountryWords is how many words the longest name of a country has.
const maxCountryWords = 5

// countries maps the canonical form of each name of a country to the name that stands for it. A line is a country:
// its short name in English (UN member and observer states, and those that post and telephone know besides), then names
// that its people and neighbours write in addresses.
var countries = func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(countryNames) {
		names := strings.Split(strings.TrimSpace(line), "=")
		for _, name := range names {
			m[canonicalWords(name)] = names[0]
		}
	}
	return m
}()

const countryNames = `Afghanistan
Albania
Algeria
Andorra
Angola
Argentina
Armenia
Australia
Austria=Österreich
Azerbaijan
Bahamas
Bahrain
Bangladesh
Barbados
Belarus
Belgium=Belgique=België=Belgien
Belize
Benin
Bhutan
Bolivia
Bosnia and Herzegovina
Botswana
Brazil=Brasil=Brasilien
Brunei
Bulgaria
Burkina Faso
Burundi
Cambodia
Cameroon
Canada=Kanada
Cape Verde
Central African Republic
Chad
Chile
China=中国=中國
Colombia
Comoros
Congo
Costa Rica
Croatia=Hrvatska
Cuba
Cyprus
Czechia=Czech Republic=Česko
Denmark=Danmark=Dänemark
Djibouti
Dominica
Dominican Republic
Ecuador
Egypt=مصر
El Salvador
Equatorial Guinea
Eritrea
Estonia=Eesti
Eswatini
Ethiopia
Fiji
Finland=Suomi
France=Frankreich=Francia=França
Gabon
Gambia
Germany=Deutschland=Allemagne=Alemania=Alemanha=Germania
Ghana
Greece=Griechenland=Ελλάδα
Grenada
Guatemala
Guinea
Guinea-Bissau
Guyana
Haiti
Honduras
Hungary=Magyarország=Ungarn
Iceland=Ísland
India=भारत
Indonesia
Iran
Iraq
Ireland=Éire
Israel
Italy=Italia=Italien=Italie
Ivory Coast=Côte d'Ivoire
Jamaica
Japan=日本
Kazakhstan
Kenya
Kiribati
Kosovo
Kuwait
Kyrgyzstan
Laos
Latvia=Latvija
Lebanon
Lesotho
Liberia
Libya
Liechtenstein
Lithuania=Lietuva
Luxembourg=Luxemburg
Madagascar
Malawi
Malaysia
Maldives
Mali
Malta
Marshall Islands
Mauritania
Mauritius
Mexico=México=Mexiko
Micronesia
Moldova
Monaco
Mongolia
Montenegro
Morocco=Maroc
Mozambique
Myanmar
Namibia
Nauru
Nepal
Netherlands=The Netherlands=Nederland=Niederlande=Pays-Bas
New Zealand=Neuseeland
Nicaragua
Niger
Nigeria
North Korea
North Macedonia
Norway=Norge=Norwegen
Oman
Pakistan
Palau
Palestine
Panama
Papua New Guinea
Paraguay
Peru=Perú
Philippines
Poland=Polska=Polen
Portugal
Qatar
Romania=România=Rumänien
Russia=Russian Federation=Россия=Russland
Rwanda
Saint Lucia
Samoa
San Marino
Saudi Arabia
Senegal
Serbia=Srbija
Seychelles
Sierra Leone
Singapore
Slovakia=Slovensko
Slovenia=Slovenija
Solomon Islands
Somalia
South Africa
South Korea=Republic of Korea=대한민국=한국
South Sudan
Spain=España=Spanien=Espagne=Spagna=Espanha
Sri Lanka
Sudan
Suriname
Sweden=Sverige=Schweden
Switzerland=Schweiz=Suisse=Svizzera
Syria
Taiwan=臺灣=台灣
Tajikistan
Tanzania
Thailand=ประเทศไทย
Togo
Tonga
Trinidad and Tobago
Tunisia
Turkey=Türkiye=Türkei
Turkmenistan
Tuvalu
Uganda
Ukraine=Україна
United Arab Emirates=UAE
United Kingdom=UK=U.K.=Great Britain=Großbritannien
United States=United States of America=USA=U.S.A.=US=U.S.=Vereinigte Staaten=Estados Unidos=États-Unis
Uruguay
Uzbekistan
Vanuatu
Vatican City
Venezuela
Vietnam
Yemen
Zambia
Zimbabwe`
