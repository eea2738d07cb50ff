package redact

var ruleVaultLegacy = &rule{prio: prioSecret + 3, Rule: Rule{
	ID: "secret-vault-legacy-token", Version: 1, Type: TypeSecret,
	Description: "Vault service token before version 1.10",
	Source:      "HashiCorp Vault",
}}

// legacyVault is the length of such a token after its prefix "s.".
const legacyVault = 24

// vaultToken judges 24 letters and digits. The prefix is too short to be looked for by itself.
func (sc *scanner) vaultToken(start, end int) {
	s := sc.s
	if at(s, start-1) != '.' || at(s, start-2) != 's' || isWordByte(at(s, start-3)) || isWordByte(at(s, end)) {
		return
	}
	if _, digits, _, _ := census(s[start:end]); digits >= 2 && !wordy(s[start:end]) && entropy(s[start:end]) > 3.4 {
		sc.add(start-2, end, ruleVaultLegacy, 0.9, Evidence{Structure: "prefix and length"})
	}
}

// serviceNames are services whose keys have no form of their own: a value beside one of these names and "key" is one
// even if it is a UUID or short (the identifiers of gitleaks' rules, and others).
var serviceNames = [...]string{
	"adafruit", "adobe", "airtable", "algolia", "alibaba", "amplitude", "artifactory", "asana", "atlassian", "auth0", "azure", "beamer", "bitbucket", "bittrex", "braze", "bugsnag",
	"circleci", "clearbit", "cloudflare", "codecov", "cohere", "coinbase", "confluent", "contentful", "databricks", "datadog", "digitalocean", "discord", "droneci", "dropbox", "elastic",
	"etsy", "facebook", "fastly", "finicity", "finnhub", "firebase", "flickr", "freshbooks", "freshdesk", "gitlab", "gitter", "gocardless", "google", "grafana", "heroku", "hubspot", "infura",
	"intercom", "jenkins", "jfrog", "jira", "kraken", "kucoin", "launchdarkly", "linear", "linkedin", "lob", "looker", "mailchimp", "mailgun", "mailjet", "mapbox", "mattermost", "meraki",
	"messagebird", "mixpanel", "netlify", "newrelic", "nexmo", "notion", "nytimes", "okta", "onesignal", "openai", "opsgenie", "pagerduty", "paypal", "plaid", "posthog", "postmark",
	"privateai", "pusher", "quicknode", "rapidapi", "rollbar", "segment", "sendbird", "sentry", "shodan", "shopify", "sidekiq", "slack", "snyk", "sonar", "sourcegraph", "spotify", "square",
	"squarespace", "stripe", "sumo", "supabase", "telegram", "travis", "trello", "twilio", "twitch", "twitter", "typeform", "virustotal", "vonage", "wakatime", "yandex", "zapier", "zendesk", "zoom",
}

// reachService is how far before the end of a name that of a service may begin, in bytes.
const reachService = 40

// serviceNamed reports whether the name that ends at i, or the words right before it, name a service.
func (sc *scanner) serviceNamed(i int) bool {
	s := sc.s
	from := i
	for from > 0 && i-from < reachService && s[from-1] != '\n' && s[from-1] != ',' && s[from-1] != ';' && s[from-1] != '{' {
		from--
	}
	for _, n := range serviceNames {
		if containsFold(s[from:i], n) {
			return true
		}
	}
	return false
}
