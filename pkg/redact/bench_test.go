package redact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// benchText is a prompt of about 2 KB: prose with a few values, a log line, code and JSON.
var benchText = strings.Repeat(`Hello, could you please have a look at the following ticket and write a polite answer? The customer says that
the parcel never arrived and that nobody answered the phone. His name is on the invoice, the order number is 4471203.
You can reach him at jane.doe@company.com or +1 415 555 0132 in the afternoon. We have tried twice already.

2024-05-11T08:15:30Z INFO gateway request_id=7f3a9c21 path=/api/v2/orders status=200 took=31ms client=93.184.216.34
func parse(in string) (int, error) { return strconv.Atoi(strings.TrimSpace(in)) } // why does this fail?
{"model":"gpt-4","messages":[{"role":"user","content":"Summarize: the card 4111 1111 1111 1111 was charged twice."}]}
Thank you very much for your help, it is much appreciated. Kind regards from the whole support team in the office.

`, 2)

func BenchmarkRedact2KB(b *testing.B) {
	e := newEngine(b)
	b.SetBytes(int64(len(benchText)))
	b.ReportAllocs()
	for b.Loop() {
		_, err := e.Redact(benchText, Hints{})
		require.NoError(b, err)
	}
}

func BenchmarkRedactProse(b *testing.B) {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog while the committee considers its next steps with care. ", 20)
	e := newEngine(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		_, err := e.Redact(text, Hints{})
		require.NoError(b, err)
	}
}
