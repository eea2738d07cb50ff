package store

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// ErrClusterStatement says that a statement of the schema has no form for a cluster. It is a mistake of this release.
var ErrClusterStatement = errors.New("no form for a cluster")

var clusterForm = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)

// clusterTarget finds what a statement of the schema creates or changes: ON CLUSTER follows it.
var clusterTarget = regexp.MustCompile(`^(CREATE DATABASE IF NOT EXISTS hushlog|(?:CREATE TABLE IF NOT EXISTS|CREATE MATERIALIZED VIEW IF NOT EXISTS|ALTER TABLE|DROP VIEW IF EXISTS|DROP TABLE IF EXISTS) hushlog\.([a-z_]+))(\s|$)`)

var (
	mergeTreeEngine = regexp.MustCompile(`(?m)\bENGINE = (Aggregating|)MergeTree\b`)
	insertWindow    = regexp.MustCompile(`\bnon_replicated_deduplication_window = (\d+)`)
)

// forCluster writes a statement of the schema for replicas on a cluster; an empty name leaves it as it is. Paths in
// Keeper go by the table's name and not by an id, so that a step that was cut off can be repeated on every replica.
// Blocks are remembered by number and for a week, as on a single server they are by number alone.
func forCluster(statement, cluster string) (string, error) {
	if cluster == "" {
		return statement, nil
	}
	match := clusterTarget.FindStringSubmatch(statement)
	if match == nil {
		first, _, _ := strings.Cut(statement, "\n")
		return "", fmt.Errorf("%s …: %w", first, ErrClusterStatement)
	}
	head, table := match[1], match[2]
	rest := statement[len(head):]
	rest = mergeTreeEngine.ReplaceAllString(rest, "ENGINE = Replicated${1}MergeTree('/clickhouse/tables/{shard}/"+Database+"/"+table+"', '{replica}')")
	rest = insertWindow.ReplaceAllString(rest, "replicated_deduplication_window = ${1}, replicated_deduplication_window_seconds = 604800")
	return head + " ON CLUSTER " + cluster + rest, nil
}

// forCluster writes all statements of a step.
func (m Migration) forCluster(cluster string) ([]string, error) {
	statements := make([]string, len(m.statements))
	for i, statement := range m.statements {
		var err error
		statements[i], err = forCluster(statement, cluster)
		if err != nil {
			return nil, fmt.Errorf("migration %04d_%s, statement %d: %w", m.Version, m.Name, i+1, err)
		}
	}
	return statements, nil
}

// clusterSettings make a write wait until a majority of replicas has it, and changes of the schema and deletions until
// all have. Reads may be of a replica that has not got the last blocks yet.
func clusterSettings(cluster string) map[string]any {
	if cluster == "" {
		return nil
	}
	return map[string]any{"insert_quorum": "auto", "distributed_ddl_output_mode": "throw", "alter_sync": 2, "mutations_sync": 2}
}
