package redactor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// shortMail is a finding in few bytes: its row is many times larger.
const shortMail = "a" + "@" + "b.co "

func requirePublishable(t *testing.T, records []*kgo.Record) {
	t.Helper()
	for _, r := range records {
		require.Less(t, len(r.Value), stream.LargeBatch-64<<10, "the brokers would refuse it, again and again")
	}
}

// TestTheMostFindingsFitIntoABlock sends the largest interaction that a
// gateway takes, of nothing but findings.
func TestTheMostFindingsFitIntoABlock(t *testing.T) {
	p := newTestProcessor(t)
	most := int(policy.Default().Limits.MaxInteractionBytes) - 4096
	result, blocks := process(t, p, rawRecord(t, "a", strings.Repeat(shortMail, most/len(shortMail)), start))
	requirePublishable(t, result.Records)
	require.Len(t, blocks, 1)
	require.EqualValues(t, 1, ledgerOf(blocks).GetStored())
	counted := blocks[0].GetRecords()[0].GetFindingCounts()["EMAIL"]
	require.EqualValues(t, most/len(shortMail), counted, "all are counted")
	require.Less(t, len(blocks[0].GetFindings()), int(counted), "as many are listed as there is room for")
	require.Greater(t, len(blocks[0].GetFindings()), 50_000)
}

// TestFindingsCloseABlock has many interactions whose findings are larger than their texts.
func TestFindingsCloseABlock(t *testing.T) {
	p := newTestProcessor(t)
	var records []*kgo.Record
	for i := range 100 {
		records = append(records, rawRecord(t, fmt.Sprint(i), strings.Repeat(shortMail, 3000), start))
	}
	result, blocks := process(t, p, records...)
	requirePublishable(t, result.Records)
	require.Greater(t, len(blocks), 2, "the texts alone would be one block")
	require.EqualValues(t, 100, ledgerOf(blocks).GetStored())
	findings := 0
	for _, b := range blocks {
		findings += len(b.GetFindings())
		require.EqualValues(t, len(b.GetRecords())-1, b.GetFindings()[len(b.GetFindings())-1].GetRecord())
	}
	require.Equal(t, 300_000, findings)
}

func TestWhatDoesNotFitIsPutAside(t *testing.T) {
	s := &Sanitized{
		Record:   &hushlogv1.Record{},
		Contents: []*hushlogv1.Content{{Text: strings.Repeat("x", maxInteractionBytes)}},
		Findings: []*hushlogv1.Finding{{Type: "EMAIL"}},
	}
	require.ErrorIs(t, s.fit(), errTooLarge)
}

// TestRepeatsTakeTheLongestAndDoNotGrowWithTheirNumber would run for minutes
// when each secret was looked for by itself.
func TestRepeatsTakeTheLongestAndDoNotGrowWithTheirNumber(t *testing.T) {
	var secrets []string
	for i := range 50_000 {
		secrets = append(secrets, fmt.Sprintf("key-%06d-q", i))
	}
	long := strings.Repeat("z", longSecret)
	secrets = append(secrets, "key-000007-q-and-more", long, "key-000007-q")
	text := strings.Repeat("key-key-", 250_000) + " key-000007-q-and-more key-000008-q " + long
	started := time.Now()
	n := 0
	for _, r := range newRepeats(secrets) {
		var more int
		text, more = r.in(text)
		n += more
	}
	require.Less(t, time.Since(started), 20*time.Second)
	require.Equal(t, 3, n)
	require.Equal(t, " [REDACTED] [REDACTED] [REDACTED]", text[2_000_000:])
}

// lateSealer has no live epoch for some calls.
type lateSealer struct{ missing int }

func (s *lateSealer) Seal(plain []byte, h seal.Header) ([]byte, error) {
	if s.missing > 0 {
		s.missing--
		return nil, seal.ErrNoLiveEpoch
	}
	return openSeal{"ingest"}.Seal(plain, h)
}

func TestAnEpochThatIsBeingMadeIsWaitedFor(t *testing.T) {
	p := newTestProcessor(t)
	p.Contents = &lateSealer{missing: 2}
	_, blocks := process(t, p, rawRecord(t, "a", "hello", start))
	require.Len(t, blocks, 1)
}

func TestUnknownEpochsAreWaitedForOnceInABatch(t *testing.T) {
	p := newTestProcessor(t)
	p.Opener = fakeOpener{err: seal.ErrUnknownEpoch}
	started := time.Now()
	_, blocks := process(t, p, rawRecord(t, "a", "x", start), rawRecord(t, "b", "x", start), rawRecord(t, "c", "x", start))
	require.Less(t, time.Since(started), 2*openTries*openPause)
	require.EqualValues(t, 3, ledgerOf(blocks).GetQuarantined())
}

// TestImplausibleTimesDoNotStopIngest has times that the store's tables refuse.
func TestImplausibleTimesDoNotStopIngest(t *testing.T) {
	for _, at := range []time.Time{time.Unix(-1, 0), time.Date(2107, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		p := newTestProcessor(t)
		record := rawRecord(t, "a", "x", at)
		record.Headers = stream.Meta{Kind: stream.KindSealed, Project: "demo", RequestHash: hashOf("a")}.Headers()
		_, blocks := process(t, p, record)
		require.Len(t, blocks[0].GetQuarantined(), 1)
		require.Equal(t, ReasonUndecodable, blocks[0].GetQuarantined()[0].GetReason())
		require.WithinDuration(t, time.Now(), blocks[0].GetQuarantined()[0].GetAcceptedAt().AsTime(), time.Minute)
		require.WithinDuration(t, time.Now(), time.Unix(blocks[0].GetLedger()[0].GetMinute()*60, 0), 2*time.Minute)
	}
}

func TestTalliesOfImplausibleMinutesAreNotCounted(t *testing.T) {
	p := newTestProcessor(t)
	value, err := proto.Marshal(&hushlogv1.GatewayTally{TallyId: make([]byte, 16), Deltas: []*hushlogv1.LedgerDelta{{Project: "demo", Minute: 1 << 40, GatewayAccepted: 1}}})
	require.NoError(t, err)
	_, blocks := process(t, p, &kgo.Record{Topic: stream.TopicRaw, Value: value, Timestamp: start, Headers: stream.Meta{Kind: stream.KindTally}.Headers()})
	require.Empty(t, blocks)
}

// TestASecretOfTheTextGoesFromMetadataToo has a password that only its context tells.
func TestASecretOfTheTextGoesFromMetadataToo(t *testing.T) {
	const password = "Mumpitz" + "Quark77x"
	a := &hushlogv1.Accepted{Project: "demo", AcceptedAt: timestamppb.New(start), Interaction: userSays("my password is " + password)}
	a.Interaction.RequestId = "req-" + password
	a.Interaction.Tags = []string{password, "harmless"}
	s, err := newTestSanitizer(t, policy.Default()).Sanitize(t.Context(), a)
	require.NoError(t, err)
	require.NotContains(t, s.Record.String(), password)
	require.Contains(t, s.Record.GetRequestId(), "hashed-")
	require.Equal(t, []string{redactedLabel, "harmless"}, s.Record.GetTags())
}
