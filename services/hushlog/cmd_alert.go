package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/alerting"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/alert"
)

// builtinRules stands for the rules that come with hushlog where a file of rules is asked for.
const builtinRules = "builtin"

// newAlertCommand runs the alert service, and tests and lists its rules.
func newAlertCommand() *cobra.Command {
	cmd := newServiceCommand("alert", "Count within windows and tell of what the rules name", alert.DefaultConfig(), alert.Run)
	cmd.AddCommand(newAlertTestCommand(), newAlertRulesCommand())
	return cmd
}

func newAlertTestCommand() *cobra.Command {
	var records, until, format string
	var stored bool
	cmd := &cobra.Command{
		Use:   "test FILE...",
		Short: "Test rules against what they are expected to do, or replay records through them",
		Long: "Without --records each FILE is a test file: rules, made-up events with their times, and all the alerts that they must\n" +
			"fire (docs/alerts.md). Ends with 1 when a test fails.\n\n" +
			"With --records each FILE is a file of rules, or the word builtin, and the records, a line of JSON each, go through them\n" +
			"with a clock that goes by their times. Prints what would have fired, and resolved. With --stored the records are rows of\n" +
			"interactions, audit or quarantined, as hushlog sql --output json 'SELECT * FROM hushlog.interactions …' prints them.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if records == "" {
				return testRules(cmd, args)
			}
			return replayRules(cmd, args, replay{records, until, format, stored})
		},
	}
	cmd.Flags().StringVar(&records, "records", "", "`file` of records, a line of JSON each; - is standard input")
	cmd.Flags().BoolVar(&stored, "stored", false, "the records are rows of ClickHouse's tables")
	cmd.Flags().StringVar(&until, "until", "", "`time` (RFC 3339) up to which the clock goes; default: to where every window that has a record is decided")
	cmd.Flags().StringVar(&format, "format", formatText, "`form` of what is printed: text, or json (one alert a line)")
	return cmd
}

// testRules runs test files.
func testRules(cmd *cobra.Command, paths []string) error {
	failed, passed := 0, 0
	for _, path := range paths {
		file, rules, err := alerting.LoadTests(path)
		if errors.Is(err, alerting.ErrInvalid) {
			fmt.Fprintln(cmd.ErrOrStderr(), err)
			return exitError(1)
		}
		if err != nil {
			return err
		}
		failures, err := file.Run(rules)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for _, f := range failures {
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", path, f.Test)
			printIndented(cmd.OutOrStdout(), "did not fire: ", f.Missing)
			printIndented(cmd.OutOrStdout(), "fired:        ", f.Unexpected)
		}
		failed += len(failures)
		passed += len(file.Tests) - len(failures)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return exitError(1)
	}
	return nil
}

func printIndented(out io.Writer, label string, lines []string) {
	for _, line := range lines {
		fmt.Fprintf(out, "  %s%s\n", label, line)
	}
}

// replay is what is replayed, and how it is shown.
type replay struct {
	records, until, format string
	stored                 bool
}

// replayRules runs records through rules.
func replayRules(cmd *cobra.Command, paths []string, r replay) error {
	if r.format != formatText && r.format != formatJSON {
		return errors.New("alert test: --format is text or json")
	}
	var end time.Time
	if r.until != "" {
		var err error
		end, err = time.Parse(time.RFC3339, r.until)
		if err != nil {
			return errors.New("alert test: --until is a time as 2026-01-05T09:00:00Z")
		}
	}
	rules, err := loadRules(paths)
	if errors.Is(err, alerting.ErrInvalid) {
		fmt.Fprintln(cmd.ErrOrStderr(), err)
		return exitError(1)
	}
	if err != nil {
		return err
	}
	events, err := readRecords(cmd, r)
	if err != nil {
		return fmt.Errorf("%s: %w", r.records, err)
	}
	alerts := alerting.Replay(rules, events, end)
	for _, a := range alerts {
		err = printAlert(cmd.OutOrStdout(), a, r.format)
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%d records, %d rules, %d alerts\n", len(events), len(rules.List()), countFired(alerts))
	return nil
}

func loadRules(paths []string) (*alerting.Rules, error) {
	all := &alerting.Rules{}
	for _, path := range paths {
		var rules *alerting.Rules
		var err error
		if path == builtinRules {
			rules, err = alerting.Builtin()
		} else {
			rules, err = alerting.Load(path)
		}
		if err != nil {
			return nil, err
		}
		all, err = all.With(rules)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return all, nil
}

func readRecords(cmd *cobra.Command, r replay) ([]*alerting.Event, error) {
	read := alerting.ReadEvents
	if r.stored {
		read = alerting.ReadRows
	}
	if r.records == "-" {
		return read(cmd.InOrStdin())
	}
	file, err := os.Open(filepath.Clean(r.records))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return read(file)
}

func countFired(alerts []*hushlogv1.Alert) int {
	n := 0
	for _, a := range alerts {
		if a.GetState() == hushlogv1.AlertState_ALERT_STATE_FIRING {
			n++
		}
	}
	return n
}

// shownAlert is an alert as a line of JSON.
type shownAlert struct {
	State       string            `json:"state"`
	Rule        string            `json:"rule"`
	Severity    string            `json:"severity"`
	Owner       string            `json:"owner"`
	Keys        map[string]string `json:"keys"`
	At          time.Time         `json:"at"`
	WindowStart time.Time         `json:"window_start"`
	WindowEnd   time.Time         `json:"window_end"`
	Value       float64           `json:"value"`
	Threshold   float64           `json:"threshold"`
	Class       string            `json:"class"`
	Fingerprint string            `json:"fingerprint"`
}

func printAlert(out io.Writer, a *hushlogv1.Alert, format string) error {
	s := shownAlert{
		State: strings.ToLower(strings.TrimPrefix(a.GetState().String(), "ALERT_STATE_")), Rule: a.GetRule(),
		Severity: strings.ToLower(strings.TrimPrefix(a.GetSeverity().String(), "SEVERITY_")), Owner: a.GetOwner(),
		Keys: alerting.KeysOf(a), At: a.GetFiredAt().AsTime(), WindowStart: a.GetWindowStart().AsTime(), WindowEnd: a.GetWindowEnd().AsTime(),
		Value: a.GetValue(), Threshold: a.GetThreshold(), Class: a.GetClass(), Fingerprint: a.GetFingerprint(),
	}
	if a.GetResolvedAt() != nil {
		s.At = a.GetResolvedAt().AsTime()
	}
	if format == formatJSON {
		line, err := json.Marshal(s)
		if err != nil {
			return fmt.Errorf("alert %s: %w", s.Fingerprint, err)
		}
		fmt.Fprintf(out, "%s\n", line)
		return nil
	}
	fmt.Fprintf(out, "%s %-8s %-8s %s", s.At.UTC().Format(time.RFC3339), s.State, s.Severity, s.Rule)
	for _, name := range alerting.KeyNames(s.Keys) {
		fmt.Fprintf(out, " %s=%s", name, s.Keys[name])
	}
	fmt.Fprintf(out, " value=%.4g threshold=%.4g\n", s.Value, s.Threshold)
	return nil
}

// newAlertRulesCommand checks and lists rules.
func newAlertRulesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rules [FILE...]",
		Short: "Check files of rules and list what is in them; without FILE, the rules that come with hushlog",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{builtinRules}
			}
			rules, err := loadRules(args)
			if errors.Is(err, alerting.ErrInvalid) {
				fmt.Fprintln(cmd.ErrOrStderr(), err)
				return exitError(1)
			}
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "RULE\tSEVERITY\tSOURCE\tKEY\tWINDOW\tDESCRIPTION")
			for _, r := range rules.List() {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, r.Severity, r.Source, strings.Join(r.Key, ","), r.Window, r.Description)
			}
			return table.Flush()
		},
	}
}
