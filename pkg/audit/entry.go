package audit

import (
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/contract"
	"github.com/hushlog/hushlog/pkg/identity"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// ErrEntry says that an entry may not be put on the trail as it is: a field has not its form, or the
// statement holds a literal. It is a bug of the caller; the act must not happen.
var ErrEntry = errors.New("audit entry is not well formed")

// Outcomes of an act.
const (
	// OK: the act was done and what it showed is counted.
	OK = "ok"
	// Refused: the act was not begun. Reason says why.
	Refused = "refused"
	// Failed: the act was begun and not completed. Reason says why.
	Failed = "failed"
)

const (
	// MaxStatement bounds a statement with its literals taken out, in bytes.
	MaxStatement = 256 << 10
	// maxTables bounds the tables of one act.
	maxTables = 64
	// maxSealed bounds a person's name as it is encrypted.
	maxSealed = 256
	idSize    = 16
)

// check refuses an entry that is not complete, not in form, or that could carry a value.
func check(entry *hushlogv1.AuditEntry) error {
	switch {
	case len(entry.GetEntryId()) != idSize || len(entry.GetActId()) != idSize:
		return fmt.Errorf("entry_id and act_id must have %d bytes: %w", idSize, ErrEntry)
	case entry.GetActor() == "" || entry.GetAction() == "":
		return fmt.Errorf("actor and action are required: %w", ErrEntry)
	case !entry.GetAt().IsValid() || entry.GetAt().GetSeconds() == 0:
		return fmt.Errorf("at is required: %w", ErrEntry)
	case (len(entry.GetSealedActor()) > 0) != strings.HasPrefix(entry.GetActor(), identity.PersonPrefix) || len(entry.GetSealedActor()) > maxSealed:
		return fmt.Errorf("a person is a pseudonym with the name sealed beside it, and a service neither: %w", ErrEntry)
	case len(entry.GetTables()) > maxTables || len(entry.GetStatement()) > MaxStatement:
		return fmt.Errorf("too many tables or too long a statement: %w", ErrEntry)
	}
	err := checkForms(entry)
	if err != nil {
		return err
	}
	err = checkPhase(entry)
	if err != nil {
		return err
	}
	return CheckStatement(entry.GetStatement())
}

// checkForms goes by the contract. Two fields have rules of their own: a statement (CheckStatement),
// and the actor, as people's names may be mail addresses, which ids may not.
func checkForms(entry *hushlogv1.AuditEntry) error {
	violations, err := contract.CheckForms(entry, maxTables)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrEntry, err)
	}
	for _, violation := range violations {
		if violation.Path != "statement" && violation.Path != "actor" {
			return fmt.Errorf("%s %s: %w", violation.Path, violation.Problem, ErrEntry)
		}
	}
	if !contract.Fits(hushlogv1.FieldForm_FIELD_FORM_MODEL, entry.GetActor()) {
		return fmt.Errorf("actor must be %s: %w", contract.Describe(hushlogv1.FieldForm_FIELD_FORM_MODEL), ErrEntry)
	}
	return nil
}

func checkPhase(entry *hushlogv1.AuditEntry) error {
	switch entry.GetPhase() {
	case hushlogv1.AuditPhase_AUDIT_PHASE_INTENT:
		if entry.GetOutcome() != "" {
			return fmt.Errorf("an intent has no outcome: %w", ErrEntry)
		}
		return nil
	case hushlogv1.AuditPhase_AUDIT_PHASE_OUTCOME:
		return checkOutcome(entry)
	default:
		return fmt.Errorf("phase must be intent or outcome: %w", ErrEntry)
	}
}

func checkOutcome(entry *hushlogv1.AuditEntry) error {
	switch entry.GetOutcome() {
	case OK:
		return nil
	case Refused, Failed:
		if entry.GetReason() == "" {
			return fmt.Errorf("an outcome that is not ok has a reason: %w", ErrEntry)
		}
		return nil
	default:
		return fmt.Errorf("outcome must be ok, refused or failed: %w", ErrEntry)
	}
}

// CheckStatement refuses a statement that could carry a value: every literal must have become '?'.
// It knows no SQL: no quotation marks but back quotes (identifiers), no number that is not part of a
// name, no comment, no control character.
func CheckStatement(statement string) error {
	named := false // inside a word that began with a letter
	for i := range len(statement) {
		c := statement[i]
		digit := c >= '0' && c <= '9'
		switch {
		case c == '\'' || c == '"' || c == '$' || c < ' ' || c == 0x7f:
			return fmt.Errorf("the statement holds a literal or a control character at byte %d: %w", i, ErrEntry)
		case digit && !named:
			return fmt.Errorf("the statement holds a number at byte %d: %w", i, ErrEntry)
		case digit:
		default:
			named = isLetter(c) || c == '`'
		}
	}
	return nil
}

func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// encode is the record's value.
func encode(entry *hushlogv1.AuditEntry) ([]byte, error) {
	value, err := proto.MarshalOptions{Deterministic: true}.Marshal(entry)
	if err != nil {
		return nil, fmt.Errorf("encode audit entry: %w", err)
	}
	return value, nil
}
