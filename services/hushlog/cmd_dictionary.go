package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/dictionary"
)

// newDictionaryCommand makes lists of words that are private themselves into what a policy can name.
func newDictionaryCommand() *cobra.Command {
	return newGroup("dictionary", "Keep a list of names that is private itself as keyed hashes, for a policy's own rules",
		newDictionaryKeyCommand(), newDictionaryHashCommand())
}

func newDictionaryKeyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "key FILE",
		Short: "Make the key of such lists, in a new file",
		Long: "Whoever has key and hashes can test whether a name is on the list: keep the key where secrets are.\n" +
			"The redactor reads both, by the paths that the policy names.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			secret := make([]byte, identity.KeySize)
			_, _ = rand.Read(secret) // never fails: crypto/rand ends the process when there is no randomness
			return writeNewFile(args[0], []byte(hex.EncodeToString(secret)+"\n"))
		},
	}
}

// writeNewFile writes a file that must not be there, for its owner alone.
func writeNewFile(path string, data []byte) error {
	file, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("dictionary: %w", err)
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Close())
	if err != nil {
		return fmt.Errorf("dictionary: write %s: %w", path, err)
	}
	return nil
}

func newDictionaryHashCommand() *cobra.Command {
	var keyFile string
	var exact bool
	cmd := &cobra.Command{
		Use:   "hash --key FILE [LIST]",
		Short: "Write the keyed hashes of a list, one entry a line, to standard output",
		Long: "Reads the list (or standard input), UTF-8, one entry a line, and writes its hashes. The policy names them:\n" +
			"  own: {dictionaries: {customers: {type: PERSON, confidence: 0.9, hashes: customers.hashes, key: dictionary.key}}}\n" +
			"Errors name the line of the list and show nothing of it.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := cmd.InOrStdin()
			if len(args) > 0 {
				file, err := os.Open(filepath.Clean(args[0]))
				if err != nil {
					return fmt.Errorf("dictionary hash: %w", err)
				}
				defer file.Close()
				in = file
			}
			n, err := hashDictionary(cmd.OutOrStdout(), in, keyFile, exact)
			if err != nil {
				return fmt.Errorf("dictionary hash: %w", err)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%d entries\n", n)
			return nil
		},
	}
	cmd.Flags().StringVar(&keyFile, "key", "", "`file` of the key, made by hushlog dictionary key; required")
	cmd.Flags().BoolVar(&exact, "case-sensitive", false, "compare letters with their case")
	return cmd
}

func hashDictionary(out io.Writer, in io.Reader, keyFile string, exact bool) (int, error) {
	if keyFile == "" {
		return 0, errors.New("--key is required: make one with hushlog dictionary key")
	}
	secret, err := identity.LoadKey(keyFile)
	if err != nil {
		return 0, fmt.Errorf("--key: %w", err)
	}
	key, err := dictionary.NewKey(secret)
	if err != nil {
		return 0, fmt.Errorf("--key: %w", err)
	}
	return dictionary.WriteHashes(out, in, key, redact.DictionaryOptions(exact))
}
