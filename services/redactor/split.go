package redactor

import (
	"fmt"
	"strings"

	"github.com/hushlog/hushlog/pkg/redact"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// A sender that logs an answer as it came has a part for each piece of it, and a value may begin in one part and end in
// another: "jane.doe@" and "company.com". Texts are inspected one by one; so what was split is put together in the part in
// which it begins, before anybody looks. Nothing is lost by it: the parts, one after the other, are the text that they were.

// mendSplits puts values together that parts of a message share. It changes in. The error is errUninspectable.
func (s *Sanitizer) mendSplits(in *hushlogv1.Interaction) error {
	err := s.mendParts("system_instructions", in.GetSystemInstructions(), hushlogv1.Role_ROLE_SYSTEM)
	for i, m := range in.GetMessages() {
		if err == nil {
			err = s.mendParts(fmt.Sprintf("messages[%d].parts", i), m.GetParts(), m.GetRole())
		}
	}
	for i, c := range in.GetResponse().GetChoices() {
		if err == nil {
			err = s.mendParts(fmt.Sprintf("response.choices[%d].message.parts", i), c.GetMessage().GetParts(), hushlogv1.Role_ROLE_ASSISTANT)
		}
	}
	return err
}

// mendParts goes through the runs of parts of one kind: what stands between them parts what they say, too.
func (s *Sanitizer) mendParts(path string, parts []*hushlogv1.Part, role hushlogv1.Role) error {
	for from := 0; from < len(parts); {
		texts := sameKind(parts[from:])
		from += max(len(texts), 1)
		if len(texts) < 2 {
			continue
		}
		err := s.mendTexts(texts, redact.Hints{Field: "text", Role: roleWord(role)})
		if err != nil {
			return fmt.Errorf("%w: %s", errUninspectable, path)
		}
	}
	return nil
}

// sameKind gives the texts of the first parts, as far as they are of one kind that has a text.
func sameKind(parts []*hushlogv1.Part) []*string {
	var texts []*string
	reasoning := len(parts) > 0 && parts[0].GetReasoning() != nil
	for _, p := range parts {
		switch part := p.GetPart().(type) {
		case *hushlogv1.Part_Text:
			if reasoning {
				return texts
			}
			texts = append(texts, &part.Text.Text)
		case *hushlogv1.Part_Reasoning:
			if !reasoning {
				return texts
			}
			texts = append(texts, &part.Reasoning.Text)
		default:
			return texts
		}
	}
	return texts
}

func (s *Sanitizer) mendTexts(texts []*string, hints redact.Hints) error {
	var all strings.Builder
	ends := make([]int, len(texts))
	for i, text := range texts {
		all.WriteString(*text)
		ends[i] = all.Len()
	}
	joined := all.String()
	found, err := s.engine.Find(joined, hints)
	if err != nil {
		return err
	}
	moved, i := false, 0
	for _, f := range found { // in order, without overlaps
		for i < len(ends) && ends[i] <= f.Start {
			i++
		}
		for ; f.Action != redact.ActionKeep && i < len(ends) && ends[i] < f.End; i++ {
			ends[i], moved = f.End, true
		}
	}
	if !moved {
		return nil
	}
	begin := 0
	for i, text := range texts {
		end := max(begin, ends[i])
		*text = joined[begin:end]
		begin = end
	}
	return nil
}
