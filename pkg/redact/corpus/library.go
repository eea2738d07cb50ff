package corpus

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed templates words fragments
var textFiles embed.FS

// Kind is what a text is: the name of files of templates up to a hyphen, such as "sentences" of sentences-news.txt. The
// kinds whose name starts with "neg" hold nothing private.
type Kind string

// Negative reports whether texts of the kind hold nothing private.
func (k Kind) Negative() bool { return strings.HasPrefix(string(k), "neg") }

// template is a text to fill, of a kind and a language.
type template struct {
	lang  string
	kind  Kind
	text  string
	nodes []node
}

// library holds all templates and words.
type library struct {
	templates []template
	words     map[string]map[string][]string // by language ("any": of all), then by list
	fragments map[string]map[string][][]node // parts of templates, by language, then by name
}

// theLibrary reads the embedded files once. They are part of the build, so a fault in them panics; a test reads them.
var theLibrary = sync.OnceValue(func() *library {
	lib, err := readLibrary(textFiles)
	if err != nil {
		panic(err)
	}
	return lib
})

// Kinds returns all kinds, sorted.
func Kinds() []Kind {
	seen := map[Kind]bool{}
	var out []Kind
	for _, t := range theLibrary().templates {
		if !seen[t.kind] {
			seen[t.kind] = true
			out = append(out, t.kind)
		}
	}
	slices.Sort(out)
	return out
}

// Langs returns the languages that there are templates in, sorted.
func Langs() []string {
	var out []string
	for _, t := range theLibrary().templates {
		if !slices.Contains(out, t.lang) {
			out = append(out, t.lang)
		}
	}
	slices.Sort(out)
	return out
}

func readLibrary(files fs.FS) (*library, error) {
	lib := &library{words: map[string]map[string][]string{}, fragments: map[string]map[string][][]node{}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		lang := strings.TrimSuffix(path.Base(name), ".txt")
		switch path.Dir(name) {
		case "words":
			return lib.readWords(lang, name, string(data))
		case "fragments":
			return lib.readFragments(lang, name, string(data))
		}
		return lib.readTemplates(name, string(data))
	})
	if err != nil {
		return nil, err
	}
	return lib, lib.check()
}

// readTemplates reads a file templates/LANG/KIND.txt or KIND-more.txt: templates between empty lines.
func (lib *library) readTemplates(name, data string) error {
	lang := path.Base(path.Dir(name))
	base, _, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".txt"), "-")
	kind := Kind(base)
	for paragraph := range strings.SplitSeq(data, "\n\n") {
		text := strings.ReplaceAll(strings.Trim(paragraph, "\n"), "{nl}", "\n")
		if text == "" {
			continue
		}
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			if l == "~" {
				lines[i] = ""
			}
		}
		text = strings.Join(lines, "\n")
		nodes, err := parseTemplate(text)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		lib.templates = append(lib.templates, template{lang: lang, kind: kind, text: text, nodes: nodes})
	}
	return nil
}

// readWords reads a file words/LANG.txt: lines "list: word; word; word", a list may go on in further lines of its name.
func (lib *library) readWords(lang, name, data string) error {
	lists := map[string][]string{}
	for line := range strings.Lines(data) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, words, ok := strings.Cut(line, ":")
		if !ok {
			return fmt.Errorf("%s: want list: word; word", name)
		}
		for w := range strings.SplitSeq(words, ";") {
			w = strings.TrimSpace(w)
			if w != "" {
				lists[key] = append(lists[key], w)
			}
		}
	}
	lib.words[lang] = lists
	return nil
}

// readFragments reads a file fragments/LANG.txt: lines "name: template", a name on as many lines as it has alternatives.
func (lib *library) readFragments(lang, name, data string) error {
	of := map[string][][]node{}
	for line := range strings.Lines(data) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, text, ok := strings.Cut(line, ": ")
		if !ok {
			return fmt.Errorf("%s: want name: template", name)
		}
		nodes, err := parseTemplate(strings.ReplaceAll(text, "{nl}", "\n"))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		of[key] = append(of[key], nodes)
	}
	lib.fragments[lang] = of
	return nil
}

// list returns the words of a list in a language: its own, and those of all languages.
func (lib *library) list(lang, name string) []string {
	own, shared := lib.words[lang][name], lib.words["any"][name]
	if len(own) == 0 {
		return shared
	}
	if len(shared) == 0 {
		return own
	}
	return slices.Concat(own, shared)
}

// check reports slots that do not exist and templates of negative kinds that hold something private.
func (lib *library) check() error {
	for _, t := range lib.templates {
		err := lib.checkNodes(t, t.nodes, 0)
		if err != nil {
			return err
		}
	}
	return nil
}

// maxFragments bounds how deep fragments hold fragments.
const maxFragments = 8

func (lib *library) checkNodes(t template, nodes []node, depth int) error {
	if depth > maxFragments {
		return fmt.Errorf("fragments/%s.txt: a fragment holds itself", t.lang)
	}
	var fault error
	eachSlot(nodes, func(c *slotCall) {
		switch {
		case fault != nil:
		case c.name == "f":
			fault = lib.checkFragment(t, c, depth)
		default:
			fault = lib.checkSlot(t, c)
		}
	})
	return fault
}

func (lib *library) checkFragment(t template, c *slotCall, depth int) error {
	name := strings.Join(c.forms, ".")
	if len(lib.fragments[t.lang][name]) == 0 {
		return fmt.Errorf("templates/%s/%s.txt: no fragment %q", t.lang, t.kind, name)
	}
	for _, nodes := range lib.fragments[t.lang][name] {
		err := lib.checkNodes(t, nodes, depth+1)
		if err != nil {
			return err
		}
	}
	return nil
}

func (lib *library) checkSlot(t template, c *slotCall) error {
	where := fmt.Sprintf("templates/%s/%s.txt: {%s.%s}", t.lang, t.kind, c.name, strings.Join(c.forms, "."))
	if c.name == "w" {
		if len(c.forms) == 0 || len(lib.list(t.lang, c.forms[0])) == 0 {
			return fmt.Errorf("%s: no such list of words", where)
		}
		return nil
	}
	s, ok := slots[c.name]
	if !ok {
		return fmt.Errorf("%s: no such slot", where)
	}
	for _, f := range c.forms {
		if !slices.Contains(s.forms, f) && !slices.Contains(caseForms, f) {
			return fmt.Errorf("%s: no such form", where)
		}
	}
	if t.kind.Negative() && s.private {
		return fmt.Errorf("%s: private in a negative", where)
	}
	return nil
}
