// Package seal keeps content unreadable between two parts of hushlog: envelopes that only an
// audience can open, the epochs (key pairs with dates) they are sealed under, and the wrapping of
// epochs' private keys by a KMS key of the day, so that destroying that key shreds everything.
//
// It leaves out where envelopes and epochs travel (package stream) and who is the audience of what
// (package policy). No error, log line or panic of this package holds content or key material.
package seal
