package alerting

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/policy"
)

// builtinFiles are the rules that come with hushlog, each file with its tests beside it.
//
//go:embed builtin/*.yaml
var builtinFiles embed.FS

const testSuffix = ".test.yaml"

// Builtin are the rules that come with hushlog. They are compiled anew at each call.
func Builtin() (*Rules, error) {
	all := &Rules{}
	err := eachBuiltin(func(name string, data []byte) error {
		if strings.HasSuffix(name, testSuffix) {
			return nil
		}
		rules, err := Parse(data)
		if err != nil {
			return inFile(err, name)
		}
		all, err = all.With(rules)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// ForPolicy are the rules that a policy asks for: the built-in ones but some, and those of its files.
func ForPolicy(p *policy.Policy) (*Rules, error) {
	builtin, err := Builtin()
	if err != nil {
		return nil, err
	}
	builtin, err = builtin.Without(p.Alerts.Without...)
	if err != nil {
		return nil, fmt.Errorf("policy: alerts.without: %w", err)
	}
	own, err := Load(p.AlertFiles()...)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{policy.RuleOverdue, policy.RuleReviewOverdue, policy.RuleCanaryLeak, policy.RuleCanaryLost} {
		if own.Named(name) != nil {
			return nil, fmt.Errorf("policy: alerts.files: %s is the name of alerts that retention or the canary publishes; choose another", name)
		}
	}
	all, err := builtin.With(own)
	if err != nil {
		return nil, fmt.Errorf("policy: alerts.files: %w", err)
	}
	return all, all.checkRestrict(p)
}

// checkRestrict wants each rule that limits whom it fires for to be there and to say whom.
func (r *Rules) checkRestrict(p *policy.Policy) error {
	for _, name := range slices.Sorted(maps.Keys(p.Alerts.Restrict)) {
		rule, sender := r.Named(name), p.Alerts.Restrict[name].Sender
		if rule == nil {
			return fmt.Errorf("policy: alerts.restrict: there is no rule %s; hushlog alert rules lists those that come with hushlog", name)
		}
		for _, key := range []policy.SenderKind{policy.SenderProject, sender} {
			if !slices.Contains(rule.Key, string(key)) {
				return fmt.Errorf("policy: alerts.restrict: alerts of rule %s name no %s, so that none can be limited; choose a rule with %s in its key", name, key, key)
			}
		}
	}
	return nil
}

// BuiltinTests are the tests of the built-in rules: samples that must fire, and samples that must not.
func BuiltinTests() ([]*TestFile, error) {
	var files []*TestFile
	err := eachBuiltin(func(name string, data []byte) error {
		if !strings.HasSuffix(name, testSuffix) {
			return nil
		}
		file, err := ParseTests(data)
		if err != nil {
			return inFile(err, name)
		}
		files = append(files, file)
		return nil
	})
	return files, err
}

func eachBuiltin(f func(name string, data []byte) error) error {
	names, err := fs.Glob(builtinFiles, "builtin/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := builtinFiles.ReadFile(name)
		if err != nil {
			return err
		}
		err = f(name, data)
		if err != nil {
			return err
		}
	}
	return nil
}
