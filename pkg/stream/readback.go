package stream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// ReadBack yields the committed records of partitions of a topic from about a time on (by the records'
// timestamps) up to the ends that the partitions have when it is called. Each partition's records come
// in order. An error is yielded last, once.
//
// The ends count transactions that are still open: ReadBack waits until the brokers have committed or
// aborted them (at most the transaction timeout of a process that is gone), so that nothing that was
// begun before it was called appears after it has returned. It waits with a bound: when nothing came for
// two minutes, it gives up with an error that says what the brokers tell about the partitions, and wraps
// ErrStalled; call it again. What it waits for it also says to log, which may be nil.
func ReadBack(ctx context.Context, opts []kgo.Opt, log *slog.Logger, topic string, since time.Time, partitions ...int32) iter.Seq2[*kgo.Record, error] {
	return newReadBack(opts, log, topic, since, partitions...).records(ctx, fmt.Sprintf("read back %s", topic))
}

// ReadFrom is ReadBack of one partition from an offset on.
func ReadFrom(ctx context.Context, opts []kgo.Opt, log *slog.Logger, at Partition, offset int64) iter.Seq2[*kgo.Record, error] {
	r := newReadBack(opts, log, at.Topic, time.UnixMilli(0), at.ID)
	r.from = offset
	return r.records(ctx, fmt.Sprintf("read %s from offset %d", at, offset))
}

const (
	// readBackPatience is how long nothing may come before reading back gives up: several times the transaction timeout
	// of a killed process, as the broker that is to end its transaction may be gone, too.
	readBackPatience = 2 * time.Minute
	// readBackLook is how long nothing comes before the brokers are asked why, and how often they are asked then.
	readBackLook = 3 * time.Second
	// readBackAnew is how long nothing may come that is there before it is asked for over new connections.
	readBackAnew = 15 * time.Second
)

type readBack struct {
	opts       []kgo.Opt
	log        *slog.Logger
	topic      string
	partitions []int32
	since      time.Time
	// from is the first offset that is wanted.
	from                 int64
	patience, look, anew time.Duration

	// next are the offsets that come next, and ends those to read to, of partitions that are not read to their ends yet.
	next, ends map[int32]int64
	// fallen are ends that the brokers told at the last look and that lie before those to read to.
	fallen map[int32]int64
	// moved is when something last came, looked when the brokers were last asked why nothing does, why what they said.
	moved, looked time.Time
	why           string
}

func newReadBack(opts []kgo.Opt, log *slog.Logger, topic string, since time.Time, partitions ...int32) *readBack {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &readBack{
		opts: opts, log: log, topic: topic, since: since, partitions: partitions,
		patience: readBackPatience, look: readBackLook, anew: readBackAnew,
	}
}

// records runs it. what begins its errors.
func (r *readBack) records(ctx context.Context, what string) iter.Seq2[*kgo.Record, error] {
	return func(yield func(*kgo.Record, error) bool) {
		if len(r.partitions) == 0 {
			return
		}
		err := r.run(ctx, yield)
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, fmt.Errorf("%s: %w", what, err))
		}
	}
}

var (
	// errEnough says that the caller wants no more records.
	errEnough = errors.New("enough")
	// errAnew asks for new connections.
	errAnew = errors.New("nothing comes over these connections")
)

// run reads over as many clients as it takes, one after the other.
func (r *readBack) run(ctx context.Context, yield func(*kgo.Record, error) bool) error {
	r.next, r.ends, r.fallen, r.moved = nil, nil, map[int32]int64{}, time.Now()
	for tries := 1; ; tries++ {
		err := r.connect(ctx, yield)
		switch {
		case err == nil || errors.Is(err, errEnough):
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("%d partitions not read to their ends: %w", len(r.next), errors.Join(ctx.Err(), err))
		case time.Since(r.moved) > r.patience:
			return r.stalled(err)
		case !comesBack(err):
			return err
		}
		r.log.WarnContext(ctx, "reading back begins again where it was", slog.String("topic", r.topic),
			slog.String("waits_for", r.why), slog.String("error", err.Error()))
		pause(ctx, tries)
	}
}

// comesBack says whether reading can go on over another connection.
func comesBack(err error) bool {
	// A broker that is killed or cut off in the middle of a login looks like one that wants no TLS.
	var cut *kgo.ErrFirstReadEOF
	reason := ReasonOf(err)
	return errors.Is(err, errAnew) || reason == ReasonRetriable || reason == ReasonTimeout || errors.As(err, &cut) || kgo.IsRetryableBrokerErr(err)
}

func (r *readBack) stalled(err error) error {
	if r.why == "" {
		return fmt.Errorf("nothing came for %s: %w", r.patience, errors.Join(ErrStalled, err))
	}
	return fmt.Errorf("nothing came for %s: %s: %w", r.patience, r.why, ErrStalled)
}

// connect reads over a client of its own.
func (r *readBack) connect(ctx context.Context, yield func(*kgo.Record, error) bool) error {
	client, err := kgo.NewClient(append(slices.Clone(r.opts),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		// Markers of transactions are what most ends are made of.
		kgo.KeepControlRecords(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchMaxWait(500*time.Millisecond),
	)...)
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	if r.next == nil {
		err = r.bounds(ctx, admin)
		if err != nil {
			return err
		}
	}
	starts := map[int32]kgo.Offset{}
	for id, offset := range r.next {
		starts[id] = kgo.NewOffset().At(offset)
	}
	client.AddConsumePartitions(map[string]map[int32]kgo.Offset{r.topic: starts})
	connected := time.Now()
	for len(r.next) > 0 {
		err = r.turn(ctx, client, yield)
		if err != nil {
			return err
		}
		if len(r.next) == 0 || time.Since(r.moved) < r.look || time.Since(r.looked) < r.look {
			continue
		}
		there := r.lookUp(ctx, admin)
		if time.Since(r.moved) > r.patience || there && min(time.Since(connected), time.Since(r.moved)) > r.anew {
			return errAnew
		}
	}
	return nil
}

// turn polls once.
func (r *readBack) turn(ctx context.Context, client *kgo.Client, yield func(*kgo.Record, error) bool) error {
	pollCtx, cancel := context.WithTimeout(ctx, min(pollTurn, r.look))
	defer cancel()
	fetches := client.PollFetches(pollCtx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err := fetchError(fetches)
	if err != nil {
		return err
	}
	if !r.take(fetches, yield) {
		return errEnough
	}
	return nil
}

// bounds asks for the beginnings first: what comes in between is read, not missed.
func (r *readBack) bounds(ctx context.Context, admin *kadm.Client) error {
	ctx, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	firsts, err := admin.ListOffsetsAfterMilli(ctx, r.since.UnixMilli(), r.topic)
	err = errors.Join(err, firsts.Error())
	if err != nil {
		return named(err)
	}
	ends, err := admin.ListEndOffsets(ctx, r.topic)
	err = errors.Join(err, ends.Error())
	if err != nil {
		return named(err)
	}
	next, last := map[int32]int64{}, map[int32]int64{}
	for _, id := range r.partitions {
		first, found := firsts.Lookup(r.topic, id)
		end, foundEnd := ends.Lookup(r.topic, id)
		if !found || !foundEnd {
			return fmt.Errorf("partition %d does not exist", id)
		}
		begin := max(first.Offset, r.from)
		if first.Offset >= 0 && begin < end.Offset {
			next[id], last[id] = begin, end.Offset
		}
	}
	r.next, r.ends, r.moved = next, last, time.Now()
	return nil
}

// take yields what lies before the ends. False means that the caller wants no more.
func (r *readBack) take(fetches kgo.Fetches, yield func(*kgo.Record, error) bool) bool {
	for record := range fetches.RecordsAll() {
		next, reading := r.next[record.Partition]
		if !reading || record.Offset < next {
			continue
		}
		r.moved, r.why = time.Now(), ""
		if record.Offset < r.ends[record.Partition] && !record.Attrs.IsControl() && !yield(record, nil) {
			return false
		}
		r.next[record.Partition] = record.Offset + 1
		r.arrived(record.Partition)
	}
	return true
}

// arrived forgets a partition that is read to its end.
func (r *readBack) arrived(id int32) {
	if r.next[id] >= r.ends[id] {
		delete(r.next, id)
		delete(r.ends, id)
	}
}

// lookUp asks the brokers why nothing comes, and says so when it is something else than before. It reports whether
// something is there that should have come: then the connections are what is wrong.
func (r *readBack) lookUp(ctx context.Context, admin *kadm.Client) bool {
	r.looked = time.Now()
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	reasons, there, err := r.reasons(ctx, admin)
	if err != nil {
		reasons = []string{"brokers do not tell: " + err.Error()}
	}
	why := strings.Join(reasons, "; ")
	if why != "" && why != r.why {
		r.log.WarnContext(ctx, "reading back waits", slog.String("topic", r.topic), slog.String("for", why))
	}
	r.why = why
	return there
}

// reasons compares what is wanted with the offsets as they are now.
func (r *readBack) reasons(ctx context.Context, admin *kadm.Client) (reasons []string, there bool, err error) {
	starts, err := admin.ListStartOffsets(ctx, r.topic)
	err = errors.Join(err, starts.Error())
	if err != nil {
		return nil, false, named(err)
	}
	decided, err := admin.ListCommittedOffsets(ctx, r.topic)
	err = errors.Join(err, decided.Error())
	if err != nil {
		return nil, false, named(err)
	}
	// The ends come last: what is decided before them cannot lie behind them.
	ends, err := admin.ListEndOffsets(ctx, r.topic)
	err = errors.Join(err, ends.Error())
	if err != nil {
		return nil, false, named(err)
	}
	for _, id := range r.partitions {
		_, reading := r.next[id]
		if !reading {
			continue
		}
		start, _ := starts.Lookup(r.topic, id)
		stable, _ := decided.Lookup(r.topic, id)
		end, _ := ends.Lookup(r.topic, id)
		if r.corrected(ctx, id, start.Offset, end.Offset) {
			continue
		}
		switch {
		case stable.Offset >= r.ends[id]:
			there = true
			reasons = append(reasons, fmt.Sprintf("partition %d: offsets %d to %d are there and do not come", id, r.next[id], r.ends[id]))
		default:
			reasons = append(reasons, fmt.Sprintf("partition %d: a transaction is open at offset %d, before its end %d%s", id, stable.Offset, r.ends[id], r.owner(ctx, admin, id)))
		}
	}
	return reasons, there, nil
}

// corrected takes note of what will never come: records that were deleted meanwhile, and those behind an end that is no
// longer where it was, as brokers have lost what they had not acknowledged. Such an end must be told twice: a broker
// that was replaced as leader and does not know yet tells an older one. It reports whether the partition is read to its
// end with that.
func (r *readBack) corrected(ctx context.Context, id int32, start, end int64) bool {
	r.next[id] = max(r.next[id], start)
	told, before := r.fallen[id]
	delete(r.fallen, id)
	switch {
	case end >= r.ends[id]:
	case before && told == end:
		r.log.WarnContext(ctx, "brokers have lost the end of a partition; it is read to the end that it has",
			slog.String("partition", Partition{r.topic, id}.String()), slog.Int64("was", r.ends[id]), slog.Int64("is", end))
		r.ends[id] = end
	default:
		r.fallen[id] = end
	}
	r.arrived(id)
	_, left := r.next[id]
	return !left
}

// owner says whose transaction is open first in a partition, where the broker tells.
func (r *readBack) owner(ctx context.Context, admin *kadm.Client, id int32) string {
	var at kadm.TopicsSet
	at.Add(r.topic, id)
	producers, err := admin.DescribeProducers(ctx, at)
	if err != nil {
		return ""
	}
	first, whose := int64(-1), ""
	for _, p := range producers.SortedProducers() {
		if p.CurrentTxnStartOffset >= 0 && (first < 0 || p.CurrentTxnStartOffset < first) {
			first, whose = p.CurrentTxnStartOffset, fmt.Sprintf(", of producer %d, epoch %d", p.ProducerID, p.ProducerEpoch)
		}
	}
	return whose
}
