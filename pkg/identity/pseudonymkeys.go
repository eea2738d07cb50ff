package identity

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// maxPseudonymKeys bounds the keys of a file: a change each month for eight years.
	maxPseudonymKeys = 96
	// leastAhead is how long before it holds a new key is in the file: every redactor reads it within followEvery.
	leastAhead  = time.Minute
	followEvery = 5 * time.Second
)

// PseudonymKey is a key of pseudonyms without the key: from when on it holds, and until when. A zero Until is the last one's.
type PseudonymKey struct{ From, Until time.Time }

type periodKey struct {
	from time.Time
	*Pseudonymizer
}

// PseudonymKeys are the keys of pseudonyms, one after the other in time: equal ids have equal pseudonyms within a project and
// the period of a key, and what is of two periods cannot be linked. A file of one key alone has one period, from ever on. Safe
// for concurrent use.
type PseudonymKeys struct {
	path string
	keys atomic.Pointer[[]periodKey]
	err  atomic.Pointer[error]
}

// LoadPseudonymKeys reads the file: a key in hex, or lines of a time (RFC 3339) and a key, in the order of time.
func LoadPseudonymKeys(path string) (*PseudonymKeys, error) {
	k := &PseudonymKeys{path: path}
	return k, k.read()
}

func (k *PseudonymKeys) read() error {
	keys, err := readPseudonymKeys(k.path)
	k.err.Store(&err)
	if err == nil {
		k.keys.Store(&keys)
	}
	return err
}

// Follow reads the file again as it changes, until ctx ends. While it cannot be read, the keys that were read last hold, and
// Healthy tells.
func (k *PseudonymKeys) Follow(ctx context.Context) error {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			_ = k.read() // Healthy tells
		}
	}
}

// Healthy is why the file could not be read when it was last tried.
func (k *PseudonymKeys) Healthy() error { return *k.err.Load() }

// At has the key of a moment: that of acceptance, so that a record gets the same pseudonym whenever it is redacted. What is
// older than every key gets the first one's.
func (k *PseudonymKeys) At(at time.Time) *Pseudonymizer {
	keys := *k.keys.Load()
	for _, key := range slices.Backward(keys) {
		if !at.Before(key.from) {
			return key.Pseudonymizer
		}
	}
	return keys[0].Pseudonymizer
}

// All has every key there is: an end user has one pseudonym under each.
func (k *PseudonymKeys) All() []*Pseudonymizer {
	var all []*Pseudonymizer
	for _, key := range *k.keys.Load() {
		all = append(all, key.Pseudonymizer)
	}
	return all
}

// List says of which periods there are keys.
func (k *PseudonymKeys) List() []PseudonymKey { return listed(*k.keys.Load()) }

func listed(keys []periodKey) []PseudonymKey {
	list := make([]PseudonymKey, len(keys))
	for i, key := range keys {
		list[i].From = key.from
		if i > 0 {
			list[i-1].Until = key.from
		}
	}
	return list
}

// AddPseudonymKey adds a key that holds from a moment on, after that of every other key and at least a minute ahead, so that
// every redactor has it by then. before is called first; an error of it leaves the file as it is.
func AddPseudonymKey(path string, from, now time.Time, before func() error) error {
	from = from.UTC().Truncate(time.Second)
	if from.Before(now.Add(leastAhead)) {
		return fmt.Errorf("a key holds from a moment that is at least %s ahead", leastAhead)
	}
	return changePseudonymKeys(path, func(keys []periodKey) ([]periodKey, error) {
		if !from.After(keys[len(keys)-1].from) {
			return nil, errors.New("there is a key already that holds from then on, or later")
		}
		if len(keys) == maxPseudonymKeys {
			return nil, fmt.Errorf("there are %d keys; destroy those under which nothing is stored", maxPseudonymKeys)
		}
		return append(keys, periodKey{from, newPseudonymizer(random(KeySize))}), before()
	})
}

// DestroyPseudonymKeys destroys the keys whose periods ended before a moment, and says which. before is called first with
// each; an error of it leaves the file as it is. That holds for copies of the file only when they are destroyed too.
func DestroyPseudonymKeys(path string, ended time.Time, before func(PseudonymKey) error) (destroyed []PseudonymKey, err error) {
	err = changePseudonymKeys(path, func(keys []periodKey) ([]periodKey, error) {
		for _, key := range listed(keys) {
			if key.Until.IsZero() || key.Until.After(ended) {
				break
			}
			err := before(key)
			if err != nil {
				return nil, err
			}
			destroyed = append(destroyed, key)
		}
		return keys[len(destroyed):], nil
	})
	return destroyed, err
}

func changePseudonymKeys(path string, change func([]periodKey) ([]periodKey, error)) error {
	return withLock(path, func() error {
		keys, err := readPseudonymKeys(path)
		if err != nil {
			return err
		}
		before := len(keys)
		keys, err = change(keys)
		if err != nil || len(keys) == before {
			return err
		}
		var out bytes.Buffer
		for _, key := range keys {
			fmt.Fprintf(&out, "%s %s\n", key.from.Format(time.RFC3339), hex.EncodeToString(key.key))
		}
		return writeAtomic(path, out.Bytes(), 0o600)
	})
}

func readPseudonymKeys(path string) ([]periodKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read keys of pseudonyms: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxPseudonymKeys*128 {
		return nil, fmt.Errorf("%s: want a file of at most %d keys: %w", path, maxPseudonymKeys, ErrSecret)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read keys of pseudonyms: %w", err)
	}
	keys, err := parsePseudonymKeys(string(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return keys, nil
}

// parsePseudonymKeys never tells what a line holds.
func parsePseudonymKeys(text string) ([]periodKey, error) {
	lines := strings.Split(strings.TrimRight(text, "\r\n"), "\n")
	keys := make([]periodKey, 0, len(lines))
	for i, line := range lines {
		when, secret, dated := strings.Cut(strings.TrimRight(line, "\r"), " ")
		var from time.Time
		if !dated && len(lines) == 1 {
			secret = when // the form of a file that was never changed
		} else {
			var err error
			from, err = time.Parse(time.RFC3339, when)
			if err != nil || !dated || i > 0 && !from.After(keys[i-1].from) {
				return nil, fmt.Errorf("line %d: want a time, later than that of the line before, and a key: %w", i+1, ErrSecret)
			}
		}
		key, err := hex.DecodeString(secret)
		if err != nil || len(key) != KeySize || len(keys) == maxPseudonymKeys {
			return nil, fmt.Errorf("line %d: want %d bytes in hex, in one of at most %d lines: %w", i+1, KeySize, maxPseudonymKeys, ErrSecret)
		}
		keys = append(keys, periodKey{from.UTC(), newPseudonymizer(key)})
	}
	return keys, nil
}
