package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
)

// maxRedactText bounds a text that is read as a whole, in bytes.
const maxRedactText = 256 << 20

// redactOptions are the flags of hushlog redact.
type redactOptions struct {
	jsonl    bool
	policy   string
	project  string
	purpose  string
	language string
	field    string
	key      string
}

// newRedactCommand takes private data out of text, with the engine and the policy of the services.
func newRedactCommand() *cobra.Command {
	var o redactOptions
	cmd := &cobra.Command{
		Use:   "redact",
		Short: "Take private data out of text: standard input to standard output",
		Long: "Reads text and writes it without what is private, as the policy says.\n" +
			"With --jsonl, reads lines {\"id\",\"text\"} and writes, for each and in order, a line {\"id\",\"text\",\"classification\",\"spans\"};\n" +
			"offsets of spans count Unicode code points of the text that was read. A text that cannot be inspected is written empty,\n" +
			"with \"error\": \"uninspectable\". A line that is no such object is reported by its number, gets a line with \"error\": \"malformed\",\n" +
			"and the command ends with 1 after the last line.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := newRedactRun(o)
			if err != nil {
				return err
			}
			if o.jsonl {
				return r.lines(cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			return r.text(cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&o.jsonl, "jsonl", false, "read and write one JSON object a line")
	cmd.Flags().StringVar(&o.policy, "policy", "", "policy `file`; default: the default policy")
	cmd.Flags().StringVar(&o.project, "project", "", "`name` of the policy's project to classify for; default: only conditions that name no project")
	cmd.Flags().StringVar(&o.purpose, "purpose", "", "`purpose` of the policy to classify for")
	cmd.Flags().StringVar(&o.key, "pseudonym-key", "", "`file` of the key that pseudonyms are made with; required when the policy asks for pseudonyms")
	cmd.Flags().StringVar(&o.language, "language", "", "`language` of the text, such as en or pt-BR, as a hint")
	cmd.Flags().StringVar(&o.field, "field", "", "`name` of the field that the text is from, as a hint")
	return cmd
}

// redactRun is one run of the command.
type redactRun struct {
	policy  *policy.Policy
	engine  *redact.Engine
	byClass map[policy.Class]*redact.Engine
	project string
	purpose string
	hints   redact.Hints
}

func newRedactRun(o redactOptions) (*redactRun, error) {
	p := policy.Default()
	if o.policy != "" {
		var err error
		p, err = policy.Load(o.policy)
		if err != nil {
			return nil, fmt.Errorf("redact: %w", err)
		}
	}
	if _, known := p.Projects[o.project]; o.project != "" && !known {
		return nil, errors.New("redact: --project: the policy does not know this project; name one of its projects, or none")
	}
	if o.project == "" {
		p = withoutProject(p)
	}
	r := &redactRun{
		policy: p, byClass: map[policy.Class]*redact.Engine{}, project: o.project, purpose: o.purpose,
		hints: redact.Hints{Language: o.language, Field: o.field},
	}
	options := redact.Options{Actions: p.Actions(), Point: p.Detection.Point}
	var err error
	if p.UsesPseudonyms() {
		options.Pseudonym, err = valuePseudonyms(o, p)
		if err != nil {
			return nil, err
		}
	}
	r.engine, err = redact.New(options)
	if err != nil {
		return nil, fmt.Errorf("redact: the policy's actions: %w", err)
	}
	for _, class := range policy.AllClasses() {
		options.Actions = p.ActionsFor(class)
		r.byClass[class], err = redact.New(options)
		if err != nil {
			return nil, fmt.Errorf("redact: the policy's actions for %s: %w", class, err)
		}
	}
	return r, nil
}

// valuePseudonyms gives values the pseudonyms that the redactor would give them now, with the same key and project.
func valuePseudonyms(o redactOptions, p *policy.Policy) (redact.PseudonymFunc, error) {
	if o.key == "" {
		return nil, errors.New("redact: --pseudonym-key: the policy asks for pseudonyms; name the file of their key, secrets/pseudonym.key of a deployment")
	}
	pseudonyms, err := identity.LoadPseudonymizer(o.key)
	if err != nil {
		return nil, fmt.Errorf("redact: --pseudonym-key: %w", err)
	}
	values := pseudonyms.Values(o.project, p.PseudonymPeriod(time.Now()))
	return func(t redact.Type, canonical string) [16]byte { return values(string(t), canonical) }, nil
}

// withoutProject returns p with a project of no name and no least class, so that a text of no project is classified by
// what is found in it.
func withoutProject(p *policy.Policy) *policy.Policy {
	q := *p
	q.Projects = map[string]policy.Project{"": {LeastClass: policy.Public}}
	return &q
}

// sanitize finds, classifies and acts.
func (r *redactRun) sanitize(text string) (redact.Result, policy.Class, error) {
	fs, err := r.engine.Find(text, r.hints)
	if err != nil {
		return redact.Result{}, policy.Restricted, err
	}
	counts := map[redact.Type]int{}
	for _, f := range fs {
		counts[f.Type]++
	}
	class := r.policy.Classify(r.project, r.purpose, counts)
	return r.byClass[class].Apply(text, fs), class, nil
}

// text sanitizes all of in.
func (r *redactRun) text(in io.Reader, out io.Writer) error {
	data, err := io.ReadAll(io.LimitReader(in, maxRedactText+1))
	if err != nil {
		return fmt.Errorf("redact: read standard input: %w", err)
	}
	if len(data) > maxRedactText {
		return fmt.Errorf("redact: the text is longer than %d bytes; cut it at line ends, or use --jsonl", maxRedactText)
	}
	res, _, err := r.sanitize(string(data))
	if err != nil {
		return fmt.Errorf("redact: nothing was written: %w", err)
	}
	_, err = io.WriteString(out, res.Text)
	if err != nil {
		return fmt.Errorf("redact: write: %w", err)
	}
	return nil
}
