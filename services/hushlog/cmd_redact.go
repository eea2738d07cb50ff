package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
)

const (
	// maxRedactLine bounds a line of --jsonl, in bytes.
	maxRedactLine = 64 << 20
	// maxRedactText bounds a text that is read as a whole, in bytes.
	maxRedactText = 256 << 20
)

// redactOptions are the flags of hushlog redact.
type redactOptions struct {
	jsonl    bool
	policy   string
	project  string
	purpose  string
	language string
	field    string
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
	var err error
	r.engine, err = redact.New(redact.Options{Actions: p.Actions()})
	if err != nil {
		return nil, fmt.Errorf("redact: the policy's actions: %w", err)
	}
	for _, class := range policy.AllClasses() {
		r.byClass[class], err = redact.New(redact.Options{Actions: p.ActionsFor(class)})
		if err != nil {
			return nil, fmt.Errorf("redact: the policy's actions for %s: %w", class, err)
		}
	}
	return r, nil
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

// redactSpan is one finding of a line.
type redactSpan struct {
	Start      int           `json:"start"`
	End        int           `json:"end"`
	Type       redact.Type   `json:"type"`
	Rule       string        `json:"rule"`
	Action     redact.Action `json:"action"`
	Confidence float64       `json:"confidence"`
}

// redactLine is a line of output.
type redactLine struct {
	ID             json.RawMessage `json:"id"`
	Text           string          `json:"text"`
	Classification policy.Class    `json:"classification"`
	Spans          []redactSpan    `json:"spans"`
	Error          string          `json:"error,omitempty"`
}

// lines sanitizes line by line. What is ready is written whenever the input has to be waited for.
func (r *redactRun) lines(in io.Reader, out, report io.Writer) error {
	reader := bufio.NewReaderSize(in, 1<<16)
	writer := bufio.NewWriterSize(out, 1<<16)
	enc := json.NewEncoder(writer)
	enc.SetEscapeHTML(false)
	bad := 0
	for n := 1; ; n++ {
		line, err := readLine(reader)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errLongLine) {
			return fmt.Errorf("redact: read standard input: %w", err)
		}
		last := errors.Is(err, io.EOF)
		if len(bytes.TrimSpace(line)) > 0 || errors.Is(err, errLongLine) {
			answer, problem := r.line(line, err)
			if problem != "" {
				bad++
				fmt.Fprintf(report, "hushlog: redact: line %d: %s\n", n, problem)
			}
			err = enc.Encode(answer)
			if err != nil {
				return fmt.Errorf("redact: write: %w", err)
			}
		}
		if last || reader.Buffered() == 0 {
			err = writer.Flush()
			if err != nil {
				return fmt.Errorf("redact: write: %w", err)
			}
		}
		if last {
			break
		}
	}
	if bad > 0 {
		return exitError(1)
	}
	return nil
}

// line answers one line of input, and says what is wrong with it. Neither holds anything of a line that is malformed.
func (r *redactRun) line(line []byte, readErr error) (answer redactLine, problem string) {
	answer = redactLine{ID: json.RawMessage("null"), Classification: policy.Restricted, Spans: []redactSpan{}}
	if errors.Is(readErr, errLongLine) {
		answer.Error = "malformed"
		return answer, fmt.Sprintf("longer than %d bytes", maxRedactLine)
	}
	var input struct {
		ID   json.RawMessage `json:"id"`
		Text *string         `json:"text"`
	}
	err := json.Unmarshal(line, &input)
	if err != nil || input.Text == nil {
		answer.Error = "malformed"
		return answer, `not a JSON object with a string "text"`
	}
	if len(input.ID) > 0 && utf8.Valid(input.ID) {
		answer.ID = input.ID
	}
	res, class, err := r.sanitize(*input.Text)
	if err != nil || !utf8.Valid(line) {
		answer.Error = "uninspectable"
		return answer, ""
	}
	answer.Text, answer.Classification = res.Text, class
	for i, span := range redact.RuneOffsets(*input.Text, res.Findings) {
		f := res.Findings[i]
		answer.Spans = append(answer.Spans, redactSpan{
			Start: span.Start, End: span.End, Type: f.Type, Rule: f.Rule, Action: f.Action, Confidence: f.Confidence,
		})
	}
	return answer, ""
}

var errLongLine = errors.New("line too long")

// readLine returns the next line without its end. A line that is too long is skipped to its end and reported as
// errLongLine; io.EOF comes with the last line.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxRedactLine+1 {
			long, line = true, nil
		}
		if !long {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if long && (err == nil || errors.Is(err, io.EOF)) {
			return nil, errLongLine
		}
		return bytes.TrimRight(line, "\r\n"), err
	}
}
