package corpus

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"strings"
	"sync"
)

//go:embed lists/*.tsv.gz
var listFiles embed.FS

// Sex is the sex that a name's form or use tells.
type Sex byte

// The sexes of names.
const (
	Either Sex = 'u' // of both, or the list does not say
	Female Sex = 'f'
	Male   Sex = 'm'
)

// Name is a given or a family name.
type Name struct {
	Text   string
	Locale string // language tag, "de-AT"
	Sex    Sex
}

// CensusName is a name of the US census of 1990.
type CensusName struct {
	Text string
	Rank int // 1 is the most frequent of its kind
	Sex  Sex // of a given name; Either for a surname
}

// City is a populated place.
type City struct {
	Text    string
	Country string // ISO 3166 alpha-2
	Size    int    // 1: 500,000 inhabitants and more, 2: 100,000, 3: 15,000, 4: fewer
}

// Territory is a country or a part of one.
type Territory struct {
	Text    string
	Lang    string // that the name is written in, "de"
	Country string // ISO 3166 alpha-2
}

// Entry is a text of a list that only has a kind.
type Entry struct {
	Text   string
	Locale string
	Kind   string // lists/README.md names them
}

// The lists, each read on first use. They are shared: callers do not change them. lists/README.md says what they hold
// and where they come from.
var (
	// GivenNames are given names of some 100 locales.
	GivenNames = list("given", readName)
	// FamilyNames are family names of the same locales.
	FamilyNames = list("family", readName)
	// CensusGivenNames are the US census's given names, by frequency within each sex.
	CensusGivenNames = list("census", func(f []string) (CensusName, bool) { return readCensus(f), f[0] != "s" })
	// CensusSurnames are the US census's 40,000 most frequent surnames, by frequency.
	CensusSurnames = list("census", func(f []string) (CensusName, bool) { return readCensus(f), f[0] == "s" })
	// Titles are what stands before ("prefix") and after ("suffix") people's names.
	Titles = list("title", readEntry)
	// Cities are populated places of the world, some twice: in Latin and in their own script.
	Cities = list("city", func(f []string) (City, bool) {
		return City{Country: f[0], Size: int(f[1][0] - '0'), Text: f[2]}, true
	})
	// Regions are states, provinces, counties and the like, by their English names.
	Regions = list("region", readTerritory)
	// Countries are countries and territories by their names in some 70 languages.
	Countries = list("country", readTerritory)
	// Languages are languages by their names in the same languages; Country is the language's code.
	Languages = list("language", readTerritory)
	// AddressParts are streets and the parts that streets and cities are made of.
	AddressParts = list("address", readEntry)
	// CompanyParts are firms ("firm"), legal forms ("suffix", "prefix") and words of firms' names.
	CompanyParts = list("company", readEntry)
	// Words are words that are no names, of some 35 languages; they have no kind.
	Words = list("word", func(f []string) (Entry, bool) { return Entry{Locale: f[0], Text: f[1]}, true })
	// Jobs are names of jobs; they have no kind.
	Jobs = list("job", func(f []string) (Entry, bool) { return Entry{Locale: f[0], Text: f[1]}, true })
)

func readName(f []string) (Name, bool) {
	return Name{Locale: f[0], Sex: Sex(f[1][0]), Text: f[2]}, true
}

func readCensus(f []string) CensusName {
	rank := 0
	for _, c := range []byte(f[1]) {
		rank = rank*10 + int(c-'0')
	}
	sex := Either
	if f[0] != "s" {
		sex = Sex(f[0][0])
	}
	return CensusName{Rank: rank, Text: f[2], Sex: sex}
}

func readEntry(f []string) (Entry, bool) { return Entry{Locale: f[0], Kind: f[1], Text: f[2]}, true }

func readTerritory(f []string) (Territory, bool) {
	return Territory{Lang: f[0], Country: f[1], Text: f[2]}, true
}

// list returns a function that reads the list on its first call and returns the same slice ever after.
func list[T any](name string, read func(fields []string) (T, bool)) func() []T {
	return sync.OnceValue(func() []T {
		var out []T
		for line := range strings.Lines(unpack(name)) {
			row, ok := read(strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
			if ok {
				out = append(out, row)
			}
		}
		return out
	})
}

// unpack returns an embedded list. It cannot go wrong but by a broken build, so it panics.
func unpack(name string) string {
	packed, err := listFiles.ReadFile("lists/" + name + ".tsv.gz")
	if err != nil {
		panic(err)
	}
	in, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		panic(err)
	}
	return string(text)
}
