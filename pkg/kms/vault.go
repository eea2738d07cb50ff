package kms

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	// Vault's own client: gocloud's keeper for Vault knows no deadline, tells no missing key from a Vault
	// that is away, and destroys nothing.
	vaultapi "github.com/hashicorp/vault/api"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/seal"
)

const (
	vaultEngine = "transit"
	// vaultTimeout bounds a request with its repetitions.
	vaultTimeout = 10 * time.Second
)

// vaultKMS is a key per day of Vault's transit engine; it is both sides, and Vault's policies say which a
// service has (deploy/vault).
type vaultKMS struct {
	client *vaultapi.Client
	engine string
	// tokenFile is read for each request, as Vault's agent replaces it; empty for the environment's token.
	tokenFile string
	keyForm

	create bool
	now    func() time.Time
}

// openVault opens hashivault://hushlog-{day} with these parameters:
//
//	address     of Vault, https or on this machine; VAULT_ADDR without it
//	token_file  a file with the token, as Vault's agent writes it; VAULT_TOKEN without it
//	ca_file     the CA of Vault's certificate; VAULT_CACERT without it
//	namespace   of the engine; VAULT_NAMESPACE without it
//	engine      the path the engine is mounted at; transit without it
//
// It asks Vault nothing. Vault makes the day's key when it first encrypts under it.
func openVault(rawURL string, create bool, now func() time.Time) (*vaultKMS, error) {
	err := checkMark(rawURL)
	if err != nil {
		return nil, err
	}
	u, err := ofDay(rawURL, sampleDay)
	if err != nil {
		return nil, err
	}
	k, err := dialVault(u)
	if err != nil {
		return nil, err
	}
	k.keyForm, k.create, k.now = formOf(u.Host+u.Path), create, now
	return k, nil
}

// dialVault prepares to ask Vault, and asks nothing yet.
func dialVault(u *url.URL) (*vaultKMS, error) {
	if strings.Contains(u.Host+u.Path, "/") {
		return nil, errors.New("KMS URL hashivault names a key without slashes; where the engine is mounted says the parameter engine")
	}
	k := &vaultKMS{engine: vaultEngine}
	config := vaultapi.DefaultConfig() // with what the environment says
	if config.Error != nil {
		return nil, fmt.Errorf("open KMS hashivault: %w", config.Error)
	}
	config.Timeout = vaultTimeout
	namespace, err := k.parameters(u.Query(), config)
	if err != nil {
		return nil, err
	}
	k.client, err = vaultapi.NewClient(config)
	if err != nil {
		return nil, fmt.Errorf("open KMS hashivault: %w", err)
	}
	if namespace != "" {
		k.client.SetNamespace(namespace)
	}
	return k, nil
}

func (k *vaultKMS) parameters(query url.Values, config *vaultapi.Config) (namespace string, err error) {
	for name, values := range query {
		value := values[0]
		switch name {
		case "address":
			config.Address = value
		case "token_file":
			k.tokenFile = value
		case "ca_file":
			err = config.ConfigureTLS(&vaultapi.TLSConfig{CACert: value})
			if err != nil {
				return "", fmt.Errorf("open KMS hashivault: ca_file: %w", err)
			}
		case "namespace":
			namespace = value
		case "engine":
			k.engine = strings.Trim(value, "/")
		default:
			return "", fmt.Errorf("KMS URL hashivault has no parameter %q; want address, token_file, ca_file, namespace or engine", name)
		}
	}
	return namespace, checkVaultAddress(config.Address)
}

// checkVaultAddress lets keys and tokens travel encrypted, or not leave this machine.
func checkVaultAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("address of Vault cannot be parsed; want https://host:port")
	}
	switch {
	case u.Scheme == "https", u.Scheme == "unix":
		return nil
	case u.Scheme == "http" && identity.OnThisMachine(u.Hostname()):
		return nil // Vault's agent
	default:
		return errors.New("address of Vault has to begin with https://, but for an agent on this machine")
	}
}

// authorized is the client with the token of now.
func (k *vaultKMS) authorized() (*vaultapi.Client, error) {
	if k.tokenFile == "" {
		return k.client, nil
	}
	token, err := os.ReadFile(k.tokenFile)
	if err != nil {
		return nil, fmt.Errorf("token of Vault: %w", err)
	}
	client, err := k.client.CloneWithHeaders()
	if err != nil {
		return nil, fmt.Errorf("ask Vault: %w", err)
	}
	client.SetToken(strings.TrimSpace(string(token)))
	return client, nil
}

func (k *vaultKMS) write(ctx context.Context, path string, data map[string]any) (*vaultapi.Secret, error) {
	client, err := k.authorized()
	if err != nil {
		return nil, err
	}
	return client.Logical().WriteWithContext(ctx, k.engine+"/"+path, data)
}

// text is a string that Vault answered with.
func text(secret *vaultapi.Secret, name string) (string, error) {
	if secret != nil {
		value, is := secret.Data[name].(string)
		if is {
			return value, nil
		}
	}
	return "", fmt.Errorf("Vault answered without %s", name) //nolint:staticcheck // Vault is a name
}

// Wrap encrypts under the key of the present day, and of no other: Vault would make one anew that was
// destroyed.
func (k *vaultKMS) Wrap(ctx context.Context, day string, plaintext []byte) ([]byte, error) {
	if !isDay(day) {
		return nil, errNotADay
	}
	if !k.create || day != seal.KeyOfDay(k.now()) {
		return nil, fmt.Errorf("KMS key %s is not made by this service today: %w", day, seal.ErrKeyGone)
	}
	wrapped, err := k.encrypt(ctx, k.name(day), plaintext)
	if err != nil {
		return nil, fmt.Errorf("wrap under KMS key %s: %w", day, err)
	}
	return wrapped, nil
}

// Unwrap decrypts with the key of the named day.
func (k *vaultKMS) Unwrap(ctx context.Context, day string, wrapped []byte) ([]byte, error) {
	if !isDay(day) {
		return nil, errNotADay
	}
	if len(wrapped) == 0 { // of which Vault says that it is missing
		return nil, fmt.Errorf("KMS key %s: %w", day, seal.ErrWrapped)
	}
	plaintext, err := k.decrypt(ctx, k.name(day), wrapped)
	if err != nil {
		return nil, vaultError(day, err)
	}
	return plaintext, nil
}

// vaultError says what a refusal to decrypt means for what is sealed. Only what Vault says of the key and
// of the ciphertext is final: a Vault that is sealed, moved or does not let us in may let us in later.
func vaultError(day string, err error) error {
	var refused *vaultapi.ResponseError
	if errors.As(err, &refused) && refused.StatusCode == http.StatusBadRequest {
		says := strings.Join(refused.Errors, "\n")
		if strings.Contains(says, "encryption key not found") {
			return fmt.Errorf("KMS key %s: %w", day, seal.ErrKeyGone)
		}
		for _, final := range []string{"invalid ciphertext", "message authentication failed"} {
			if strings.Contains(says, final) {
				return fmt.Errorf("KMS key %s: %w", day, seal.ErrWrapped)
			}
		}
	}
	return fmt.Errorf("unwrap with KMS key %s: %w", day, err)
}

// Prepare has nothing to do: Vault makes the key when the epoch maker first wraps under it.
func (k *vaultKMS) Prepare(context.Context, ...string) error { return nil }

// Days lists the engine's keys of the URL's form.
func (k *vaultKMS) Days(ctx context.Context) ([]string, error) {
	client, err := k.authorized()
	if err != nil {
		return nil, err
	}
	secret, err := client.Logical().ListWithContext(ctx, k.engine+"/keys")
	if err != nil {
		return nil, fmt.Errorf("list KMS keys: %w", err)
	}
	if secret == nil { // Vault says 404 of an engine without keys
		return nil, nil
	}
	keys, is := secret.Data["keys"].([]any)
	if !is {
		return nil, errors.New("list KMS keys: Vault answered without keys")
	}
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i], _ = key.(string)
	}
	return k.days(names), nil
}

// Destroy lets the key be deleted and deletes it, with all its versions, and looks whether it is gone.
func (k *vaultKMS) Destroy(ctx context.Context, day string) (Destruction, error) {
	if !isDay(day) {
		return Destruction{}, errNotADay
	}
	there, err := k.exists(ctx, day)
	if err != nil || !there {
		return Destruction{}, err
	}
	_, err = k.write(ctx, "keys/"+k.name(day)+"/config", map[string]any{"deletion_allowed": true})
	if err != nil {
		return Destruction{}, fmt.Errorf("allow the deletion of KMS key %s: %w", day, err)
	}
	client, err := k.authorized()
	if err != nil {
		return Destruction{}, err
	}
	_, err = client.Logical().DeleteWithContext(ctx, k.engine+"/keys/"+k.name(day))
	if err != nil {
		return Destruction{}, fmt.Errorf("destroy KMS key %s: %w", day, err)
	}
	there, err = k.exists(ctx, day)
	if err == nil && there {
		err = fmt.Errorf("KMS key %s is still there after it was deleted", day)
	}
	return Destruction{}, err
}

func (k *vaultKMS) exists(ctx context.Context, day string) (bool, error) {
	days, err := k.Days(ctx)
	return slices.Contains(days, day), err
}

// encrypt encrypts under a key of the engine, by its name.
func (k *vaultKMS) encrypt(ctx context.Context, name string, plaintext []byte) ([]byte, error) {
	secret, err := k.write(ctx, "encrypt/"+name, map[string]any{"plaintext": base64.StdEncoding.EncodeToString(plaintext)})
	if err != nil {
		return nil, err
	}
	wrapped, err := text(secret, "ciphertext")
	if err != nil {
		return nil, err
	}
	return []byte(wrapped), nil
}

// decrypt decrypts with a key of the engine, by its name.
func (k *vaultKMS) decrypt(ctx context.Context, name string, wrapped []byte) ([]byte, error) {
	secret, err := k.write(ctx, "decrypt/"+name, map[string]any{"ciphertext": string(wrapped)})
	if err != nil {
		return nil, err
	}
	encoded, err := text(secret, "plaintext")
	if err != nil {
		return nil, err
	}
	plaintext, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("Vault answered with what is not base64") //nolint:staticcheck // Vault is a name
	}
	return plaintext, nil
}
