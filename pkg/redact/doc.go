// Package redact finds what is private in a text and takes it out.
//
// It is a library for itself: text in, findings and sanitized text out. It knows nothing of how the text travels or
// where it is stored, reads no files, opens no connections, and keeps no state between calls. The result depends on
// the text, the hints and the options only.
//
// # How a text is read
//
//  1. The text is put into a normal form (view.go, normalise.go): escapes decoded, full-width and other digits folded,
//     invisible characters dropped, look-alike letters folded. The view carries a map back to the bytes of the input. A
//     text that needs none of this is its own view.
//  2. One pass of a matcher (matcher.go) reports every literal that matters: words of context
//     ("card", "Telefon", "身份证"), names of secrets ("password", "api_key"), prefixes of known keys ("ghp_").
//  3. Keys and their values are read together, in whatever notation (fields.go), also where they stand apart: tables,
//     column lists, pairs (cells.go, sql.go, pairs.go).
//  4. One pass over the bytes (scan.go) cuts tokens and hands those that could be something to the families: clusters of
//     digits and capitals (cluster.go), e-mail addresses, IP addresses, long tokens.
//  5. Each candidate is judged by checksum, structure and the words near it, and by how seldom a number passes by
//     chance. The operating point (point.go) says how sure a finding must be.
//  6. Tokens that decode to text (base64 and the like), words that spell digits and values broken over lines are read
//     again as small views of their own (decode.go, spelled.go, wrap.go).
//  7. An organisation's own dictionaries, patterns and identifiers add findings, its allow lists take some away (own.go).
//  8. Overlaps are resolved (overlap.go), secrets are looked for again wherever they are repeated (repeat.go), and the
//     actions are applied (apply.go, json.go). Where something was replaced beside what was left in doubt, the result is
//     read once more (stable.go), so that a second call changes nothing.
//
// # Streams
//
// A Writer (stream_writer.go) sanitizes a text of any length in bounded memory, a DeltaJoiner (stream_deltas.go) the
// deltas that a model streams. Both read windows that overlap (stream.go) and let go what nothing that follows changes.
//
// # Cost
//
// Every step is linear in the length of the text. The view and the matcher touch each byte once. Scanners look
// around a trigger within windows of constant size (each names its bound), never start again inside what they have
// consumed, and judge at most a constant number of sub-windows per token. Derived views are cut from disjoint parts of
// their parent, nest at most twice and are charged to a budget of eight times the input; beyond it the text counts as
// uninspectable. Overlap resolution sorts the candidates, of which there are at most a constant number per token.
package redact
