package store_test

import (
	"bytes"
	"io"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3" // a place that speaks S3, in this process
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
)

// TestABackupInS3ComesBackOnce backs up to a place that speaks S3, finds nothing there that can be read, loses every row, and
// brings them back, without those of an end user who was erased since.
func TestABackupInS3ComesBackOnce(t *testing.T) {
	for _, variable := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		t.Setenv(variable, "made-up")
	}
	backend := s3mem.New()
	require.NoError(t, backend.CreateBucket("backups"))
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	engine := storetest.StartWithBackupsIn(t, policy.Default(), server.URL+"/backups/hushlog/")
	admin := engine.Open(t, identity.Admin)
	require.NoError(t, admin.Migrate(t.Context()))
	writeTwo(t, engine)
	b, err := admin.Backup(t.Context(), time.Now(), dates(), func(store.BackupItem) {})
	require.NoError(t, err)
	objects, err := backend.ListBucket("backups", nil, gofakes3.ListBucketPage{})
	require.NoError(t, err)
	require.NotEmpty(t, objects.Contents)
	for _, o := range objects.Contents {
		object, err := backend.GetObject("backups", o.Key, nil)
		require.NoError(t, err)
		raw, err := io.ReadAll(object.Contents)
		require.NoError(t, err)
		require.NoError(t, object.Contents.Close())
		require.True(t, len(raw) == 0 || bytes.HasPrefix(raw, []byte("ENC")), "%s is not encrypted", o.Key)
		require.NotContains(t, string(raw), "sanitized")
	}

	before := digests(t, engine)
	empty(t, admin)
	states, left := restored(t, admin, b, time.Now())
	require.Equal(t, map[string]int{store.RestoredNow: len(b.Items)}, states)
	require.Zero(t, left)
	require.Equal(t, before, digests(t, engine))

	empty(t, admin)
	subject := store.Subject{Project: "demo", Pseudonyms: []string{"u_b"}, Until: time.Now().Add(time.Hour)}
	require.NoError(t, engine.Open(t, identity.Retention).AddTombstones(t.Context(), "request", subject, time.Now()))
	states, left = restored(t, admin, b, time.Now())
	require.Equal(t, map[string]int{store.RestoredNow: len(b.Items)}, states)
	require.Equal(t, uint64(18), left, "six interactions with a text and a finding each")
	require.Equal(t, "0", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.interactions WHERE user_pseudonym = 'u_b'"))
	require.Equal(t, "6", mustAsk(t, engine, identity.Admin, "SELECT sum(erased) FROM hushlog.ledger"))
}
