package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/services/query"
)

// newProjectCommand is what is done about a project that sends.
func newProjectCommand() *cobra.Command {
	cmd := newGroup("project", "Suspend or limit a project, or one end user of it, at the gateways",
		newProjectSuspendCommand(), newProjectLimitCommand(), newProjectResumeCommand(), newProjectListCommand())
	cmd.Long = "What is suspended or limited is refused by the gateways, with a code that says so and, of a limit, when to come back; it is not\n" +
		"stored. Each order ends by itself, stands on the audit trail, and fires the alert sender-restricted. A role that may: [restrict] gives it."
	return cmd
}

// restricting is how a person says whom an order is about.
type restricting struct {
	ask        asking
	user, last string
}

func (r *restricting) addFlags(cmd *cobra.Command) {
	r.ask.addFlags(cmd)
	cmd.Flags().StringVar(&r.user, "user", "", "`pseudonym` of one end user, as the tables have it; without it the whole project is meant")
}

const longestRestriction = "30d"

func (r *restricting) addFor(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.last, "for", "", "`time` after which it ends by itself, as 2h or 7d, at most "+longestRestriction+"; required")
}

// body is what is asked of the query service.
func (r *restricting) body(action, project string, eventsPerMinute int) (map[string]any, error) {
	if r.ask.purpose == "" {
		return nil, errors.New("say why with --purpose; it stands on the audit trail")
	}
	if r.user != "" && !identity.IsSubject(r.user) {
		return nil, fmt.Errorf("--user: must be a pseudonym, %s and 26 letters and digits, as user_pseudonym in the tables", identity.SubjectPrefix)
	}
	body := map[string]any{"action": action, "project": project, "purpose": r.ask.purpose, "pseudonym": r.user}
	if action == "resume" {
		return body, nil
	}
	var last policy.Duration
	err := last.UnmarshalText([]byte(r.last))
	if err != nil {
		return nil, errors.New("--for: say how long, as 2h or 7d, at most " + longestRestriction)
	}
	body["seconds"] = int64(last.D() / time.Second)
	if action == "limit" {
		body["events_per_minute"] = eventsPerMinute
	}
	return body, nil
}

func (r *restricting) run(cmd *cobra.Command, action, project string, eventsPerMinute int) error {
	body, err := r.body(action, project, eventsPerMinute)
	if err != nil {
		return err
	}
	return askFor(cmd.Context(), r.ask, "/v1/restrictions", body, cmd.OutOrStdout())
}

func newProjectSuspendCommand() *cobra.Command {
	var r restricting
	cmd := &cobra.Command{
		Use:   "suspend PROJECT --for TIME --purpose PURPOSE",
		Short: "Have gateways take nothing of a project, or of one end user of it, for a time; prints the order's id",
		Long: "Senders get PERMISSION_DENIED (HTTP 403), reason PROJECT_SUSPENDED or USER_SUSPENDED, which they do not try again. What they send is\n" +
			"counted as rejected in the ledger, and lost unless they keep it.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd, "suspend", args[0], 0) },
	}
	r.addFlags(cmd)
	r.addFor(cmd)
	return cmd
}

func newProjectLimitCommand() *cobra.Command {
	var (
		r         restricting
		perMinute int
	)
	cmd := &cobra.Command{
		Use:   "limit PROJECT --events-per-minute N --for TIME --purpose PURPOSE",
		Short: "Have each gateway take no more than N events a minute of a project, or of one end user of it, for a time; prints the order's id",
		Long: "Senders that are above it get RESOURCE_EXHAUSTED (HTTP 429), reason PROJECT_LIMITED or USER_LIMITED, with the time to come back. A sixth of\n" +
			"N may come at once. Each gateway counts by itself, as it does the policy's limits.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if perMinute < 1 {
				return errors.New("--events-per-minute: must be at least 1; to take nothing, use hushlog project suspend")
			}
			return r.run(cmd, "limit", args[0], perMinute)
		},
	}
	r.addFlags(cmd)
	r.addFor(cmd)
	cmd.Flags().IntVar(&perMinute, "events-per-minute", 0, "how many `events` a minute each gateway still takes; required")
	return cmd
}

func newProjectResumeCommand() *cobra.Command {
	var r restricting
	cmd := &cobra.Command{
		Use:   "resume PROJECT --purpose PURPOSE",
		Short: "End what suspends or limits a project, or one end user of it, whoever has ordered it; prints the order's id",
		Long:  "A project and its end users are resumed apart. A rule that fires again after it limits again.",
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return r.run(cmd, "resume", args[0], 0) },
	}
	r.addFlags(cmd)
	return cmd
}

func newProjectListCommand() *cobra.Command {
	var (
		ask    asking
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List what is suspended or limited now, by whom, and until when",
		Long: "Who ordered it is a pseudonym, as on the trail; with --purpose it is the name, for roles that may learn it, as in the other lists.\n" +
			"End users are named by a hash of their pseudonym, as gateways know them. Where a rule has limited one, the order is the fingerprint of the\n" +
			"alert: the table alerts has the pseudonym, for roles that may read it.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runProjectList(cmd.Context(), ask, asJSON, cmd.OutOrStdout())
		},
	}
	ask.addServerFlags(cmd)
	cmd.Flags().StringVar(&ask.purpose, "purpose", "", "show people by name, and why, a `purpose` of the policy; it stands on the audit trail")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// maxList bounds what is read of a list.
const maxList = 16 << 20

func runProjectList(ctx context.Context, ask asking, asJSON bool, out io.Writer) error {
	res, err := ask.send(ctx, http.MethodGet, "/v1/restrictions", nil)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return refusalOf(res)
	}
	var answer struct {
		Restrictions []query.Restriction `json:"restrictions"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, maxList)).Decode(&answer)
	if err != nil {
		return errors.New("the query service's answer is none; is --server its address?")
	}
	if ask.purpose != "" {
		for i := range answer.Restrictions {
			answer.Restrictions[i].By, err = ask.withNames(ctx, answer.Restrictions[i].By)
			if err != nil {
				return err
			}
		}
	}
	if asJSON {
		return json.NewEncoder(out).Encode(answer.Restrictions)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROJECT\tUSER\tWHAT\tSINCE\tUNTIL\tBY\tRULE\tORDER")
	for _, l := range answer.Restrictions {
		what := "suspended"
		if l.Action == "limit" {
			what = fmt.Sprintf("%d/min", l.EventsPerMinute)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Project, orElse(l.User, "-"), what,
			l.Since.Format(time.RFC3339), l.Until.Format(time.RFC3339), l.By, orElse(l.Rule, "-"), l.Order)
	}
	return table.Flush()
}
