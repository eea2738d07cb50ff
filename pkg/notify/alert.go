package notify

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// AlertFired is the type of the message about an alert.
const AlertFired = "hushlog.alert.fired"

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
}

// EncodeAlert is the body of the message about an alert. The same alert gives the same bytes.
func EncodeAlert(a *hushlogv1.Alert) ([]byte, error) {
	body, err := json.Marshal(AlertMessage{
		Type: AlertFired, Timestamp: a.GetFiredAt().AsTime(),
		Data: AlertData{
			Fingerprint: a.GetFingerprint(), Rule: a.GetRule(), Severity: severityName(a.GetSeverity()),
			Owner: a.GetOwner(), Project: a.GetProject(), UserPseudonym: a.GetUserPseudonym(), Model: a.GetModel(),
			WindowStart: a.GetWindowStart().AsTime(), WindowEnd: a.GetWindowEnd().AsTime(), FiredAt: a.GetFiredAt().AsTime(),
			Value: a.GetValue(), Threshold: a.GetThreshold(), Class: a.GetClass(),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("encode alert %s: %w", a.GetFingerprint(), err)
	}
	return body, nil
}

func severityName(s hushlogv1.Severity) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "SEVERITY_"))
}
