package identity

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// KeySize is the size, in bytes, of hash.key, pseudonym.key, canary-values.key and the wrapping keys.
	KeySize = 32
	// passwordSize is the entropy, in bytes, of a Kafka password.
	passwordSize = 32
	// webhookKeySize is within the 24 to 64 bytes that Standard Webhooks asks for.
	webhookKeySize = 32
	// webhookPrefix begins a Standard Webhooks secret.
	webhookPrefix = "whsec_"
	// maxSecretFile bounds what is read from a secret file.
	maxSecretFile = 4 << 10
)

// ErrSecret says that a secret file does not have its form. It never shows what the file holds.
var ErrSecret = errors.New("secret file does not have the right form; make it with `hushlog secrets`")

// SecretFile is what CreateSecrets did with one file.
type SecretFile struct {
	// Path of the file.
	Path string
	// Created is false when the file was there and was kept.
	Created bool
}

// CreateSecrets makes every missing secret of a deployment (random, mode 0600). Files that are there are
// kept; with force they are replaced, and everything hashed, pseudonymised or sealed before can
// no longer be matched or opened. The wrapping key made is that of now's UTC day.
func CreateSecrets(l Layout, now time.Time, force bool) ([]SecretFile, error) {
	err := os.MkdirAll(l.KMS(), 0o700)
	if err != nil {
		return nil, fmt.Errorf("make directory for secrets: %w", err)
	}
	var made []SecretFile
	for _, s := range plan(l, now) {
		created, writeErr := writeSecret(s.path, s.make(), force)
		if writeErr != nil {
			return made, writeErr
		}
		made = append(made, SecretFile{Path: s.path, Created: created})
	}
	for _, write := range []func(Layout, bool) ([]SecretFile, error){writeSignKeys, writeTrailKeys} {
		created, writeErr := write(l, force)
		if writeErr != nil {
			return made, writeErr
		}
		made = append(made, created...)
	}
	return made, nil
}

type plannedSecret struct {
	path string
	make func() []byte
}

// plan lists the files that hold nothing but random bytes.
func plan(l Layout, now time.Time) []plannedSecret {
	files := []plannedSecret{
		{l.HashKey(), randomHexKey},
		{l.PseudonymKey(), randomHexKey},
		{l.CanaryKey(), randomHexKey},
		{l.WebhookKey(), func() []byte {
			return []byte(webhookPrefix + base64.StdEncoding.EncodeToString(random(webhookKeySize)) + "\n")
		}},
		{l.KMSKey(now), NewDayKey},
		{l.ClickHouseDisks(), NewDiskKeys},
	}
	files = append(files, plannedSecret{l.GrafanaPassword(), newPassword})
	for _, name := range Services() {
		files = append(files, plannedSecret{l.KafkaPassword(name), newPassword})
	}
	return files
}

func newPassword() []byte {
	return []byte(base64.RawURLEncoding.EncodeToString(random(passwordSize)) + "\n")
}

// NewDayKey draws a wrapping key in the form of its file (base64 of 32 bytes).
func NewDayKey() []byte {
	return []byte(base64.URLEncoding.EncodeToString(random(KeySize)) + "\n")
}

// Encrypted disks of ClickHouse, by their names in its configuration.
const (
	// DiskData holds the tables.
	DiskData = "encrypted"
	// DiskBackups holds backups, under a key of its own.
	DiskBackups = "backups"
)

// NewDiskKeys draws the keys of ClickHouse's encrypted disks, in the form of its own configuration. The server
// writes the configuration that it has put together beside its data; hide_in_preprocessed keeps the keys out of that.
func NewDiskKeys() []byte {
	var out strings.Builder
	out.WriteString("<!-- Keys of ClickHouse's encrypted disks. To change one, add a key_hex with the next id and name it in\n" +
		"     current_key_id; what was written under an old key is read with it for as long as it is listed. -->\n" +
		"<clickhouse><storage_configuration><disks>\n")
	for _, disk := range []string{DiskData, DiskBackups} {
		fmt.Fprintf(&out, "  <%[1]s><key_hex id=\"1\" hide_in_preprocessed=\"true\">%[2]x</key_hex><current_key_id>1</current_key_id></%[1]s>\n",
			disk, random(KeySize))
	}
	out.WriteString("</disks></storage_configuration></clickhouse>\n")
	return []byte(out.String())
}

// writeSignKeys makes the seeds that sign epochs and restrictions, and the public keys that belong to them; a seed that is
// there gets its public key back.
func writeSignKeys(l Layout, force bool) ([]SecretFile, error) {
	var made []SecretFile
	for _, pair := range []struct{ sign, verify string }{
		{l.EpochSignKey(), l.EpochVerifyKey()},
		{l.RestrictSignKey(), l.RestrictVerifyKey()},
		{l.RespondSignKey(), l.RespondVerifyKey()},
	} {
		files, err := writeKeyPair(pair.sign, pair.verify, hexLine(random(ed25519.SeedSize)), force, func() ([]byte, error) {
			seed, err := loadHex(pair.sign, ed25519.SeedSize)
			if err != nil {
				return nil, err
			}
			return hexLine(publicOf(seed)), nil
		})
		if err != nil {
			return made, err
		}
		made = append(made, files...)
	}
	return made, nil
}

// writeKeyPair writes a signing key to signPath, and to verifyPath the public key that belongs to what is there then: a
// signing key that is there already gets its public key back. public reads the one and gives the other.
func writeKeyPair(signPath, verifyPath string, sign []byte, force bool, public func() ([]byte, error)) ([]SecretFile, error) {
	created, err := writeSecret(signPath, sign, force)
	if err != nil {
		return nil, err
	}
	verify, err := public()
	if err != nil {
		return nil, err
	}
	verifyCreated, err := writeSecret(verifyPath, verify, force)
	if err != nil {
		return nil, err
	}
	return []SecretFile{{signPath, created}, {verifyPath, verifyCreated}}, nil
}

// publicOf returns the public key of a signing key's seed.
func publicOf(seed []byte) ed25519.PublicKey {
	public, ok := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	if !ok {
		panic("identity: ed25519 key without ed25519 public key")
	}
	return public
}

func writeSecret(path string, data []byte, force bool) (created bool, err error) {
	if force {
		return true, writeAtomic(path, data, 0o600)
	}
	err = createFile(path, data)
	if errors.Is(err, ErrExists) {
		return false, nil
	}
	return err == nil, err
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process when there is no randomness
	return b
}

func randomHexKey() []byte { return hexLine(random(KeySize)) }

func hexLine(b []byte) []byte { return []byte(hex.EncodeToString(b) + "\n") }

// LoadKey reads a 32-byte key in hex. Errors name the file, never what it holds.
func LoadKey(path string) ([]byte, error) { return loadHex(path, KeySize) }

// LoadEpochSignKey reads the seed that signs epochs.
func LoadEpochSignKey(path string) (ed25519.PrivateKey, error) { return LoadSignKey(path) }

// LoadEpochVerifyKey reads the public key that epochs are verified with.
func LoadEpochVerifyKey(path string) (ed25519.PublicKey, error) { return LoadVerifyKey(path) }

// LoadSignKey reads the seed of a key that signs.
func LoadSignKey(path string) (ed25519.PrivateKey, error) {
	seed, err := loadHex(path, ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// LoadVerifyKey reads the public half of a key that signs.
func LoadVerifyKey(path string) (ed25519.PublicKey, error) {
	return loadHex(path, ed25519.PublicKeySize)
}

// LoadPassword reads a password file: one line that is not empty.
func LoadPassword(path string) (string, error) {
	line, err := loadLine(path)
	if err != nil {
		return "", err
	}
	return line, nil
}

// LoadWebhookKey reads a Standard Webhooks secret (whsec_ and base64) and returns its 24 to 64 bytes.
func LoadWebhookKey(path string) ([]byte, error) {
	line, err := loadLine(path)
	if err != nil {
		return nil, err
	}
	encoded, ok := strings.CutPrefix(line, webhookPrefix)
	if !ok {
		return nil, fmt.Errorf("%s: want %s and base64: %w", path, webhookPrefix, ErrSecret)
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) < 24 || len(key) > 64 {
		return nil, fmt.Errorf("%s: want base64 of 24 to 64 bytes: %w", path, ErrSecret)
	}
	return key, nil
}

func loadHex(path string, size int) ([]byte, error) {
	line, err := loadLine(path)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(line)
	if err != nil || len(key) != size {
		// The cause is left out: hex's error quotes a byte of the key.
		return nil, fmt.Errorf("%s: want %d bytes in hex on one line: %w", path, size, ErrSecret)
	}
	return key, nil
}

// loadLine reads the single line of a secret file.
func loadLine(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxSecretFile {
		return "", fmt.Errorf("%s: want a file of at most %d bytes: %w", path, maxSecretFile, ErrSecret)
	}
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	line := strings.TrimRight(string(data), "\r\n")
	if line == "" || strings.ContainsAny(line, "\r\n \t\x00") {
		return "", fmt.Errorf("%s: want one line without blanks: %w", path, ErrSecret)
	}
	return line, nil
}
