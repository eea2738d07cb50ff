// Package corpus generates texts with their private values marked: prompts, letters, tables, code, in many languages
// and forms. The tagger (pkg/redact/tagger) is trained on them, and the engine is measured on them.
//
// The lists of names, places and firms come from public packages (lists/README.md). Everything generated is invented:
// names are put together by chance, numbers are made to fit their checksums.
//
// # Texts
//
// A text is a template, filled. templates/LANG/KIND.txt holds them, one a paragraph; template.go says how they are
// written. words/LANG.txt holds lists of words that they draw from, words/any.txt those of every language;
// fragments/LANG.txt holds parts of sentences that make up sentences. To write more is to add paragraphs and words:
// a test fills each of them and refuses slots that do not exist, and anything private in a kind whose name begins with
// "neg".
//
// Some texts follow another, some are all in small letters or capitals, some of the values are disguised (disguise.go)
// and some texts stand in bodies of chat interfaces (jsonbody.go). Tags of the record say so.
//
// In kinds that are not negative, every name of a person, place or firm is marked, known or not; in negative ones,
// famous people, landmarks and countries are general knowledge and not private.
//
// # Halves
//
// Options.Half draws names, cities and firms from one half of the lists, Options.Templates from one half of the
// templates, so that what learned from one half can be measured on the other.
//
// Only tools and tests import it. It is no part of the engine, which knows none of its lists.
package corpus
