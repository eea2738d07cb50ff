package redactor

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/hushlog/hushlog/pkg/redact"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// convincing reports whether a finding in a metadata string is one. Ids are made of dates and counters, and one group of
// digits in ten passes the checksum of somebody's number: those count where they are the whole string, or where the string
// itself says what they are (passport:X1234567). What has a shape of its own counts anywhere in it.
func convincing(f redact.Finding, value string) bool {
	if f.Start == 0 && f.End == len(value) {
		return true
	}
	switch f.Type {
	case redact.TypeEmail, redact.TypeSecret, redact.TypeCreditCard, redact.TypeUSSSN, redact.TypeIP, redact.TypeBank, redact.TypeCrypto, redact.TypeURL:
		return true
	case redact.TypePhone:
		return convincingPhone(f, value)
	default:
		return f.Evidence.Context != "" || f.Confidence >= sureWithin
	}
}

// sureWithin is from which confidence on a number within a longer string is one: with a checksum and a label. A checksum
// alone gives less.
const sureWithin = 0.95

// phoneSchemes begin ids of channels whose users are their numbers: whatsapp:+14155550120, sms-14155550120.
var phoneSchemes = []string{"whatsapp", "sms", "tel", "phone", "mobile", "msisdn", "signal", "viber"}

// convincingPhone goes by the sign of an international number where it begins a word, as base64 and versions have the sign
// within one, and by words for channels. The word "call" names a call of a tool more often than one by phone.
func convincingPhone(f redact.Finding, value string) bool {
	if value[f.Start] == '+' && (f.Start == 0 || !isAlphanumeric(value[f.Start-1])) {
		return true
	}
	return slices.Contains(phoneSchemes, strings.ToLower(f.Evidence.Context))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlphanumeric(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// judgedFrom and judgedUntil bound the numbers that are looked at. With fewer than twelve digits nothing says that one is
// somebody's; seeds of 63 random bits have nineteen, and one in two hundred of them would pass for a card's.
const judgedFrom, judgedUntil = 1e11, 1e16

// numbers takes out what is somebody's number although the contract has a number there: a seed that is a card's.
func (p *pass) numbers(in *hushlogv1.Interaction) error {
	err := p.numbersOf("model", in.GetModel().ProtoReflect())
	if err != nil {
		return err
	}
	return p.numbersOf("usage", in.GetUsage().ProtoReflect())
}

func (p *pass) numbersOf(path string, m protoreflect.Message) error {
	if !m.IsValid() {
		return nil
	}
	for i := range m.Descriptor().Fields().Len() {
		field := m.Descriptor().Fields().Get(i)
		digits := ""
		if m.Has(field) {
			digits = longNumber(field, m.Get(field))
		}
		if digits == "" {
			continue
		}
		err := p.number(m, path, field, digits)
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) number(m protoreflect.Message, path string, field protoreflect.FieldDescriptor, digits string) error {
	path += "." + string(field.Name())
	found, err := p.engine.Find(digits, redact.Hints{Field: string(field.Name())})
	if err != nil {
		return fmt.Errorf("%w: %s", errUninspectable, path)
	}
	for _, f := range found {
		if f.Evidence.Checksum == "" {
			continue // a row of digits has no name in it
		}
		p.note(path, f)
		p.metadataOnly = p.metadataOnly || f.Action == redact.ActionMetadataOnly
		if f.Action != redact.ActionKeep {
			m.Clear(field)
		}
	}
	return nil
}

// longNumber is a number as people write it, without its sign, when it has as many digits as are judged.
func longNumber(field protoreflect.FieldDescriptor, v protoreflect.Value) string {
	var size float64
	var digits string
	switch field.Kind() {
	case protoreflect.Int64Kind:
		size, digits = math.Abs(float64(v.Int())), strings.TrimPrefix(strconv.FormatInt(v.Int(), 10), "-")
	case protoreflect.Uint64Kind:
		size, digits = float64(v.Uint()), strconv.FormatUint(v.Uint(), 10)
	case protoreflect.DoubleKind:
		size = math.Abs(v.Float())
		digits = strconv.FormatFloat(size, 'f', -1, 64)
	default:
		return ""
	}
	if size < judgedFrom || size >= judgedUntil {
		return ""
	}
	return digits
}
