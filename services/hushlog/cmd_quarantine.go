package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/store"
)

// newQuarantineCommand is all about events that could not be inspected.
func newQuarantineCommand() *cobra.Command {
	cmd := newGroup("quarantine", "Show events that could not be inspected, have them inspected again, or drop them",
		newQuarantineListCommand(), newQuarantineOrderCommand("replay", "Have quarantined events inspected again; what passes is stored, once"),
		newQuarantineOrderCommand("drop", "Let go of quarantined events for good"), newQuarantineStatusCommand())
	cmd.Long = "An event that cannot be inspected is kept sealed until the date retention.quarantine of the policy. What may pass by itself (an external\n" +
		"detector that does not answer) is tried again by itself; the rest waits for an order."
	return cmd
}

// picking is how a person says which events are meant.
type picking struct{ project, reason string }

func (p *picking) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.project, "project", "", "`project` that the events belong to")
	cmd.Flags().StringVar(&p.reason, "reason", "", "`code` of why they were put aside, as no-detector or detector-panic")
}

// codeForm is the form of projects and reasons: nothing of it ends a literal.
var codeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

func (p *picking) check() error {
	for _, f := range []struct{ flag, value string }{{"--project", p.project}, {"--reason", p.reason}} {
		if f.value != "" && !codeForm.MatchString(f.value) {
			return fmt.Errorf("%s: must be 1 to 64 of a-z 0-9 . _ -", f.flag)
		}
	}
	return nil
}

// hasLeft is the condition of a row that tells of an event which is in quarantine no more.
const hasLeft = "state NOT IN ('aside', 'refused')"

// listSQL shows events, those that wait longest first.
func (p *picking) listSQL(left bool, limit int) string {
	where, having := "", []string{"1 = 1"}
	if p.project != "" {
		where = " WHERE project = '" + p.project + "'"
	}
	if p.reason != "" {
		having = append(having, "why = '"+p.reason+"'")
	}
	if !left {
		having = append(having, "became = 'aside'")
	}
	return "SELECT concat(toString(raw_partition), ':', toString(raw_offset)) AS event, project, min(accepted_at) AS accepted, " +
		"anyIf(reason, state = 'aside') AS why, countIf(state = 'refused') AS refused_again, " +
		"if(countIf(" + hasLeft + ") = 0, 'aside', anyIf(state, " + hasLeft + ")) AS became " +
		"FROM " + store.Database + "." + store.TableQuarantined + where +
		" GROUP BY project, raw_partition, raw_offset HAVING " + strings.Join(having, " AND ") + " ORDER BY accepted, raw_partition, raw_offset LIMIT " + strconv.Itoa(limit)
}

func newQuarantineListCommand() *cobra.Command {
	var (
		ask    asking
		pick   picking
		output string
		left   bool
		limit  int
	)
	cmd := &cobra.Command{
		Use:   "list --purpose PURPOSE",
		Short: "List quarantined events, oldest first: where they came from, and why they wait; never what is in them",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := pick.check()
			if err != nil {
				return err
			}
			if limit < 1 {
				return errors.New("--limit: must be at least 1")
			}
			return runSQL(cmd.Context(), ask, pick.listSQL(left, limit), output, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	pick.addFlags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "`format`: table, tsv, csv or json (one object a line); default: table on a terminal, else tsv")
	cmd.Flags().BoolVar(&left, "all", false, "those that have left quarantine, too")
	cmd.Flags().IntVar(&limit, "limit", 100, "list at most `N`")
	return cmd
}

func newQuarantineOrderCommand(action, short string) *cobra.Command {
	var (
		ask  asking
		pick picking
		all  bool
	)
	cmd := &cobra.Command{
		Use:   action + " --project PROJECT --purpose PURPOSE [EVENT...]",
		Short: short,
		Long: short + ".\nName events as hushlog quarantine list shows them, or --reason, or --all. Who you are and the purpose stand on the audit trail. Prints the\n" +
			"order's id; hushlog quarantine status says what became of it.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && pick.reason == "" && !all {
				return errors.New("say which: EVENT, as 3:1042, or --reason, or --all of the project")
			}
			return runQuarantineOrder(cmd.Context(), ask, action, pick, args, cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	pick.addFlags(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "all of the project's events")
	return cmd
}

// orderedEvent names an event in an order.
type orderedEvent struct {
	Partition int32 `json:"partition"`
	Offset    int64 `json:"offset"`
}

func eventsOf(names []string) ([]orderedEvent, error) {
	events := []orderedEvent{}
	for _, name := range names {
		partition, offset, _ := strings.Cut(name, ":")
		p, errP := strconv.ParseInt(partition, 10, 32)
		o, errO := strconv.ParseInt(offset, 10, 64)
		if errP != nil || errO != nil || p < 0 || o < 0 {
			return nil, errors.New("EVENT: must be PARTITION:OFFSET as hushlog quarantine list shows it")
		}
		events = append(events, orderedEvent{int32(p), o})
	}
	return events, nil
}

func runQuarantineOrder(ctx context.Context, ask asking, action string, pick picking, names []string, out io.Writer) error {
	err := pick.check()
	if err != nil {
		return err
	}
	if pick.project == "" {
		return errors.New("name the events' project with --project")
	}
	if ask.purpose == "" {
		return errors.New("say why with --purpose; it stands on the audit trail")
	}
	events, err := eventsOf(names)
	if err != nil {
		return err
	}
	return askFor(ctx, ask, "/v1/quarantine", map[string]any{
		"action": action, "project": pick.project, "purpose": ask.purpose, "reason": pick.reason, "events": events,
	}, out)
}

func newQuarantineStatusCommand() *cobra.Command {
	var (
		ask    asking
		output string
	)
	cmd := &cobra.Command{
		Use:   "status ORDER --purpose PURPOSE",
		Short: "Say how many events an order has stored, dropped, found to be doubles, or refused again, and why",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !requestForm.MatchString(args[0]) {
				return errors.New("ORDER: must be what hushlog quarantine replay or drop printed")
			}
			return runSQL(cmd.Context(), ask, statusSQL(args[0]), output, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "`format`: table, tsv, csv or json (one object a line); default: table on a terminal, else tsv")
	return cmd
}

func statusSQL(order string) string {
	return "SELECT project, state AS became, reason AS why, count() AS events FROM " + store.Database + "." + store.TableQuarantined +
		" WHERE order_id = '" + order + "' GROUP BY project, state, reason ORDER BY project, state, reason"
}
