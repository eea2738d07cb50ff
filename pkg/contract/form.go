package contract

import (
	"strings"

	"google.golang.org/protobuf/proto"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Violation is one metadata string that does not have its form. It never holds
// the string.
type Violation struct {
	// Path of the field.
	Path string
	// Problem says which form is expected.
	Problem string
}

// CheckForms returns a violation for each metadata string of m that does not
// have its declared form, at most limit of them. The error is one of a tree
// that cannot be read (ErrNotFinite, ErrTooDeep), with its path.
func CheckForms(m proto.Message, limit int) ([]Violation, error) {
	var found []Violation
	err := Walk(m, func(s *String) error {
		if s.Kind == Metadata && len(found) < limit && !Fits(s.Form, s.Value) {
			found = append(found, Violation{Path: s.Path(), Problem: "must be " + Describe(s.Form)})
		}
		return nil
	})
	return found, err
}

// form is a set of bytes with bounds; every form but the media type is one.
type form struct {
	min, max    int
	extra       string
	upper       bool
	leadAlnum   bool
	notAllZero  bool
	onlyHex     bool
	description string
}

var forms = map[hushlogv1.FieldForm]form{
	hushlogv1.FieldForm_FIELD_FORM_ID: {
		min: 1, max: 128, extra: "._:+=/-", upper: true,
		description: "1 to 128 of A-Z a-z 0-9 . _ : + = / -",
	},
	hushlogv1.FieldForm_FIELD_FORM_TRACE_ID: {
		min: 32, max: 32, onlyHex: true, notAllZero: true,
		description: "32 lower-case hexadecimal digits, not all zero",
	},
	hushlogv1.FieldForm_FIELD_FORM_SPAN_ID: {
		min: 16, max: 16, onlyHex: true, notAllZero: true,
		description: "16 lower-case hexadecimal digits, not all zero",
	},
	hushlogv1.FieldForm_FIELD_FORM_NAME: {
		min: 1, max: 64, extra: "._-", leadAlnum: true,
		description: "1 to 64 of a-z 0-9 . _ -, starting with a letter or digit",
	},
	hushlogv1.FieldForm_FIELD_FORM_MODEL: {
		min: 1, max: 128, extra: "._:/@+-", upper: true, leadAlnum: true,
		description: "1 to 128 of A-Z a-z 0-9 . _ : / @ + -, starting with a letter or digit",
	},
	hushlogv1.FieldForm_FIELD_FORM_LABEL: {
		min: 1, max: 64, extra: "._:=/-", upper: true,
		description: "1 to 64 of A-Z a-z 0-9 . _ : = / -",
	},
}

const mediaTypeDescription = "type/subtype as in RFC 6838, at most 127 characters, without parameters"

// Describe says in words what a form is.
func Describe(f hushlogv1.FieldForm) string {
	if f == hushlogv1.FieldForm_FIELD_FORM_MEDIA_TYPE {
		return mediaTypeDescription
	}
	return forms[f].description
}

// Fits reports whether a string has the form. A form that is unset or unknown
// fits nothing: a declaration without a form is a mistake that shows at once.
func Fits(f hushlogv1.FieldForm, s string) bool {
	if f == hushlogv1.FieldForm_FIELD_FORM_MEDIA_TYPE {
		return fitsMediaType(s)
	}
	want, ok := forms[f]
	if !ok || len(s) < want.min || len(s) > want.max {
		return false
	}
	if want.leadAlnum && !alnum(s[0], want.upper) {
		return false
	}
	for i := range len(s) {
		if !want.allows(s[i]) {
			return false
		}
	}
	return !want.notAllZero || strings.Trim(s, "0") != ""
}

func (f form) allows(c byte) bool {
	if f.onlyHex {
		return c >= '0' && c <= '9' || c >= 'a' && c <= 'f'
	}
	return alnum(c, f.upper) || strings.IndexByte(f.extra, c) >= 0
}

func alnum(c byte, upper bool) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || upper && c >= 'A' && c <= 'Z'
}

// fitsMediaType checks type "/" subtype of restricted-name (RFC 6838, 4.2).
func fitsMediaType(s string) bool {
	kind, sub, ok := strings.Cut(s, "/")
	if !ok || len(s) > 127 {
		return false
	}
	for _, name := range []string{kind, sub} {
		if name == "" || !alnum(name[0], true) {
			return false
		}
		for i := range len(name) {
			if !alnum(name[i], true) && strings.IndexByte("!#$&-^_.+", name[i]) < 0 {
				return false
			}
		}
	}
	return true
}
