package store_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
)

// schemaOf is what ClickHouse says that every table is.
func schemaOf(t *testing.T, engine *storetest.Engine) string {
	t.Helper()
	return mustAsk(t, engine, identity.Admin, "SELECT name, create_table_query FROM system.tables WHERE database = 'hushlog' ORDER BY name")
}

// TestMigrationsGoOnAfterACrash cuts every step off after each of its statements and begins it again: in the end the schema is
// that of a migration in one go. One engine is killed in the middle, too.
func TestMigrationsGoOnAfterACrash(t *testing.T) {
	t.Parallel()
	want := schemaOf(t, migrated(t))
	engine := storetest.Start(t, policy.Default())
	admin := engine.Open(t, identity.Admin)
	steps, err := store.Migrations()
	require.NoError(t, err)
	for i, step := range steps {
		require.NoError(t, store.ApplyHalf(t.Context(), admin, step))
		if i == len(steps)/2 {
			engine.Kill()
			engine.Restart(t)
		}
		require.NoError(t, store.MigrateTo(t.Context(), admin, step.Version))
	}
	require.NoError(t, admin.Migrate(t.Context()))
	require.Equal(t, want, schemaOf(t, engine))
}

// TestEarlierReleasesWriteOn: what a release that knew only the first steps writes, columns by name, is taken by the schema of
// this one, with what it knew not of at its default.
func TestEarlierReleasesWriteOn(t *testing.T) {
	t.Parallel()
	engine := storetest.Start(t, policy.Default())
	admin := engine.Open(t, identity.Admin)
	steps, err := store.Migrations()
	require.NoError(t, err)
	require.NoError(t, store.MigrateTo(t.Context(), admin, steps[0].Version))
	columns := map[string]string{}
	for line := range strings.Lines(mustAsk(t, engine, identity.Admin, "SELECT table, arrayStringConcat(groupArray(name), ', ') FROM system.columns WHERE database = 'hushlog' AND table != 'migrations' GROUP BY table ORDER BY table")) {
		table, list, _ := strings.Cut(strings.TrimSpace(line), "\t")
		columns[table] = list
	}
	require.Contains(t, columns, store.TableInteractions)
	require.Contains(t, columns, store.TableAudit)
	require.NoError(t, admin.Migrate(t.Context()))
	for table, list := range columns {
		known, _ := store.Lookup(table)
		first := "INSERT INTO hushlog." + table + " (" + known.Date + ") SELECT now()"
		require.NoError(t, store.Exec(t.Context(), admin, first), table)
		again := "INSERT INTO hushlog." + table + " (" + list + ") SELECT " + list + " FROM hushlog." + table + " SETTINGS insert_deduplicate = 0"
		require.NoError(t, store.Exec(t.Context(), admin, again), table)
		require.Equal(t, "2", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog."+table), table)
	}
}
