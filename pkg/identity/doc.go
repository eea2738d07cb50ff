// Package identity says who is calling and keeps who may call: the deployment's certificates and
// mutual TLS, its generated secrets, API keys of projects, tokens of people, and the keyed hashes
// and pseudonyms that stand for ids.
//
// It leaves out what a caller may do: that is package policy.
package identity
