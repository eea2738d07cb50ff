// Package dictionary holds the words of an organisation's own lists, hundreds of thousands of them, in a form that finds
// them in a text in one pass and shows none of them.
//
// A list is a text file in UTF-8, one entry a line; empty lines and lines that begin with # are skipped. An entry is one
// or more words. It is found where the same words stand in a text, with the same signs and blanks between them: a blank
// there may be any white space. Words are whole words. In scripts that are written without blanks between words (Han,
// Kana, Thai, Lao, Khmer, Burmese) every character counts as one.
//
// # What is kept
//
// Neither entries nor words are kept, only 62 bits of a keyed hash (SipHash-2-4) for each entry and for each of its
// beginnings of several words: 12 bytes for each of them, and 2 to 4 for the filter before the table. A list of 500,000 names
// of two words takes 14 to 16 MB, whatever the length of the names. That two texts share 62 bits happens, for a list of
// a million entries, once in four thousand billion words.
//
// # Lists that are private themselves
//
// WriteHashes makes a file of the hashes, under a key that is kept elsewhere. Whoever has the file alone learns how many
// entries there are and in which case they are compared. Whoever has file and key can test guesses, so the key belongs
// where secrets are: the list of a firm's customers can be guessed name by name.
package dictionary
