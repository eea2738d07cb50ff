// Package corpus generates texts with their private values marked: prompts, letters, tables, code, in many languages
// and forms. The tagger (pkg/redact/tagger) is trained on them, and the engine is measured on them.
//
// The lists of names, places and firms come from public packages (lists/README.md). Everything generated is invented:
// names are put together by chance, numbers are made to fit their checksums.
//
// Only tools and tests import it. It is no part of the engine, which knows none of its lists.
package corpus
