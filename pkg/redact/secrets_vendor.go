package redact

import "strings"

// vendorKey is a kind of key that its issuer made recognisable.
type vendorKey struct {
	id      string
	what    string
	pattern string
	source  string
	inside  bool // may stand inside a longer word
}

// vendorKeys are the kinds of keys that can be told by their form alone. Lengths are lower bounds where an issuer has
// changed them before: what goes on in the same characters belongs to the key.
var vendorKeys = []vendorKey{
	{"aws-access-key-id", "AWS access key id", "AKIA<u16>", "AWS IAM identifiers", false},
	{"aws-temporary-key-id", "AWS temporary access key id", "ASIA<u16>", "AWS IAM identifiers", false},
	{"aws-bearer-key-id", "AWS service bearer token id", "ABIA<u16>", "AWS IAM identifiers", false},
	{"aws-context-key-id", "AWS context credential id", "ACCA<u16>", "AWS IAM identifiers", false},
	{"aws-legacy-key-id", "AWS legacy access key id", "A3T<u17>", "AWS IAM identifiers", false},
	{"aws-bedrock-key", "AWS Bedrock API key", "ABSK<b100+>", "AWS Bedrock", false},
	{"aws-bedrock-short-key", "AWS Bedrock short-lived API key", "bedrock-api-key-<b20+>", "AWS Bedrock", false},
	{"aws-mws-key", "Amazon MWS token", "amzn.mws.<x8>-<x4>-<x4>-<x4>-<x12>", "Amazon MWS", false},
	{"gcp-api-key", "Google API key", "AIza<w30+>", "Google Cloud API keys", false},
	{"gcp-oauth-secret", "Google OAuth client secret", "GOCSPX-<w24+>", "Google identity", false},
	{"gcp-oauth-token", "Google OAuth access token", "ya29.<.20+>", "Google identity", false},
	{"gcp-oauth-refresh", "Google OAuth refresh token", "1//0<w30+>", "Google identity", false},
	{"azure-client-secret", "Azure client secret", "<z3><d1>Q~<q31,40>", "Microsoft Entra", false},
	{"azure-storage-key", "Azure storage account key", "AccountKey=<b40+>", "Azure Storage", false},
	{"azure-devops-token", "Azure DevOps token", "<A75>AZDO<A5>", "Azure DevOps", true},
	{"github-pat", "GitHub personal access token", "ghp_<A30+>", "GitHub token formats", true},
	{"github-oauth", "GitHub OAuth token", "gho_<A30+>", "GitHub token formats", true},
	{"github-user-token", "GitHub user-to-server token", "ghu_<A30+>", "GitHub token formats", true},
	{"github-server-token", "GitHub server-to-server token", "ghs_<A30+>", "GitHub token formats", true},
	{"github-refresh-token", "GitHub refresh token", "ghr_<A30+>", "GitHub token formats", true},
	{"github-fine-grained-pat", "GitHub fine-grained token", "github_pat_<w60+>", "GitHub token formats", true},
	{"gitlab-pat", "GitLab personal access token", "glpat-<.20+>", "GitLab token prefixes", true},
	{"gitlab-ci-token", "GitLab job token", "glcbt-<w20+>", "GitLab token prefixes", true},
	{"gitlab-deploy-token", "GitLab deploy token", "gldt-<w20+>", "GitLab token prefixes", true},
	{"gitlab-feature-flag-token", "GitLab feature flag token", "glffct-<w20+>", "GitLab token prefixes", true},
	{"gitlab-feed-token", "GitLab feed token", "glft-<w20+>", "GitLab token prefixes", true},
	{"gitlab-mail-token", "GitLab incoming mail token", "glimt-<w20+>", "GitLab token prefixes", true},
	{"gitlab-agent-token", "GitLab agent token", "glagent-<w40+>", "GitLab token prefixes", true},
	{"gitlab-oauth-secret", "GitLab OAuth secret", "gloas-<w40+>", "GitLab token prefixes", true},
	{"gitlab-trigger-token", "GitLab trigger token", "glptt-<h40>", "GitLab token prefixes", true},
	{"gitlab-registration-token", "GitLab runner registration token", "GR1348941<w20+>", "GitLab token prefixes", true},
	{"gitlab-runner-token", "GitLab runner token", "glrt-<.20+>", "GitLab token prefixes", true},
	{"gitlab-scim-token", "GitLab SCIM token", "glsoat-<w20+>", "GitLab token prefixes", true},
	{"gitlab-session", "GitLab session cookie", "_gitlab_session=<l32>", "GitLab", true},
	{"slack-bot-token", "Slack bot token", "xoxb-<w20+>", "Slack token types", true},
	{"slack-user-token", "Slack user token", "xoxp-<w20+>", "Slack token types", true},
	{"slack-legacy-token", "Slack legacy token", "xoxo-<w10+>", "Slack token types", true},
	{"slack-session-token", "Slack session token", "xoxs-<w10+>", "Slack token types", true},
	{"slack-workspace-token", "Slack workspace token", "xoxa-<w8+>", "Slack token types", true},
	{"slack-refresh-token", "Slack refresh token", "xoxr-<w8+>", "Slack token types", true},
	{"slack-client-token", "Slack client token", "xoxc-<w20+>", "Slack token types", true},
	{"slack-cookie-token", "Slack cookie token", "xoxd-<p20+>", "Slack token types", true},
	{"slack-config-token", "Slack configuration token", "xoxe.xox<w40+>", "Slack token types", true},
	{"slack-config-refresh", "Slack configuration refresh token", "xoxe-<w40+>", "Slack token types", true},
	{"slack-app-token", "Slack app token", "xapp-<w20+>", "Slack token types", true},
	{"stripe-secret-live", "Stripe secret key", "sk_live_<A10+>", "Stripe API keys", true},
	{"stripe-secret-test", "Stripe secret test key", "sk_test_<A10+>", "Stripe API keys", true},
	{"stripe-secret-prod", "Stripe secret key", "sk_prod_<A10+>", "Stripe API keys", true},
	{"stripe-restricted-live", "Stripe restricted key", "rk_live_<A10+>", "Stripe API keys", true},
	{"stripe-restricted-test", "Stripe restricted test key", "rk_test_<A10+>", "Stripe API keys", true},
	{"stripe-restricted-prod", "Stripe restricted key", "rk_prod_<A10+>", "Stripe API keys", true},
	{"stripe-webhook-secret", "Stripe or Standard Webhooks secret", "whsec_<b20+>", "Standard Webhooks", true},
	{"openai-project-key", "OpenAI project key", "sk-proj-<w20+>", "OpenAI API keys", false},
	{"openai-service-key", "OpenAI service account key", "sk-svcacct-<w20+>", "OpenAI API keys", false},
	{"openai-admin-key", "OpenAI admin key", "sk-admin-<w20+>", "OpenAI API keys", false},
	{"openai-session", "OpenAI session key", "sess-<A40+>", "OpenAI API keys", false},
	{"anthropic-api-key", "Anthropic API key", "sk-ant-<w20+>", "Anthropic API keys", false},
	{"openrouter-key", "OpenRouter API key", "sk-or-<w20+>", "OpenRouter", false},
	{"openai-key", "OpenAI key, or one of the services that follow its form", "sk-<A20+>", "OpenAI API keys", false},
	{"huggingface-token", "Hugging Face token", "hf_<A30+>", "Hugging Face", false},
	{"huggingface-org-token", "Hugging Face organisation token", "api_org_<A30+>", "Hugging Face", false},
	{"groq-key", "Groq API key", "gsk_<A40+>", "Groq", false},
	{"xai-key", "xAI API key", "xai-<A40+>", "xAI", false},
	{"replicate-token", "Replicate token", "r8_<A36+>", "Replicate", false},
	{"perplexity-key", "Perplexity API key", "pplx-<A40+>", "Perplexity", false},
	{"fireworks-key", "Fireworks API key", "fw_<A22+>", "Fireworks", false},
	{"voyage-key", "Voyage API key", "pa-<w40+>", "Voyage", false},
	{"tavily-key", "Tavily API key", "tvly-<w20+>", "Tavily", false},
	{"wandb-key", "Weights & Biases API key", "wandb_v1_<w40+>", "Weights & Biases", false},
	{"e2b-key", "E2B API key", "e2b_<h40>", "E2B", false},
	{"browserbase-key", "Browserbase API key", "bb_live_<w20+>", "Browserbase", false},
	{"runpod-key", "RunPod API key", "rpa_<A40+>", "RunPod", false},
	{"modal-token-id", "Modal token id", "ak-<A22>", "Modal", false},
	{"modal-token-secret", "Modal token secret", "as-<A22>", "Modal", false},
	{"cursor-key", "Cursor API key", "key_<h64>", "Cursor", false},
	{"lambda-cloud-key", "Lambda Cloud API key", "secret_<m1,40>_<h32>.<A32>", "Lambda", false},
	{"unkey-key", "Unkey root key", "unkey_<A20+>", "Unkey", false},
	{"polar-token", "Polar access token", "polar_oat_<w30+>", "Polar", false},
	{"axiom-token", "Axiom API token", "xaat-<x8>-<x4>-<x4>-<x4>-<x12>", "Axiom", false},
	{"axiom-personal-token", "Axiom personal token", "xapt-<x8>-<x4>-<x4>-<x4>-<x12>", "Axiom", false},
	{"honeycomb-ingest-key", "Honeycomb ingest key", "hcaik_<l58>", "Honeycomb", false},
	{"honeycomb-management-key", "Honeycomb management key", "hcamk_<l58>", "Honeycomb", false},
	{"launchdarkly-api-key", "LaunchDarkly API token", "api-<x8>-<x4>-<x4>-<x4>-<x12>", "LaunchDarkly", false},
	{"launchdarkly-sdk-key", "LaunchDarkly SDK key", "sdk-<x8>-<x4>-<x4>-<x4>-<x12>", "LaunchDarkly", false},
	{"launchdarkly-mobile-key", "LaunchDarkly mobile key", "mob-<x8>-<x4>-<x4>-<x4>-<x12>", "LaunchDarkly", false},
	{"infisical-service-token", "Infisical service token", "st.<x8>-<x4>-<x4>-<x4>-<x12>.<h32>.<h32>", "Infisical", false},
	{"infisical-service-token-short", "Infisical service token", "st.<h24>.<h32>.<h32>", "Infisical", false},
	{"pinecone-key", "Pinecone API key", "pcsk_<w30+>", "Pinecone", false},
	{"langsmith-key", "LangSmith key", "lsv2_<w20+>", "LangSmith", false},
	{"nvidia-key", "NVIDIA API key", "nvapi-<w40+>", "NVIDIA", false},
	{"sendgrid-key", "SendGrid API key", "SG.<w16+>.<w20+>", "SendGrid", false},
	{"mailgun-key", "Mailgun key", "key-<h32>", "Mailgun", false},
	{"mailgun-pub-key", "Mailgun validation key", "pubkey-<h32>", "Mailgun", false},
	{"mailchimp-key", "Mailchimp API key", "<h32>-us<d1,2>", "Mailchimp", false},
	{"twilio-key", "Twilio API key", "SK<x32>", "Twilio", false},
	{"twilio-account", "Twilio account id", "AC<h32>", "Twilio", false},
	{"npm-token", "npm access token", "npm_<A30+>", "npm", true},
	{"pypi-token", "PyPI upload token", "pypi-<w50+>", "PyPI", false},
	{"rubygems-token", "RubyGems token", "rubygems_<h48>", "RubyGems", false},
	{"nuget-key", "NuGet API key", "oy2<l43>", "NuGet", false},
	{"clojars-token", "Clojars token", "CLOJARS_<A60>", "Clojars", false},
	{"crates-token", "crates.io token", "cio<A32>", "crates.io", false},
	{"docker-pat", "Docker personal access token", "dckr_pat_<w20+>", "Docker", false},
	{"docker-oat", "Docker organisation access token", "dckr_oat_<w20+>", "Docker", false},
	{"artifactory-key", "Artifactory API key", "AKCp<A60+>", "JFrog", false},
	{"artifactory-reference-token", "Artifactory reference token", "cmVmd<A50+>", "JFrog", false},
	{"digitalocean-token", "DigitalOcean token", "dop_v1_<h64>", "DigitalOcean", false},
	{"digitalocean-oauth", "DigitalOcean OAuth token", "doo_v1_<h64>", "DigitalOcean", false},
	{"digitalocean-refresh", "DigitalOcean refresh token", "dor_v1_<h64>", "DigitalOcean", false},
	{"cloudflare-ca-key", "Cloudflare origin CA key", "v1.0-<h24>-<h100+>", "Cloudflare", false},
	{"databricks-token", "Databricks token", "dapi<h32>", "Databricks", false},
	{"heroku-key", "Heroku API key", "HRKU-<w50+>", "Heroku", false},
	{"hashicorp-vault-token", "Vault service token", "hvs.<w24+>", "HashiCorp Vault", false},
	{"hashicorp-vault-batch", "Vault batch token", "hvb.<w24+>", "HashiCorp Vault", false},
	{"hashicorp-vault-recovery", "Vault recovery token", "hvr.<w24+>", "HashiCorp Vault", false},
	{"terraform-token", "Terraform Cloud token", "<A14>.atlasv1.<s60+>", "HashiCorp Terraform", false},
	{"shopify-token", "Shopify access token", "shpat_<x32>", "Shopify", false},
	{"shopify-custom-token", "Shopify custom app token", "shpca_<x32>", "Shopify", false},
	{"shopify-private-token", "Shopify private app token", "shppa_<x32>", "Shopify", false},
	{"shopify-secret", "Shopify shared secret", "shpss_<x32>", "Shopify", false},
	{"square-token", "Square access token", "sq0atp-<w22+>", "Square", false},
	{"square-secret", "Square OAuth secret", "sq0csp-<w40+>", "Square", false},
	{"square-eaaa-token", "Square access token", "EAAA<w50,60>", "Square", false},
	{"facebook-token", "Facebook access token", "EAAC<A60+>", "Meta", false},
	{"facebook-page-token", "Facebook page token", "EAAM<A60+>", "Meta", false},
	{"paypal-braintree-token", "Braintree access token", "access_token$production$<l16>$<h32>", "Braintree", false},
	{"plaid-token", "Plaid access token", "access-production-<x8>-<x4>-<x4>-<x4>-<x12>", "Plaid", false},
	{"plaid-sandbox-token", "Plaid sandbox token", "access-sandbox-<x8>-<x4>-<x4>-<x4>-<x12>", "Plaid", false},
	{"plaid-development-token", "Plaid development token", "access-development-<x8>-<x4>-<x4>-<x4>-<x12>", "Plaid", false},
	{"flutterwave-secret", "Flutterwave secret key", "FLWSECK_TEST-<A12+>", "Flutterwave", false},
	{"flutterwave-secret-live", "Flutterwave secret key", "FLWSECK-<A12+>", "Flutterwave", false},
	{"flutterwave-public", "Flutterwave public key", "FLWPUBK_TEST-<A12+>", "Flutterwave", false},
	{"razorpay-key", "Razorpay key id", "rzp_live_<A14+>", "Razorpay", false},
	{"razorpay-test-key", "Razorpay test key id", "rzp_test_<A14+>", "Razorpay", false},
	{"easypost-key", "EasyPost API key", "EZAK<A54>", "EasyPost", false},
	{"easypost-test-key", "EasyPost test key", "EZTK<A54>", "EasyPost", false},
	{"shippo-token", "Shippo token", "shippo_live_<x40>", "Shippo", false},
	{"shippo-test-token", "Shippo test token", "shippo_test_<x40>", "Shippo", false},
	{"duffel-token", "Duffel token", "duffel_live_<s43>", "Duffel", false},
	{"duffel-test-token", "Duffel test token", "duffel_test_<s43>", "Duffel", false},
	{"lob-key", "Lob key", "live_<h35>", "Lob", false},
	{"lob-test-key", "Lob test key", "test_<h35>", "Lob", false},
	{"lob-public-key", "Lob public key", "live_pub_<h31>", "Lob", false},
	{"lob-public-test-key", "Lob public test key", "test_pub_<h31>", "Lob", false},
	{"gocardless-token", "GoCardless token", "live_<w40>", "GoCardless", false},
	{"atlassian-token", "Atlassian API token", "ATATT3<s60+>", "Atlassian", false},
	{"bitbucket-token", "Bitbucket access token", "ATCTT3<s60+>", "Atlassian", false},
	{"bitbucket-app-password", "Bitbucket app password", "ATBB<A32>", "Atlassian", false},
	{"linear-key", "Linear API key", "lin_api_<A32+>", "Linear", false},
	{"notion-token", "Notion token", "ntn_<A40+>", "Notion", false},
	{"notion-secret", "Notion integration secret", "secret_<A43>", "Notion", false},
	{"airtable-pat", "Airtable personal token", "pat<A14>.<h64>", "Airtable", false},
	{"figma-token", "Figma token", "figd_<w40+>", "Figma", false},
	{"postman-key", "Postman API key", "PMAK-<x24>-<x34>", "Postman", false},
	{"contentful-token", "Contentful management token", "CFPAT-<w40+>", "Contentful", false},
	{"prefect-key", "Prefect API key", "pnu_<A36>", "Prefect", false},
	{"pulumi-token", "Pulumi token", "pul-<h40>", "Pulumi", false},
	{"planetscale-token", "PlanetScale token", "pscale_tkn_<.30+>", "PlanetScale", false},
	{"planetscale-oauth", "PlanetScale OAuth token", "pscale_oauth_<.30+>", "PlanetScale", false},
	{"planetscale-password", "PlanetScale password", "pscale_pw_<.30+>", "PlanetScale", false},
	{"doppler-token", "Doppler token", "dp.pt.<A40+>", "Doppler", false},
	{"doppler-service-token", "Doppler service token", "dp.st.<.40+>", "Doppler", false},
	{"dynatrace-token", "Dynatrace token", "dt0c01.<A24>.<A64>", "Dynatrace", false},
	{"newrelic-user-key", "New Relic user key", "NRAK-<A27>", "New Relic", false},
	{"newrelic-insert-key", "New Relic insert key", "NRII-<w32>", "New Relic", false},
	{"newrelic-browser-key", "New Relic browser key", "NRJS-<h19>", "New Relic", false},
	{"grafana-service-token", "Grafana service account token", "glsa_<A32>_<x8>", "Grafana", false},
	{"grafana-cloud-token", "Grafana Cloud token", "glc_<b32+>", "Grafana", false},
	{"sentry-org-token", "Sentry organisation token", "sntrys_<p60+>", "Sentry", false},
	{"sentry-user-token", "Sentry user token", "sntryu_<h64>", "Sentry", false},
	{"sonar-token", "SonarQube token", "squ_<A40>", "Sonar", false},
	{"sonar-project-token", "SonarQube project token", "sqp_<A40>", "Sonar", false},
	{"sonar-analysis-token", "SonarQube analysis token", "sqa_<A40>", "Sonar", false},
	{"snyk-token", "Snyk token", "snyk_uat.<.40+>", "Snyk", false},
	{"sourcegraph-token", "Sourcegraph token", "sgp_<w40+>", "Sourcegraph", false},
	{"readme-key", "ReadMe API key", "rdme_<l70>", "ReadMe", false},
	{"octopus-key", "Octopus Deploy API key", "API-<u26>", "Octopus", false},
	{"openshift-token", "OpenShift user token", "sha256~<w43>", "OpenShift", false},
	{"scalingo-token", "Scalingo token", "tk-us-<w48>", "Scalingo", false},
	{"flyio-token", "Fly.io token", "fo1_<w43>", "Fly.io", false},
	{"flyio-macaroon", "Fly.io macaroon", "fm2_<b60+>", "Fly.io", false},
	{"flyio-macaroon-1r", "Fly.io macaroon", "fm1r_<b60+>", "Fly.io", false},
	{"flyio-macaroon-1a", "Fly.io macaroon", "fm1a_<b60+>", "Fly.io", false},
	{"frameio-token", "Frame.io token", "fio-u-<s64>", "Frame.io", false},
	{"infracost-token", "Infracost token", "ico-<A32>", "Infracost", false},
	{"harness-token", "Harness token", "pat.<w22>.<A24>.<A20>", "Harness", false},
	{"harness-service-token", "Harness service token", "sat.<w22>.<A24>.<A20>", "Harness", false},
	{"sendinblue-key", "Brevo API key", "xkeysib-<h64>-<A16>", "Brevo", false},
	{"settlemint-token", "SettleMint application token", "sm_aat_<A16>", "SettleMint", false},
	{"settlemint-personal", "SettleMint personal token", "sm_pat_<A16>", "SettleMint", false},
	{"settlemint-service", "SettleMint service token", "sm_sat_<A16>", "SettleMint", false},
	{"intra42-secret", "42 client secret", "s-s4t2ud-<h64>", "42", false},
	{"intra42-secret-af", "42 client secret", "s-s4t2af-<h64>", "42", false},
	{"adobe-client-secret", "Adobe client secret", "p8e-<A32>", "Adobe", false},
	{"alibaba-key-id", "Alibaba Cloud access key id", "LTAI<A16,24>", "Alibaba Cloud", false},
	{"tencent-key-id", "Tencent Cloud secret id", "AKID<A32+>", "Tencent Cloud", false},
	{"clickhouse-cloud-key", "ClickHouse Cloud API secret", "4b1d<A38>", "ClickHouse Cloud", false},
	{"defined-networking-key", "Defined Networking key", "dnkey-<s26>-<s52>", "Defined Networking", false},
	{"maxmind-key", "MaxMind licence key", "<A6>_<A29>_mmk", "MaxMind", false},
	{"1password-key", "1Password secret key", "A3-<u6>-<u6>-<u5>-<u5>-<u5>-<u5>", "1Password", false},
	{"1password-key-long", "1Password secret key", "A3-<u6>-<u11>-<u5>-<u5>-<u5>", "1Password", false},
	{"1password-service-token", "1Password service token", "ops_eyJ<b200+>", "1Password", false},
	{"age-secret-key", "age secret key", "AGE-SECRET-KEY-1<u58>", "age", false},
	{"tailscale-key", "Tailscale key", "tskey-<w20+>", "Tailscale", false},
	{"ngrok-token", "ngrok token", "ngrok_<A30+>", "ngrok", false},
	{"supabase-key", "Supabase key", "sbp_<h40>", "Supabase", false},
	{"supabase-secret", "Supabase secret key", "sb_secret_<w20+>", "Supabase", false},
	{"vercel-blob-token", "Vercel Blob token", "vercel_blob_rw_<A20+>", "Vercel", false},
	{"neon-key", "Neon API key", "napi_<A50+>", "Neon", false},
	{"resend-key", "Resend API key", "re_<A8>_<A20+>", "Resend", false},
	{"typeform-token", "Typeform token", "tfp_<.40+>", "Typeform", false},
	{"mapbox-secret-token", "Mapbox secret token", "sk.eyJ<.60+>", "Mapbox", false},
	{"mapbox-public-token", "Mapbox public token", "pk.eyJ<.60+>", "Mapbox", false},
	{"telegram-bot-token", "Telegram bot token", ":AA<w32,33>", "Telegram", true},
	{"yandex-key", "Yandex API key", "AQVN<w35,40>", "Yandex", false},
	{"yandex-aws-secret", "Yandex static key", "YCA<w30,40>", "Yandex", false},
	{"dropbox-token", "Dropbox short-lived token", "sl.<s130+>", "Dropbox", false},
	{"beamer-token", "Beamer token", "b_<s44>", "Beamer", false},
	{"authress-key", "Authress service client key", "sc_<A5,30>.<A4,6>.acc<n1><m10,32>.<p30,120>", "Authress", false},
	{"authress-ext-key", "Authress external key", "ext_<A5,30>.<A4,6>.acc<n1><m10,32>.<p30,120>", "Authress", false},
	{"authress-scauth-key", "Authress service key", "scauth_<A5,30>.<A4,6>.acc<n1><m10,32>.<p30,120>", "Authress", false},
	{"authress-own-key", "Authress key", "authress_<A5,30>.<A4,6>.acc<n1><m10,32>.<p30,120>", "Authress", false},
	{"sidekiq-gem-url", "Sidekiq gem server credentials", "<h8>:<h8>@gems.contribsys.com", "Sidekiq", false},
	{"sidekiq-enterprise-url", "Sidekiq Enterprise gem server credentials", "<h8>:<h8>@enterprise.contribsys.com", "Sidekiq", false},
	{"bcrypt-hash", "bcrypt password hash", "$2b$<d2>$<p50+>", "OpenBSD bcrypt", true},
	{"bcrypt-hash-a", "bcrypt password hash", "$2a$<d2>$<p50+>", "OpenBSD bcrypt", true},
	{"bcrypt-hash-y", "bcrypt password hash", "$2y$<d2>$<p50+>", "OpenBSD bcrypt", true},
	{"sha512-crypt-hash", "SHA-512 password hash", "$6$<p4+>$<p80+>", "crypt(5)", true},
	{"sha512-crypt-rounds", "SHA-512 password hash with its rounds", "$6$rounds=<d3,9>$<p1,16>$<p80+>", "crypt(5)", true},
	{"sha256-crypt-hash", "SHA-256 password hash", "$5$<p4+>$<p40+>", "crypt(5)", true},
	{"sha256-crypt-rounds", "SHA-256 password hash with its rounds", "$5$rounds=<d3,9>$<p1,16>$<p40+>", "crypt(5)", true},
	{"md5-crypt-hash", "MD5 password hash", "$1$<p1,8>$<p22>", "crypt(5)", true},
	{"apr1-hash", "Apache MD5 password hash", "$apr1$<p1,8>$<p22>", "Apache htpasswd", true},
	{"yescrypt-hash", "yescrypt password hash", "$y$<p1+>$<p1+>$<p43+>", "crypt(5)", true},
	{"gost-yescrypt-hash", "gost-yescrypt password hash", "$gy$<p1+>$<p1+>$<p43+>", "crypt(5)", true},
	{"scrypt-crypt-hash", "scrypt password hash", "$7$<p11+>$<p43+>", "crypt(5)", true},
	{"argon2id-hash", "Argon2id password hash", "$argon2id$v=<d1,3>$m=<d1,9>,t=<d1,5>,p=<d1,3>$<p8+>$<p16+>", "RFC 9106, PHC string format", true},
	{"argon2i-hash", "Argon2i password hash", "$argon2i$v=<d1,3>$m=<d1,9>,t=<d1,5>,p=<d1,3>$<p8+>$<p16+>", "RFC 9106, PHC string format", true},
	{"argon2d-hash", "Argon2d password hash", "$argon2d$v=<d1,3>$m=<d1,9>,t=<d1,5>,p=<d1,3>$<p8+>$<p16+>", "RFC 9106, PHC string format", true},
	{"phpass-hash", "phpass password hash", "$P$<p31>", "phpass", true},
	{"drupal-hash", "Drupal password hash", "$S$<p52>", "Drupal", true},
	{"django-pbkdf2-hash", "PBKDF2 password hash of Django", "pbkdf2_sha256$<d3,8>$<p8+>$<p40+>", "Django password storage", true},
	{"werkzeug-pbkdf2-hash", "PBKDF2 password hash of Werkzeug", "pbkdf2:sha256:<d3,8>$<p8+>$<h64>", "Werkzeug security", true},
	{"werkzeug-scrypt-hash", "scrypt password hash of Werkzeug", "scrypt:32768:8:1$<p8+>$<h128>", "Werkzeug security", true},
	{"ldap-sha-hash", "SHA-1 password hash of LDAP", "{SHA}<b26+>", "RFC 2307", true},
	{"ldap-ssha-hash", "salted SHA-1 password hash of LDAP", "{SSHA}<b30+>", "RFC 2307", true},
	{"ldap-ssha512-hash", "salted SHA-512 password hash of LDAP", "{SSHA512}<b80+>", "OpenLDAP", true},
	{"ntlm-hash", "NTLM hash of a password with an empty LM hash", "aad3b435b51404eeaad3b435b51404ee:<h32>", "Microsoft NT LAN Manager", true},
	{"nostr-key", "Nostr private key", "nsec1<l58>", "NIP 19", false},
	{"pem-private-base64", "private key in PEM, in base64", "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t<b40+>", "RFC 7468, RFC 4648", true},
	{"pem-rsa-private-base64", "RSA private key in PEM, in base64", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tL<b40+>", "RFC 7468, RFC 4648", true},
	{"pem-ec-private-base64", "EC private key in PEM, in base64", "LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0t<b40+>", "RFC 7468, RFC 4648", true},
	{"pem-openssh-private-base64", "OpenSSH private key, in base64", "LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS<b40+>", "RFC 7468, RFC 4648", true},
	{"openssh-key-body", "body of an OpenSSH private key without its armour", "b3BlbnNzaC1rZXktdjE<b60+>", "OpenSSH PROTOCOL.key", true},
	{"grafana-legacy-key", "Grafana API key", "eyJrIjoi<b62+>", "Grafana", false},
	{"sendgrid-key-loose", "SendGrid API key", "SG.<.66>", "SendGrid", false},
	{"square-short-token", "Square access token", "EAAA<w22,49>", "Square", false},
	{"teams-webhook-full", "Microsoft Teams webhook", ".webhook.office.com/webhookb2/<p30+>@<p30+>", "Microsoft Teams", true},
	{"github-webhook-url-token", "token of a raw file of a private repository", "raw.githubusercontent.com/<p10+>?token=<A20+>", "GitHub", true},
	{"docker-swarm-token", "Docker Swarm join token", "SWMTKN-1-<l40+>-<l20+>", "Docker", false},
	{"kubeadm-token", "kubeadm join token", "--token <l6>.<l16>", "Kubernetes", true},
	{"buildkite-token", "Buildkite token", "bkua_<A40>", "Buildkite", false},
	{"circleci-token", "CircleCI personal token", "CCIPAT_<w40+>", "CircleCI", false},
	{"terraform-hcp-token", "HCP token", "hcp.<.60+>", "HashiCorp", false},
	{"vercel-token", "Vercel token", "vcp_<A24+>", "Vercel", false},
	{"netlify-pat", "Netlify personal access token", "nfp_<A36+>", "Netlify", false},
	{"render-key", "Render API key", "rnd_<A24+>", "Render", false},
	{"clerk-key", "Clerk secret key", "sk_clerk_<A20+>", "Clerk", false},
	{"posthog-key", "PostHog personal key", "phx_<A40+>", "PostHog", false},
	{"posthog-project-key", "PostHog project key", "phc_<A40+>", "PostHog", false},
	{"cerebras-key", "Cerebras API key", "csk-<A40+>", "Cerebras", false},
	{"together-key", "Together API key", "tgp_v1_<w40+>", "Together", false},
	{"elevenlabs-key", "ElevenLabs API key", "sk_<h48>", "ElevenLabs", false},
	{"gitlab-workspace-token", "GitLab workspace token", "glwt-<w20+>", "GitLab token prefixes", true},
	{"gitlab-build-token", "GitLab CI build token", "glbt-<w20+>", "GitLab token prefixes", true},
	{"jina-key", "Jina API key", "jina_<A50+>", "Jina", false},
	{"langfuse-secret", "Langfuse secret key", "sk-lf-<w30+>", "Langfuse", false},
	{"langfuse-public", "Langfuse public key", "pk-lf-<w30+>", "Langfuse", false},
	{"helicone-key", "Helicone API key", "sk-helicone-<w20+>", "Helicone", false},
	{"firecrawl-key", "Firecrawl API key", "fc-<h32>", "Firecrawl", false},
	{"apify-token", "Apify token", "apify_api_<A30+>", "Apify", false},
	{"brevo-smtp-key", "Brevo SMTP key", "xsmtpsib-<h64>-<A16>", "Brevo", false},
	{"mailersend-token", "MailerSend token", "mlsn.<h64>", "MailerSend", false},
	{"paddle-key", "Paddle API key", "pdl_live_apikey_<w40+>", "Paddle", false},
	{"adyen-key", "Adyen API key", "AQE<b80+>-<b40+>-<p15+>", "Adyen", false},
	{"mollie-key", "Mollie live key", "live_<A30>", "Mollie", false},
	{"mollie-test-key", "Mollie test key", "test_<A30>", "Mollie", false},
	{"xendit-key", "Xendit secret key", "xnd_production_<w40+>", "Xendit", false},
	{"xendit-development", "Xendit development key", "xnd_development_<w40+>", "Xendit", false},
	{"mercadopago-token", "Mercado Pago access token", "APP_USR-<d13,19>-<d6>-<h32>-<d5,12>", "Mercado Pago", false},
	{"asaas-key", "Asaas API key", "$aact_<w40+>", "Asaas", true},
	{"fauna-key", "Fauna key", "fnA<w37>", "Fauna", false},
	{"xata-key", "Xata API key", "xau_<A40+>", "Xata", false},
	{"mongodb-atlas-service-account", "MongoDB Atlas service account secret", "mdb_sa_sk_<w30+>", "MongoDB Atlas", false},
	{"aiven-token", "Aiven token", "avnxV1<p40+>", "Aiven", false},
	{"trigger-dev-key", "Trigger.dev secret key", "tr_dev_<A20+>", "Trigger.dev", false},
	{"trigger-prod-key", "Trigger.dev secret key", "tr_prod_<A20+>", "Trigger.dev", false},
	{"inngest-key", "Inngest signing key", "signkey-prod-<h64>", "Inngest", false},
	{"okta-ssws-token", "Okta API token after its scheme", "SSWS 00<w40>", "Okta", false},
	{"hubspot-pat", "HubSpot private app token", "pat-na1-<x8>-<x4>-<x4>-<x4>-<x12>", "HubSpot", false},
	{"hubspot-pat-eu", "HubSpot private app token", "pat-eu1-<x8>-<x4>-<x4>-<x4>-<x12>", "HubSpot", false},
	{"datadog-app-key", "Datadog application key", "ddapp_<w30+>", "Datadog", false},
	{"datadog-api-key", "Datadog API key", "ddapi_<w30+>", "Datadog", false},
	{"honeycomb-key", "Honeycomb ingest key", "hcaik_<l58>", "Honeycomb", false},
	{"logfire-token", "Pydantic Logfire token", "pylf_v1_<A2>_<A30+>", "Pydantic", false},
	{"newrelic-license-key", "New Relic licence key", "NRAL<w30+>", "New Relic", false},
	{"atlassian-scoped-token", "Atlassian API token", "ATSTT3<s60+>", "Atlassian", false},
	{"rancher-kubeconfig-token", "Rancher kubeconfig token", "kubeconfig-<l5,20>:<l54>", "Rancher", false},
	{"age-plugin-identity", "age plugin identity", "AGE-PLUGIN-<u10+>", "age", false},
	{"azure-function-key", "Azure function key", "<w44>AzFu<w8>==", "Azure Functions", false},
	{"azure-storage-key-form", "Azure storage account key", "<b76>+ASt<b8>", "Azure Storage", true},
	{"azure-cosmos-key-form", "Azure Cosmos DB key", "<b76>ACDb<b8>", "Azure Cosmos DB", true},
	{"azure-search-key", "Azure AI Search key", "<A42>AzSe<A6>", "Azure AI Search", false},
	{"azure-apim-key", "Azure API Management key", "<A76>AzCa<A6>", "Azure", false},
	{"azure-eventhub-key-form", "Azure Event Hubs or Service Bus key", "<b33>+AEh<b7>", "Azure Event Hubs", true},
	{"azure-servicebus-key-form", "Azure Service Bus key", "<b33>+ASb<b7>", "Azure Service Bus", true},
	{"azure-openai-key", "Azure AI services key", "<A52>JQQJ99<A26>", "Azure AI services", false},
	{"scaleway-key", "Scaleway access key", "SCW<u17>", "Scaleway", false},
	{"volcengine-key-id", "Volcengine access key", "AKLT<A40+>", "Volcengine", false},
	{"jd-cloud-key", "JD Cloud access key", "JDC_<u28>", "JD Cloud", false},
	{"deno-deploy-token", "Deno Deploy token", "ddp_<A36>", "Deno Deploy", false},
	{"deno-org-token", "Deno Deploy organisation token", "ddo_<A36>", "Deno Deploy", false},
	{"cloudsmith-key", "Cloudsmith key", "csp_<A40>", "Cloudsmith", false},
	{"zapier-webhook", "Zapier webhook", "hooks.zapier.com/hooks/catch/<p8+>", "Zapier", true},
	{"slack-webhook", "Slack webhook", "https://hooks.slack.com/<p20+>", "Slack incoming webhooks", true},
	{"slack-webhook-bare", "Slack webhook", "hooks.slack.com/<p20+>", "Slack incoming webhooks", true},
	{"discord-webhook", "Discord webhook", "https://discord.com/api/webhooks/<p20+>", "Discord webhooks", true},
	{"discordapp-webhook", "Discord webhook", "https://discordapp.com/api/webhooks/<p20+>", "Discord webhooks", true},
	{"teams-webhook", "Microsoft Teams webhook", ".webhook.office.com/webhookb2/<p40+>", "Microsoft Teams", true},
}

// vendorRule is a vendorKey ready for use.
type vendorRule struct {
	rule
	p      pattern
	inside bool
	next   int // further vendor rule with the same anchor, or -1
}

var vendorRules = func() []*vendorRule {
	out := make([]*vendorRule, len(vendorKeys))
	for i, k := range vendorKeys {
		out[i] = &vendorRule{
			rule: rule{prio: prioSecret + 3, Rule: Rule{
				ID: "secret-" + k.id, Version: 1, Type: TypeSecret, Description: k.what, Source: k.source,
			}},
			p: mustPattern(k.pattern), inside: k.inside, next: -1,
		}
	}
	return out
}()

// vendorWords returns the anchors of all vendor rules, rules with equal anchors chained.
func vendorWords() []keyword {
	first := map[string]int{}
	var out []keyword
	for i, r := range vendorRules {
		if j, ok := first[r.p.anchor]; ok {
			for vendorRules[j].next >= 0 {
				j = vendorRules[j].next
			}
			vendorRules[j].next = i
			continue
		}
		first[r.p.anchor] = i
		out = append(out, keyword{word: r.p.anchor, act: actVendor, arg: uint16(i), flags: kwLoose})
	}
	return out
}

// vendorForms returns how the anchors of rule i, and of those chained to it, are written, and what may follow.
func vendorForms(i int) []exactForm {
	var out []exactForm
	for ; i >= 0; i = vendorRules[i].next {
		r := vendorRules[i]
		form := r.p.anchorForm()
		_, run := startKey(form.text)
		alone := !r.inside && r.p.before == 0 || r.p.afterDigit()
		form.word = alone && isLetter(form.text[0]) && (run < len(form.text) || !isLetter(form.text[run-1]))
		out = append(out, form)
	}
	return out
}

// vendor judges an anchor that ends a key's prefix.
func (sc *scanner) vendor(h hit, k *keyword) {
	s := sc.s
	for i := int(k.arg); i >= 0; i = vendorRules[i].next {
		r := vendorRules[i]
		start := int(h.start) - r.p.before
		if start < 0 || !r.inside && start > 0 && isWordByte(s[start-1]) {
			continue
		}
		end := r.p.match(s, start)
		if end < 0 || !r.inside && isAlnum(at(s, end)) {
			continue
		}
		end = trimToken(s, start, end)
		if dummy(s[start:end]) || len(r.p.anchor) < plainAnchor && identifier(s[start+len(r.p.anchor):end]) {
			continue
		}
		sc.add(start, end, &r.rule, 0.97, Evidence{Structure: r.Description})
		if r.p.before == 0 && end-start == awsKeyID && strings.HasPrefix(r.ID, "secret-aws-") {
			sc.awsSecret(end)
		}
		return
	}
}

// Lengths of the two parts of an AWS access key, and how far behind the first the second is looked for.
const (
	awsKeyID    = 20
	awsSecret   = 40
	reachSecret = 160
)

// awsSecret adds the secret access key that stands behind an access key id without a name of its own: 40 characters of
// base64 with capitals, small letters and digits.
func (sc *scanner) awsSecret(i int) {
	s := sc.s
	limit := min(len(s), i+reachSecret)
	for i < limit {
		for i < limit && !patternSets['b'][s[i]] {
			i++
		}
		end := i
		for end < len(s) && end-i <= awsSecret && patternSets['b'][s[end]] {
			end++
		}
		if v := s[i:end]; len(v) == awsSecret && mixedCase(v) && entropy(v) > 4 && v[0] != '/' && digitGroups(v) > 1 {
			sc.keyed = max(sc.keyed, end)
			sc.add(i, end, ruleEntropy, 0.9, Evidence{Structure: "beside an access key id"})
			return
		}
		i = max(end, i+1)
	}
}

func isWordByte(c byte) bool { return isAlnum(c) || c == '_' }

// trimToken drops punctuation of the sentence from the end of a token.
func trimToken(s string, start, end int) int {
	for end > start+1 && (s[end-1] == '.' || s[end-1] == '-' && !isAlnum(at(s, end))) {
		end--
	}
	return end
}

// plainAnchor is from which length on a prefix begins nothing but a key: sk_live_.
const plainAnchor = 6

// identifier reports whether what follows a prefix reads like words of a program, with at least four letters to each
// capital: hf_requiredCharacteristicTypes.
func identifier(v string) bool {
	capitals := 0
	for i := range len(v) {
		switch {
		case isUpper(v[i]):
			capitals++
		case !isAlnum(v[i]) || isDigit(v[i]):
			return false
		}
	}
	return len(v) >= 12 && capitals*4 <= len(v)
}

// dummy reports whether a value only shows where one would stand: xxxx, ****, EXAMPLE.
func dummy(v string) bool {
	var seen [256]bool
	distinct, run := 0, 1
	for i := range len(v) {
		if !seen[v[i]] {
			seen[v[i]] = true
			distinct++
		}
		if i > 0 && v[i] == v[i-1] {
			run++
			if run >= 8 && run*2 > len(v) {
				return true
			}
		} else {
			run = 1
		}
	}
	if len(v) >= 16 && distinct < 6 {
		return true
	}
	return containsFold(v, "example") || containsFold(v, "xxxxx") || containsFold(v, "redacted") || containsFold(v, "your_") ||
		containsFold(v, "your-") || containsFold(v, "placeholder")
}

// containsFold reports whether v contains word, which is lower case, in any case.
func containsFold(v, word string) bool {
	for i := 0; i+len(word) <= len(v); i++ {
		j := 0
		for j < len(word) && lower(v[i+j]) == word[j] {
			j++
		}
		if j == len(word) {
			return true
		}
	}
	return false
}
