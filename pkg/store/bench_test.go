package store_test

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
)

var benchRows = flag.Int("rows", 50_000, "interactions that BenchmarkQuestions stores, over thirty days")

// fillDays stores rows over thirty days of ten projects, as many each day, with a text, and for some a finding or a flag.
func fillDays(b testing.TB, engine *storetest.Engine, rows int) {
	b.Helper()
	admin := engine.Open(b, identity.Admin)
	perDay := rows / 30
	for day := range 30 {
		numbers := fmt.Sprintf("FROM numbers(%d, %d)", day*perDay, perDay)
		// The last rows are of this moment, the first of the day thirty days ago.
		common := fmt.Sprintf("if(number %% 10 = 7, 'demo', concat('p', toString(number %% 10))) AS project, 'Internal' AS classification, 'standard' AS retention_label,"+
			" now64(3, 'UTC') - toIntervalMillisecond(toUInt64((%d - number) * 30. * 86400000 / %d)) AS accepted_at, concat('request-', toString(number)) AS request_id, toString(intDiv(number, 500)) AS block_id", rows, rows)
		columns := "project, classification, retention_label, accepted_at, request_id, block_id"
		for _, statement := range []string{
			"INSERT INTO hushlog.contents (" + columns + ", conversation_id, ordinal, role, kind, path, text) SELECT " + common + ", concat('conversation-', toString(intDiv(number, 5))), 0, 'user', 'text', 'messages[0].parts[0].text.text'," +
				" concat('please tell me about ', arrayStringConcat(arrayMap(i -> concat('word', toString(toUInt32(pow(intHash64(number * 40 + i) % 1000000 / 1000000, 3) * 50000))), range(40)), ' '), if(number % 20011 = 2010, ' and the Tide in the Harbour', '')) AS text " + numbers,
			"INSERT INTO hushlog.findings (" + columns + ", type, rule, action, confidence) SELECT " + common + ", ['EMAIL', 'PHONE', 'PERSON'][number % 3 + 1], 'r', 'mask', 0.9 " + numbers + " WHERE number % 4 = 3",
			"INSERT INTO hushlog.flags (" + columns + ", category, score, rule) SELECT " + common + ", 'jailbreak', 0.9, 'model' " + numbers + " WHERE intHash64(number) % 100 = 7",
			"INSERT INTO hushlog.interactions (" + columns + ", trace_id, span_id, session_id, conversation_id, environment, region, service, purpose, started_at, latency_ms, time_to_first_token_ms, provider, model, model_version, input_tokens, output_tokens, cost, cost_currency, error_type, failed, user_pseudonym, content_stored, message_count, content_bytes)" +
				" SELECT " + common + ", lower(leftPad(hex(number), 32, '0')), lower(leftPad(hex(number), 16, '0')), '', concat('conversation-', toString(intDiv(number, 5))), ['prod', 'test'][number % 2 + 1], ['eu', 'us'][intDiv(number, 3) % 2 + 1], 'support', 'debugging', accepted_at, toUInt32(200 + intHash64(number) % 4000), 100, 'acme', concat('model-', toString(intHash64(number) % 6)), '1'," +
				" intHash64(number) % 2000, intHash64(number + 1) % 800, 0.001, 'usd', if(number % 50 = 7, 'timeout', ''), number % 50 = 7, concat('u_', toString(intHash64(number) % 20000)), 1, 1, 300 " + numbers,
		} {
			require.NoError(b, store.Exec(b.Context(), admin, statement))
		}
	}
	for _, table := range []string{store.TableContents, store.TableInteractions, store.TableFindings, store.TableFlags, store.TableRollupMinute, store.TableRollupHour, store.TableRollupDay} {
		parts, err := askAs(b, engine, identity.Admin, "SELECT sum(rows), round(sum(bytes_on_disk) / greatest(sum(rows), 1), 1), count() FROM system.parts WHERE active AND database = 'hushlog' AND table = '"+table+"'")
		require.NoError(b, err)
		b.Logf("%s: rows, bytes a row, parts: %s", table, strings.ReplaceAll(parts, "\t", ", "))
	}
}

// BenchmarkQuestions asks the questions of docs/schema.md, each under its role, and reports the rows that it reads,
// counting whole granules, as a share of the table that it reads most of.
func BenchmarkQuestions(b *testing.B) {
	engine := storetest.Start(b, policy.Default())
	require.NoError(b, engine.Open(b, identity.Admin).Migrate(b.Context()))
	started := time.Now()
	fillDays(b, engine, *benchRows)
	b.Logf("%d interactions stored in %s", *benchRows, time.Since(started).Round(time.Second))
	for _, q := range slices.Concat(store.Questions(), wordsOfAMonth()) {
		b.Run(strings.ReplaceAll(q.Name, " ", "-"), func(b *testing.B) {
			rows, share, table := readOf(b, engine, q.SQL)
			for b.Loop() {
				_, err := askAs(b, engine, "role_"+q.Role, q.SQL)
				require.NoError(b, err)
			}
			b.ReportMetric(rows, "rows_read")
			b.ReportMetric(100*share, "%_of_"+table)
		})
	}
}

// wordsOfAMonth are searches without a bound in time, which no question of docs/schema.md is: over every text that is kept.
func wordsOfAMonth() []store.Question {
	const where = " FROM contents WHERE hasAllTokens(text, 'harbour tide') ORDER BY accepted_at DESC LIMIT 100"
	return []store.Question{
		{Name: "Words of thirty days", Role: "analyst", SQL: "SELECT project, accepted_at, request_id, ordinal, role" + where},
		{Name: "Words of thirty days with texts", Role: "analyst", SQL: "SELECT project, accepted_at, request_id, ordinal, role, text" + where},
	}
}

// TestADayOfAProjectIsALittleOfTheFlags: with flags of one interaction in a hundred of five million, over thirty days and ten
// projects, the questions that read flags read less than 2% of them.
func TestADayOfAProjectIsALittleOfTheFlags(t *testing.T) {
	engine := migrated(t)
	const flags = 50_000
	mustAsk(t, engine, identity.Admin, fmt.Sprintf("INSERT INTO hushlog.flags (project, classification, accepted_at, request_id, retention_label, category, score, rule)"+
		" SELECT if(number %% 10 = 7, 'demo', concat('p', toString(number %% 10))), 'Internal', now64(3, 'UTC') - toIntervalMillisecond(toUInt64((%[1]d - number) * 30. * 86400000 / %[1]d)),"+
		" concat('request-', toString(number)), 'standard', 'jailbreak', 0.9, 'model' FROM numbers(%[1]d)", flags))
	read := 0
	for _, q := range store.Questions() {
		if !strings.Contains(q.SQL, "FROM flags") {
			continue
		}
		_, share, table := readOf(t, engine, q.SQL)
		require.Equal(t, store.TableFlags, table, q.Name)
		require.Less(t, share, 0.02, q.Name)
		require.Positive(t, share, q.Name)
		read++
	}
	require.Equal(t, 2, read)
}

// readOf says how many rows a statement reads, after what indexes leave out, and of which table the greatest share.
func readOf(b testing.TB, engine *storetest.Engine, sql string) (rows, share float64, table string) {
	b.Helper()
	estimate, err := askAs(b, engine, identity.Admin, "SELECT `table`, sum(rows) FROM (EXPLAIN ESTIMATE "+sql+") GROUP BY `table`")
	require.NoError(b, err)
	for line := range strings.Lines(estimate) {
		name, count, _ := strings.Cut(strings.TrimSpace(line), "\t")
		n, err := strconv.ParseFloat(count, 64)
		require.NoError(b, err)
		total, err := askAs(b, engine, identity.Admin, "SELECT count() FROM hushlog."+name)
		require.NoError(b, err)
		all, err := strconv.ParseFloat(total, 64)
		require.NoError(b, err)
		rows += n
		if part := n / max(all, 1); part >= share {
			share, table = part, name
		}
	}
	return rows, share, table
}
