package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
)

const (
	// domainPerson and domainPersonSeal keep the uses of a person's key apart.
	domainPerson     = "hushlog/person/v1"
	domainPersonSeal = "hushlog/person-seal/v1"
	// PersonPrefix begins every pseudonym of a person.
	PersonPrefix = "p_"
)

// personPseudonym finds pseudonyms of people in a text.
var personPseudonym = regexp.MustCompile(PersonPrefix + `[a-z2-7]{26}\b`)

// PersonPseudonyms finds pseudonyms of people in a text and replaces those that name names; it leaves others.
func PersonPseudonyms(text string, name func(pseudonym string) string) string {
	return personPseudonym.ReplaceAllStringFunc(text, name)
}

// ErrNoPerson says that a pseudonym is nobody's any more, or never was: the person was erased, or is in another file.
var ErrNoPerson = errors.New("no key of a person opens this")

// PersonKey stands between a person's name and everything that tells of what the person did: outside of the file of people
// there is only a pseudonym made with it, and the name sealed with it. It is random, so that without it neither can be led
// back, not by trying names either. Whoever destroys it erases the person from everything written, and changes no byte of it.
type PersonKey [KeySize]byte

// NewPersonKey draws a key.
func NewPersonKey() PersonKey { return PersonKey(random(KeySize)) }

func parsePersonKey(text string) (PersonKey, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != KeySize {
		return PersonKey{}, fmt.Errorf("a person's key: want %d bytes in hex: %w", KeySize, ErrSecret)
	}
	return PersonKey(raw), nil
}

func (k PersonKey) text() string { return hex.EncodeToString(k[:]) }

// Pseudonym stands for the person wherever acts are told of.
func (k PersonKey) Pseudonym(name string) string {
	sum := keyed(k[:], domainPerson, name)
	return PersonPrefix + subjectEncoding.EncodeToString(sum[:])
}

// aead is bound to one pseudonym by what it authenticates, and to a key of its own by its domain.
func (k PersonKey) aead() cipher.AEAD {
	key := keyed(k[:], domainPersonSeal)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("identity: AES refuses a key of 16 bytes")
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("identity: GCM refuses AES")
	}
	return aead
}

// Seal encrypts the name (AES-128-GCM under a random nonce, bound to the pseudonym): each time to other bytes.
func (k PersonKey) Seal(name string) []byte {
	return k.aead().Seal(nil, nil, []byte(name), []byte(k.Pseudonym(name))) //nolint:gosec // the nonce is drawn by the AEAD, which takes none
}

// Open decrypts a name that was sealed beside a pseudonym, or answers ErrNoPerson.
func (k PersonKey) Open(pseudonym string, sealed []byte) (string, error) {
	name, err := k.aead().Open(nil, nil, sealed, []byte(pseudonym))
	if err != nil || k.Pseudonym(string(name)) != pseudonym {
		return "", ErrNoPerson
	}
	return string(name), nil
}
