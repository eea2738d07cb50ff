package store

import (
	"encoding/base64"
	"fmt"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// alertRow is a row of the table alerts.
type alertRow struct {
	Fingerprint    string    `ch:"fingerprint"`
	Rule           string    `ch:"rule"`
	Severity       string    `ch:"severity"`
	Owner          string    `ch:"owner"`
	Project        string    `ch:"project"`
	UserPseudonym  string    `ch:"user_pseudonym"`
	Model          string    `ch:"model"`
	WindowStart    time.Time `ch:"window_start"`
	WindowEnd      time.Time `ch:"window_end"`
	FiredAt        time.Time `ch:"fired_at"`
	Value          float64   `ch:"value"`
	Threshold      float64   `ch:"threshold"`
	Classification string    `ch:"classification"`
	State          string    `ch:"state"`
	// ResolvedAt is 1970-01-01 for an alert that fires.
	ResolvedAt time.Time         `ch:"resolved_at"`
	Keys       map[string]string `ch:"keys"`
	// Transition names the row: an alert fires once and resolves once.
	Transition string `ch:"transition"`
}

// States of a row of the table alerts.
const (
	stateFiring   = "firing"
	stateResolved = "resolved"
)

func alertRowOf(a *hushlogv1.Alert) (*alertRow, error) {
	severity, err := severityName(a.GetSeverity())
	if err != nil {
		return nil, err
	}
	_, err = classOf(a.GetClass())
	if err != nil {
		return nil, err
	}
	err = finite("value and threshold", a.GetValue(), a.GetThreshold())
	if err != nil {
		return nil, err
	}
	row := &alertRow{
		Fingerprint: a.GetFingerprint(), Rule: a.GetRule(), Severity: severity, Owner: a.GetOwner(), Project: a.GetProject(),
		UserPseudonym: a.GetUserPseudonym(), Model: a.GetModel(), Value: a.GetValue(), Threshold: a.GetThreshold(),
		Classification: a.GetClass(), State: stateFiring, Transition: a.GetFingerprint(), ResolvedAt: earliest,
		Keys: make(map[string]string, len(a.GetKeys())),
	}
	for _, key := range a.GetKeys() {
		row.Keys[key.GetName()] = key.GetValue()
	}
	if a.GetState() == hushlogv1.AlertState_ALERT_STATE_RESOLVED {
		row.State, row.Transition = stateResolved, row.Fingerprint+"-"+stateResolved
	}
	return row, row.setTimes(a)
}

func (row *alertRow) setTimes(a *hushlogv1.Alert) error {
	var err error
	row.WindowStart, err = timeOf("window_start", a.GetWindowStart())
	if err != nil {
		return err
	}
	row.WindowEnd, err = timeOf("window_end", a.GetWindowEnd())
	if err != nil {
		return err
	}
	row.FiredAt, err = timeOf("fired_at", a.GetFiredAt())
	if err != nil || row.State == stateFiring {
		return err
	}
	row.ResolvedAt, err = timeOf("resolved_at", a.GetResolvedAt())
	return err
}

// auditRow is a row of the table audit.
type auditRow struct {
	EntryID   string    `ch:"entry_id"`
	ActID     string    `ch:"act_id"`
	Phase     string    `ch:"phase"`
	At        time.Time `ch:"at"`
	Actor     string    `ch:"actor"`
	Role      string    `ch:"role"`
	Action    string    `ch:"action"`
	Purpose   string    `ch:"purpose"`
	Statement string    `ch:"statement"`
	Tables    []string  `ch:"tables"`
	Outcome   string    `ch:"outcome"`
	Reason    string    `ch:"reason"`
	Rows      uint64    `ch:"rows"`
	Bytes     uint64    `ch:"bytes"`
	TokenID   string    `ch:"token_id"`
	Ref       string    `ch:"ref"`
	// SealedActor is in base64.
	SealedActor string `ch:"sealed_actor"`
}

var phaseNames = map[hushlogv1.AuditPhase]string{
	hushlogv1.AuditPhase_AUDIT_PHASE_INTENT:  "intent",
	hushlogv1.AuditPhase_AUDIT_PHASE_OUTCOME: "outcome",
}

func auditRowOf(e *hushlogv1.AuditEntry) (*auditRow, error) {
	entry, err := hashOf("entry_id", e.GetEntryId())
	if err != nil {
		return nil, err
	}
	act, err := hashOf("act_id", e.GetActId())
	if err != nil {
		return nil, err
	}
	phase, known := phaseNames[e.GetPhase()]
	if !known {
		return nil, fmt.Errorf("phase %d: %w", e.GetPhase(), ErrMalformed)
	}
	when, err := timeOf("at", e.GetAt())
	if err != nil {
		return nil, err
	}
	return &auditRow{
		EntryID: entry, ActID: act, Phase: phase, At: when, Actor: e.GetActor(), Role: e.GetRole(), Action: e.GetAction(),
		Purpose: e.GetPurpose(), Statement: e.GetStatement(), Tables: e.GetTables(), Outcome: e.GetOutcome(), Reason: e.GetReason(),
		Rows: e.GetRows(), Bytes: e.GetBytes(), TokenID: e.GetTokenId(), Ref: e.GetRef(),
		SealedActor: base64.StdEncoding.EncodeToString(e.GetSealedActor()),
	}, nil
}
