package policy

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/detector"
	"github.com/hushlog/hushlog/pkg/safety"
)

const (
	// maxDetectors bounds the detectors: each holds up every record until it has answered.
	maxDetectors = 4
	// maxDetectorName leaves room for all of them in a record's engine version.
	maxDetectorName = 16
)

// detectorName is what a detector may be called.
var detectorName = regexp.MustCompile(fmt.Sprintf(`^[a-z0-9][a-z0-9-]{0,%d}$`, maxDetectorName-1))

// Detector is an external detector, whose findings are added to the engine's. It is sent all content
// before it is sanitized. Zero fields have the defaults of package detector.
type Detector struct {
	// URL is https://host/analyze of Presidio, or grpcs://host:port of hushlog.v1.DetectorService;
	// http and grpc on this machine only.
	URL string `yaml:"url"`
	// CA, Cert and Key are files, relative to the policy's: whom to trust, and who we are.
	CA   string `yaml:"ca"`
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
	// Timeout of a try, and Retries after one that failed in a way that may pass.
	Timeout Duration `yaml:"timeout"`
	Retries int      `yaml:"retries"`
	// MaxTexts and MaxBytes of a request, and how long its first text waits for others.
	MaxTexts int      `yaml:"max_texts"`
	MaxBytes Bytes    `yaml:"max_bytes"`
	Linger   Duration `yaml:"linger"`
	// MaxAnswer bounds an answer.
	MaxAnswer Bytes `yaml:"max_answer"`
	// Failures in a row after which nothing is sent for Pause.
	Failures int      `yaml:"failures"`
	Pause    Duration `yaml:"pause"`
	// Languages that it knows, the first for texts in no known one.
	Languages []string `yaml:"languages"`
	// Entities maps its names to types, over the defaults; Ignore lists those that nobody wants.
	Entities map[string]redact.Type `yaml:"entities"`
	Ignore   []string               `yaml:"ignore"`
	// Categories maps what a detector of section safety calls a text to categories of flags; nothing else of it counts.
	Categories map[string]DetectorLabel `yaml:"categories"`
	// MarkOnly lists classes whose records are stored without its answer, and marked. Records of
	// every other class wait in quarantine.
	MarkOnly []Class `yaml:"mark_only"`
}

// DetectorLabel is what a detector's name for a text stands for.
type DetectorLabel struct {
	// Category of the flag.
	Category safety.Category `yaml:"category"`
	// Threshold above which the text is flagged.
	Threshold float64 `yaml:"threshold"`
}

// DetectorConfigs are the detectors in the words of package detector, by name.
func (p *Policy) DetectorConfigs() []detector.Config {
	var out []detector.Config
	for _, name := range slices.Sorted(maps.Keys(p.Detectors)) {
		out = append(out, p.detectorConfig(name, p.Detectors[name]))
	}
	return out
}

// SafetyDetectorConfigs are those of section safety, by name.
func (p *Policy) SafetyDetectorConfigs() []detector.Config {
	var out []detector.Config
	for _, name := range slices.Sorted(maps.Keys(p.Safety.Detectors)) {
		out = append(out, p.detectorConfig(name, p.Safety.Detectors[name]))
	}
	return out
}

func (p *Policy) detectorConfig(name string, d Detector) detector.Config {
	file := func(path string) string {
		if path == "" {
			return ""
		}
		return p.beside(path)
	}
	return detector.Config{
		Name: name, URL: d.URL, CA: file(d.CA), Cert: file(d.Cert), Key: file(d.Key),
		Timeout: d.Timeout.D(), Retries: d.Retries, MaxTexts: d.MaxTexts, MaxBytes: int(d.MaxBytes), Linger: d.Linger.D(),
		MaxAnswer: int(d.MaxAnswer), Failures: d.Failures, Pause: d.Pause.D(),
		Languages: d.Languages, Entities: d.Entities, Ignore: d.Ignore,
	}
}

// MarkOnly says whether a record of the class is stored although the detector, of either section, did not answer.
func (p *Policy) MarkOnly(name string, class Class) bool {
	d, ok := p.Detectors[name]
	if !ok {
		d = p.Safety.Detectors[name]
	}
	return slices.Contains(d.MarkOnly, class)
}

func (p *Policy) validateDetectors(f *problems) {
	p.validateDetectorsIn(f, "detectors", p.Detectors)
	p.validateDetectorsIn(f, "safety.detectors", p.Safety.Detectors)
	if len(p.Detectors)+len(p.Safety.Detectors) > maxDetectors {
		f.add("detectors", "remove some, here or in safety: every record waits for each", "has more than %d", maxDetectors)
	}
	for name, d := range p.Detectors {
		if len(d.Categories) > 0 {
			f.add("detectors."+name+".categories", "move the detector to safety.detectors", "mean nothing to what finds private data")
		}
	}
	for name, d := range p.Safety.Detectors {
		p.validateJudge(f, "safety.detectors."+name, name, d)
	}
}

// validateJudge checks what a detector of section safety has beside the others.
func (p *Policy) validateJudge(f *problems, field, name string, d Detector) {
	_, both := p.Detectors[name]
	if both {
		f.add(field, "give it another name: records are marked by it", "is a name that one of detectors has")
	}
	if len(d.Languages)+len(d.Entities)+len(d.Ignore) > 0 {
		f.add(field, "remove languages, entities and ignore", "has fields of what finds private data")
	}
	if len(d.Categories) == 0 {
		f.add(field+".categories", "map its names to categories, as in {toxic: {category: abuse, threshold: 0.8}}", "is missing")
	}
	for label, to := range d.Categories {
		path := field + ".categories." + label
		if !slices.Contains(safety.Categories(), to.Category) {
			f.add(path+".category", "use one of "+list(safety.Categories()), "is not a category of flags")
		}
		if !(to.Threshold > 0 && to.Threshold < 1) {
			f.add(path+".threshold", "write a score above 0 and below 1", "is missing or out of range")
		}
	}
}

func (p *Policy) validateDetectorsIn(f *problems, section string, detectors map[string]Detector) {
	for name, d := range detectors {
		field := section + "." + name
		if !detectorName.MatchString(name) {
			f.add(field, fmt.Sprintf("use 1 to %d of a-z 0-9 -, beginning with a letter or digit", maxDetectorName), "is not a name")
		}
		for _, wrong := range fieldErrors(p.detectorConfig(name, d).Validate()) {
			f.add(field+"."+wrong.Field, "correct it; docs/redaction.md has the bounds", "%s", wrong.Problem)
		}
		for i, class := range d.MarkOnly {
			f.class(fmt.Sprintf("%s.mark_only[%d]", field, i), class)
		}
	}
}

// fieldErrors are the errors that a detector's configuration was refused with.
func fieldErrors(err error) []*detector.FieldError {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var out []*detector.FieldError
	for _, e := range joined.Unwrap() {
		var field *detector.FieldError
		if errors.As(e, &field) {
			out = append(out, field)
		}
	}
	return out
}

func (p *Policy) explainDetectors(out *bytes.Buffer) {
	if len(p.Detectors)+len(p.Safety.Detectors) == 0 {
		return
	}
	fmt.Fprintln(out, "\nWho else looks at content before it is sanitized")
	explainDetectorsIn(out, p.Detectors)
	explainDetectorsIn(out, p.Safety.Detectors)
}

func explainDetectorsIn(out *bytes.Buffer, detectors map[string]Detector) {
	for _, name := range slices.Sorted(maps.Keys(detectors)) {
		d := detectors[name]
		fmt.Fprintf(out, "  %s at %s; without its answer, a record waits in quarantine", name, d.URL)
		if len(d.MarkOnly) > 0 {
			fmt.Fprintf(out, ", but %s records are stored and marked", list(d.MarkOnly))
		}
		fmt.Fprintln(out)
	}
}
