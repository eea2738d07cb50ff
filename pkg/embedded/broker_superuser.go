package embedded

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// scramIterations is the least that Kafka accepts; the password is a random
// secret of the deployment, so more would only cost time.
const scramIterations = 4096

// refreshSuperuser puts the superuser's current password into the credentials
// that a broker left in its data directory. kfake keeps users (and ACLs) there
// and, once it has, ignores the superuser's password given at start: without
// this a rotated password would lock the operator out.
func refreshSuperuser(dataDir, user, password string) error {
	path := filepath.Join(dataDir, "sasl.json")
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the broker's users: %w", err)
	}
	state := map[string]json.RawMessage{}
	err = json.Unmarshal(raw, &state)
	if err != nil {
		return fmt.Errorf("read the broker's users in %s: %w", path, err)
	}
	users := map[string]json.RawMessage{}
	if state["scram512"] != nil {
		err = json.Unmarshal(state["scram512"], &users)
		if err != nil {
			return fmt.Errorf("read the broker's users in %s: %w", path, err)
		}
	}
	users[user], err = scramCredential(password)
	if err != nil {
		return err
	}
	state["scram512"], err = json.Marshal(users)
	if err != nil {
		return fmt.Errorf("encode the broker's users: %w", err)
	}
	out, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("encode the broker's users: %w", err)
	}
	return replaceFile(path, out)
}

// scramCredential returns a SCRAM-SHA-512 credential in kfake's form.
func scramCredential(password string) (json.RawMessage, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the process instead
	salted, err := pbkdf2.Key(sha512.New, password, salt, scramIterations, sha512.Size)
	if err != nil {
		return nil, fmt.Errorf("derive the superuser's credential: %w", err)
	}
	out, err := json.Marshal(struct {
		Mechanism  string `json:"mechanism"`
		Salt       []byte `json:"salt"`
		SaltedPass []byte `json:"salted_pass"`
		Iterations int    `json:"iterations"`
	}{scramMechanism, salt, salted, scramIterations})
	if err != nil {
		return nil, fmt.Errorf("encode the superuser's credential: %w", err)
	}
	return out, nil
}

// replaceFile writes a file so that a crash leaves the old or the new content.
func replaceFile(path string, data []byte) error {
	tmp := path + ".tmp"
	err := os.WriteFile(tmp, data, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", tmp, err)
	}
	err = os.Rename(tmp, path)
	if err != nil {
		return fmt.Errorf("replace %s: %w", path, err)
	}
	return nil
}

// readSecret reads a one-line secret from its file.
func readSecret(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(raw))
	if secret == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return secret, nil
}
