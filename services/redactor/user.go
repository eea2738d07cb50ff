package redactor

import (
	"strings"

	"github.com/hushlog/hushlog/pkg/contract"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// An end user's id is stored as a pseudonym, which says nothing as long as the id does not stand beside it. Senders build
// ids of sessions from it, tag with it, and write it into prompts; so the pseudonym, or a keyed hash, stands there too.

// minUserID and maxUserID bound the ids that are looked for, in bytes. Shorter ones stand in texts for other things.
const minUserID, maxUserID = 6, 96

// knowUser makes the pseudonym of an end user's id, and decides whether the id is looked for: a word may mean something else.
func (p *pass) knowUser(id string) {
	if id == "" {
		return
	}
	p.subject = p.pseudonyms.Subject(p.project, id)
	isWord := strings.IndexFunc(id, func(r rune) bool { return r < 'A' || r > 'Z' && r < 'a' || r > 'z' }) < 0
	if len(id) >= minUserID && len(id) <= maxUserID && !isWord {
		p.endUser = id
	}
}

// namesUser says whether an id or a label holds the end user's id. Names of services, models and the like are nobody's.
func (p *pass) namesUser(str *contract.String) bool {
	form := str.Form == hushlogv1.FieldForm_FIELD_FORM_ID || str.Form == hushlogv1.FieldForm_FIELD_FORM_LABEL
	return form && p.userIn(str.Value, 0) >= 0
}

// withoutUser writes the pseudonym where a text has the id.
func (p *pass) withoutUser(text string) string {
	at := p.userIn(text, 0)
	if at < 0 {
		return text
	}
	var out strings.Builder
	rest := 0
	for ; at >= 0; at = p.userIn(text, rest) {
		out.WriteString(text[rest:at])
		out.WriteString(p.subject)
		rest = at + len(p.endUser)
	}
	out.WriteString(text[rest:])
	return out.String()
}

// userIn is where the id stands by itself in a text, from a place on; -1 when it does not.
func (p *pass) userIn(text string, from int) int {
	for p.endUser != "" {
		at := strings.Index(text[from:], p.endUser)
		if at < 0 {
			break
		}
		at += from
		end := at + len(p.endUser)
		within := at > 0 && isAlphanumeric(text[at-1]) && isAlphanumeric(p.endUser[0]) ||
			end < len(text) && isAlphanumeric(text[end]) && isAlphanumeric(p.endUser[len(p.endUser)-1])
		if !within {
			return at
		}
		from = at + 1
	}
	return -1
}
