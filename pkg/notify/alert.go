package notify

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Types of messages about an alert.
const (
	AlertFired    = "hushlog.alert.fired"
	AlertResolved = "hushlog.alert.resolved"
)

// AlertMessage is the body of a webhook: type, timestamp and data, as Standard Webhooks has them.
// Like the alert it has no field that could hold content.
type AlertMessage struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      AlertData `json:"data"`
}

// AlertData is the alert.
type AlertData struct {
	Fingerprint   string    `json:"fingerprint"`
	Rule          string    `json:"rule"`
	Severity      string    `json:"severity"`
	Owner         string    `json:"owner"`
	Project       string    `json:"project"`
	UserPseudonym string    `json:"user_pseudonym,omitempty"`
	Model         string    `json:"model,omitempty"`
	WindowStart   time.Time `json:"window_start"`
	WindowEnd     time.Time `json:"window_end"`
	FiredAt       time.Time `json:"fired_at"`
	Value         float64   `json:"value"`
	Threshold     float64   `json:"threshold"`
	Class         string    `json:"class"`
	// State is firing or resolved; ResolvedAt is set with the latter.
	State      string     `json:"state"`
	ResolvedAt *time.Time `json:"resolved_at,omitempty"`
	// Keys are the values of the rule's other key fields, by name.
	Keys map[string]string `json:"keys,omitempty"`
}

// EncodeAlert is the body of the message about an alert. The same alert gives the same bytes.
func EncodeAlert(a *hushlogv1.Alert) ([]byte, error) {
	message := AlertMessage{
		Type: AlertFired, Timestamp: a.GetFiredAt().AsTime(),
		Data: AlertData{
			Fingerprint: a.GetFingerprint(), Rule: a.GetRule(), Severity: severityName(a.GetSeverity()),
			Owner: a.GetOwner(), Project: a.GetProject(), UserPseudonym: a.GetUserPseudonym(), Model: a.GetModel(),
			WindowStart: a.GetWindowStart().AsTime(), WindowEnd: a.GetWindowEnd().AsTime(), FiredAt: a.GetFiredAt().AsTime(),
			Value: a.GetValue(), Threshold: a.GetThreshold(), Class: a.GetClass(), State: stateName(a.GetState()),
		},
	}
	if a.GetState() == hushlogv1.AlertState_ALERT_STATE_RESOLVED {
		at := a.GetResolvedAt().AsTime()
		message.Type, message.Timestamp, message.Data.ResolvedAt = AlertResolved, at, &at
	}
	for _, k := range a.GetKeys() {
		if message.Data.Keys == nil {
			message.Data.Keys = map[string]string{}
		}
		message.Data.Keys[k.GetName()] = k.GetValue()
	}
	body, err := json.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("encode alert %s: %w", a.GetFingerprint(), err)
	}
	return body, nil
}

func severityName(s hushlogv1.Severity) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "SEVERITY_"))
}

// stateName takes what says nothing, as alerts of earlier versions do, for one that fires.
func stateName(s hushlogv1.AlertState) string {
	if s == hushlogv1.AlertState_ALERT_STATE_RESOLVED {
		return "resolved"
	}
	return "firing"
}
