package redact

import (
	"encoding/base64"
	"strings"
)

var ruleCookie = &rule{prio: prioSecret, Rule: Rule{
	ID: "secret-cookie", Version: 1, Type: TypeSecret,
	Description: "value of a cookie that stands for a session or a login",
	Source:      "RFC 6265, OWASP Session Management Cheat Sheet",
}}

// Bounds of cookies.
const (
	maxCookies   = 4 << 10 // of a header
	minCookie    = 6       // of a value
	maxCookieKey = 64
)

// sessionNames are parts of the names of cookies that stand for a session or a login.
var sessionNames = [...]string{
	"sess", "sid", "auth", "token", "jwt", "csrf", "xsrf", "login", "remember", "__host-", "__secure-", "ident", "passport", "access", "secret", "ticket", "sso", "saml",
	"oidc", "user_key", "_t", "key", "cred", "aspxauth", "wordpress_", "sessionid", "dtcookie", "awsalb", "bearer", "persist", "refresh",
}

// plainCookies are names of cookies that stand for nothing of the kind.
var plainCookies = [...]string{
	"_ga", "_gid", "_gat", "_fbp", "_gcl", "utm", "theme", "lang", "locale", "consent", "cookieconsent", "optanon", "tz", "timezone", "currency", "ab_", "experiment", "variant",
	"visited", "seen", "banner", "country", "region", "color", "mode", "path", "domain", "expires", "max-age", "samesite", "version", "debug",
}

// cookies reads name=value pairs after a header's name, or document.cookie, that ends at i.
func (sc *scanner) cookies(i int) {
	s := sc.s
	how, j, _ := sc.secretJoint(i, "cookie")
	if how != jointAssign || i < sc.formTo {
		return
	}
	defer func() { sc.formTo = max(sc.formTo, j) }() // what was read is not read again
	quote := at(s, j)
	if quote == '"' || quote == '\'' || quote == '`' {
		j++
	} else {
		quote = 0
	}
	limit := min(len(s), j+maxCookies)
	for j < limit {
		for j < limit && (s[j] == ' ' || s[j] == ';' || s[j] == ',') {
			j++
		}
		name := j
		for j < limit && j-name < maxCookieKey && (isAlnum(s[j]) || strings.IndexByte("_-.[]$%", s[j]) >= 0) {
			j++
		}
		if j == name {
			return
		}
		n := s[name:j]
		if at(s, j) != '=' {
			if at(s, j) != ';' { // HttpOnly;
				return
			}
			continue
		}
		start := j + 1
		end := start
		for end < limit && s[end] != ';' && !isSpace(s[end]) && (quote == 0 || s[end] != quote) && s[end] != '"' && s[end] != '\'' {
			end++
		}
		sc.cookie(n, start, end)
		j = end
		if quote != 0 && at(s, j) == quote || at(s, j) == '"' || at(s, j) == '\'' {
			return
		}
	}
}

// cookie judges one pair.
func (sc *scanner) cookie(name string, start, end int) {
	v := sc.s[start:end]
	if len(v) < minCookie || placeholder(v) || strings.IndexByte(v, '{') >= 0 {
		return
	}
	for _, p := range plainCookies {
		if len(name) >= len(p) && equalFold(name[:len(p)], p) {
			return
		}
	}
	for _, p := range sessionNames {
		if containsFold(name, p) {
			_, digits, symbols, humps := census(v)
			if digits+symbols+humps == 0 && len(v) < 16 {
				return // a word
			}
			sc.keyed = max(sc.keyed, end)
			sc.add(start, end, ruleCookie, 0.85, Evidence{Context: p, Structure: "cookie"})
			return
		}
	}
}

// schemes are the authorization schemes whose credentials are one token.
var schemes = [...]string{
	"token", "apikey", "api-key", "api-token", "apitoken", "key", "oauth", "negotiate", "ntlm", "jwt", "hawk", "digest", "bearer", "basic", "session", "signature", "sso", "bot",
	"client-token", "access-token", "genie", "splunk", "private-token", "shared", "sharedkey", "sharedkeylite", "sharedaccesssignature", "aws", "goog1", "scram", "vapid", "dpop", "gnap",
	"genieKey", "geniekey", "ssws", "mac", "snippet", "pagerduty",
}

// authorization reads the value of the header whose name ends at i: credentials after a scheme, or alone.
func (sc *scanner) authorization(i int, k *keyword) {
	s := sc.s
	how, j, _ := sc.secretJoint(i, k.word)
	if how != jointAssign {
		return
	}
	if c := at(s, j); c == '"' || c == '\'' || c == '`' {
		j++
	}
	word := j
	for j < len(s) && j-word < maxName && (isAlnum(s[j]) || s[j] == '-' || s[j] == '_') {
		j++
	}
	scheme := ""
	if at(s, j) == ' ' {
		for _, n := range schemes {
			if equalFold(s[word:j], n) {
				scheme = n
			}
		}
		if scheme == "" {
			return
		}
		word = skipBlanks(s, j)
	}
	if scheme == "bearer" || scheme == "basic" {
		return // authScheme reads them
	}
	for _, p := range [...]string{"token=", "key=", "GoogleLogin auth="} {
		if strings.HasPrefix(s[word:], p) {
			word += len(p)
		}
	}
	if at(s, word) == '"' {
		word++
	}
	end := word
	for end < len(s) && (patternSets['p'][s[end]] || s[end] == '@' || s[end] == ':') && end-word < maxSecret {
		end++
	}
	end = trimToken(s, word, end)
	v := s[word:end]
	_, digits, _, humps := census(v)
	if len(v) < 8 || placeholder(v) || dummy(v) || digits+humps == 0 || at(s, end) == '(' || has(v, '=') && v[len(v)-1] != '=' || has(v, '.') && dottedName(v) {
		return
	}
	sc.keyed = max(sc.keyed, end)
	sc.add(word, end, ruleAuthHeader, 0.9, Evidence{Context: k.word, Structure: "authorization scheme"})
}

// basicPair reports whether the credentials of a basic scheme decode to user:password.
func basicPair(v string) bool {
	raw, err := base64.StdEncoding.DecodeString(v)
	if err != nil {
		raw, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(v, "="))
	}
	return err == nil && strings.IndexByte(string(raw), ':') >= 0
}
