// Prints word.tsv: words that are no names, by language. usage: node words.mjs NODE_MODULES, sorted by bytes, the languages of lists/README.md kept, gzip -9n
// Sources: stopwords-iso (MIT) and the keywords of emoji in CLDR's annotations (Unicode-3.0), flags left out.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const modules = process.argv[2];
const json = (...p) => JSON.parse(readFileSync(join(modules, ...p), "utf8"));
const print = (lang, word) => {
  if (/^\p{L}[\p{L}\p{M}'’]+$/u.test(word)) console.log(lang + "\t" + word);
};

for (const [lang, words] of Object.entries(json("stopwords-iso", "stopwords-iso.json")))
  for (const w of words) print(lang, w);

const flag = /[\u{1F1E6}-\u{1F1FF}\u{E0020}-\u{E007F}]/u;
const root = ["cldr-annotations-full", "annotations"];
for (const lang of readdirSync(join(modules, ...root))) {
  if (lang.includes("-")) continue; // variants of a language have the same words
  const annotations = json(...root, lang, "annotations.json").annotations?.annotations ?? {};
  for (const [emoji, a] of Object.entries(annotations)) {
    if (flag.test(emoji)) continue;
    for (const text of [...(a.default ?? []), ...(a.tts ?? [])])
      for (const w of text.split(/[\s,.:;()/“”„"«»&-]+/)) print(lang, w);
  }
}
