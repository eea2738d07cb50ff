package store

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// DefaultCurrency is what an empty currency means in the contract.
const DefaultCurrency = "usd"

// commonRow are the columns that every row of an interaction has.
type commonRow struct {
	Project        string    `ch:"project"`
	Classification string    `ch:"classification"`
	RetentionLabel string    `ch:"retention_label"`
	AcceptedAt     time.Time `ch:"accepted_at"`
	RequestID      string    `ch:"request_id"`
	BlockID        string    `ch:"block_id"`
}

func commonOf(r *hushlogv1.Record, block string) (commonRow, error) {
	class, err := className(r.GetClass())
	if err != nil {
		return commonRow{}, err
	}
	accepted, err := timeOf("accepted_at", r.GetAcceptedAt())
	if err != nil {
		return commonRow{}, err
	}
	if r.GetProject() == "" || r.GetRequestId() == "" || r.GetRetentionLabel() == "" {
		return commonRow{}, fmt.Errorf("record without project, request_id or retention_label: %w", ErrMalformed)
	}
	return commonRow{
		Project:        r.GetProject(),
		Classification: class,
		RetentionLabel: r.GetRetentionLabel(),
		AcceptedAt:     accepted,
		RequestID:      r.GetRequestId(),
		BlockID:        block,
	}, nil
}

// ClassNames lists the classes as the tables spell them, lowest first.
func ClassNames() []string { return []string{"Public", "Internal", "Sensitive", "Restricted"} }

func className(class hushlogv1.Class) (string, error) {
	names := ClassNames()
	i := int(class) - int(hushlogv1.Class_CLASS_PUBLIC)
	if i < 0 || i >= len(names) {
		return "", fmt.Errorf("class %d: %w", class, ErrMalformed)
	}
	return names[i], nil
}

func classOf(name string) (hushlogv1.Class, error) {
	for i, known := range ClassNames() {
		if name == known {
			return hushlogv1.Class_CLASS_PUBLIC + hushlogv1.Class(i), nil
		}
	}
	return 0, fmt.Errorf("unknown class: %w", ErrMalformed)
}

// roleName is the role as people write it: user, assistant. Empty when there is none.
func roleName(role hushlogv1.Role) (string, error) {
	if role == hushlogv1.Role_ROLE_UNSPECIFIED {
		return "", nil
	}
	name, known := hushlogv1.Role_name[int32(role)]
	if !known {
		return "", fmt.Errorf("role %d: %w", role, ErrMalformed)
	}
	return strings.ToLower(strings.TrimPrefix(name, "ROLE_")), nil
}

func severityName(severity hushlogv1.Severity) (string, error) {
	name, known := hushlogv1.Severity_name[int32(severity)]
	if !known || severity == hushlogv1.Severity_SEVERITY_UNSPECIFIED {
		return "", fmt.Errorf("severity %d: %w", severity, ErrMalformed)
	}
	return strings.ToLower(strings.TrimPrefix(name, "SEVERITY_")), nil
}

// earliest and latest are what DateTime64(3) and partitions by day take without wrapping.
var (
	earliest = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2106, 1, 1, 0, 0, 0, 0, time.UTC)
)

// timeOf refuses what is missing or outside the range of the tables: a wrapped date is a wrong expiry.
func timeOf(field string, t *timestamppb.Timestamp) (time.Time, error) {
	if !t.IsValid() {
		return time.Time{}, fmt.Errorf("%s is missing or no time: %w", field, ErrMalformed)
	}
	at := t.AsTime()
	if at.Before(earliest) || !at.Before(latest) {
		return time.Time{}, fmt.Errorf("%s is outside 1970 to 2105: %w", field, ErrMalformed)
	}
	return at.Truncate(time.Millisecond), nil
}

func millisOf(field string, d *durationpb.Duration) (*uint32, error) {
	if d == nil {
		return nil, nil //nolint:nilnil // no duration is a value here: NULL
	}
	if !d.IsValid() || d.AsDuration() < 0 || d.AsDuration().Milliseconds() > math.MaxUint32 {
		return nil, fmt.Errorf("%s is outside 0 to 49 days: %w", field, ErrMalformed)
	}
	millis := uint32(d.AsDuration().Milliseconds()) //nolint:gosec // bounded above
	return &millis, nil
}

// finite refuses NaN and infinities, which sums and averages never recover from.
func finite(field string, values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s is not a finite number: %w", field, ErrMalformed)
		}
	}
	return nil
}

func hashOf(field string, raw []byte) (string, error) {
	if len(raw) != 16 {
		return "", fmt.Errorf("%s has %d bytes instead of 16: %w", field, len(raw), ErrMalformed)
	}
	return string(raw), nil
}

// recordAt finds the record that a content or finding belongs to.
func recordAt(commons []commonRow, index uint32) (commonRow, error) {
	if int64(index) >= int64(len(commons)) {
		return commonRow{}, fmt.Errorf("refers to record %d of %d: %w", index, len(commons), ErrMalformed)
	}
	return commons[index], nil
}

// at names which of a block's parts an error is about.
func at(what string, index int, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, ErrMalformed) {
		return fmt.Errorf("%s[%d]: %w", what, index, err)
	}
	return err
}
