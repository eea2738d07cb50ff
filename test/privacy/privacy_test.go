package privacy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/hushlog/hushlog/pkg/contract"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/setup"
	"github.com/hushlog/hushlog/test/backend"
	"github.com/hushlog/hushlog/test/stack"
)

func TestMain(m *testing.M) { backend.Main(m) }

// What is planted. Two are private in any context; the third is an ordinary
// word that nobody else uses. Assembled, so that no file holds them whole.
var (
	mail = "quorvexa.limp" + "@" + "mailbox.org"
	key  = "ghp" + "_" + "R7kQ2mZx9LpW4vTn8BcY3sHd6JfA1gEu5iOq"
	word = "zarnivolquex" + "bremiltop"
)

// valid gives a value that fits each form of metadata, and the values that the
// policy or the API key ask for.
func valid(at field, id string) string {
	switch at.name() {
	case "Interaction.request_id":
		return id
	case "Interaction.project":
		return "demo"
	case "Interaction.purpose":
		return "debugging"
	case "Usage.cost_currency":
		return "usd"
	}
	switch at.form {
	case hushlogv1.FieldForm_FIELD_FORM_TRACE_ID:
		return "4bf92f3577b34da6a3ce929d0e0e4736"
	case hushlogv1.FieldForm_FIELD_FORM_SPAN_ID:
		return "00f067aa0ba902b7"
	case hushlogv1.FieldForm_FIELD_FORM_MEDIA_TYPE:
		return "image/png"
	default:
		return "ordinary"
	}
}

// isTree says that a field is a map or a free structure, whose keys hold the
// planted values too.
func planted(at field, id string) string {
	if at.kind == contract.Metadata {
		return valid(at, id)
	}
	return fmt.Sprintf("write to %s with %s about %s", mail, key, word)
}

// harness talks to a deployment as its clients do.
type harness struct {
	*stack.Stack
	client  hushlogv1.LoggingServiceClient
	http    *http.Client
	answers []string
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	s := stack.Start(t)
	conn, err := grpc.NewClient(s.Target.GatewayGRPC, grpc.WithTransportCredentials(credentials.NewTLS(s.Target.TLS.Clone())))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return &harness{
		Stack: s, client: hushlogv1.NewLoggingServiceClient(conn),
		http: &http.Client{Transport: &http.Transport{TLSClientConfig: s.Target.TLS.Clone()}, Timeout: 30 * time.Second},
	}
}

func (h *harness) log(ctx context.Context, in *hushlogv1.Interaction) error {
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+h.Target.APIKey)
	answer, err := h.client.Log(ctx, &hushlogv1.LogRequest{Interaction: in})
	h.answers = append(h.answers, answer.String(), fmt.Sprint(err), fmt.Sprint(status.Convert(err).Details()))
	return err
}

func (h *harness) post(t *testing.T, in *hushlogv1.Interaction) int {
	t.Helper()
	body, err := protojson.Marshal(in)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+h.Target.GatewayREST+"/v1/interactions", strings.NewReader(string(body)))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+h.Target.APIKey)
	req.Header.Set("Content-Type", "application/json")
	res, err := h.http.Do(req)
	require.NoError(t, err)
	answer, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	h.answers = append(h.answers, string(answer), fmt.Sprint(res.Header))
	return res.StatusCode
}

// await waits until as many interactions of a prefix are there.
func (h *harness) await(t *testing.T, want int) {
	t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for {
		rows, err := h.Target.Ask(t.Context(), "security", "SELECT count() AS n FROM hushlog.interactions")
		if err == nil && fmt.Sprint(rows[0]["n"]) == fmt.Sprint(want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v of %d interactions are there: %v", rows, want, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// tables by the role that may read them.
var tables = map[string][]string{
	"security":   {"interactions", "contents", "findings", "flags"},
	"compliance": {"audit", "ledger", "quarantined", "alerts"},
}

// dump reads a table whole, as text.
func (h *harness) dump(t *testing.T, role, table string) string {
	t.Helper()
	rows, err := h.Target.Ask(t.Context(), role, "SELECT * FROM hushlog."+table)
	require.NoError(t, err, table)
	return fmt.Sprint(rows)
}

// TestPlantedValuesAreReadableNowhere plants an address, a key and a word in
// every content field of the contract, over gRPC and REST, and looks for them
// in everything that a deployment writes or answers.
func TestPlantedValuesAreReadableNowhere(t *testing.T) {
	h := newHarness(t)
	fillFor := func(id string) *hushlogv1.Interaction {
		return filler{now: time.Now(), value: func(at field) string { return planted(at, id) }}.interaction()
	}
	require.NoError(t, h.log(t.Context(), fillFor("by-grpc")))
	require.Equal(t, http.StatusOK, h.post(t, fillFor("by-rest")))
	h.refusals(t)
	h.await(t, 2)

	h.everyContentFieldIsStoredSanitized(t, fillFor("x"))
	for role, names := range tables {
		for _, table := range names {
			text := h.dump(t, role, table)
			require.NotContains(t, text, mail, table)
			require.NotContains(t, text, key, table)
			if table != "contents" {
				require.NotContains(t, text, word, table)
			}
		}
	}
	h.answersAndMetricsAreClean(t)
	h.rowsAreClean(t)
	h.filesAreClean(t, mail, key, word)
	h.idsAreHashedInKafka(t, "by-grpc", "by-rest")
}

// idsAreHashedInKafka reads every topic as admin: ids that clients gave are in
// no key and no header, and nowhere at all before the redactor.
func (h *harness) idsAreHashedInKafka(t *testing.T, ids ...string) {
	t.Helper()
	opts, err := stream.Dial(setup.KafkaConfig(h.Layout(), identity.Admin, []string{h.Addresses.Kafka}))
	require.NoError(t, err)
	records := 0
	for _, topic := range h.Policy.Topics() {
		var partitions []int32
		for p := range topic.Partitions {
			partitions = append(partitions, int32(p))
		}
		for r, err := range stream.ReadBack(t.Context(), opts, nil, topic.Name, time.Now().Add(-time.Hour), partitions...) {
			require.NoError(t, err)
			records++
			clear := string(r.Key)
			for _, header := range r.Headers {
				clear += header.Key + string(header.Value)
			}
			if topic.Name == stream.TopicRaw || topic.Name == stream.TopicQuarantine {
				clear += string(r.Value)
			}
			for _, id := range ids {
				require.NotContains(t, clear, id, topic.Name)
			}
		}
	}
	require.Greater(t, records, 5)
}

// refusals are requests that carry the planted values and are wrong: what
// is answered and logged about them must not quote them.
func (h *harness) refusals(t *testing.T) {
	t.Helper()
	text := fmt.Sprintf("%s %s %s", mail, key, word)
	for _, change := range []func(*hushlogv1.Interaction){
		func(in *hushlogv1.Interaction) { in.RequestId = text },
		func(in *hushlogv1.Interaction) { in.Purpose = word },
		func(in *hushlogv1.Interaction) { in.Project = word },
		func(in *hushlogv1.Interaction) { in.Tags = []string{text} },
		func(in *hushlogv1.Interaction) { in.StartedAt = nil },
		func(in *hushlogv1.Interaction) { in.EndUser.Id = strings.Repeat(text, 20) },
	} {
		in := filler{now: time.Now(), value: func(at field) string { return planted(at, "refused") }}.interaction()
		change(in)
		err := h.log(t.Context(), in)
		require.Contains(t, []codes.Code{codes.InvalidArgument, codes.PermissionDenied}, status.Code(err), "%v", err)
		require.Contains(t, []int{http.StatusBadRequest, http.StatusForbidden}, h.post(t, in))
	}
}

// everyContentFieldIsStoredSanitized compares the rows of contents with the
// fields of the contract: none is missing, each holds the word.
func (h *harness) everyContentFieldIsStoredSanitized(t *testing.T, in *hushlogv1.Interaction) {
	t.Helper()
	var want []string
	err := contract.Walk(in, func(s *contract.String) error {
		if s.Kind == contract.Content {
			want = append(want, s.Path())
		}
		return nil
	})
	require.NoError(t, err)
	for _, id := range []string{"by-grpc", "by-rest"} {
		rows, err := h.Target.Ask(t.Context(), "security", "SELECT path, text FROM hushlog.contents WHERE request_id = '"+id+"' ORDER BY ordinal")
		require.NoError(t, err)
		var have []string
		for _, row := range rows {
			have = append(have, fmt.Sprint(row["path"]))
			require.Contains(t, row["text"], word, "%v", row["path"])
			require.NotContains(t, row["text"], mail, "%v", row["path"])
			require.NotContains(t, row["text"], key, "%v", row["path"])
		}
		require.Equal(t, want, have, id)
	}
}

func (h *harness) answersAndMetricsAreClean(t *testing.T) {
	t.Helper()
	for name, addr := range h.Addresses.Admin {
		for _, path := range []string{"/metrics", "/readyz"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+path, http.NoBody)
			require.NoError(t, err)
			res, err := http.DefaultClient.Do(req)
			require.NoError(t, err, name)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, errors.Join(err, res.Body.Close()))
			h.answers = append(h.answers, string(body))
		}
	}
	for _, answer := range h.answers {
		for _, v := range []string{mail, key, word} {
			require.NotContains(t, answer, v)
		}
	}
}

// rowsAreClean looks through every row of every table. The word may be in contents
// alone, which hold the sanitized texts.
func (h *harness) rowsAreClean(t *testing.T) {
	t.Helper()
	h.eachTable(t, func(table string, rows []byte) {
		for _, v := range []string{mail, key, word} {
			require.False(t, bytes.Contains(rows, []byte(v)) && (v != word || table != store.TableContents), "a planted value is in table %s", table)
		}
	})
}

// eachTable reads every row of every table, as admin: ClickHouse's files are
// encrypted and show nothing.
func (h *harness) eachTable(t *testing.T, each func(table string, rows []byte)) {
	t.Helper()
	reader, err := store.NewReader(setup.ClickHouseConfig(h.Layout(), identity.Admin, h.Addresses.ClickHouse))
	require.NoError(t, err)
	defer func() { require.NoError(t, reader.Close()) }()
	rows := 0
	for _, table := range store.Tables() {
		result, err := reader.Run(t.Context(), "", "SELECT * FROM hushlog."+table.Name, "JSONEachRow",
			store.Limits{Time: time.Minute, Rows: 1_000_000, Bytes: 1 << 30, Memory: 1 << 30})
		require.NoError(t, err, table.Name)
		all, err := io.ReadAll(result)
		require.NoError(t, errors.Join(err, result.Close()), table.Name)
		rows += bytes.Count(all, []byte("\n"))
		each(table.Name, all)
	}
	require.Greater(t, rows, 10)
}

// filesAreClean looks through every file of the deployment: the broker's, the
// logs, ClickHouse's, configuration, lists.
func (h *harness) filesAreClean(t *testing.T, values ...string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(h.Layout().Dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a folder of a part: ClickHouse merges as we look
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // ClickHouse merges as we look
		}
		if err != nil {
			return err
		}
		files++
		for _, v := range values {
			if strings.Contains(string(data), v) {
				t.Errorf("a planted value is readable in %s", path)
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, files, 20)
}

// findings that have the form, for each form that a finding can have. Trace
// ids are 32 hexadecimal digits: no private value that hushlog knows looks so.
var findings = map[hushlogv1.FieldForm]string{
	hushlogv1.FieldForm_FIELD_FORM_ID:         key,
	hushlogv1.FieldForm_FIELD_FORM_LABEL:      key,
	hushlogv1.FieldForm_FIELD_FORM_MODEL:      mail,
	hushlogv1.FieldForm_FIELD_FORM_NAME:       "81.2.69" + ".142",
	hushlogv1.FieldForm_FIELD_FORM_SPAN_ID:    "4539148" + "803436467",
	hushlogv1.FieldForm_FIELD_FORM_MEDIA_TYPE: "image/" + key,
}

// TestMetadataHasItsFormAndIsNoFinding goes through the metadata fields one by
// one: what does not have the form is refused; what has it and is private is
// stored as something else.
func TestMetadataHasItsFormAndIsNoFinding(t *testing.T) {
	h := newHarness(t)
	sent, values := 0, map[string]bool{}
	all := stringFields(&hushlogv1.Interaction{})
	for i, at := range all {
		if at.kind != contract.Metadata {
			continue
		}
		with := func(id, v string) *hushlogv1.Interaction {
			return filler{now: time.Now(), value: func(f field) string {
				if f.name() == at.name() {
					return v
				}
				if f.kind != contract.Metadata {
					return "fine"
				}
				return valid(f, id)
			}}.interaction()
		}
		err := h.log(t.Context(), with("form", "no form has spaces "+word))
		require.Contains(t, []codes.Code{codes.InvalidArgument, codes.PermissionDenied}, status.Code(err), at.name())
		require.NotContains(t, err.Error(), word, at.name())

		finding, ok := findings[at.form]
		if at.form == hushlogv1.FieldForm_FIELD_FORM_TRACE_ID {
			continue
		}
		require.True(t, ok, "no finding is known for the form of %s: add one", at.name())
		err = h.log(t.Context(), with(fmt.Sprintf("field-%d", i), finding))
		if status.Code(err) == codes.InvalidArgument || status.Code(err) == codes.PermissionDenied {
			continue // the policy allows only names of its own there
		}
		require.NoError(t, err, at.name())
		values[finding] = true
		sent++
	}
	require.Greater(t, sent, 15)
	h.await(t, sent)
	for role, names := range tables {
		for _, table := range names {
			text := h.dump(t, role, table)
			for v := range values {
				require.NotContains(t, text, v, table)
			}
		}
	}
	rows, err := h.Target.Ask(t.Context(), "security", "SELECT DISTINCT path FROM hushlog.findings")
	require.NoError(t, err)
	var paths []string
	for _, row := range rows {
		paths = append(paths, fmt.Sprint(row["path"]))
	}
	slices.Sort(paths)
	require.Contains(t, paths, "request_id")
	require.Contains(t, paths, "tags[0]")
}
