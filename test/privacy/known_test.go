package privacy

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/contract"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// What nothing but another field shows to be private: a number that one text calls by its name, the end user's id, and an
// address that two parts share. Assembled, so that no file holds them whole.
var (
	number = "5362" + "28754"
	user   = "crmq-" + "x7k2m9zd"
)

// TestWhatOneFieldShowsIsReadableNowhere has a number and the end user's id stand in every field that can hold them.
func TestWhatOneFieldShowsIsReadableNowhere(t *testing.T) {
	h := newHarness(t)
	fillFor := func(id string) *hushlogv1.Interaction {
		in := filler{now: time.Now(), value: func(at field) string {
			switch {
			case at.name() == "EndUser.id":
				return user
			case at.kind != contract.Metadata:
				return "this is about " + number + " of " + user
			case valid(at, id) != "ordinary":
				return valid(at, id)
			case len(user)+len(number) < 40 && at.form == hushlogv1.FieldForm_FIELD_FORM_ID:
				return user + ":" + number
			default:
				return "x-" + number
			}
		}}.interaction()
		said := in.GetMessages()[0]
		for _, text := range []string{"My SSN is " + number + ". Write to quorvexa.", "limp@mailbox", ".org, please"} {
			said.Parts = append(said.Parts, &hushlogv1.Part{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: text}}})
		}
		return in
	}
	require.NoError(t, h.log(t.Context(), fillFor("known-by-grpc")))
	require.Equal(t, http.StatusOK, h.post(t, fillFor("known-by-rest")))
	h.await(t, 2)
	h.eachTable(t, func(table string, rows []byte) {
		for _, v := range []string{number, user, mail, "limp@mailbox"} {
			require.False(t, bytes.Contains(rows, []byte(v)), "a planted value is in table %s", table)
		}
	})
	h.filesAreClean(t, number, user, mail)
}
