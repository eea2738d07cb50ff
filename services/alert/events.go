package alert

import (
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/alerting"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// answerPath begins the paths of what the model answered.
const answerPath = "response"

// eventsOf are the events of a block: its records, with their findings by side, and what was put aside. Large events that wait
// for their turn are stored in a moment, and are events then.
func eventsOf(block *hushlogv1.Block) []*alerting.Event {
	events := make([]*alerting.Event, 0, len(block.GetRecords())+len(block.GetQuarantined()))
	for _, record := range block.GetRecords() {
		events = append(events, &alerting.Event{Record: record})
	}
	for _, finding := range block.GetFindings() {
		if int(finding.GetRecord()) >= len(block.GetRecords()) {
			continue
		}
		event := events[finding.GetRecord()]
		side := &event.PromptFindings
		if strings.HasPrefix(finding.GetPath(), answerPath) {
			side = &event.AnswerFindings
		}
		if *side == nil {
			*side = map[string]uint32{}
		}
		(*side)[finding.GetType()]++
	}
	for _, quarantined := range block.GetQuarantined() {
		events = append(events, &alerting.Event{Quarantined: quarantined})
	}
	return slices.DeleteFunc(events, func(e *alerting.Event) bool { return isCanary(e) || e.Quarantined.GetReason() == stream.ReasonTurn })
}

// isCanary says that hushlog has sent the event to itself. It is nobody's traffic, and the canary tells of it.
func isCanary(event *alerting.Event) bool {
	return event.Record.GetProject() == identity.CanaryProject || event.Quarantined.GetProject() == identity.CanaryProject
}
