package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/hushlog/hushlog/pkg/evidence"
	"github.com/hushlog/hushlog/pkg/report"
)

// TestEvidenceIsVerifiedWithin: an archive whose own signature is good shows what was wrong before it was packed.
func TestEvidenceIsVerifiedWithin(t *testing.T) {
	secret, public, err := note.GenerateKey(rand.Reader, "trail")
	require.NoError(t, err)
	signer, err := note.NewSigner(secret)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	signed, err := note.Sign(&note.Note{Text: "a receipt\n"}, signer)
	require.NoError(t, err)
	list := func(digest string) []byte {
		raw, err := json.Marshal([]listedReview{{ID: "compliance-2026-11", Digest: digest}})
		require.NoError(t, err)
		return raw
	}
	good := map[string][]byte{
		"receipts/erased-1.note": signed, "trail/checkpoint": signed, "reviews/list.json": list(report.Digest("{}")), "reviews/compliance-2026-11.json": []byte("{}"),
	}
	for _, tc := range []struct {
		name, file string
		data       []byte
		problem    string
	}{
		{"in order", "README.txt", []byte("x"), ""},
		{"a receipt of somebody else", "receipts/erased-1.note", []byte("a receipt\n"), "receipts/erased-1.note: was not signed"},
		{"a checkpoint that was changed", "trail/checkpoint", bytes.Replace(signed, []byte("receipt"), []byte("recipes"), 1), "trail/checkpoint: was not signed"},
		{"a review that was changed", "reviews/compliance-2026-11.json", []byte("[]"), "review compliance-2026-11 is not the one"},
		{"a review that is missing", "reviews/list.json", []byte(`[{"id": "security-2026-Q4", "digest": "d"}]`), "review security-2026-Q4 is not the one"},
		{"no list", "reviews/list.json", []byte("no"), "is no list of reviews"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := map[string][]byte{}
			for name, data := range good {
				files[name] = data
			}
			files[tc.file] = tc.data
			var packed, out bytes.Buffer
			require.NoError(t, evidence.Write(&packed, evidence.About{Made: time.Now(), From: time.Now(), To: time.Now(), By: "carla"}, files, signer))
			err := verifyEvidence(&packed, verifier, &out)
			if tc.problem != "" {
				require.ErrorContains(t, err, tc.problem)
				return
			}
			require.NoError(t, err)
			require.Contains(t, out.String(), "verified: 5 files")
		})
	}
}
