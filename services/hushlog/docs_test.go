package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml" // reads the examples as trees, to put them into a whole policy
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/alerting"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
)

// These tests hold what the documents print to what the program is: each command is one, each output that can be had without
// a deployment is what comes, each example of a policy or of rules loads.

// block is a fenced block of a document.
type block struct {
	file     string
	line     int // of its first line, from 1
	language string
	lines    []string
}

// documents are the paths of every document of the repository, from this package.
func documents(t *testing.T) []string {
	t.Helper()
	var files []string
	root := filepath.Join("..", "..")
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case strings.HasSuffix(path, ".md"):
			files = append(files, path)
		}
		return nil
	}))
	require.Greater(t, len(files), 20)
	return files
}

// readDocument cuts a document into its fenced blocks and what is beside them.
func readDocument(t *testing.T, file string) (blocks []block, prose string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var open *block
	var beside strings.Builder
	for i, line := range strings.Split(string(raw), "\n") {
		language, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && open == nil:
			open = &block{file: file, line: i + 2, language: language}
		case fence:
			blocks, open = append(blocks, *open), nil
		case open != nil:
			open.lines = append(open.lines, line)
		default:
			beside.WriteString(line + "\n")
		}
	}
	require.Nil(t, open, "%s: a block is not closed", file)
	return blocks, beside.String()
}

// shellLines are the commands of a block, each with the lines that are printed after it.
func (b block) shellLines() (commands []string, outputs [][]string) {
	prompted := b.language != "sh"
	for _, line := range b.lines {
		command, isCommand := strings.CutPrefix(line, "$ ")
		if !prompted {
			command, isCommand = line, true
		}
		last := len(commands) - 1
		switch {
		case last >= 0 && strings.HasSuffix(commands[last], `\`), last >= 0 && strings.HasSuffix(commands[last], " |"):
			commands[last] = strings.TrimSuffix(commands[last], `\`) + " " + strings.TrimSpace(line)
		case isCommand:
			commands, outputs = append(commands, command), append(outputs, nil)
		case last >= 0:
			outputs[last] = append(outputs[last], line)
		}
	}
	return commands, outputs
}

// shellWord is a word in quotes, an operator, a comment, or anything else without blanks.
var shellWord = regexp.MustCompile(`'[^']*'|"[^"]*"|#.*|[|;<>]|[^\s|;<>'"]+`)

// simpleCommands cuts a line of shell into commands: the words of each, without redirections and comments.
func simpleCommands(line string) [][]string {
	commands := [][]string{nil}
	redirected := false
	for _, word := range shellWord.FindAllString(line, -1) {
		last := len(commands) - 1
		switch {
		case strings.HasPrefix(word, "#"):
			return commands
		case word == "|" || word == ";":
			commands = append(commands, nil)
		case word == "<" || word == ">":
			redirected = true
		case redirected:
			redirected = false
		default:
			commands[last] = append(commands[last], strings.Trim(word, `'"`))
		}
	}
	return commands
}

// assignment is a variable of the environment before a command.
var assignment = regexp.MustCompile(`^[A-Z_]+=`)

// hushlogArgs are the arguments of a command that is hushlog.
func hushlogArgs(words []string) ([]string, bool) {
	for len(words) > 0 && assignment.MatchString(words[0]) {
		words = words[1:]
	}
	if len(words) == 0 || words[0] != "hushlog" && words[0] != "bin/hushlog" {
		return nil, false
	}
	return words[1:], true
}

// parses says what is wrong with arguments, without running anything.
func parses(args []string) error {
	cmd, rest, err := newRootCommand().Find(args)
	if err != nil {
		return err
	}
	err = cmd.ParseFlags(rest)
	if err != nil {
		return err
	}
	err = cmd.ValidateArgs(cmd.Flags().Args())
	if err != nil {
		return err
	}
	return cmd.ValidateRequiredFlags()
}

// eachLine calls do with every line of shell in the documents, and what is printed after it.
func eachLine(t *testing.T, do func(b block, line string, output []string)) {
	t.Helper()
	for _, file := range documents(t) {
		blocks, _ := readDocument(t, file)
		for _, b := range blocks {
			commands, outputs := b.shellLines()
			for i, line := range commands {
				do(b, line, outputs[i])
			}
		}
	}
}

func TestCommandsOfDocuments(t *testing.T) {
	seen := 0
	eachLine(t, func(b block, line string, _ []string) {
		for _, words := range simpleCommands(line) {
			args, ours := hushlogArgs(words)
			if !ours {
				continue
			}
			seen++
			require.NoError(t, parses(args), "%s:%d: %s", b.file, b.line, line)
		}
	})
	require.Greater(t, seen, 60, "commands were found")
}

// inline is code within a sentence. What begins it with hushlog and a small letter is a command, as it is named and not as it is written out.
var inline = regexp.MustCompile("`([^`\n]+)`")

func TestCommandsAndFlagsInSentences(t *testing.T) {
	root := newRootCommand()
	isFlag := func(name string) bool {
		found := false
		everyCommand(root, func(cmd *cobra.Command) { found = found || cmd.Flags().Lookup(strings.TrimPrefix(name, "--")) != nil })
		return found
	}
	commands, named := 0, 0
	for _, file := range documents(t) {
		_, prose := readDocument(t, file)
		for _, code := range inline.FindAllStringSubmatch(prose, -1) {
			words := strings.Fields(code[1])
			if strings.HasPrefix(words[0], "--") && !strings.HasSuffix(file, "containers.md") {
				name, _, _ := strings.Cut(words[0], "=")
				require.True(t, isFlag(name), "%s: `%s` is a flag of no command", file, code[1])
				named++
			}
			if words[0] != "hushlog" || len(words) < 2 {
				continue
			}
			cmd, rest, err := newRootCommand().Find(words[1:])
			require.NoError(t, err, "%s: `%s`", file, code[1])
			require.NotEqual(t, "hushlog", cmd.CommandPath(), "%s: `%s` is no command", file, code[1])
			if isGroup(cmd) && len(rest) > 0 { // as list|show
				for name := range strings.SplitSeq(rest[0], "|") {
					sub, _, findErr := cmd.Find([]string{name})
					require.NoError(t, findErr)
					require.NotEqual(t, cmd, sub, "%s: `%s`", file, code[1])
				}
			}
			cmd.InitDefaultHelpFlag()
			for _, word := range rest {
				if name, dashes := strings.CutPrefix(word, "--"); dashes {
					require.NotNil(t, cmd.Flags().Lookup(name), "%s: `%s`: --%s", file, code[1], name)
				}
			}
			commands++
		}
	}
	require.Greater(t, commands, 40, "commands were found")
	require.Greater(t, named, 10, "flags were found")
}

func everyCommand(cmd *cobra.Command, do func(*cobra.Command)) {
	do(cmd)
	for _, sub := range cmd.Commands() {
		everyCommand(sub, do)
	}
}

// TestPrintedOutputs runs what documents feed with echo: it needs no deployment.
func TestPrintedOutputs(t *testing.T) {
	ran := 0
	eachLine(t, func(b block, line string, output []string) {
		parts := simpleCommands(line)
		if len(parts) != 2 || len(parts[0]) != 2 || parts[0][0] != "echo" {
			return
		}
		args, ours := hushlogArgs(parts[1])
		require.True(t, ours, "%s:%d: %s", b.file, b.line, line)
		root := newRootCommand()
		var out bytes.Buffer
		root.SetIn(strings.NewReader(parts[0][1] + "\n"))
		root.SetOut(&out)
		root.SetArgs(args)
		require.NoError(t, root.ExecuteContext(t.Context()))
		require.Equal(t, strings.Join(output, "\n"), strings.TrimSuffix(out.String(), "\n"), "%s:%d: %s", b.file, b.line, line)
		ran++
	})
	require.Greater(t, ran, 5, "outputs were compared")
}

// TestExamplesOfDocuments loads each example of a policy, put into the default one, and each of rules, and runs that of tests of rules.
func TestExamplesOfDocuments(t *testing.T) {
	rules, policies := 0, 0
	for _, file := range documents(t) {
		blocks, _ := readDocument(t, file)
		dir := t.TempDir()
		for _, b := range blocks {
			if b.language != "yaml" {
				continue
			}
			text := []byte(strings.Join(b.lines, "\n") + "\n")
			var tree map[string]any
			require.NoError(t, yaml.Unmarshal(text, &tree), "%s:%d", file, b.line)
			switch {
			case tree["tests"] != nil:
				require.NoError(t, os.WriteFile(filepath.Join(dir, "rules.test.yaml"), text, 0o600))
				out, err := runRoot(t, "alert", "test", filepath.Join(dir, "rules.test.yaml"))
				require.NoError(t, err, "%s:%d: %s", file, b.line, out)
				rules++
			case reflect.ValueOf(tree["rules"]).Kind() == reflect.Slice:
				require.NoError(t, os.WriteFile(filepath.Join(dir, "rules.yaml"), text, 0o600))
				_, err := alerting.Load(filepath.Join(dir, "rules.yaml"))
				require.NoError(t, err, "%s:%d", file, b.line)
				rules++
			default:
				checkFragment(t, tree, b)
				policies++
			}
		}
	}
	require.GreaterOrEqual(t, rules, 2)
	require.GreaterOrEqual(t, policies, 6)
}

// checkFragment checks the default policy with what a document shows of one, beside files of the names in it.
func checkFragment(t *testing.T, fragment map[string]any, b block) {
	t.Helper()
	var whole map[string]any
	require.NoError(t, yaml.Unmarshal(policy.DefaultDocument(), &whole))
	merge(whole, fragment)
	raw, err := yaml.Marshal(whole)
	require.NoError(t, err)

	dir := t.TempDir()
	path := filepath.Join(dir, "policy.yaml")
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "projects.txt"), []byte("Spring Tide\n"), 0o600))
	require.NoError(t, identity.CreateCA(dir))
	ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	require.NoError(t, err)
	for _, name := range []string{"presidio-ca.crt", "judge-ca.crt"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), ca, 0o600))
	}
	_, err = runRoot(t, "dictionary", "key", filepath.Join(dir, "dictionary.key"))
	require.NoError(t, err)
	hashes, err := runRoot(t, "dictionary", "hash", "--key", filepath.Join(dir, "dictionary.key"), filepath.Join(dir, "projects.txt"))
	require.NoError(t, err)
	lines := slices.DeleteFunc(strings.Split(hashes, "\n"), func(line string) bool { return strings.HasSuffix(line, " entries") }) // standard error
	require.NoError(t, os.WriteFile(filepath.Join(dir, "customers.hashes"), []byte(strings.Join(lines, "\n")), 0o600))
	rules, err := os.ReadFile(filepath.Join("..", "..", "pkg", "alerting", "builtin", "operations.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "alerts.yaml"), bytes.ReplaceAll(rules, []byte("- name: "), []byte("- name: own-")), 0o600))

	out, err := runRoot(t, "policy", "check", path)
	require.NoError(t, err, "%s:%d: %s", b.file, b.line, out)
	require.Contains(t, out, ": valid, digest ", "%s:%d", b.file, b.line)
}

// merge puts a fragment of a document into a whole one.
func merge(whole, fragment map[string]any) {
	for key, value := range fragment {
		part, isMap := value.(map[string]any)
		into, both := whole[key].(map[string]any)
		if isMap && both {
			merge(into, part)
			continue
		}
		whole[key] = value
	}
}

// fileName ends as files do whose names begin as a section of the policy.
var fileName = regexp.MustCompile(`\.(md|yaml|hcl)$`)

// policyField is a path of fields as sentences name them, from a section of the policy on.
var policyField = regexp.MustCompile(`^([a-z_]+)((?:\.(?:[a-z_]+|\*|<[a-z]+>))+)$`)

func TestPolicyFieldsOfDocuments(t *testing.T) {
	sections := fieldsOf(reflect.TypeFor[policy.Policy]())
	seen := 0
	for _, file := range documents(t) {
		_, prose := readDocument(t, file)
		for _, code := range inline.FindAllStringSubmatch(prose, -1) {
			path := policyField.FindStringSubmatch(code[1])
			if path == nil || sections[path[1]] == nil || fileName.MatchString(code[1]) {
				continue
			}
			at := sections[path[1]]
			for name := range strings.SplitSeq(path[2][1:], ".") {
				at = step(at, name)
				require.NotNil(t, at, "%s: `%s` is no field of the policy: %s", file, code[1], name)
			}
			seen++
		}
	}
	require.Greater(t, seen, 20, "fields were found")
}

// step is the type of a field, or of the entries of a map whatever their name.
func step(at reflect.Type, name string) reflect.Type {
	for at.Kind() == reflect.Pointer {
		at = at.Elem()
	}
	switch at.Kind() { //nolint:exhaustive // the others have no fields
	case reflect.Map:
		return at.Elem()
	case reflect.Struct:
		return fieldsOf(at)[name]
	default:
		return nil
	}
}

func fieldsOf(of reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if name != "" {
			fields[name] = field.Type
		}
	}
	return fields
}
