package gateway

import (
	"errors"
	"fmt"
	"time"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate" // the rules that the contract carries
	"github.com/google/uuid"     // request ids that sort by time
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/contract"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// maxViolations bounds how many fields one refusal names.
const maxViolations = 16

// checker turns the wire form of an interaction into what is sealed, or says why not. Safe for
// concurrent use.
type checker struct {
	policy    *policy.Policy
	validator protovalidate.Validator
	now       func() time.Time
}

func newChecker(p *policy.Policy, now func() time.Time) (*checker, error) {
	validator, err := protovalidate.New(protovalidate.WithMessages(&hushlogv1.Interaction{}), protovalidate.WithDisableLazy())
	if err != nil {
		return nil, fmt.Errorf("compile the contract's rules: %w", err)
	}
	return &checker{policy: p, validator: validator, now: now}, nil
}

// wrapperSize is more than a request adds to its one interaction.
const wrapperSize = 16

// interactionLimit is the policy's, with room for what wraps the interaction on its way.
func (c *checker) interactionLimit(room int) sizeLimit {
	limit := int(c.policy.Limits.MaxInteractionBytes)
	return sizeLimit{limit + room, "an interaction may have " + sizeText(limit)}
}

// checkSize comes before everything that costs time.
func (c *checker) checkSize(raw []byte) error {
	limit := c.interactionLimit(0)
	if len(raw) > limit.bytes {
		return limit.refuse()
	}
	return nil
}

// prescan checks what must be known before anything is decoded, and returns the bytes of memory
// that decoding and sealing will take.
func (c *checker) prescan(raw []byte) (cost int64, err error) {
	s := scanner{maxTree: c.policy.Limits.MaxNesting, maxMessages: c.policy.Limits.MaxMessages}
	nodes, err := s.scan(raw)
	if err != nil {
		return 0, err
	}
	return decodeCost(len(raw), nodes), nil
}

// decodeCost is the memory for a message of size bytes on the wire while it is decoded, encoded and
// sealed: each of these is about as large as the wire form, and each node has its struct.
func decodeCost(size, nodes int) int64 { return 3*int64(size) + nodeCost*int64(nodes+1) }

// accept decodes and checks an interaction and completes it: the project, a request id where there
// is none, and nothing of the content when the sender wants none kept.
func (c *checker) accept(raw []byte, who identity.Principal) (*hushlogv1.Accepted, error) {
	in := &hushlogv1.Interaction{}
	err := proto.Unmarshal(raw, in)
	if err != nil {
		// The cause is left out: it may quote what was sent.
		return nil, refuse(reasonMalformed, "%s", errMalformed)
	}
	now := c.now()
	for _, check := range []func() error{
		func() error { return checkForms(in) },
		func() error { return c.checkRules(in) },
		func() error { return c.checkTimes(in, now) },
		func() error { return c.checkPolicy(in, who) },
		func() error { return checkEmpty(in) },
	} {
		err = check()
		if err != nil {
			return nil, err
		}
	}
	err = complete(in, who)
	if err != nil {
		return nil, err
	}
	return &hushlogv1.Accepted{
		Interaction: in, AcceptedAt: timestamppb.New(now), Project: who.Project, KeyId: who.KeyID,
	}, nil
}

// checkForms holds every metadata string to the form that the contract declares.
func checkForms(in *hushlogv1.Interaction) error {
	found, err := contract.CheckForms(in, maxViolations)
	if err != nil {
		return refuseField(reasonInvalid, "", "%s", err)
	}
	if len(found) == 0 {
		return nil
	}
	violations := make([]violation, 0, len(found))
	for _, v := range found {
		violations = append(violations, violation{v.Path, v.Problem})
	}
	return refuseFields(reasonInvalid, violations)
}

// checkRules holds the interaction to the contract's protovalidate rules.
func (c *checker) checkRules(in *hushlogv1.Interaction) error {
	err := c.validator.Validate(in)
	if err == nil {
		return nil
	}
	var invalid *protovalidate.ValidationError
	if !errors.As(err, &invalid) {
		return fmt.Errorf("contract's rules: %w", err)
	}
	violations := make([]violation, 0, len(invalid.Violations))
	for _, v := range invalid.Violations[:min(len(invalid.Violations), maxViolations)] {
		violations = append(violations, violation{rulePath(v.Proto.GetField()), v.Proto.GetMessage()})
	}
	return refuseFields(reasonInvalid, violations)
}

// rulePath is the path of a field without the keys of maps, which clients choose.
func rulePath(path *validate.FieldPath) string {
	out := ""
	for _, e := range path.GetElements() {
		if out != "" {
			out += "."
		}
		out += e.GetFieldName()
		index, ok := e.GetSubscript().(*validate.FieldPathElement_Index)
		switch {
		case ok:
			out += fmt.Sprintf("[%d]", index.Index)
		case e.GetSubscript() != nil:
			return out
		}
	}
	return out
}

// checkTimes wants a start that is neither zero nor too far from our clock.
func (c *checker) checkTimes(in *hushlogv1.Interaction, now time.Time) error {
	const field = "started_at"
	started := in.GetStartedAt()
	limits := c.policy.Limits
	switch {
	case !started.IsValid():
		return refuseField(reasonTime, field, "is not a time")
	case started.GetSeconds() == 0 && started.GetNanos() == 0:
		return refuseField(reasonTime, field, "is zero; set it to when the call to the model began")
	case started.AsTime().After(now.Add(limits.MaxFuture.D())):
		return refuseField(reasonTime, field, "is more than %s ahead of the gateway's clock; check the sender's clock", limits.MaxFuture.D())
	case started.AsTime().Before(now.Add(-limits.MaxAge.D())):
		return refuseField(reasonTime, field, "is more than %s ago; the policy's limits.max_age refuses it", limits.MaxAge.D())
	default:
		return nil
	}
}

// checkPolicy wants the key's own project, and what the policy allows it.
func (c *checker) checkPolicy(in *hushlogv1.Interaction, who identity.Principal) error {
	switch {
	case !c.policy.Knows(who.Project):
		return refuse(reasonProject, "the API key's project is not in the policy; add it under projects, or use another key")
	case in.GetProject() != "" && in.GetProject() != who.Project:
		return refuseField(reasonProject, "project", "is not the project of the API key; leave it empty or use a key of that project")
	case !c.policy.PurposeAllowed(who.Project, in.GetPurpose()):
		return refuseField(reasonPurpose, "purpose", "is not one that the policy allows this project; see projects.%s.purposes in the policy, or leave it empty for metadata only", who.Project)
	case !c.policy.EnvironmentAllowed(who.Project, in.GetEnvironment()):
		return refuseField(reasonEnvironment, "environment", "is not one that the policy allows this project; see projects.%s.environments in the policy", who.Project)
	default:
		return nil
	}
}

// checkEmpty refuses what says nothing, which is a mistake of the sender. Who wants metadata only
// need not send more than that.
func checkEmpty(in *hushlogv1.Interaction) error {
	if metadataOnly(in) || in.GetError() != nil || hasParts(in.GetMessages()) || len(in.GetSystemInstructions()) > 0 {
		return nil
	}
	for _, choice := range in.GetResponse().GetChoices() {
		if len(choice.GetMessage().GetParts()) > 0 {
			return nil
		}
	}
	return refuse(reasonEmpty, "the interaction has no message, no response and no error; send one of them, or set logging to LOGGING_WISH_METADATA_ONLY")
}

func hasParts(messages []*hushlogv1.Message) bool {
	for _, m := range messages {
		if len(m.GetParts()) > 0 {
			return true
		}
	}
	return false
}

func metadataOnly(in *hushlogv1.Interaction) bool {
	return policy.WishFromProto(in.GetLogging()) == policy.MetadataOnly
}

// complete fills in what the sender may leave out and drops what it does not want kept.
func complete(in *hushlogv1.Interaction, who identity.Principal) error {
	in.Project = who.Project
	if in.GetRequestId() == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("make a request id: %w", err)
		}
		in.RequestId = id.String()
	}
	if metadataOnly(in) {
		return dropContent(in)
	}
	return nil
}

// dropContent empties every content field and leaves the structure, so that counts stay right.
func dropContent(in *hushlogv1.Interaction) error {
	err := contract.Walk(in, func(s *contract.String) error {
		if s.Kind == contract.Content {
			s.Set("")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("drop content: %w", err)
	}
	return nil
}

// sizeText says a number of bytes for people.
func sizeText(n int) string {
	const mib = 1 << 20
	if n%mib == 0 {
		return fmt.Sprintf("%d MiB", n/mib)
	}
	return fmt.Sprintf("%d bytes", n)
}
