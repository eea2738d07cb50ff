package store

import "github.com/hushlog/hushlog/pkg/policy"

// Expiries are a policy's dates for tables, as ApplyRetention takes them.
func Expiries(p *policy.Policy) []Expiry {
	var out []Expiry
	for _, r := range p.TableRetentions() {
		out = append(out, Expiry{Table: r.Table, Label: r.Label, Keep: r.Keep})
	}
	return out
}
