package embedded

import (
	"regexp"
	"slices"
	"strings"
)

// node is one line of EXPLAIN AST.
type node struct {
	depth int
	kind  string // the first word
	name  string // the rest, without alias and count of children
}

var nodeSuffix = regexp.MustCompile(`(?: \(alias .*?\))?(?: \(children \d+\))?$`)

// tree returns the statement's syntax tree, in the order of the text. It runs
// nothing of the statement. Names with line breaks can add lines and never
// hide one, so every check on a tree is a check on each of its lines.
func (s *session) tree(text string, params []parameter) ([]node, error) {
	out, err := s.query("EXPLAIN AST "+text, "TSVRaw", params...)
	if err != nil {
		return nil, err
	}
	var nodes []node
	for line := range strings.SplitSeq(strings.TrimRight(string(out), "\n"), "\n") {
		trimmed := strings.TrimLeft(line, " ")
		kind, name, _ := strings.Cut(nodeSuffix.ReplaceAllString(trimmed, ""), " ")
		nodes = append(nodes, node{depth: len(line) - len(trimmed), kind: kind, name: name})
	}
	return nodes, nil
}

// guardRead refuses what a view does not hold back: settings, files, the
// network, other users' statements. The grants are the engine's to check.
func (u *user) guardRead(nodes []node) error {
	if len(nodes) == 0 || !strings.HasPrefix(nodes[0].kind, "Select") {
		return errRefused("%s: this is not a SELECT", u.name)
	}
	for _, n := range nodes[1:] {
		if n.depth == 1 && n.kind == "Literal" {
			return errRefused("%s: INTO OUTFILE is not allowed", u.name)
		}
	}
	return u.guardExpressions(nodes)
}

func (u *user) guardExpressions(nodes []node) error {
	var parents []node
	for _, n := range nodes {
		for len(parents) > 0 && parents[len(parents)-1].depth >= n.depth {
			parents = parents[:len(parents)-1]
		}
		var parent node
		if len(parents) > 0 {
			parent = parents[len(parents)-1]
		}
		err := u.guardNode(parent, n)
		if err != nil {
			return err
		}
		parents = append(parents, n)
	}
	return nil
}

func (u *user) guardNode(parent, n node) error {
	switch n.kind {
	case "Set":
		return errRefused("%s: a SETTINGS clause is not allowed; give settings beside the statement", u.name)
	case "QueryParameter":
		return errRefused("%s: a parameter cannot stand here", u.name)
	case "TableIdentifier", "Identifier":
		return u.guardTable(n)
	case "Function":
		if parent.kind == "TableExpression" {
			if !slices.Contains(harmlessTables, n.name) {
				return errRefused("%s: table function %s is not allowed", u.name, n.name)
			}
			return nil
		}
		if deniedFunction(n.name) {
			return errRefused("%s: function %s is not allowed", u.name, n.name)
		}
	}
	return nil
}

// guardTable refuses system tables that no grant names. Any name with a dot may
// be a table's: the right side of IN is one.
func (u *user) guardTable(n node) error {
	database, table, qualified := strings.Cut(n.name, ".")
	if !qualified || !isSystemDatabase(database) {
		return nil
	}
	if n.kind == "TableIdentifier" && u.namesTable("SELECT", database, table) {
		return nil
	}
	return errRefused("%s: Not enough privileges. No grant names %s", u.name, n.name)
}

func isSystemDatabase(name string) bool {
	return slices.Contains([]string{"system", "information_schema", viewDatabase}, strings.ToLower(name))
}

// harmlessTables are the table functions that read nothing.
var harmlessTables = []string{"numbers", "numbers_mt", "zeros", "zeros_mt", "values", "generateSeries", "generate_series"}

// deniedFunctions read files, models, dictionaries or other tables, reach the
// network, tell about the machine, or only burn time. Lower case.
var deniedFunctions = []string{
	"catboostevaluate", "connectionid", "connection_id", "demangle", "evalmlmethod", "file", "fqdn", "fullhostname",
	"generateserialid", "getmacro", "getmaxtablenamelengthfordatabase", "getmergetreesetting", "getserverport",
	"getserversetting", "hascolumnintable", "hasthreadfuzzer", "hostname", "joinget", "joingetornull", "lemmatize",
	"logtrace", "mergetreepartinfo", "naivebayesclassifier", "serveruuid", "shownetworkinterfaces", "showcertificate",
	"sleep", "sleepeachrow", "stem", "synonyms", "tcpport", "tid",
}

// deniedPrefixes are families of such functions. Lower case.
var deniedPrefixes = []string{
	"__", "addressto", "ai", "dictget", "dicthas", "dictisin", "filesystem", "regionto", "regionhierarchy", "structureto", "transaction", "zookeeper",
}

func deniedFunction(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains(deniedFunctions, name) ||
		slices.ContainsFunc(deniedPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// alterAccess names the right that each command of ALTER TABLE needs. A command
// that is not here is for full users only.
var alterAccess = map[string]string{
	"DELETE":          "ALTER DELETE",
	"DROP_PARTITION":  "ALTER DELETE",
	"MODIFY_TTL":      "ALTER TTL",
	"REMOVE_TTL":      "ALTER TTL",
	"MATERIALIZE_TTL": "ALTER MATERIALIZE TTL",
	"UPDATE":          "ALTER UPDATE",
}

// guardAlter refuses an ALTER TABLE with a command that is not granted on its table.
func (u *user) guardAlter(nodes []node, database string) error {
	database, table, err := u.target(nodes, database)
	if err != nil {
		return err
	}
	commands := 0
	for _, n := range nodes {
		if n.kind != "AlterCommand" {
			continue
		}
		commands++
		access, known := alterAccess[n.name]
		if !known || !u.may(access, database, table) {
			return errRefused("%s: Not enough privileges. To execute this query, it's necessary to have the grant for %s ON %s.%s",
				u.name, strings.ReplaceAll(n.name, "_", " "), database, table)
		}
		for _, m := range nodes {
			if m.kind == "Subquery" || strings.HasPrefix(m.kind, "Select") {
				return errRefused("%s: ALTER TABLE with a subquery is not allowed", u.name)
			}
		}
	}
	if commands == 0 {
		return errRefused("%s: this ALTER is not allowed", u.name)
	}
	return u.guardExpressions(nodes)
}

// guardOptimize refuses an OPTIMIZE TABLE that is not granted.
func (u *user) guardOptimize(nodes []node, database string) error {
	database, table, err := u.target(nodes, database)
	if err != nil {
		return err
	}
	if !u.may("OPTIMIZE", database, table) {
		return errRefused("%s: Not enough privileges. To execute this query, it's necessary to have the grant OPTIMIZE ON %s.%s", u.name, database, table)
	}
	return nil
}

// target returns the table of an ALTER or OPTIMIZE: the identifiers right below
// the root are the database, if it is named, and the table.
func (u *user) target(nodes []node, database string) (string, string, error) {
	var names []string
	for _, n := range nodes {
		if n.depth == 1 && n.kind == "Identifier" {
			names = append(names, n.name)
		}
	}
	switch len(names) {
	case 1:
		names = []string{database, names[0]}
	case 2:
	default:
		return "", "", errRefused("%s: the statement's table cannot be told", u.name)
	}
	if isSystemDatabase(names[0]) {
		return "", "", errRefused("%s: Not enough privileges on %s", u.name, names[0])
	}
	return names[0], names[1], nil
}

var describeText = regexp.MustCompile(`^DESCRIBE TABLE (` + identPattern + `)(?:\.(` + identPattern + `))?$`)

// guardDescribe refuses a DESCRIBE TABLE of a table that the user has no right on.
func (u *user) guardDescribe(st statement, database string) error {
	m := describeText.FindStringSubmatch(st.text)
	if m == nil {
		return errRefused("%s: only DESCRIBE TABLE of a table is allowed", u.name)
	}
	table := unquoteName(m[1])
	if m[2] != "" {
		database, table = table, unquoteName(m[2])
	}
	if !u.sees(database, table) {
		return errRefused("%s: Not enough privileges. To execute this query, it's necessary to have the grant SHOW COLUMNS ON %s.%s", u.name, database, table)
	}
	return nil
}
