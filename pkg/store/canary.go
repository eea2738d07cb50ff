package store

import (
	"context"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
)

// CanariesSince lists the request ids of canaries that were accepted since a moment and have a row. The user of canaries
// reads no other project's rows.
func (db *DB) CanariesSince(ctx context.Context, since time.Time) ([]string, error) {
	return db.texts(ctx, "look for canaries", "SELECT DISTINCT request_id FROM "+Database+"."+TableInteractions+
		" WHERE project = '"+identity.CanaryProject+"' AND accepted_at >= "+timeLiteral(since))
}
