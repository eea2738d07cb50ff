package guard

import (
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/store"
)

// inspection is one reading of a tree.
type inspection struct {
	rights Rights
	// named are the subqueries that WITH has named.
	named map[string]bool
	read  []string
}

// inspectors say what is checked of each kind of node. A kind that is not here is refused: the list
// is of what was looked at, and what such a node hides in EXPLAIN AST was tried.
var inspectors = map[string]func(in *inspection, n, parent *node, index int) *Refusal{
	"SelectWithUnionQuery":                   (*inspection).union,
	"SelectIntersectExceptQuery":             pass,
	"SelectQuery":                            pass,
	"ExpressionList":                         pass,
	"Subquery":                               pass,
	"WithElement":                            pass,
	"Function":                               (*inspection).function,
	"Identifier":                             pass,
	"Literal":                                pass,
	"Asterisk":                               pass,
	"QualifiedAsterisk":                      pass,
	"ColumnsRegexpMatcher":                   pass,
	"ColumnsListMatcher":                     pass,
	"ColumnsTransformerList":                 pass,
	"ColumnsExceptTransformer":               pass,
	"ColumnsReplaceTransformer":              pass,
	"ColumnsReplaceTransformer::Replacement": pass,
	"TablesInSelectQuery":                    pass,
	"TablesInSelectQueryElement":             pass,
	"TableExpression":                        pass,
	"TableIdentifier":                        (*inspection).table,
	"TableJoin":                              pass,
	"ArrayJoin":                              pass,
	"OrderByElement":                         pass,
	"InterpolateElement":                     pass,
	"WindowDefinition":                       pass,
}

// clauses say what to do instead of a kind of node that people may well write.
var clauses = map[string]string{
	"Set":                     "leave out SETTINGS: the limits are the service's",
	"WindowListElement":       "write the window in OVER (...) instead of a WINDOW clause",
	"ColumnsApplyTransformer": "write the function on each column instead of APPLY",
	"ParallelWithQuery":       "send one SELECT at a time",
	"SampleRatio":             "leave out SAMPLE",
	"QueryParameter":          "write the value instead of a parameter",
}

func pass(*inspection, *node, *node, int) *Refusal { return nil }

func (in *inspection) run(root *node) *Refusal {
	if root.kind != "SelectWithUnionQuery" {
		return refuse(CodeNotSelect, "only a SELECT can be run here")
	}
	return root.walk(func(n, parent *node, index int) *Refusal {
		inspect, known := inspectors[n.kind]
		if !known {
			advice, named := clauses[n.kind]
			if !named {
				advice = "write the statement without it"
			}
			return refuse(CodeClause, "the statement has a clause that cannot be used here (%s); %s", n.kind, advice)
		}
		return inspect(in, n, parent, index)
	})
}

// union refuses what hangs beside the list of SELECTs: FORMAT, INTO OUTFILE, SETTINGS.
func (in *inspection) union(n, _ *node, _ int) *Refusal {
	if len(n.children) != 1 || n.children[0].kind != "ExpressionList" {
		return refuse(CodeClause, "leave out FORMAT, SETTINGS and INTO OUTFILE: the format is a field of the request and the limits are the service's")
	}
	for _, query := range n.children[0].children {
		if !slices.Contains([]string{"SelectQuery", "SelectWithUnionQuery", "SelectIntersectExceptQuery"}, query.kind) {
			return refuse(CodeNotSelect, "only a SELECT can be run here")
		}
	}
	return nil
}

// function checks a call by where it stands: as a table, or in an expression.
func (in *inspection) function(n, parent *node, _ int) *Refusal {
	if parent != nil && parent.kind == "TableExpression" {
		if !tableFunctionAllowed(n.name) {
			return refuse(CodeFunction, "table function %s cannot be used here; read from the tables of your role: %s", plain(n.name), in.allowed())
		}
		return nil
	}
	if !functionAllowed(n.name) {
		return refuseFunction(plain(n.name))
	}
	if isMembership(n.name) {
		return in.membership(n)
	}
	return nil
}

func isMembership(name string) bool {
	return slices.Contains([]string{"in", "notin", "globalin", "globalnotin"}, strings.ToLower(name))
}

// membership looks at the right side of IN, where a bare name is a table.
func (in *inspection) membership(n *node) *Refusal {
	if len(n.children) != 1 || len(n.children[0].children) != 2 {
		return unreadable()
	}
	right := n.children[0].children[1]
	switch right.kind {
	case "Identifier", "TableIdentifier":
		return in.tableNamed(right.name)
	case "Function":
		if tableFunctionAllowed(right.name) {
			return refuseFunction(right.name)
		}
	}
	return nil
}

func (in *inspection) table(n, _ *node, _ int) *Refusal { return in.tableNamed(n.name) }

// tableNamed lets a table of the role pass, with or without its database, and a subquery that WITH has
// named, unless it has the name of a table: then it is not sure which of them is read.
func (in *inspection) tableNamed(name string) *Refusal {
	database, table, qualified := strings.Cut(name, ".")
	if !qualified {
		database, table = store.Database, name
		if in.named[name] {
			_, isTable := store.Lookup(name)
			if isTable || slices.Contains(in.rights.Tables, name) {
				return refuse(CodeName, "a WITH subquery has the name of table %s; give it another one", name)
			}
			return nil
		}
	}
	if database != store.Database || !slices.Contains(in.rights.Tables, table) {
		return refuse(CodeTable, "role %s cannot read %s; it can read %s", in.rights.Role, plain(name), in.allowed())
	}
	in.read = append(in.read, store.Database+"."+table)
	return nil
}

func (in *inspection) allowed() string {
	names := slices.Sorted(slices.Values(in.rights.Tables))
	for i, name := range names {
		names[i] = store.Database + "." + name
	}
	return strings.Join(names, ", ")
}

func (in *inspection) tables() []string {
	slices.Sort(in.read)
	return slices.Compact(in.read)
}

// maxName bounds a name in a message.
const maxName = 64

// plain is a name as it may be said in a message.
func plain(name string) string {
	if name == "" || len(name) > maxName || !isName(name) {
		return "this"
	}
	return name
}
