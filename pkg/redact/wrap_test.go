package redact

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddressesAtLineEndsKeepTheNextLine(t *testing.T) {
	engine, err := New(Options{})
	require.NoError(t, err)
	for text, want := range map[string]string{
		"jane.doe@company.com\nexport A=b":         "j***@company.com\nexport A=b",
		"mail jane.doe@company.com\nthanks a lot":  "mail j***@company.com\nthanks a lot",
		"Contact\njane.doe@company.com today":      "Contact\nj***@company.com today",
		"a@example-shop.de\r\nb@example-shop.de\n": "a***@example-shop.de\r\nb***@example-shop.de\n",
	} {
		result, err := engine.Redact(text, Hints{})
		require.NoError(t, err)
		require.Equal(t, want, result.Text)
	}
	for _, text := range []string{
		"write to jane.doe@comp\nany.com today",
		"write to jane.doe@\ncompany.com today",
		"write to jane.\ndoe@company.com today",
		"write to jane.doe\n@company.com today",
	} {
		result, err := engine.Redact(text, Hints{})
		require.NoError(t, err)
		require.Regexp(t, `^write to (\[MASKED\]|j\*\*\*@company\.com) today$`, result.Text)
	}
}
