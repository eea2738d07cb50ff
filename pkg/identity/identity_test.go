package identity

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require" // says what differed
)

// pki makes a CA with certificates of the given names.
func pki(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, CreateCA(dir))
	for _, name := range names {
		require.NoError(t, IssueCert(dir, name))
	}
	return dir
}

// handshake joins a client and a server and returns what each saw.
func handshake(t *testing.T, server, client *tls.Config) (serverState, clientState tls.ConnectionState, err error) {
	t.Helper()
	a, b := net.Pipe()
	deadline := time.Now().Add(5 * time.Second)
	require.NoError(t, a.SetDeadline(deadline))
	require.NoError(t, b.SetDeadline(deadline))
	s, c := tls.Server(a, server), tls.Client(b, client)
	done := make(chan error, 1)
	go func() {
		handshakeErr := s.HandshakeContext(t.Context())
		if handshakeErr == nil {
			_, handshakeErr = s.Write([]byte("x"))
		}
		if handshakeErr != nil {
			_ = a.Close()
		}
		done <- handshakeErr
	}()
	clientErr := c.HandshakeContext(t.Context())
	if clientErr == nil {
		_, clientErr = c.Read(make([]byte, 1)) // TLS 1.3: a refused client certificate shows here
	}
	if clientErr != nil {
		_ = b.Close()
	}
	serverErr := <-done
	if serverErr != nil {
		return s.ConnectionState(), c.ConnectionState(), serverErr
	}
	return s.ConnectionState(), c.ConnectionState(), clientErr
}

// TestDrawIsEvenAndKeyed: lots fill [0,1) evenly, are the project's own, and need the key.
func TestDrawIsEvenAndKeyed(t *testing.T) {
	one, err := NewHasher(bytes.Repeat([]byte{1}, KeySize))
	require.NoError(t, err)
	two, err := NewHasher(bytes.Repeat([]byte{2}, KeySize))
	require.NoError(t, err)
	const n, bins = 20_000, 10
	var count [bins]int
	for i := range n {
		draw := one.Draw("p", strconv.Itoa(i))
		require.GreaterOrEqual(t, draw, 0.0)
		require.Less(t, draw, 1.0)
		count[int(draw*bins)]++
	}
	for _, c := range count {
		require.InDelta(t, n/bins, c, 200)
	}
	first, again := one.Draw("p", "c"), one.Draw("p", "c")
	require.InDelta(t, first, again, 0)
	require.NotEqual(t, one.Draw("p", "c"), one.Draw("q", "c"))
	require.NotEqual(t, one.Draw("p", "c"), two.Draw("p", "c"))
}

func TestMutualTLS(t *testing.T) {
	dir := pki(t, Gateway, Kafka)
	other := pki(t, Gateway)
	server, err := ServerTLS(FilesIn(dir, Kafka))
	require.NoError(t, err)
	client, err := ClientTLS(FilesIn(dir, Gateway), Kafka)
	require.NoError(t, err)

	s, c, err := handshake(t, server, client)
	require.NoError(t, err)
	require.Equal(t, Gateway, PeerName(s))
	require.Equal(t, Kafka, PeerName(c))
	require.Equal(t, uint16(tls.VersionTLS13), s.Version)

	t.Run("a stranger's certificate", func(t *testing.T) {
		stranger, err := ClientTLS(FilesIn(other, Gateway), Kafka)
		require.NoError(t, err)
		stranger.RootCAs = client.RootCAs
		_, _, err = handshake(t, server, stranger)
		require.Error(t, err)
	})
	t.Run("no certificate", func(t *testing.T) {
		_, _, err := handshake(t, server, &tls.Config{RootCAs: client.RootCAs, ServerName: Kafka, MinVersion: tls.VersionTLS13})
		require.Error(t, err)
	})
	t.Run("TLS 1.2", func(t *testing.T) {
		old := client.Clone()
		old.MinVersion, old.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
		_, _, err := handshake(t, server, old)
		require.Error(t, err)
	})
	t.Run("another server's name", func(t *testing.T) {
		wrong, err := ClientTLS(FilesIn(dir, Gateway), ClickHouse)
		require.NoError(t, err)
		_, _, err = handshake(t, server, wrong)
		require.Error(t, err)
	})
	t.Run("a public interface", func(t *testing.T) {
		public, err := PublicServerTLS(FilesIn(dir, Kafka))
		require.NoError(t, err)
		s, _, err := handshake(t, public, &tls.Config{RootCAs: client.RootCAs, ServerName: "localhost", MinVersion: tls.VersionTLS13})
		require.NoError(t, err)
		require.Empty(t, PeerName(s))
	})
}

func TestRenewedCertificateIsUsedWithoutRestart(t *testing.T) {
	dir := pki(t, Gateway, Kafka)
	server, err := ServerTLS(FilesIn(dir, Kafka))
	require.NoError(t, err)
	client, err := ClientTLS(FilesIn(dir, Gateway), Kafka)
	require.NoError(t, err)
	serials := func() (string, string) {
		s, c, err := handshake(t, server, client)
		require.NoError(t, err)
		return s.PeerCertificates[0].SerialNumber.String(), c.PeerCertificates[0].SerialNumber.String()
	}
	client1, server1 := serials()
	for _, name := range []string{Gateway, Kafka} {
		require.NoError(t, IssueCert(dir, name))
	}
	client2, server2 := serials()
	require.NotEqual(t, client1, client2)
	require.NotEqual(t, server1, server2)

	// Half a renewal: the key is new and the certificate is old. The pair in use stays.
	require.NoError(t, os.WriteFile(FilesIn(dir, Kafka).Key, []byte("half"), 0o600))
	_, server3 := serials()
	require.Equal(t, server2, server3)
	require.NoError(t, IssueCert(dir, Kafka))
	_, server4 := serials()
	require.NotEqual(t, server2, server4)
}

func TestIssuedCertificates(t *testing.T) {
	dir := pki(t)
	require.NoError(t, IssueCert(dir, "role_analyst", "log.example.org", "10.1.2.3", "localhost"))
	der, err := readPEM(filepath.Join(dir, "role_analyst.crt"), pemCertificate)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	require.Equal(t, "role_analyst", cert.Subject.CommonName)
	require.Equal(t, []string{"localhost", "log.example.org"}, cert.DNSNames)
	require.Len(t, cert.IPAddresses, 3)
	require.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, cert.ExtKeyUsage)
	require.False(t, cert.IsCA)
	expiry, err := CertExpiry(FilesIn(dir, "role_analyst"))
	require.NoError(t, err)
	require.Equal(t, cert.NotAfter, expiry)

	for _, name := range []string{"ca.key", "ca.crt", "role_analyst.key", "role_analyst.crt"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
	}
	require.ErrorIs(t, CreateCA(dir), ErrExists, "a CA is never overwritten")
	for _, bad := range []string{"", "ca", "../evil", "Gateway", "a b", "-x"} {
		require.Error(t, IssueCert(dir, bad), bad)
	}
	require.Error(t, IssueCert(t.TempDir(), Gateway), "no CA there")
}

func TestTLSFilesAreCheckedAtTheStart(t *testing.T) {
	dir := pki(t, Gateway)
	_, err := ServerTLS(TLSFiles{})
	require.ErrorContains(t, err, "ca: name the file")
	_, err = ServerTLS(FilesIn(dir, "absent"))
	require.ErrorIs(t, err, os.ErrNotExist)
	files := FilesIn(dir, Gateway)
	files.CA = files.Key
	_, err = ClientTLS(files, "")
	require.ErrorContains(t, err, "holds no certificate")
	files = FilesIn(dir, Gateway)
	files.Key = filepath.Join(dir, "ca.key")
	_, err = ClientTLS(files, "")
	require.Error(t, err, "a key of another certificate")
}

func TestSecrets(t *testing.T) {
	l := Layout{Dir: t.TempDir()}
	now := time.Date(2026, 11, 23, 23, 30, 0, 0, time.FixedZone("", -3600))
	made, err := CreateSecrets(l, now, false)
	require.NoError(t, err)
	require.Len(t, made, 4+1+1+1+len(Services())+8)
	for _, file := range made {
		require.True(t, file.Created, file.Path)
		info, statErr := os.Stat(file.Path)
		require.NoError(t, statErr)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file.Path)
	}
	require.FileExists(t, filepath.Join(l.KMS(), "2026-11-24.key"), "days are UTC days")

	hash, err := LoadKey(l.HashKey())
	require.NoError(t, err)
	pseudonym, err := LoadKey(l.PseudonymKey())
	require.NoError(t, err)
	require.NotEqual(t, hash, pseudonym)
	sign, err := LoadEpochSignKey(l.EpochSignKey())
	require.NoError(t, err)
	verify, err := LoadEpochVerifyKey(l.EpochVerifyKey())
	require.NoError(t, err)
	require.True(t, ed25519.Verify(verify, []byte("m"), ed25519.Sign(sign, []byte("m"))))
	webhook, err := LoadWebhookKey(l.WebhookKey())
	require.NoError(t, err)
	require.Len(t, webhook, webhookKeySize)
	password, err := LoadPassword(l.KafkaPassword(Alert))
	require.NoError(t, err)
	require.Len(t, password, 43)

	trailSign, err := LoadTrailSigner(l.TrailSignKey())
	require.NoError(t, err)
	trailVerify, err := LoadTrailVerifier(l.TrailVerifyKey())
	require.NoError(t, err)
	signed, err := trailSign.Sign([]byte("m"))
	require.NoError(t, err)
	require.True(t, trailVerify.Verify([]byte("m"), signed))

	// Again: what is there is kept, what is missing is made, the public key follows its seed.
	require.NoError(t, os.Remove(l.EpochVerifyKey()))
	require.NoError(t, os.Remove(l.WebhookKey()))
	require.NoError(t, os.Remove(l.TrailVerifyKey()))
	made, err = CreateSecrets(l, now, false)
	require.NoError(t, err)
	created := 0
	for _, file := range made {
		if file.Created {
			created++
		}
	}
	require.Equal(t, 3, created)
	trailVerifyAgain, err := LoadTrailVerifier(l.TrailVerifyKey())
	require.NoError(t, err)
	require.Equal(t, trailVerify.KeyHash(), trailVerifyAgain.KeyHash())
	again, err := LoadKey(l.HashKey())
	require.NoError(t, err)
	require.Equal(t, hash, again)
	verifyAgain, err := LoadEpochVerifyKey(l.EpochVerifyKey())
	require.NoError(t, err)
	require.Equal(t, verify, verifyAgain)

	_, err = CreateSecrets(l, now, true)
	require.NoError(t, err)
	forced, err := LoadKey(l.HashKey())
	require.NoError(t, err)
	require.NotEqual(t, hash, forced)
}

func TestSecretFormsAreStrictAndNeverShown(t *testing.T) {
	const planted = "5ec2e7"
	for name, content := range map[string]string{
		"short":     planted,
		"long":      strings.Repeat(planted, 20),
		"not hex":   planted + strings.Repeat("zz", 29),
		"two lines": strings.Repeat("ab", 32) + "\n" + planted,
		"blank":     strings.Repeat("ab", 16) + " " + planted,
		"empty":     "",
		"huge":      strings.Repeat("ab", maxSecretFile),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "key")
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			for _, load := range []func(string) error{
				func(p string) error { _, err := LoadKey(p); return err },
				func(p string) error { _, err := LoadHasher(p); return err },
				func(p string) error { _, err := LoadPseudonymKeys(p); return err },
				func(p string) error { _, err := LoadEpochSignKey(p); return err },
				func(p string) error { _, err := LoadEpochVerifyKey(p); return err },
				func(p string) error { _, err := LoadWebhookKey(p); return err },
			} {
				err := load(path)
				require.ErrorIs(t, err, ErrSecret)
				require.NotContains(t, err.Error(), planted)
			}
		})
	}
	_, err := LoadKey(t.TempDir())
	require.ErrorIs(t, err, ErrSecret, "a directory")
}

func TestValuesAreLinkedWithinProjectAndPeriodOnly(t *testing.T) {
	p, err := NewPseudonymizer([]byte(strings.Repeat("7", KeySize)))
	require.NoError(t, err)
	want := p.Values("demo", "2026-11")("EMAIL", "a@b.example")
	require.Equal(t, want, p.Values("demo", "2026-11")("EMAIL", "a@b.example"))
	other, err := NewPseudonymizer([]byte(strings.Repeat("8", KeySize)))
	require.NoError(t, err)
	for name, got := range map[string][HashSize]byte{
		"project": p.Values("shop", "2026-11")("EMAIL", "a@b.example"),
		"period":  p.Values("demo", "2026-12")("EMAIL", "a@b.example"),
		"kind":    p.Values("demo", "2026-11")("PERSON", "a@b.example"),
		"value":   p.Values("demo", "2026-11")("EMAIL", "b@b.example"),
		"key":     other.Values("demo", "2026-11")("EMAIL", "a@b.example"),
		"cut":     p.Values("demo2", "026-11")("EMAIL", "a@b.example"),
	} {
		require.NotEqual(t, want, got, name)
	}
}

func TestHashesAndPseudonyms(t *testing.T) {
	key := make([]byte, KeySize)
	h, err := NewHasher(key)
	require.NoError(t, err)
	p, err := NewPseudonymizer(key)
	require.NoError(t, err)
	key[0] = 9 // both keep their own copy

	again, err := NewHasher(make([]byte, KeySize))
	require.NoError(t, err)
	require.Equal(t, h.ID("demo", "r1"), again.ID("demo", "r1"))
	require.NotEqual(t, h.ID("demo", "r1"), h.ID("demo2", "r1"))
	require.NotEqual(t, h.ID("demo", "1r1"), h.ID("demo1", "r1"), "parts cannot run into each other")
	samePerson, err := NewPseudonymizer(make([]byte, KeySize))
	require.NoError(t, err)
	require.Equal(t, p.Subject("demo", "ann"), samePerson.Subject("demo", "ann"))
	require.NotEqual(t, p.Subject("demo", "ann"), p.Subject("other", "ann"), "not linkable between projects")
	require.Regexp(t, `^u_[a-z2-7]{26}$`, p.Subject("demo", "ann"))
	require.Empty(t, p.Subject("demo", ""))
	for _, s := range []string{"", "u_", "ann", "u_" + strings.Repeat("1", 26), "U_" + strings.Repeat("a", 26)} {
		require.False(t, IsSubject(s), s)
	}
	require.True(t, IsSubject(p.Subject("demo", "ann")))
	id := h.ID("demo", "ann")
	require.NotEqual(t, "u_"+subjectEncoding.EncodeToString(id[:]), p.Subject("demo", "ann"), "two domains")
	_, err = NewHasher(make([]byte, 31))
	require.ErrorIs(t, err, ErrSecret)
	// A vector, so that an accidental change of the construction, which would orphan every stored
	// pseudonym, is seen.
	fixed, err := NewHasher(make([]byte, KeySize))
	require.NoError(t, err)
	sum := fixed.ID("demo", "r1")
	require.Equal(t, "fe26593ae8666f66e4d83b245a18c72f", hex.EncodeToString(sum[:]))
}

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex // guards t
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func TestAPIKeys(t *testing.T) {
	c := &clock{t: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "access", "api-keys.json")
	_, err := openKeyStoreAt(path, c.now)
	require.ErrorIs(t, err, ErrUnavailable, "no file: not the same as no keys")
	require.NoError(t, EnsureKeyFile(path))
	store, err := openKeyStoreAt(path, c.now)
	require.NoError(t, err)

	key, rec, err := CreateKey(path, KeySpec{
		Project: "demo", CreatedBy: "tester", Note: "first", Lifetime: time.Hour, Limits: &KeyLimits{EventsPerSecond: 5},
	}, c.now())
	require.NoError(t, err)
	require.Regexp(t, `^hl_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}$`, key)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(data), key[len("hl_")+idLength+1:], "hashes only")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	c.add(time.Second)
	who, err := store.Authenticate(key)
	require.NoError(t, err)
	require.Equal(t, Principal{KeyID: rec.ID, Project: "demo", Limits: &KeyLimits{EventsPerSecond: 5}}, who)

	t.Run("what is not a key", func(t *testing.T) {
		last := byte('0')
		if key[len(key)-1] == last {
			last = '1'
		}
		for _, bad := range []string{
			"", "hl_", key[:len(key)-1], key + "0", "hp" + key[2:], key[:len(key)-1] + string(last), strings.Replace(key, "_", "-", 1),
			"hl_" + strings.Repeat("A", idLength) + key[len("hl_")+idLength:], " " + key[1:], key[:20] + "\x00" + key[21:],
		} {
			_, err := store.Authenticate(bad)
			require.ErrorIs(t, err, ErrUnknownKey)
			require.NotErrorIs(t, err, ErrRevoked)
		}
	})
	t.Run("expired", func(t *testing.T) {
		later := &clock{t: rec.Created.Add(time.Hour)}
		s, err := openKeyStoreAt(path, later.now)
		require.NoError(t, err)
		_, err = s.Authenticate(key)
		require.ErrorIs(t, err, ErrExpired)
	})
	t.Run("revoked while running", func(t *testing.T) {
		require.NoError(t, RevokeKey(path, rec.ID, c.now()))
		c.add(recheck)
		_, err := store.Authenticate(key)
		require.ErrorIs(t, err, ErrRevoked)
		require.ErrorIs(t, RevokeKey(path, "nosuchkey000", c.now()), ErrNoSuchID)
		keys, err := ListKeys(path)
		require.NoError(t, err)
		require.Equal(t, "revoked", keys[0].Status(c.now()))
	})
	t.Run("a file that cannot be read refuses everybody", func(t *testing.T) {
		good, _, err := CreateKey(path, KeySpec{Project: "demo"}, c.now())
		require.NoError(t, err)
		c.add(recheck)
		_, err = store.Authenticate(good)
		require.NoError(t, err)
		saved, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, broken := range []string{"", "{", `{"version":2}`, `{"version":1,"more":1}`} {
			require.NoError(t, os.WriteFile(path, []byte(broken), 0o600))
			c.add(recheck)
			_, err = store.Authenticate(good)
			require.ErrorIs(t, err, ErrUnavailable)
		}
		require.NoError(t, os.Remove(path))
		c.add(recheck)
		_, err = store.Authenticate(good)
		require.ErrorIs(t, err, ErrUnavailable)
		require.NoError(t, os.WriteFile(path, saved, 0o600))
		c.add(recheck)
		_, err = store.Authenticate(good)
		require.NoError(t, err)
	})
}

func TestKeyIsSeenByARunningStoreWithinASecond(t *testing.T) {
	path := filepath.Join(t.TempDir(), "api-keys.json")
	require.NoError(t, EnsureKeyFile(path))
	store, err := OpenKeyStore(path)
	require.NoError(t, err)
	key, rec, err := CreateKey(path, KeySpec{Project: "demo"}, time.Now())
	require.NoError(t, err)
	require.Eventually(t, func() bool { _, err := store.Authenticate(key); return err == nil }, time.Second, 20*time.Millisecond)
	require.NoError(t, RevokeKey(path, rec.ID, time.Now()))
	require.Eventually(t, func() bool { _, err := store.Authenticate(key); return err != nil }, time.Second, 20*time.Millisecond)
}

func TestWritersOfKeysTakeTurns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "api-keys.json")
	const writers = 16
	var group sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		group.Go(func() { _, _, errs[i] = CreateKey(path, KeySpec{Project: "demo"}, time.Now()) })
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	keys, err := ListKeys(path)
	require.NoError(t, err)
	require.Len(t, keys, writers)
}

func TestKeySpecs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "api-keys.json")
	for name, spec := range map[string]KeySpec{
		"no project": {}, "bad project": {Project: "Demo!"}, "negative life": {Project: "demo", Lifetime: -1},
		"negative limit": {Project: "demo", Limits: &KeyLimits{BytesPerSecond: -1}},
	} {
		_, _, err := CreateKey(path, spec, time.Now())
		require.Error(t, err, name)
	}
	require.NoFileExists(t, path)
}

func TestPeople(t *testing.T) {
	c := &clock{t: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "people.json")
	token, rec, err := AddPerson(path, PersonSpec{Name: "ann@example.org", Role: "analyst", CreatedBy: "tester"}, c.now())
	require.NoError(t, err)
	require.Regexp(t, `^hp_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}$`, token)
	require.Equal(t, c.now().Add(DefaultTokenLifetime), rec.Expires)
	store, err := openPeopleStoreAt(path, c.now)
	require.NoError(t, err)
	who, err := store.Authenticate(token)
	require.NoError(t, err)
	require.NotEqual(t, PersonKey{}, who.Key)
	require.Equal(t, Person{Name: "ann@example.org", Role: "analyst", TokenID: rec.ID, Expires: rec.Expires, Key: who.Key}, who)
	_, err = store.Authenticate("hl" + token[2:])
	require.ErrorIs(t, err, ErrUnknownKey, "a token is no key")

	second, _, err := AddPerson(path, PersonSpec{Name: "ann@example.org", Role: "security", Lifetime: MaxTokenLifetime}, c.now())
	require.NoError(t, err)
	c.add(DefaultTokenLifetime)
	_, err = store.Authenticate(token)
	require.ErrorIs(t, err, ErrExpired)
	_, err = store.Authenticate(second)
	require.NoError(t, err)
	n, err := RevokePerson(path, "ann@example.org", c.now())
	require.NoError(t, err)
	require.Equal(t, 2, n)
	c.add(recheck)
	_, err = store.Authenticate(second)
	require.ErrorIs(t, err, ErrRevoked)
	_, err = RevokePerson(path, "bob", c.now())
	require.ErrorIs(t, err, ErrNoSuchID)

	for name, spec := range map[string]PersonSpec{
		"no name": {Role: "analyst"}, "no role": {Name: "bob"}, "name with a line": {Name: "bob\nx", Role: "analyst"},
		"too long": {Name: "bob", Role: "analyst", Lifetime: MaxTokenLifetime + time.Second},
		"negative": {Name: "bob", Role: "analyst", Lifetime: -time.Hour},
	} {
		_, _, err = AddPerson(path, spec, c.now())
		require.Error(t, err, name)
	}
}

// TestAPersonIsErasedByTheKey: what was written with the key leads to the person as long as it is there, and to nobody
// once it is destroyed, in whatever way somebody tries; one who comes back is somebody new.
func TestAPersonIsErasedByTheKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.json")
	token, _, err := AddPerson(path, PersonSpec{Name: "ann@example.org", Role: "analyst"}, time.Now())
	require.NoError(t, err)
	second, _, err := AddPerson(path, PersonSpec{Name: "ann@example.org", Role: "security"}, time.Now())
	require.NoError(t, err)
	_, _, err = AddPerson(path, PersonSpec{Name: "bob", Role: "analyst"}, time.Now())
	require.NoError(t, err)
	store, err := OpenPeopleStore(path)
	require.NoError(t, err)
	ann, err := store.Authenticate(token)
	require.NoError(t, err)
	again, err := store.Authenticate(second)
	require.NoError(t, err)
	require.Equal(t, ann.Pseudonym(), again.Pseudonym(), "one person, whatever the token and the role")
	names, err := store.Names()
	require.NoError(t, err)
	require.Len(t, names, 2)
	require.Equal(t, "ann@example.org", names[ann.Pseudonym()])

	sealed := ann.SealedName()
	require.NotEqual(t, sealed, ann.SealedName(), "equal names are not equal bytes")
	require.NotContains(t, string(sealed), "ann")
	name, err := OpenName(path, ann.Pseudonym(), sealed)
	require.NoError(t, err)
	require.Equal(t, "ann@example.org", name)
	_, err = OpenName(path, NewPersonKey().Pseudonym("bob"), sealed)
	require.ErrorIs(t, err, ErrNoPerson, "a sealed name that was moved beside another pseudonym")
	_, err = OpenName(path, ann.Pseudonym(), sealed[:5])
	require.ErrorIs(t, err, ErrNoPerson)

	require.ErrorIs(t, ErasePerson(path, "nobody", func([]string) error { return nil }), ErrNoSuchID)
	noTrail := errors.New("no trail")
	require.ErrorIs(t, ErasePerson(path, "ann@example.org", func([]string) error { return noTrail }), noTrail)
	_, err = OpenName(path, ann.Pseudonym(), sealed)
	require.NoError(t, err, "nothing is destroyed that is not on the trail")
	require.NoError(t, ErasePerson(path, "ann@example.org", func(pseudonyms []string) error {
		require.Equal(t, []string{ann.Pseudonym()}, pseudonyms)
		return nil
	}))
	_, err = OpenName(path, ann.Pseudonym(), sealed)
	require.ErrorIs(t, err, ErrNoPerson)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "ann")
	require.Contains(t, string(raw), "bob")

	_, _, err = AddPerson(path, PersonSpec{Name: "ann@example.org", Role: "analyst"}, time.Now())
	require.NoError(t, err)
	_, err = OpenName(path, ann.Pseudonym(), sealed)
	require.ErrorIs(t, err, ErrNoPerson)
}

// TestPeopleOfAnEarlierVersionGetAKey: without one nobody reads, as what they do could not be erased.
func TestPeopleOfAnEarlierVersionGetAKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.json")
	token, rec, err := AddPerson(path, PersonSpec{Name: "ann", Role: "analyst"}, time.Now())
	require.NoError(t, err)
	require.NoError(t, updateTokenFile(path, func(people []PersonRecord) ([]PersonRecord, error) {
		people[0].Key = ""
		return people, nil
	}))
	store, err := OpenPeopleStore(path)
	require.NoError(t, err)
	_, err = store.Authenticate(token)
	require.ErrorIs(t, err, ErrUnavailable)
	require.NoError(t, EnsurePeopleFile(path))
	store, err = OpenPeopleStore(path)
	require.NoError(t, err)
	person, err := store.Authenticate(token)
	require.NoError(t, err)
	require.NotEqual(t, rec.Key, person.Key.text())
}

func TestPersonPseudonymsAreFoundInTexts(t *testing.T) {
	one := NewPersonKey().Pseudonym("ann")
	require.Regexp(t, `^p_[a-z2-7]{26}$`, one)
	text := PersonPseudonyms(`{"actor":"`+one+`","x":"p_short","y":"`+one+`z"}`, func(string) string { return "ann" })
	require.Equal(t, `{"actor":"ann","x":"p_short","y":"`+one+`z"}`, text)
}

func TestHashMovedToAnotherEntryFitsNothing(t *testing.T) {
	_, id, hash := newToken(keyPrefix)
	_, otherID, _ := newToken(keyPrefix)
	require.NotEqual(t, id, otherID)
	secret := strings.Repeat("a", secretLength)
	require.NotEqual(t, hashSecret(keyPrefix, id, secret), hashSecret(keyPrefix, otherID, secret))
	require.NotEqual(t, hashSecret(keyPrefix, id, secret), hashSecret(personPrefix, id, secret))
	require.Len(t, hash, 64)
}

func FuzzParseToken(f *testing.F) {
	token, _, _ := newToken(keyPrefix)
	f.Add(token)
	f.Add("hl__")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		id, secret, ok := parseToken(keyPrefix, s)
		if ok {
			require.Equal(t, s, keyPrefix+"_"+id+"_"+secret)
			require.Len(t, secret, secretLength)
		}
	})
}

func FuzzReadTokenFile(f *testing.F) {
	f.Add([]byte(`{"version":1,"entries":[{"id":"aaaaaaaaaaaa","hash":"00"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "keys.json")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		entries, err := readTokenFile[KeyRecord](path)
		if err == nil {
			for _, e := range entries {
				require.Len(t, e.ID, idLength)
			}
		}
	})
}
