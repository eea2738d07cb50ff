package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
)

const (
	// maxWholeText bounds a text that is read as a whole, in bytes; longer ones are read in windows.
	maxWholeText = 16 << 20
	// maxRedactText bounds a text that has to be read as a whole, in bytes.
	maxRedactText = 256 << 20
)

// Forms of reports.
const (
	formatText = "text"
	formatJSON = "json"
)

// redactOptions are the flags of hushlog redact.
type redactOptions struct {
	jsonl    bool
	policy   string
	project  string
	purpose  string
	language string
	field    string
	key      string
	point    string

	out      string
	force    bool
	inPlace  bool
	jobs     int
	progress bool
	explain  bool
	stats    bool
	format   string
}

// written reports whether files are written.
func (o *redactOptions) written() bool { return o.out != "" || o.inPlace }

// reported reports whether findings are shown.
func (o *redactOptions) reported() bool { return o.explain || o.stats }

// redactHelp is the long help of hushlog redact.
const redactHelp = `Reads text and writes it without what is private, as the policy says.

Without arguments, standard input is read and standard output written; one FILE is written to standard output, too.
With --out, files and all files of folders are written there under their names, with their permissions. Files that
are there already are not replaced without --force. With --in-place, each file is replaced by its sanitized text.
Every file is written whole or not at all. What is no text (binary, not UTF-8), cannot be inspected, or is a symbolic
link in a folder is left out and named on standard error. Names of files and folders are kept as they are.
Texts of any length are read, long ones in windows; a long one that comes through a pipe is taken for Restricted.

With --jsonl, the input is lines {"id","text"}; for each and in order a line {"id","text","classification","spans"}
is written; offsets of spans count Unicode code points of the text that was read. A text that cannot be inspected is
written empty, with "error": "uninspectable". A line that is no such object is reported by its number, gets a line
with "error": "malformed", and the command ends with 1 after the last line.

With --explain, each finding is listed with the rule that made it and why; with --stats, findings are counted by type,
rule and file. Both are written to standard output in the place of the text, or beside the files of --out and
--in-place. Neither shows anything of a value. With --format json, each finding is a line of JSON, the counts are one.

Exit codes: 0, everything was read and written; 1, something went wrong, standard error says what; 2, nothing went
wrong, but files were left out.`

// newRedactCommand takes private data out of text, with the engine and the policy of the services.
func newRedactCommand() *cobra.Command {
	var o redactOptions
	cmd := &cobra.Command{
		Use:   "redact [FILE|DIR]...",
		Short: "Take private data out of text: standard input, files or folders",
		Long:  redactHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			err := o.check(args)
			if err != nil {
				return fmt.Errorf("redact: %w", err)
			}
			r, err := newRedactRun(o)
			if err != nil {
				return err
			}
			if len(r.policy.Detectors) > 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "hushlog: redact: the policy's external detectors are not asked here: what only they find is left")
			}
			return r.run(cmd, args, o)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.jsonl, "jsonl", false, "read and write one JSON object a line")
	flags.StringVar(&o.out, "out", "", "write to this `folder`")
	flags.BoolVar(&o.force, "force", false, "replace files that are in --out already")
	flags.BoolVar(&o.inPlace, "in-place", false, "replace each file by its sanitized text; what it was is gone")
	flags.BoolVar(&o.explain, "explain", false, "list the findings and why they were made, without their values")
	flags.BoolVar(&o.stats, "stats", false, "count findings by type, rule and file")
	flags.StringVar(&o.format, "format", formatText, "`form` of --explain and --stats: text or json")
	flags.IntVar(&o.jobs, "jobs", runtime.GOMAXPROCS(0), "`number` of files that are worked on at once")
	flags.BoolVar(&o.progress, "progress", false, "show progress on standard error, even if it is no terminal")
	flags.StringVar(&o.policy, "policy", "", "policy `file`; default: the default policy")
	flags.StringVar(&o.project, "project", "", "`name` of the policy's project to classify for; default: only conditions that name no project")
	flags.StringVar(&o.purpose, "purpose", "", "`purpose` of the policy to classify for")
	flags.StringVar(&o.point, "point", "", "operating `point`: strict, balanced or lenient; default: the policy's")
	flags.StringVar(&o.key, "pseudonym-key", "", "`file` of the key that pseudonyms are made with; required when the policy asks for pseudonyms")
	flags.StringVar(&o.language, "language", "", "`language` of the text, such as en or pt-BR, as a hint")
	flags.StringVar(&o.field, "field", "", "`name` of the field that the text is from, as a hint")
	return cmd
}

// check refuses flags that contradict each other, before anything is read.
func (o *redactOptions) check(args []string) error {
	switch {
	case o.format != formatText && o.format != formatJSON:
		return errors.New("--format is text or json")
	case o.point != "" && !slices.Contains(redact.Points(), redact.Point(o.point)):
		return errors.New("--point is strict, balanced or lenient")
	case o.jobs < 1:
		return errors.New("--jobs is at least 1")
	case o.out != "" && o.inPlace:
		return errors.New("choose one of --out and --in-place")
	case o.force && o.out == "":
		return errors.New("--force is for files in --out: name that folder")
	case o.inPlace && o.jsonl:
		return errors.New("--in-place would drop all that records hold besides id and text: use --out")
	case o.written() && len(args) == 0:
		return errors.New("name the files and folders to redact")
	case len(args) > 1 && !o.written() && !o.reported():
		return errors.New("several files: name a folder for them with --out, or use --in-place, --explain or --stats")
	}
	return nil
}

// redactRun is one run of the command.
type redactRun struct {
	policy  *policy.Policy
	engine  *redact.Engine
	byClass map[policy.Class]*redact.Engine
	rules   map[string]redact.Rule // by ID
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
	if o.point != "" {
		options.Point = redact.Point(o.point)
	}
	var err error
	options.Own, err = p.CompileOwn()
	if err != nil {
		return nil, fmt.Errorf("redact: %w", err)
	}
	r.rules = rulesByID(options.Own)
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
	pseudonyms, err := identity.LoadPseudonymKeys(o.key)
	if err != nil {
		return nil, fmt.Errorf("redact: --pseudonym-key: %w", err)
	}
	now := time.Now()
	values := pseudonyms.At(now).Values(o.project, p.PseudonymPeriod(now))
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
	res, err := r.engine.Redact(text, r.hints)
	if err != nil {
		return redact.Result{}, policy.Restricted, err
	}
	counts := map[redact.Type]int{}
	for _, f := range res.Findings {
		counts[f.Type]++
	}
	class := r.policy.Classify(r.project, r.purpose, counts)
	return r.byClass[class].ApplyTo(text, res), class, nil
}
