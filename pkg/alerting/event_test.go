package alerting

import (
	"testing"

	"github.com/stretchr/testify/require" // says what differed

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func TestWhichStatementsAskForAnEndUser(t *testing.T) {
	for _, tc := range []struct {
		statement string
		want      bool
	}{
		{"SELECT model FROM hushlog.interactions WHERE user_pseudonym = ?", true},
		{"SELECT model FROM hushlog.interactions AS i WHERE (i.project = ?) AND (i.user_pseudonym = ?)", true},
		{"SELECT model FROM hushlog.interactions WHERE `user_pseudonym` = ?", true},
		{"SELECT model FROM hushlog.interactions WHERE user_pseudonym IN (?, ?)", true},
		{"SELECT model FROM hushlog.interactions WHERE user_pseudonym LIKE ?", true},
		{"SELECT model FROM hushlog.interactions WHERE user_pseudonym > ? ORDER BY user_pseudonym LIMIT ?", true},
		{"SELECT model FROM hushlog.interactions WHERE ? = user_pseudonym", true},
		{"SELECT model FROM hushlog.interactions WHERE equals(user_pseudonym, ?)", true},
		{"SELECT model FROM hushlog.interactions WHERE has([?, ?], i.user_pseudonym)", false}, // an array before it is not seen
		{"SELECT model FROM hushlog.interactions WHERE startsWith(i.user_pseudonym, ?)", true},
		{"SELECT user_pseudonym, count() FROM hushlog.interactions WHERE project = ? GROUP BY user_pseudonym", false},
		{"SELECT uniq(user_pseudonym) FROM hushlog.interactions WHERE user_pseudonym != ?", false},
		{"SELECT count() FROM a INNER JOIN b ON a.user_pseudonym = b.user_pseudonym WHERE a.project = ?", false},
		{"SELECT model AS user_pseudonyms FROM hushlog.interactions WHERE user_pseudonyms = ?", false},
		{"", false},
	} {
		require.Equal(t, tc.want, asksForUser(&Event{Entry: &hushlogv1.AuditEntry{Statement: tc.statement}}), tc.statement)
	}
}
