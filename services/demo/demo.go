// Package demo shows the main job on a running deployment: it sends made-up
// interactions through the gateway's own interfaces, waits until they can be
// queried, checks what must hold and prints what a newcomer wants to see.
//
// It uses nothing but what clients and people use: an API key, people's
// tokens, the gateway's and the query service's addresses.
package demo

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Target is the deployment to show.
type Target struct {
	// GatewayGRPC and GatewayREST are host:port.
	GatewayGRPC, GatewayREST string
	// Query is host:port of the query service.
	Query string
	// APIKey is of a project that allows the purpose debugging.
	APIKey string
	// Project of the key.
	Project string
	// Tokens of people, by role: engineering, analyst, compliance, oncall.
	Tokens map[string]string
	// TLS trusts the deployment's certificates.
	TLS *tls.Config
	// Alerts are those that a receiver of the webhook has verified so far, by rule.
	Alerts func() []string
	// FilesToSearch are directories in which no planted value may be readable.
	FilesToSearch []string
}

// Size is how many varied interactions are sent, beside the burst.
const Size = 300

// storeDeadline is how long everything sent may take to be queryable.
const storeDeadline = 90 * time.Second

// Run sends, waits, checks and prints. The error says what did not hold.
func Run(ctx context.Context, target Target, out io.Writer) error {
	d := &demo{target: target, out: out, ask: newAsker(target)}
	run := "demo-" + time.Now().UTC().Format("20060102-150405")
	d.made = Generate(uint64(time.Now().UnixNano()), run, time.Now(), Size)
	d.run = run
	steps := []struct {
		title string
		do    func(context.Context) error
	}{
		{"Sending", d.send},
		{"Waiting until every one can be queried", d.wait},
		{"The ledger: what was received and what became of it", d.ledger},
		{"Three records, before and after", d.beforeAfter},
		{"What was found (values are never kept)", d.findings},
		{"The alert", d.alert},
		{"The same SELECT, three roles", d.roles},
		{"Searching for the planted values", d.search},
	}
	for _, step := range steps {
		d.printf("\n%s\n%s\n", step.title, strings.Repeat("─", len([]rune(step.title))))
		err := step.do(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", strings.ToLower(step.title), err)
		}
	}
	return nil
}

type demo struct {
	target Target
	out    io.Writer
	ask    *asker
	run    string
	made   []Made
}

func (d *demo) printf(format string, args ...any) { _, _ = fmt.Fprintf(d.out, format, args...) }

func (d *demo) send(ctx context.Context) error {
	s, err := newSender(d.target)
	if err != nil {
		return err
	}
	defer s.close()
	started := time.Now()
	sent, err := s.sendAll(ctx, d.made)
	if err != nil {
		return err
	}
	for _, way := range sent {
		d.printf("  %4d over %s\n", way.count, way.name)
	}
	d.printf("  each acknowledged by the stream, %d in all, in %s\n", len(d.made), time.Since(started).Round(10*time.Millisecond))
	return nil
}

func (d *demo) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, storeDeadline)
	defer cancel()
	started := time.Now()
	sql := fmt.Sprintf("SELECT count() AS n, uniqExact(request_id) AS ids FROM hushlog.interactions WHERE startsWith(request_id, '%s')", d.run)
	for {
		rows, err := d.ask.rows(ctx, "security", sql)
		if err != nil {
			return err
		}
		n, ids := number(rows[0]["n"]), number(rows[0]["ids"])
		if n > len(d.made) || n != ids {
			return fmt.Errorf("%d rows for %d interactions, %d of them distinct", n, len(d.made), ids)
		}
		if n == len(d.made) {
			d.printf("  %d rows, %d distinct, %d acknowledged: equal, after %s\n", n, ids, len(d.made), time.Since(started).Round(10*time.Millisecond))
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d are there after %s", n, len(d.made), storeDeadline)
		case <-time.After(300 * time.Millisecond):
		}
	}
}

func (d *demo) ledger(ctx context.Context) error {
	rows, err := d.ask.rows(ctx, "compliance", `SELECT project, sum(accepted) AS accepted, sum(stored) AS stored,
sum(duplicates) AS duplicates, sum(quarantined) AS quarantined, sum(sampled_out) AS sampled_out,
sum(gateway_rejected) AS rejected FROM hushlog.ledger GROUP BY project ORDER BY project`)
	if err != nil {
		return err
	}
	columns := []string{"project", "accepted", "stored", "duplicates", "quarantined", "sampled_out", "rejected"}
	d.table(columns, rows)
	for _, row := range rows {
		gap := number(row["accepted"]) - number(row["stored"]) - number(row["duplicates"]) - number(row["quarantined"]) - number(row["sampled_out"])
		if gap != 0 {
			return fmt.Errorf("project %v: accepted is %+d against what became of it", row["project"], gap)
		}
	}
	d.printf("  accepted = stored + duplicates + quarantined + sampled out: no gap\n")
	return nil
}

func (d *demo) beforeAfter(ctx context.Context) error {
	for _, kind := range []string{"support", "code", "medical"} {
		m := d.first(kind)
		sql := fmt.Sprintf("SELECT text FROM hushlog.contents WHERE request_id = '%s' AND role = 'user' ORDER BY ordinal", m.Interaction.GetRequestId())
		rows, err := d.ask.rows(ctx, "security", sql)
		if err != nil {
			return err
		}
		if len(rows) != 1 {
			return fmt.Errorf("%d texts for one prompt of kind %s", len(rows), kind)
		}
		before := m.Interaction.GetMessages()[0].GetParts()[0].GetText().GetText()
		d.sideBySide(before, fmt.Sprint(rows[0]["text"]))
	}
	return nil
}

func (d *demo) first(kind string) Made {
	for _, m := range d.made {
		if m.Kind == kind {
			return m
		}
	}
	panic("demo: nothing of kind " + kind + " was made")
}

func (d *demo) findings(ctx context.Context) error {
	rows, err := d.ask.rows(ctx, "security", fmt.Sprintf(`SELECT type, action, classification, count() AS found FROM hushlog.findings
WHERE startsWith(request_id, '%s') GROUP BY type, action, classification ORDER BY type, action, classification`, d.run))
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return errors.New("nothing was found in interactions full of private data")
	}
	d.table([]string{"type", "action", "classification", "found"}, rows)
	return nil
}

// burstRule is the rule that a burst of failures of one user is to set off.
const burstRule = "repeated-failures-user"

func (d *demo) alert(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	ofBurst := func(rows []map[string]any) bool {
		return slices.ContainsFunc(rows, func(row map[string]any) bool { return row["rule"] == burstRule })
	}
	for {
		rows, err := d.ask.rows(ctx, "oncall", "SELECT rule, severity, project, uniqExact(user_pseudonym) AS users, uniqExact(fingerprint) AS alerts, max(value) AS value, any(threshold) AS threshold"+
			" FROM hushlog.alerts GROUP BY rule, severity, project ORDER BY rule")
		if err != nil {
			return err
		}
		delivered := slices.Contains(d.target.Alerts(), burstRule)
		if ofBurst(rows) && delivered {
			d.table([]string{"rule", "severity", "project", "users", "alerts", "value", "threshold"}, rows)
			d.printf("  in ClickHouse, and delivered to the webhook with a signature that verifies: %d\n", len(d.target.Alerts()))
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("a burst of %d failures of one user raised no alert %s in ClickHouse (%t) or at the webhook (%t)", Burst, burstRule, ofBurst(rows), delivered)
		case <-time.After(300 * time.Millisecond):
		}
	}
}

func (d *demo) roles(ctx context.Context) error {
	sql := fmt.Sprintf("SELECT role, text FROM hushlog.contents WHERE request_id = '%s' ORDER BY ordinal LIMIT 2", d.first("french").Interaction.GetRequestId())
	d.printf("  %s\n", sql)
	for _, want := range []struct {
		role    string
		allowed bool
	}{{"engineering", false}, {"analyst", true}, {"compliance", false}} {
		rows, err := d.ask.rows(ctx, want.role, sql)
		var refused *Refusal
		switch {
		case err == nil && want.allowed && len(rows) > 0:
			d.printf("\n  as %s:\n", want.role)
			d.table([]string{"role", "text"}, rows)
		case errors.As(err, &refused) && !want.allowed:
			d.printf("\n  as %s: refused (%s)\n", want.role, refused.Message)
		case err != nil:
			return fmt.Errorf("as %s: %w", want.role, err)
		default:
			return fmt.Errorf("as %s: %d rows, allowed: %t", want.role, len(rows), want.allowed)
		}
	}
	return d.trail(ctx)
}

// trail shows that what was just asked is in the trail, the refusals too.
func (d *demo) trail(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	sql := `SELECT actor, role, phase, outcome, statement FROM hushlog.audit
WHERE phase = 'outcome' AND statement LIKE '%FROM hushlog.contents%' AND statement LIKE '%LIMIT ?' ORDER BY at DESC LIMIT 3`
	for {
		rows, err := d.ask.rows(ctx, "compliance", sql)
		if err != nil {
			return err
		}
		if len(rows) == 3 {
			err = d.ask.name(ctx, "compliance", rows, "actor")
			if err != nil {
				return err
			}
			d.printf("\n  and what the trail says of it (compliance reads it, and may learn names; literals are not kept):\n")
			d.table([]string{"actor", "role", "phase", "outcome"}, rows)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of 3 reads are in the trail", len(rows))
		case <-time.After(300 * time.Millisecond):
		}
	}
}
