package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// StoredContent is a row of contents. Whoever has one holds sanitized text.
type StoredContent struct{ contentRow }

// ContentDays lists the days, in UTC, of which there are contents that were accepted since a moment and before another.
func (db *DB) ContentDays(ctx context.Context, project string, since, until time.Time) ([]time.Time, error) {
	return db.days(ctx, "SELECT DISTINCT toDate(accepted_at) AS day FROM "+Database+"."+TableContents+" WHERE "+contentsWithin(project, since, until)+" ORDER BY day")
}

func contentsWithin(project string, since, until time.Time) string {
	where := "accepted_at >= " + timeLiteral(since) + " AND accepted_at < " + timeLiteral(until)
	if project != "" {
		where += " AND project = " + hexLiteral(project)
	}
	return where
}

// EachContent hands over the rows of contents that were accepted since a moment and before another, of a project or, where
// it is empty, of all: in order, rows of one text together. More than one row of a text is what a rewriting that was cut
// off has left. It ends with the first error of each, which must not take long: ClickHouse waits for its reader. Needs the rights of identity.RescanUser.
func (db *DB) EachContent(ctx context.Context, project string, since, until time.Time, each func([]StoredContent) error) error {
	const op = "read contents"
	rows, err := db.conn.Query(ctx, "SELECT project, classification, retention_label, accepted_at, request_id, block_id, conversation_id, ordinal, path, role, kind, tool_name, tool_call_id, text FROM "+
		Database+"."+TableContents+" WHERE "+contentsWithin(project, since, until)+" ORDER BY project, accepted_at, request_id, ordinal")
	if err != nil {
		return clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var same []StoredContent
	for rows.Next() {
		var c StoredContent
		err = rows.ScanStruct(&c.contentRow)
		if err != nil {
			return clean(op, err)
		}
		if len(same) > 0 && (same[0].Project != c.Project || same[0].RequestID != c.RequestID || same[0].Ordinal != c.Ordinal || !same[0].AcceptedAt.Equal(c.AcceptedAt)) {
			err = each(same)
			if err != nil {
				return err
			}
			same = nil
		}
		same = append(same, c)
	}
	err = rows.Err()
	if err != nil {
		return clean(op, err)
	}
	if len(same) > 0 {
		return each(same)
	}
	return nil
}

// Rewritten is a text in which something private was found after it was stored.
type Rewritten struct {
	Old StoredContent
	// Text takes the place of Old's.
	Text string
	// There says that a row with Text is there already: a rewriting was cut off.
	There bool
	// Findings that were made late; Record is not looked at.
	Findings []*hushlogv1.Finding
}

// RewriteContents stores new texts, with what was found in the old ones, and then deletes the old ones. They must be of
// one project. It may be repeated after any error with what EachContent then hands over. Old texts are on the disk until
// ErasedPartsLeft says 0.
func (db *DB) RewriteContents(ctx context.Context, project string, texts []Rewritten) error {
	if len(texts) == 0 {
		return nil
	}
	var keys []string
	first, last := texts[0].Old.AcceptedAt, texts[0].Old.AcceptedAt
	for _, t := range texts {
		if t.Old.Project != project {
			return fmt.Errorf("rewrite contents: texts of several projects: %w", ErrMalformed)
		}
		first, last = minTime(first, t.Old.AcceptedAt), maxTime(last, t.Old.AcceptedAt)
		keys = append(keys, fmt.Sprintf("(%s, %d, unhex('%x'))", hexLiteral(t.Old.RequestID), t.Old.Ordinal, sha256.Sum256([]byte(t.Old.Text))))
	}
	err := db.InsertRewritten(ctx, texts)
	if err != nil {
		return err
	}
	// By a hash: a deletion stands readable in the list of mutations.
	return db.deleteContents(ctx, "project = "+hexLiteral(project)+" AND accepted_at >= "+timeLiteral(first)+" AND accepted_at <= "+timeLiteral(last)+
		" AND (request_id, ordinal, SHA256(text)) IN ("+strings.Join(keys, ", ")+")")
}

// InsertRewritten is the first half of RewriteContents.
func (db *DB) InsertRewritten(ctx context.Context, texts []Rewritten) error {
	var contents []*contentRow
	var findings []*findingRow
	chunk := sha256.New()
	for _, t := range texts {
		if !t.There {
			row := t.Old.contentRow
			row.Text = t.Text
			contents = append(contents, &row)
		}
		for _, f := range t.Findings {
			row, err := findingRowOf(f, t.Old.commonRow)
			if err != nil {
				return err
			}
			findings = append(findings, row)
		}
		_, _ = fmt.Fprintf(chunk, "%s %d %x\n", t.Old.RequestID, t.Old.Ordinal, sha256.Sum256([]byte(t.Old.Text))) // a hash takes everything
	}
	err := insert(ctx, db, TableContents, "", contents)
	if err != nil {
		return err
	}
	return insert(ctx, db, TableFindings, "rescan-"+hex.EncodeToString(chunk.Sum(nil)), findings)
}

// deleteTries is how often rows are deleted until none is found: on ClickHouse 26.5 the first mutation of parts that were
// restored from a table with another TTL ended without an effect (tried).
const deleteTries = 5

func (db *DB) deleteContents(ctx context.Context, condition string) error {
	for range deleteTries {
		err := db.conn.Exec(syncMutations(ctx), "ALTER TABLE "+Database+"."+TableContents+" DELETE WHERE "+condition)
		if err != nil {
			return cleanDDL("delete texts that were rewritten", err)
		}
		var left uint64
		err = db.conn.QueryRow(ctx, "SELECT count() FROM "+Database+"."+TableContents+" WHERE "+condition).Scan(&left)
		if err != nil {
			return clean("look for texts that were rewritten", err)
		}
		if left == 0 {
			return nil
		}
	}
	return fmt.Errorf("texts that were rewritten are still there after %d deletions; run it again", deleteTries)
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func maxTime(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// CountHeldContents counts copies under holds of the texts of an interaction.
func (db *DB) CountHeldContents(ctx context.Context, project string, requestIDs []string) (uint64, error) {
	if len(requestIDs) == 0 {
		return 0, nil
	}
	var n uint64
	err := db.conn.QueryRow(ctx, "SELECT count() FROM "+Database+"."+TableHeldContents+" WHERE project = "+hexLiteral(project)+" AND request_id IN ("+hexLiterals(requestIDs)+")").Scan(&n)
	return n, clean("count copies under holds", err)
}
