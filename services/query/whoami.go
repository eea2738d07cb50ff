package query

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// whoami is who a token speaks for and what the role may do.
type whoami struct {
	Name string `json:"name"`
	// Actor is what stands for the person on the trail.
	Actor    string    `json:"actor"`
	Role     string    `json:"role"`
	TokenID  string    `json:"token_id"`
	Expires  time.Time `json:"expires"`
	Tables   []table   `json:"tables"`
	Classes  []string  `json:"classes"`
	Projects []string  `json:"projects"`
	Purposes []string  `json:"purposes"`
	Formats  []string  `json:"formats"`
	MaxRows  int64     `json:"max_rows"`
	// LookRows and LookBytes bound what is made from records and is no export; Exports are the classes of which the role
	// may export records.
	LookRows  int64    `json:"look_rows"`
	LookBytes int64    `json:"look_bytes"`
	Exports   []string `json:"exports"`
	MaxTime   string   `json:"max_time"`
}

// table is one that the role reads; no columns means all.
type table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns,omitempty"`
}

func (s *Service) serveWhoami(w http.ResponseWriter, r *http.Request) {
	a := &attempt{service: s, entry: &hushlogv1.AuditEntry{Action: actionSignIn, Actor: nobody}}
	failure := a.signIn(r)
	if failure != nil {
		a.entry.Action = actionSignIn
		writeProblem(w, a.refuse(r.Context(), failure))
		return
	}
	writeJSON(w, http.StatusOK, a.whoami())
}

func (a *attempt) whoami() whoami {
	p := a.service.deps.Policy
	answer := whoami{
		Name: a.person.Name, Actor: a.person.Pseudonym(), Role: a.person.Role, TokenID: a.person.TokenID, Expires: a.person.Expires.UTC(),
		Projects: a.role.Projects, Purposes: slices.Sorted(maps.Keys(p.Purposes)), Formats: slices.Sorted(maps.Keys(formats)),
		LookRows: a.role.Limits.LookRows, LookBytes: int64(a.role.Limits.LookBytes), Exports: p.Exportable(a.person.Role),
		MaxRows: a.role.Limits.MaxRows, MaxTime: a.role.Limits.MaxTime.D().String(),
	}
	for _, class := range a.role.Classes {
		answer.Classes = append(answer.Classes, string(class))
	}
	for _, name := range slices.Sorted(maps.Keys(a.role.Tables)) {
		answer.Tables = append(answer.Tables, table{Name: name, Columns: a.role.Tables[name]})
	}
	return answer
}

// secure sets the headers that every answer has: results are nobody else's, not even a cache's.
func secure(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	secure(w)
	w.Header().Set("Content-Type", "application/json")
	body, err := json.Marshal(answer)
	if err != nil {
		panic("query: an answer of ours is no JSON: " + err.Error())
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout)) // a test's writer may have none
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // who went away gets nothing
}
