package redact

import (
	"math/bits"
	"strings"
)

// Eight bytes of a text are looked at at once where most bytes need nothing done: in a word of 64 bits, each byte of
// which tells something by its highest bit.

const (
	ones8 = 0x0101010101010101
	tops8 = 0x8080808080808080
)

// load64 reads the eight bytes at s[i:], the first one lowest.
func load64(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// load64Pad is load64 with zeros beyond the end of s.
func load64Pad(s string, i int) uint64 {
	if i+8 <= len(s) {
		return load64(s, i)
	}
	var x uint64
	for k := 0; i+k < len(s); k++ {
		x |= uint64(s[i+k]) << (8 * k)
	}
	return x
}

// letterMasks marks the bytes of x that are letters in ASCII, and those that are small letters.
func letterMasks(x uint64) (letters, small uint64) {
	low := (x | ones8*0x20) &^ tops8 // from a to z if it is a letter
	letters = (low + ones8*(0x80-'a')) &^ (low + ones8*(0x7F-'z')) &^ x & tops8
	return letters, letters & (x << 2)
}

// zeros marks the bytes of x that are zero. Bytes above one may be marked, too.
func zeros(x uint64) uint64 { return (x - ones8) &^ x & tops8 }

// plainEnd returns the offset of the first byte of s[i:] at which normalisation has something to look at, or len(s).
func plainEnd(s string, i int) int {
	for ; i+8 <= len(s); i += 8 {
		x := load64(s, i)
		if x&tops8|zeros(x^ones8*'\\')|zeros(x^ones8*'%')|zeros(x^ones8*'&') != 0 {
			break
		}
	}
	for i < len(s) && !special[s[i]] {
		i++
	}
	return i
}

// runeCount counts the runes of valid UTF-8: the bytes that do not go on another.
func runeCount(s string) int {
	more, i := 0, 0
	for ; i+8 <= len(s); i += 8 {
		x := load64(s, i)
		more += bits.OnesCount64(x &^ (x << 1) & tops8)
	}
	for ; i < len(s); i++ {
		if s[i]&0xC0 == 0x80 {
			more++
		}
	}
	return len(s) - more
}

// nextByte returns the offset of the next c in s at or after i, or -1.
func nextByte(s string, i int, c byte) int {
	j := strings.IndexByte(s[i:], c)
	if j < 0 {
		return -1
	}
	return i + j
}
