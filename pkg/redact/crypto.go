package redact

import (
	"crypto/sha256"
	"math/big"
)

var (
	ruleBase58 = &rule{prio: prioChecksum, Rule: Rule{
		ID: "crypto-base58", Version: 1, Type: TypeCrypto,
		Description: "wallet address in base58 with checksum: Bitcoin, Litecoin, Dogecoin, Dash, Tron, Ripple, Zcash, Tezos",
		Source:      "Bitcoin base58check",
	}}
	ruleBech32 = &rule{prio: prioChecksum, Rule: Rule{
		ID: "crypto-bech32", Version: 1, Type: TypeCrypto,
		Description: "wallet address in bech32: Bitcoin, Litecoin, Cardano, Cosmos and others",
		Source:      "BIP 173, BIP 350",
	}}
	ruleEthereum = &rule{prio: prioChecksum, Rule: Rule{
		ID: "crypto-ethereum", Version: 1, Type: TypeCrypto,
		Description: "address of Ethereum and the chains that share its form",
		Source:      "EIP-55",
	}}
	ruleWallet = &rule{prio: prioContext, Rule: Rule{
		ID: "crypto-labelled", Version: 1, Type: TypeCrypto,
		Description: "address in base58 or base32 after a word for wallets: Solana, Monero, Stellar",
		Source:      "Solana, Monero and Stellar address formats",
	}}
)

// minLong is the length from which a token is looked at for what long tokens can be.
const minLong = 16

// long judges a token of at least minLong letters and digits.
func (sc *scanner) long(start, end int) {
	n := end - start
	if n >= 25 && n <= 106 && !isWordByte(at(sc.s, start-1)) && !isWordByte(at(sc.s, end)) {
		sc.wallet(start, end)
	}
}

// wallet judges a token as a wallet address.
func (sc *scanner) wallet(start, end int) {
	v := sc.s[start:end]
	switch {
	case len(v) == 42 && v[0] == '0' && lower(v[1]) == 'x':
		if allHex(v[2:]) && !allSame([]byte(v[2:])) {
			sc.add(start, end, ruleEthereum, 0.92, Evidence{Structure: "20 bytes in hexadecimal"})
		}
		return
	case bech32(v):
		sc.add(start, end, ruleBech32, 0.97, Evidence{Checksum: "bech32"})
		return
	case len(v) <= 36 && isBase58(v) && base58Lead(v[0]):
		if base58check(v) {
			sc.add(start, end, ruleBase58, 0.97, Evidence{Checksum: "base58check"})
			return
		}
	}
	var n nearby
	sc.around(start, end, &n)
	if n.near&topCrypto != 0 && (isBase58(v) && (len(v) <= 44 || len(v) == 95 || len(v) == 106) || len(v) == 56 && v[0] == 'G') {
		sc.add(start, end, ruleWallet, 0.7, Evidence{Context: n.nameOf(topCrypto)})
	}
}

func allHex(v string) bool {
	for i := range len(v) {
		if !isHex(v[i]) {
			return false
		}
	}
	return true
}

const base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

var base58Value = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i := range len(base58Alphabet) {
		t[base58Alphabet[i]] = int8(i)
	}
	return t
}()

func isBase58(v string) bool {
	for i := range len(v) {
		if base58Value[v[i]] < 0 {
			return false
		}
	}
	return true
}

// base58Lead reports whether addresses of a known chain start with c.
func base58Lead(c byte) bool {
	switch c {
	case '1', '3', '2', 'm', 'n', 'L', 'M', 'D', 'X', 'T', 'r', 't', '9', 'A', '7', 'K', '5':
		return true
	}
	return false
}

// base58check reports whether v ends in the checksum of its payload.
func base58check(v string) bool {
	n := new(big.Int)
	base := big.NewInt(58)
	for i := range len(v) {
		n.Mul(n, base)
		n.Add(n, big.NewInt(int64(base58Value[v[i]])))
	}
	raw := n.Bytes()
	zeros := 0
	for zeros < len(v) && v[zeros] == '1' {
		zeros++
	}
	raw = append(make([]byte, zeros), raw...)
	if len(raw) < 20 || len(raw) > 40 {
		return false
	}
	body, sum := raw[:len(raw)-4], raw[len(raw)-4:]
	first := sha256.Sum256(body)
	second := sha256.Sum256(first[:])
	return string(second[:4]) == string(sum)
}

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 reports whether v is an address with the checksum of BIP 173 or BIP 350.
func bech32(v string) bool {
	sep := -1
	for i := len(v) - 1; i > 0; i-- {
		if v[i] == '1' {
			sep = i
			break
		}
	}
	if sep < 2 || sep > 12 || len(v)-sep < 20 {
		return false
	}
	chk := uint32(1)
	step := func(x byte) {
		top := chk >> 25
		chk = chk&0x1ffffff<<5 ^ uint32(x)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				chk ^= g
			}
		}
	}
	for i := range sep {
		if !isAlnum(v[i]) {
			return false
		}
		step(lower(v[i]) >> 5)
	}
	step(0)
	for i := range sep {
		step(lower(v[i]) & 31)
	}
	for i := sep + 1; i < len(v); i++ {
		x := -1
		for j := range len(bech32Alphabet) {
			if bech32Alphabet[j] == lower(v[i]) {
				x = j
			}
		}
		if x < 0 {
			return false
		}
		step(byte(x))
	}
	return chk == 1 || chk == 0x2bc830a3
}
