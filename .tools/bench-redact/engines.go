package main

import (
	"fmt"
	"regexp"

	// gitleaks is the tool for secrets that most use; its library is what its command runs.
	"github.com/rs/zerolog"
	"github.com/zricethezav/gitleaks/v8/detect"

	"github.com/hushlog/hushlog/pkg/redact"
)

// engine is something that looks for private values in texts, in this process.
type engine struct {
	name string
	note string
	open func() (scan func(text string) int, err error)
}

var engines = []engine{
	{"hushlog", "pkg/redact, all rules, text sanitized", openHushlog},
	{"regexp", "Go's regexp, the 24 plain patterns, matches only", openRegexp},
	{"gitleaks", "gitleaks v8, default rules, no decoding", func() (func(string) int, error) { return openGitleaks(0) }},
	{"gitleaks-decode", "gitleaks v8, default rules, decode depth 5", func() (func(string) int, error) { return openGitleaks(5) }},
}

func openHushlog() (func(string) int, error) {
	e, err := redact.New(redact.Options{})
	if err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	return func(text string) int {
		res, err := e.Redact(text, redact.Hints{})
		if err != nil {
			return 0 // the text counts as uninspectable; reading it took its time all the same
		}
		return len(res.Findings)
	}, nil
}

func openRegexp() (func(string) int, error) {
	compiled := make([]*regexp.Regexp, len(patterns))
	for i, p := range patterns {
		re, err := regexp.Compile(p.expr)
		if err != nil {
			return nil, fmt.Errorf("pattern %s: %w", p.name, err)
		}
		compiled[i] = re
	}
	return func(text string) int {
		n := 0
		for _, re := range compiled {
			n += len(re.FindAllStringIndex(text, -1))
		}
		return n
	}, nil
}

func openGitleaks(depth int) (func(string) int, error) {
	zerolog.SetGlobalLevel(zerolog.Disabled)
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return nil, fmt.Errorf("open gitleaks: %w", err)
	}
	d.MaxDecodeDepth = depth
	return func(text string) int { return len(d.DetectString(text)) }, nil
}

// pattern is a plain pattern, in the syntax that Go's regexp and Hyperscan share.
type pattern struct{ name, expr string }

// patterns are what one writes in an afternoon: shapes, without checksums or context.
var patterns = []pattern{
	{"e-mail", `[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}\.[A-Za-z]{2,24}`},
	{"phone, international", `\+[0-9]{1,3}[ .-]?[0-9]{1,4}[ .-]?[0-9]{2,4}[ .-]?[0-9]{2,9}`},
	{"phone, North America", `\(?[2-9][0-9]{2}\)?[ .-][2-9][0-9]{2}[ .-][0-9]{4}`},
	{"card", `\b(?:[0-9][ -]?){12,18}[0-9]\b`},
	{"IBAN", `\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b`},
	{"US SSN", `\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b`},
	{"UK NINO", `\b[A-CEGHJ-PR-TW-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b`},
	{"IPv4", `\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b`},
	{"IPv6", `\b(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\b`},
	{"MAC", `\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b`},
	{"date", `\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b|\b[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4}\b`},
	{"AWS key", `\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`},
	{"GitHub token", `\bgh[pousr]_[0-9A-Za-z]{36}`},
	{"GitLab token", `\bglpat-[0-9A-Za-z_-]{20}`},
	{"Slack token", `\bxox[abprs]-[0-9A-Za-z-]{10,72}`},
	{"Stripe key", `\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,64}`},
	{"Google key", `\bAIza[0-9A-Za-z_-]{35}`},
	{"OpenAI key", `\bsk-[0-9A-Za-z_-]{20,200}`},
	{"JWT", `\beyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}`},
	{"private key", `-----BEGIN [A-Z ]{0,24}PRIVATE KEY-----`},
	{"password", `(?i)(?:password|passwd|pwd|secret|token|api_?key)["' ]{0,3}(?:[:=]|is )["' ]{0,3}[^\s"',;]{6,64}`},
	{"URL with password", `\b[a-z][a-z0-9+.-]{1,16}://[^\s:/@]{1,64}:[^\s/@]{1,64}@`},
	{"Bitcoin address", `\b(?:bc1[0-9a-z]{25,62}|[13][1-9A-HJ-NP-Za-km-z]{25,34})\b`},
	{"Ethereum address", `\b0x[0-9A-Fa-f]{40}\b`},
}
