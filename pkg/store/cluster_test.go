package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
)

// TestSchemaOfACluster compares the schema on a cluster with a golden file, and has ClickHouse's parser read it.
func TestSchemaOfACluster(t *testing.T) {
	statements, err := store.ForCluster("prod")
	require.NoError(t, err)
	got := strings.Join(statements, ";\n\n") + ";\n"
	path := filepath.Join("testdata", "cluster.sql")
	if *updateSchema {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run with -update when the change is meant")

	engine := storetest.Start(t, policy.Default())
	db := engine.Open(t, identity.Query)
	single, err := store.ForCluster("")
	require.NoError(t, err)
	require.Len(t, statements, len(single))
	for i, statement := range statements {
		formatted, err := db.FormatStatement(t.Context(), statement)
		require.NoError(t, err, statement)
		require.Contains(t, formatted, " ON CLUSTER prod", statement)
		require.NotRegexp(t, `ENGINE = (Aggregating)?MergeTree`, statement)
		require.NotContains(t, statement, "non_replicated")
		engineOf := regexp.MustCompile(`ENGINE = (?:Aggregating|)MergeTree`)
		require.Equal(t, engineOf.MatchString(single[i]), strings.Contains(statement, "ENGINE = Replicated"), statement)
	}
}

func TestStatementsWithoutAFormForAClusterAreRefused(t *testing.T) {
	for _, statement := range []string{"TRUNCATE TABLE hushlog.contents", "CREATE TABLE hushlog.x (a Int8) ENGINE = MergeTree ORDER BY a", "ALTER TABLE other.x ADD COLUMN a Int8"} {
		_, err := store.ForClusterStatement(statement, "prod")
		require.ErrorIs(t, err, store.ErrClusterStatement, statement)
		same, err := store.ForClusterStatement(statement, "")
		require.NoError(t, err)
		require.Equal(t, statement, same)
	}
	for name, valid := range map[string]bool{"": true, "prod_1": true, "prod' ON": false, strings.Repeat("x", 65): false} {
		err := store.Config{Cluster: name}.Validate()
		require.Equal(t, valid, err == nil || !strings.Contains(err.Error(), "clickhouse.cluster"), name)
	}
}
