package identity

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestPseudonymsAreLinkedWithinAPeriodOnly: of acceptance, whenever it is redacted; all of an end user are found by the keys
// that are there, and none of a period whose key was destroyed.
func TestPseudonymsAreLinkedWithinAPeriodOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "pseudonym.key")
		require.NoError(t, os.WriteFile(path, randomHexKey(), 0o600))
		keys, err := LoadPseudonymKeys(path)
		require.NoError(t, err)
		go func() { _ = keys.Follow(t.Context()) }()
		now := time.Now().UTC()
		yes := func() error { return nil }
		first := keys.At(now).Subject("demo", "ann")
		change := now.Add(time.Hour)

		require.Error(t, AddPseudonymKey(path, now.Add(time.Second), now, yes), "redactors would not have it by then")
		noTrail := errors.New("no trail")
		require.ErrorIs(t, AddPseudonymKey(path, change, now, func() error { return noTrail }), noTrail)
		require.NoError(t, AddPseudonymKey(path, change, now, yes))
		require.Error(t, AddPseudonymKey(path, change, now, yes), "the order of time")
		time.Sleep(2 * followEvery)
		require.Len(t, keys.All(), 2)
		require.Equal(t, first, keys.At(change.Add(-time.Second)).Subject("demo", "ann"))
		second := keys.At(change).Subject("demo", "ann")
		require.NotEqual(t, first, second)
		require.Equal(t, second, keys.At(change.AddDate(1, 0, 0)).Subject("demo", "ann"))
		require.NotEqual(t, second, keys.At(change).Subject("shop", "ann"))

		var told []PseudonymKey
		tell := func(key PseudonymKey) error { told = append(told, key); return nil }
		gone, err := DestroyPseudonymKeys(path, change.Add(-time.Second), tell)
		require.NoError(t, err)
		require.Empty(t, gone, "its period had not ended")
		_, err = DestroyPseudonymKeys(path, change, func(PseudonymKey) error { return noTrail })
		require.ErrorIs(t, err, noTrail)
		gone, err = DestroyPseudonymKeys(path, change.AddDate(9, 0, 0), tell)
		require.NoError(t, err)
		require.Equal(t, []PseudonymKey{{Until: change.Truncate(time.Second)}}, gone)
		require.Equal(t, gone, told)
		time.Sleep(2 * followEvery)
		require.Len(t, keys.All(), 1, "the last one is in use")
		require.Equal(t, second, keys.All()[0].Subject("demo", "ann"))
		again, err := LoadPseudonymKeys(path)
		require.NoError(t, err)
		require.Equal(t, keys.List(), again.List())

		require.NoError(t, os.WriteFile(path, []byte("nonsense"), 0o600))
		time.Sleep(2 * followEvery)
		require.ErrorIs(t, keys.Healthy(), ErrSecret)
		require.NotContains(t, keys.Healthy().Error(), "nonsense")
		require.Equal(t, second, keys.At(change).Subject("demo", "ann"), "what was read holds")
	})
}

func FuzzPseudonymKeys(f *testing.F) {
	key := strings.Repeat("ab", KeySize)
	f.Add(key + "\n")
	f.Add("2026-01-01T00:00:00Z " + key + "\n2026-02-01T00:00:00Z " + key + "\n")
	f.Add("2026-02-01T00:00:00Z " + key + "\n2026-01-01T00:00:00Z " + key)
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := parsePseudonymKeys(text)
		if err != nil {
			require.ErrorIs(t, err, ErrSecret)
			return
		}
		require.NotEmpty(t, keys)
		for i, key := range keys {
			require.Len(t, key.key, KeySize)
			require.True(t, i == 0 || key.from.After(keys[i-1].from))
		}
	})
}
