package redact

import (
	"bytes"
	"compress/gzip"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

const (
	testCard    = "4111 1111 1111 1111"
	testAddress = "jane.doe@company.com"
)

// each writes every byte of s by format, with sep between.
func each(s, format, sep string) string {
	parts := make([]string, len(s))
	for i := range len(s) {
		parts[i] = fmt.Sprintf(format, s[i])
	}
	return strings.Join(parts, sep)
}

func inLines(s string, size int) string {
	var b strings.Builder
	for len(s) > size {
		b.WriteString(s[:size] + "\n")
		s = s[size:]
	}
	return b.String() + s
}

func TestDecodedTokens(t *testing.T) {
	b64 := base64.StdEncoding.EncodeToString
	wide := func(s string) []byte {
		var out []byte
		for _, u := range utf16.Encode([]rune(s)) {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
		return out
	}
	zipped := func(s string) []byte {
		var b bytes.Buffer
		zw := gzip.NewWriter(&b)
		_, err := zw.Write([]byte(s))
		require.NoError(t, err)
		require.NoError(t, zw.Close())
		return b.Bytes()
	}
	long := "The customer wrote to us on Monday about the parcel. Contact: " + testAddress + " and he asked for a call back soon."
	for _, x := range []struct {
		name, part, view string
		want             Type
	}{
		{"base64", b64([]byte(testCard)), "base64", TypeCreditCard},
		{"base64 without padding", strings.TrimRight(b64([]byte(testCard)), "="), "base64", TypeCreditCard},
		{"base64url", base64.URLEncoding.EncodeToString([]byte(testAddress + " ?>?>")), "base64", TypeEmail},
		{"base64 of base64", b64([]byte(b64([]byte(testCard)))), "base64", TypeCreditCard},
		{"base64 of a key and a value", b64([]byte("email=" + testAddress)), "base64", TypeEmail},
		{"base64 of an object", b64([]byte(`{"value": "` + testCard + `"}`)), "base64", TypeCreditCard},
		{"base64 of UTF-16", b64(wide(testCard)), "base64", TypeCreditCard},
		{"base64 of gzip", b64(zipped(testCard)), "base64", TypeCreditCard},
		{"base64 in lines", inLines(b64([]byte(long)), 76), "base64", TypeEmail},
		{"base64 in short lines", inLines(b64([]byte(testAddress)), 16), "base64", TypeEmail},
		{"a data URL", "data:text/plain;charset=utf-8;base64," + b64([]byte(testAddress)), "base64", TypeEmail},
		{"an encoded word of mail", "=?UTF-8?B?" + b64([]byte(testAddress)) + "?=", "base64", TypeEmail},
		{"base32", strings.TrimRight(base32.StdEncoding.EncodeToString([]byte(testCard)), "="), "base32", TypeCreditCard},
		{"base32 in small letters", strings.ToLower(strings.TrimRight(base32.StdEncoding.EncodeToString([]byte(testAddress)), "=")), "base32", TypeEmail},
		{"hexadecimal", hex.EncodeToString([]byte(testCard)), "hex", TypeCreditCard},
		{"hexadecimal of base64", hex.EncodeToString([]byte(b64([]byte(testCard)))), "hex", TypeCreditCard},
		{"hexadecimal with 0x", "0x" + hex.EncodeToString([]byte(testCard)), "hex", TypeCreditCard},
		{"hexadecimal pairs", each(testCard, "%02x", " "), "codes", TypeCreditCard},
		{"hexadecimal pairs and colons", each(testCard, "%02X", ":"), "codes", TypeCreditCard},
		{"a list of bytes", each(testAddress, "0x%02x", ", "), "codes", TypeEmail},
		{"decimal codes", each(testAddress, "%d", ", "), "codes", TypeEmail},
		{"code points", each(testAddress, "U+%04X", " "), "codes", TypeEmail},
		{"binary", each(testAddress, "%08b", " "), "codes", TypeEmail},
		{"letters apart", each(testAddress, "%c", " "), "apart", TypeEmail},
		{"letters apart by dashes", each(testAddress, "%c", "-"), "apart", TypeEmail},
		{"digits in quotes", each("4111111111111111", "\"%c\"", ", ")[1:], "apart", TypeCreditCard},
		{"digits in brackets", each("4111111111111111", "[%c]", "")[1:], "apart", TypeCreditCard},
		{"quoted-printable", each(testAddress, "=%02X", ""), "quoted-printable", TypeEmail},
		{"quoted-printable @", "jane.doe=40company.com", "quoted-printable", TypeEmail},
		{"a soft line break", "jane.do=\ne@company.com", "quoted-printable", TypeEmail},
		{"escapes", each(testAddress, "\\x%02x", ""), "normal", TypeEmail},
		{"octal escapes", each(testAddress, "\\%03o", ""), "normal", TypeEmail},
		{"entities without semicolons", each(testAddress, "&#%d", ""), "normal", TypeEmail},
	} {
		t.Run(x.name, func(t *testing.T) {
			closing := ""
			if strings.HasSuffix(x.name, "quotes") {
				x.part, closing = x.part[:len(x.part)-1], `"`
			} else if strings.HasSuffix(x.name, "brackets") {
				x.part, closing = x.part[:len(x.part)-1], "]"
			}
			requireOnly(t, "Here: «"+x.part+"»"+closing+", please", x.want, x.view)
		})
	}
}

func TestNamesOfSecretsReachDecodedText(t *testing.T) {
	secret := "horse-" + "battery-7"
	for _, part := range []string{each(secret, "%d", " "), each(secret, "0x%02x", ", "), each(secret, "%08b", " ")} {
		requireOnly(t, "the wifi password is «"+part+"»", TypeSecret, "codes")
	}
}

func TestEncodedTextThatHoldsNothing(t *testing.T) {
	for _, text := range []string{
		"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "d41d8cd98f00b204e9800998ecf8427e", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
		"data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "SGVsbG8sIHdvcmxkISBUaGlzIGlzIGEgdGVzdC4=", "TIME=2000-01-02T03:04:05",
		"48 65 6c 6c 6f 2c 20 77 6f 72 6c 64", "0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06", "[1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0]", "a b c d e f g h i j k l m",
		"| - | - | - | - | - | - |", "width=20&height=40&x=50", "JBSWY3DPEBLW64TMMQ======",
	} {
		t.Run(text, func(t *testing.T) {
			fs, err := newEngine(t).Find(text, Hints{})
			require.NoError(t, err)
			require.Empty(t, fs)
		})
	}
}

// FuzzDecode holds every decoder to reading any token without panicking, and to text where it says that it is.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"NDExMSAxMTEx", "6a616e6540", "JBSWY3DPEBLW64TM", "H4sIAAAAAAAAA", "amFuZQ==\nam", "aGVsbG8gd29ybGQhISEh\nISEhISEhISEh"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if name, text, ok := decodeToken(s); ok {
			require.NotEmpty(t, name)
			require.True(t, utf8.ValidString(text))
			require.LessOrEqual(t, len(text), maxGzip*len(s))
		}
		if len(s) >= minLine && utf8.ValidString(s) {
			_, _, to, _ := decodeBlock(s, 0, base64End(s, 0))
			require.LessOrEqual(t, to, len(s))
		}
	})
}
