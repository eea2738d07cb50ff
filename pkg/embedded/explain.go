package embedded

import (
	"slices"
	"strings"
)

const explainAST = "EXPLAIN AST "

// explain answers EXPLAIN AST of a SELECT: the query service reads people's
// statements through it before they run. It runs nothing, checks no rights and
// needs none, as on a server; tree is the same for every guarded statement.
func (s *session) explain(u *user, st statement, req *request, out *output) error {
	nodes, err := s.tree(strings.TrimPrefix(st.text, explainAST), req.params)
	if err != nil {
		return err
	}
	outfile := slices.ContainsFunc(nodes, func(n node) bool { return n.depth == 1 && n.kind == "Literal" })
	if len(nodes) == 0 || !strings.HasPrefix(nodes[0].kind, "Select") || outfile {
		return errRefused("%s: only a SELECT can be explained", u.name)
	}
	return s.answer(st.text, false, req.params, req, out)
}
