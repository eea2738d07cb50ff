package redact

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSourceHoldsNoSecrets leaves what stands beside the names of secrets in programs, configurations and their manuals.
func TestSourceHoldsNoSecrets(t *testing.T) {
	e := newEngine(t)
	for _, text := range []string{
		"if token == END_ELEMENT:\n    pass", "elif tokenH == 0x40:  # data", "if token != 'async':", "if len(password) > blocksize:\n",
		"self.token = nextchar\n", "this.password = credentials;", "self.passwd = password_mgr\n", "self.token += self.state\n",
		"Token = Ignore + PlainToken\n", "TOKEN_ENDS = TSPECIALS | WSP\n", "userid = passwd = acct = ''\n",
		"if not (user or passwd):\n    return None\n", "if not (user or passwd): return None\n", `raise TypeError("pwd: expected bytes, got str")`,
		"permissions:\n  id-token: write\n  contents: read\n", "jobs:\n  call:\n    secrets: inherit\n",
		"Use the `--token` flag when you run it.", "Use `--secret` or `--config` options twice.", "pass the `--password` flag as well",
		"docker run -v $(pwd):/build image", "docker run -v $PWD:/work image", "--volume $(cd -- \"$(dirname -- \"$0\")\" && pwd):/build x",
		`__all__ = ["tokenize", "generate_tokens", "untokenize", "open"]`, "names = ['splituser', 'splitpasswd', 'splitport']",
		"the line on which the token was found. The line", "loop until the token is shifted; it may raise",
		"clientConfig.SessionCache = NewLRUClientSessionCache2048x(3200)\n", "oidSignatureWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4}\n",
		"| `plaid-token` | 1 | Plaid access token | Plaid |\n",
		"(?:credential|creds|key)",
		"2017-01-05T00:36:09.880113663+08:00 container stop", "run -n 50000000 x", "\"Timeout\": 10000000000,", "XORQ DX, R13\nROLQ $0x0f, R13\n",
	} {
		fs, err := e.Find(text, Hints{})
		require.NoError(t, err)
		for _, f := range fs {
			require.NotContains(t, []Type{TypeSecret, TypeGovID, TypePhone, TypeMedical}, f.Type, "%s in %q", f.Rule, text)
		}
	}
}

// TestSecretsInSource finds those that are written into programs all the same.
func TestSecretsInSource(t *testing.T) {
	e := newEngine(t)
	secret := "q7Rz" + "pL2x9v"
	for _, text := range []string{
		"self.token = '%'\n", "if password == \"%\":\n", "db.password = %\n", "client.Set(\"password\", \"%\")\n", `["mysql", "--password", "%"]`,
		"password = % # old\n", "<password>%</password>", "TOKEN=% make", "token: %\n", "run --token % --verbose", `("token", "%")`,
	} {
		start := 0
		for text[start] != '%' {
			start++
		}
		in := text[:start] + secret + text[start+1:]
		f := ruleOf(t, e, in, start, start+len(secret))
		require.Equal(t, TypeSecret, f.Type, "%q", text)
		require.True(t, f.Start <= start && f.End >= start+len(secret), "%q", text)
	}
}
