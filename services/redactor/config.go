package redactor

import (
	"errors"
	"fmt"

	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/stream"
)

// Config of the redactor.
type Config struct {
	service.Common `yaml:",inline"`
	// Kafka is where the topics are, and who we are there.
	Kafka stream.Config `yaml:"kafka"`
	// Instance tells redactors of one deployment apart and stays the same when
	// one restarts: the new process then ends the transaction that the old one
	// left open. Two at a time with the same name fence each other. Default "0".
	Instance string `yaml:"instance"`
	// HashKey is the file of the key for request ids in Kafka's keys and headers:
	// the gateways' too.
	HashKey string `yaml:"hash_key"`
	// PseudonymKey is the file of the keys for end users' pseudonyms, of which
	// each has its period. Changes are followed. No other service has it.
	PseudonymKey string `yaml:"pseudonym_key"`
	// EpochSignKey is the file of the key that signs epochs, EpochVerifyKey of
	// its public half.
	EpochSignKey   string `yaml:"epoch_sign_key"`
	EpochVerifyKey string `yaml:"epoch_verify_key"`
	// EpochKEM is how keys of new epochs are encapsulated: mlkem768-x25519 (the default) also holds
	// against a quantum computer; x25519 does not, and is for gateways or ingests that lack the other.
	// Epochs that exist are not changed.
	EpochKEM string `yaml:"epoch_kem"`
	// RestrictVerify names the public keys that orders to suspend or limit senders
	// must be signed by. Required.
	RestrictVerify restrict.KeyFiles `yaml:"restrict_verify"`
	// KMS is the URL of the key that wraps epochs' private keys, as
	// file:///var/lib/hushlog/kms.
	KMS string `yaml:"kms"`
}

// DefaultConfig returns the values that hold where a file says nothing.
func DefaultConfig() Config {
	return Config{Common: service.DefaultCommon(), Instance: "0", EpochKEM: "mlkem768-x25519"}
}

// Validate names each field that is missing.
func (c Config) Validate() error {
	problems := []error{c.Common.Validate(), c.Kafka.Validate(), c.RestrictVerify.Validate()}
	for field, value := range map[string]string{
		"instance": c.Instance, "hash_key": c.HashKey, "pseudonym_key": c.PseudonymKey,
		"epoch_sign_key": c.EpochSignKey, "epoch_verify_key": c.EpochVerifyKey, "kms": c.KMS,
	} {
		if value == "" {
			problems = append(problems, errors.New(field+": is missing"))
		}
	}
	_, err := seal.ParseKEM(c.EpochKEM)
	if err != nil {
		problems = append(problems, fmt.Errorf("epoch_kem: %w", err))
	}
	return errors.Join(problems...)
}
