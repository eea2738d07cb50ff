package alerting

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/checker"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

const (
	// maxExpression bounds the text of one expression.
	maxExpression = 4 << 10
	// maxCost bounds what CEL estimates one evaluation to cost at worst, in its own unit: about a comparison. Too low:
	// rules over lists are refused; too high: one rule slows all others down.
	maxCost = 4000
	// maxText and maxItems are the sizes that the contract allows for metadata strings and lists, which estimates go by.
	maxText  = 128
	maxItems = 64
)

// expression is one that was compiled. Its program may be evaluated by one goroutine at a time with its own activation.
type expression struct {
	source  Source
	text    string
	program cel.Program
}

// environments are made once: each declares the variables of a source.
var environments = sync.OnceValue(func() map[Source]*cel.Env {
	made := map[Source]*cel.Env{}
	for source, fields := range fieldsOf {
		opts := []cel.EnvOption{
			cel.CrossTypeNumericComparisons(true), cel.ParserRecursionLimit(50), cel.ParserExpressionSizeLimit(maxExpression),
		}
		for _, f := range fields {
			opts = append(opts, cel.Variable(f.name, f.typ))
		}
		for name, class := range constants {
			opts = append(opts, cel.Constant(name, types.IntType, types.Int(class.Rank())))
		}
		env, err := cel.NewEnv(opts...)
		if err != nil {
			panic("alerting: variables of " + string(source) + ": " + err.Error()) // the table above is wrong
		}
		made[source] = env
	}
	return made
})

// exprError is what is wrong with an expression, at a line and column (from 1) of its own text.
type exprError struct {
	line, column int
	message      string
}

func (e *exprError) Error() string { return e.message }

// compile checks an expression of a source and wants its result to be of one of the types given.
func compile(source Source, text string, want ...*types.Type) (*expression, error) {
	env := environments()[source]
	if len(text) > maxExpression {
		return nil, &exprError{1, 1, fmt.Sprintf("is longer than %d bytes", maxExpression)}
	}
	checked, issues := env.Compile(text)
	if issues != nil && len(issues.Errors()) > 0 {
		first := issues.Errors()[0]
		return nil, &exprError{first.Location.Line(), first.Location.Column() + 1, first.Message}
	}
	if !oneOf(checked.OutputType(), want) {
		return nil, &exprError{1, 1, fmt.Sprintf("gives %s; %s is wanted", checked.OutputType(), names(want))}
	}
	cost, err := env.EstimateCost(checked, sizes{})
	if err != nil {
		return nil, &exprError{1, 1, "cost cannot be estimated: " + err.Error()}
	}
	if cost.Max > maxCost {
		return nil, &exprError{1, 1, fmt.Sprintf("may cost %d steps for one record; %d are allowed: use fewer lists and no nested macros", cost.Max, maxCost)}
	}
	program, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, &exprError{1, 1, err.Error()}
	}
	return &expression{source, text, program}, nil
}

func oneOf(t *types.Type, want []*types.Type) bool {
	for _, w := range want {
		if w.IsExactType(t) {
			return true
		}
	}
	return false
}

func names(want []*types.Type) string {
	s := want[0].String()
	for _, w := range want[1:] {
		s += " or " + w.String()
	}
	return s
}

// sizes tells the estimate how long the contract lets metadata be.
type sizes struct{}

// EstimateSize implements checker.CostEstimator.
func (sizes) EstimateSize(node checker.AstNode) *checker.SizeEstimate {
	if node.Expr().Kind() == ast.LiteralKind {
		return nil
	}
	switch node.Type().Kind() { //nolint:exhaustive // others have no size
	case types.StringKind:
		return &checker.SizeEstimate{Min: 0, Max: maxText}
	case types.ListKind, types.MapKind:
		return &checker.SizeEstimate{Min: 0, Max: maxItems}
	}
	return nil
}

// EstimateCallCost implements checker.CostEstimator.
func (sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

// errValue says that an expression gave nothing that can be counted, as for a record where it divides by zero.
var errValue = errors.New("expression gave no value")

func (e *expression) truth(a *activation) (bool, error) {
	out, _, err := e.program.Eval(a)
	if err != nil {
		return false, errValue
	}
	b, ok := out.(types.Bool)
	if !ok {
		return false, errValue
	}
	return bool(b), nil
}

// number is a finite value that is not negative.
func (e *expression) number(a *activation) (float64, error) {
	out, _, err := e.program.Eval(a)
	if err != nil {
		return 0, errValue
	}
	var v float64
	switch n := out.(type) {
	case types.Int:
		v = float64(n)
	case types.Uint:
		v = float64(n)
	case types.Double:
		v = float64(n)
	default:
		return 0, errValue
	}
	if math.IsNaN(v) || v < 0 || v > maxValue {
		return 0, errValue
	}
	return v, nil
}

func (e *expression) words(a *activation) (string, error) {
	out, _, err := e.program.Eval(a)
	if err != nil {
		return "", errValue
	}
	s, ok := out.(types.String)
	if !ok {
		return "", errValue
	}
	return string(s), nil
}
