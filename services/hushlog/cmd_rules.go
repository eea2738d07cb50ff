package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
)

// formatMarkdown is the form of docs/rules.md.
const formatMarkdown = "markdown"

// listedRule is a rule as JSON.
type listedRule struct {
	ID          string        `json:"id"`
	Version     int           `json:"version"`
	Type        redact.Type   `json:"type"`
	Description string        `json:"description"`
	Source      string        `json:"source"`
	Action      redact.Action `json:"action"`
	NeverLog    bool          `json:"never_log"`
}

// newRulesCommand lists what the engine looks for.
func newRulesCommand() *cobra.Command {
	var format, only, file string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules by which private data is found",
		Long: "Lists every rule of the engine: its name, which findings bear, the type of what it finds, a description, and the standard,\n" +
			"register or documentation that it follows. docs/rules.md holds the same.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, own, err := rulesOf(file)
			if err != nil {
				return fmt.Errorf("rules: %w", err)
			}
			rules, err := listRules(p, own, redact.Type(strings.ToUpper(only)))
			if err != nil {
				return err
			}
			switch format {
			case formatJSON:
				return writeRulesJSON(cmd.OutOrStdout(), rules)
			case formatMarkdown:
				return writeRulesMarkdown(cmd.OutOrStdout(), rules)
			case formatText:
				return writeRulesText(cmd.OutOrStdout(), rules)
			}
			return errors.New("rules: --format is text, json or markdown")
		},
	}
	cmd.Flags().StringVar(&format, "format", formatText, "`form` of the list: text, json (one rule a line) or markdown")
	cmd.Flags().StringVar(&file, "policy", "", "policy `file`, whose own rules and actions are listed; default: the default policy")
	cmd.Flags().StringVar(&only, "type", "", "only rules of this `type`")
	return cmd
}

// rulesOf returns the policy of a file, or the default one, and its own rules.
func rulesOf(file string) (*policy.Policy, *redact.Own, error) {
	p := policy.Default()
	if file != "" {
		var err error
		p, err = policy.Load(file)
		if err != nil {
			return nil, nil, err
		}
	}
	own, err := p.CompileOwn()
	if err != nil {
		return nil, nil, err
	}
	return p, own, nil
}

// listRules returns the rules of a type, or all of them when it is empty, with the actions of a policy.
func listRules(p *policy.Policy, own *redact.Own, only redact.Type) ([]listedRule, error) {
	if only != "" && !only.Valid() {
		return nil, fmt.Errorf("rules: --type is one of %v", redact.Types())
	}
	actions := redact.DefaultActions()
	maps.Copy(actions, p.Actions())
	var out []listedRule
	for _, r := range slices.Concat(redact.Rules(), own.Rules()) {
		if only != "" && r.Type != only {
			continue
		}
		never := redact.NeverLog(r.Type) || redact.NeverLogRule(r.ID)
		action := actions[r.Type]
		if never && !redact.Removes(action) {
			action = redact.ActionRemove
		}
		out = append(out, listedRule{
			ID: r.ID, Version: r.Version, Type: r.Type, Description: r.Description, Source: r.Source, Action: action, NeverLog: never,
		})
	}
	return out, nil
}

func writeRulesJSON(w io.Writer, rules []listedRule) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, r := range rules {
		err := enc.Encode(r)
		if err != nil {
			return fmt.Errorf("rules: write: %w", err)
		}
	}
	return nil
}

func writeRulesText(w io.Writer, rules []listedRule) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "RULE\tTYPE\tFINDS\tAFTER")
	for _, r := range rules {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", r.ID, r.Type, r.Description, r.Source)
	}
	err := tw.Flush()
	if err != nil {
		return fmt.Errorf("rules: write: %w", err)
	}
	return nil
}

// rulesIntroduction stands before the tables of docs/rules.md.
const rulesIntroduction = `<!-- Written by make generate, from the rules in pkg/redact. -->
# What is looked for

Every rule of the engine (` + "`pkg/redact`" + `), by the type of what it finds. A finding bears the name and the version of
its rule; ` + "`hushlog redact --explain`" + ` shows them, ` + "`hushlog rules`" + ` prints this list. A rule's version rises when it finds
something else than before. A policy may choose another action, except for what is never logged. How detection works
is in [redaction.md](redaction.md).
`

// writeRulesMarkdown writes docs/rules.md: a table for each type.
func writeRulesMarkdown(w io.Writer, rules []listedRule) error {
	var b strings.Builder
	b.WriteString(rulesIntroduction)
	for _, t := range redact.Types() {
		first := true
		for _, r := range rules {
			if r.Type != t {
				continue
			}
			if first {
				fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| rule | version | finds | after |\n| --- | --- | --- | --- |\n", t, actionOf(t))
				first = false
			}
			fmt.Fprintf(&b, "| `%s` | %d | %s%s | %s |\n", r.ID, r.Version, cell(r.Description), neverLogged(r), cell(r.Source))
		}
	}
	_, err := io.WriteString(w, b.String())
	if err != nil {
		return fmt.Errorf("rules: write: %w", err)
	}
	return nil
}

// actionOf says what is done with a type.
func actionOf(t redact.Type) string {
	if redact.NeverLog(t) {
		return "Never logged: always removed."
	}
	return fmt.Sprintf("Without a policy: `%s`.", redact.DefaultActions()[t])
}

// neverLogged marks a rule whose values are removed although those of its type need not be.
func neverLogged(r listedRule) string {
	if r.NeverLog && !redact.NeverLog(r.Type) {
		return " (never logged: always removed)"
	}
	return ""
}

// cell is s as it can stand in a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "\n", " ").Replace(s)
}
