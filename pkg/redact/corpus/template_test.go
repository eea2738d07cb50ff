package corpus

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestParseTemplate(t *testing.T) {
	nodes, err := parseTemplate(`a {person.caps:1} {"x": 1} [[b|{given}|[[c|d]]|]] e`)
	require.NoError(t, err)
	require.Len(t, nodes, 5)
	require.Equal(t, "a ", nodes[0].text)
	require.Equal(t, &slotCall{name: "person", forms: []string{"caps"}, entity: "1"}, nodes[1].slot)
	require.Equal(t, ` {"x": 1} `, nodes[2].text)
	require.Len(t, nodes[3].alts, 4)
	require.Equal(t, "given", nodes[3].alts[1][0].slot.name)
	require.Len(t, nodes[3].alts[2][0].alts, 2)
	require.Empty(t, nodes[3].alts[3])
}

func TestFaultyFilesAreRefused(t *testing.T) {
	tests := []struct{ name, file, text string }{
		{"choice without end", "templates/en/x.txt", "[[a|b"},
		{"end without choice", "templates/en/x.txt", "a]] b"},
		{"unknown slot", "templates/en/x.txt", "{nobody}"},
		{"unknown form", "templates/en/x.txt", "{given.backwards}"},
		{"form behind the entity", "templates/en/x.txt", "{given:1.caps}"},
		{"unknown words", "templates/en/x.txt", "{w.nothing}"},
		{"private in a negative", "templates/en/neg_x.txt", "{given}"},
		{"words without a list", "words/en.txt", "one; two"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := readLibrary(fstest.MapFS{test.file: {Data: []byte(test.text)}})
			require.Error(t, err)
		})
	}
}

func TestTemplatesOfAFile(t *testing.T) {
	lib, err := readLibrary(fstest.MapFS{"templates/en/x.txt": {Data: []byte("\none\n~\ntwo{nl}three\n\n\nfour\n")}})
	require.NoError(t, err)
	require.Len(t, lib.templates, 2)
	require.Equal(t, "one\n\ntwo\nthree", lib.templates[0].text)
	require.Equal(t, "four", lib.templates[1].text)
}
