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

//go:embed templates words
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
	lib := &library{words: map[string]map[string][]string{}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if strings.HasPrefix(name, "words/") {
			return lib.readWords(strings.TrimSuffix(path.Base(name), ".txt"), name, string(data))
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
	var fault error
	for _, t := range lib.templates {
		eachSlot(t.nodes, func(c *slotCall) {
			if fault == nil {
				fault = lib.checkSlot(t, c)
			}
		})
	}
	return fault
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
