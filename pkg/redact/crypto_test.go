package redact

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// encodeBase58 encodes payload with its checksum in an alphabet of base58.
func encodeBase58(payload []byte, alphabet string) string {
	first := sha256.Sum256(payload)
	second := sha256.Sum256(first[:])
	raw := append(append([]byte{}, payload...), second[:4]...)
	n, rest, base := new(big.Int).SetBytes(raw), new(big.Int), big.NewInt(58)
	var out []byte
	for n.Sign() > 0 {
		n.DivMod(n, base, rest)
		out = append([]byte{alphabet[rest.Int64()]}, out...)
	}
	for _, b := range raw {
		if b != 0 {
			break
		}
		out = append([]byte{alphabet[0]}, out...)
	}
	return string(out)
}

func randomBytes(r *rand.Rand, prefix []byte, n int) []byte {
	out := append([]byte{}, prefix...)
	for range n {
		out = append(out, byte(r.Uint32()))
	}
	return out
}

// encodeBech32 encodes values of five bits with the checksum whose constant is given.
func encodeBech32(hrp string, values []byte, constant uint32) string {
	chk := uint32(1)
	for i := range len(hrp) {
		chk = bech32Step(chk, hrp[i]>>5)
	}
	chk = bech32Step(chk, 0)
	for i := range len(hrp) {
		chk = bech32Step(chk, hrp[i]&31)
	}
	out := hrp + "1"
	for _, v := range values {
		chk = bech32Step(chk, v)
		out += string(bech32Alphabet[v])
	}
	for range 6 {
		chk = bech32Step(chk, 0)
	}
	chk ^= constant
	for i := range 6 {
		out += string(bech32Alphabet[chk>>(5*(5-i))&31])
	}
	return out
}

func TestGeneratedWallets(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(5, 8))
	five := func(n int) (out []byte) {
		for range n {
			out = append(out, byte(r.IntN(32)))
		}
		return out
	}
	stellarKey := func(version byte) string {
		raw := randomBytes(r, []byte{version}, 32)
		crc := uint16(0)
		for _, b := range raw {
			crc ^= uint16(b) << 8
			for range 8 {
				if crc&0x8000 != 0 {
					crc = crc<<1 ^ 0x1021
				} else {
					crc <<= 1
				}
			}
		}
		return base32.StdEncoding.EncodeToString(binary.LittleEndian.AppendUint16(raw, crc))
	}
	for _, tc := range []struct {
		name, rule string
		make       func() string
	}{
		{"bitcoin", "crypto-base58", func() string { return encodeBase58(randomBytes(r, []byte{0}, 20), base58Alphabet) }},
		{"bitcoin script", "crypto-base58", func() string { return encodeBase58(randomBytes(r, []byte{5}, 20), base58Alphabet) }},
		{"litecoin", "crypto-base58", func() string { return encodeBase58(randomBytes(r, []byte{0x30}, 20), base58Alphabet) }},
		{"dogecoin", "crypto-base58", func() string { return encodeBase58(randomBytes(r, []byte{0x1e}, 20), base58Alphabet) }},
		{"dash", "crypto-base58", func() string { return encodeBase58(randomBytes(r, []byte{0x4c}, 20), base58Alphabet) }},
		{"tron", "crypto-base58", func() string { return encodeBase58(randomBytes(r, []byte{0x41}, 20), base58Alphabet) }},
		{"zcash", "crypto-base58", func() string { return encodeBase58(randomBytes(r, []byte{0x1c, 0xb8}, 20), base58Alphabet) }},
		{"tezos", "crypto-base58", func() string { return encodeBase58(randomBytes(r, []byte{6, 161, 159}, 20), base58Alphabet) }},
		{"ripple", "crypto-base58", func() string { return encodeBase58(randomBytes(r, []byte{0}, 20), rippleAlphabet) }},
		{"extended public key", "crypto-base58", func() string { return encodeBase58(randomBytes(r, []byte{4, 0x88, 0xb2, 0x1e}, 74), base58Alphabet) }},
		{"extended private key", "crypto-private-key", func() string { return encodeBase58(randomBytes(r, []byte{4, 0x88, 0xad, 0xe4}, 74), base58Alphabet) }},
		{"wallet import format", "crypto-private-key", func() string { return encodeBase58(randomBytes(r, []byte{0x80}, 32), base58Alphabet) }},
		{"compressed", "crypto-private-key", func() string { return encodeBase58(append(randomBytes(r, []byte{0x80}, 32), 1), base58Alphabet) }},
		{"segwit", "crypto-bech32", func() string { return encodeBech32("bc", append([]byte{0}, five(32)...), 1) }},
		{"taproot", "crypto-bech32", func() string { return encodeBech32("bc", append([]byte{1}, five(52)...), 0x2bc830a3) }},
		{"litecoin segwit", "crypto-bech32", func() string { return encodeBech32("ltc", append([]byte{0}, five(32)...), 1) }},
		{"cardano", "crypto-bech32", func() string { return encodeBech32("addr", five(92), 1) }},
		{"stellar", "crypto-stellar", func() string { return stellarKey(6 << 3) }},
		{"stellar seed", "crypto-private-key", func() string { return stellarKey(18 << 3) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for range 20 {
				v := tc.make()
				text := "send it to " + v + " today"
				f := ruleOf(t, e, text, 11, 11+len(v))
				require.Equal(t, tc.rule, f.Rule)
				require.Equal(t, 11, f.Start)
				require.Equal(t, 11+len(v), f.End)
				wrong := []byte(v)
				wrong[len(wrong)-2] = changed(wrong[len(wrong)-2])
				text = "send it to " + string(wrong) + " today"
				require.NotEqual(t, tc.rule, ruleOf(t, e, text, 11, 11+len(v)).Rule)
			}
		})
	}
}

// changed returns another character that all the alphabets hold.
func changed(c byte) byte {
	if isUpper(c) {
		if c == 'Q' {
			return 'P'
		}
		return 'Q'
	}
	if c == 'q' {
		return 'p'
	}
	return 'q'
}

// TestPublishedAddresses are examples of the standards, and known addresses of projects.
func TestPublishedAddresses(t *testing.T) {
	e := newEngine(t)
	for text, rule := range map[string]string{
		"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa":                                                              "crypto-base58",
		"rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh":                                                              "crypto-base58",
		"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq":                                                      "crypto-bech32",
		"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0":                                  "crypto-bech32",
		"bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a":                                          "crypto-bech32",
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed":                                                      "crypto-ethereum",
		"GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ":                                        "crypto-stellar",
		"44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A": "crypto-monero",
	} {
		t.Run(rule, func(t *testing.T) {
			require.Equal(t, rule, ruleOf(t, e, text, len(text)-20, len(text)).Rule)
		})
	}
}

func TestEIP55(t *testing.T) {
	require.True(t, eip55("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"))
	require.True(t, eip55("fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"))
	require.False(t, eip55("fB6916095ca1df60bB79Ce92cE3Ea74c37c5d35A"))
	require.False(t, eip55("5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"))
}
