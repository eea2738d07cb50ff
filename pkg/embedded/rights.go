package embedded

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
)

// rights is what the users file allows, as the engine itself read it. It is not
// changed after loading, quota counters excepted.
type rights struct {
	users map[string]*user
}

// user is one user of the users file.
type user struct {
	name        string
	full        bool     // runs everything as it is; the users file does not know it
	commonNames []string // of client certificates
	grants      []grant
	profile     map[string]profileSetting
	quotas      []*quota
}

// grant is one row of system.grants. Empty names mean all.
type grant struct {
	access, database, table, column string
	revoked                         bool
}

// profileSetting is what the user's profile says of one setting.
type profileSetting struct {
	value       *string // in force when the user says nothing
	least, most *string
	fixed       bool
}

// quota limits the statements in an interval.
type quota struct {
	interval time.Duration
	queries  uint64

	mu    sync.Mutex // guards start and used
	start time.Time
	used  uint64
}

// loadRights reads the users, their grants, profiles and quotas from the engine.
func loadRights(c *conn) (*rights, error) {
	r := &rights{users: map[string]*user{}}
	for _, step := range []func(*conn) error{r.loadUsers, r.loadGrants, r.loadProfiles, r.loadQuotas} {
		err := step(c)
		if err != nil {
			return nil, fmt.Errorf("read the users' rights: %w", err)
		}
	}
	return r, nil
}

// selectRows runs a statement of ours and decodes each row with the given type.
func selectRows[T any](c *conn, statement string, params ...parameter) ([]T, error) {
	raw, err := c.query(statement+" SETTINGS output_format_json_quote_64bit_integers = 0", "JSONEachRow", params...)
	if err != nil {
		return nil, err
	}
	var rows []T
	decoder := json.NewDecoder(bytes.NewReader(raw))
	for decoder.More() {
		var row T
		err = decoder.Decode(&row)
		if err != nil {
			return nil, fmt.Errorf("decode the engine's answer: %w", err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (r *rights) loadUsers(c *conn) error {
	type row struct {
		Name   string   `json:"name"`
		Types  []string `json:"types"`
		Params []string `json:"params"`
	}
	rows, err := selectRows[row](c, "SELECT name, arrayMap(t -> toString(t), auth_type) AS types, auth_params AS params FROM system.users WHERE name != 'default'")
	if err != nil {
		return err
	}
	for _, row := range rows {
		u := &user{name: row.Name, profile: map[string]profileSetting{}}
		for i, kind := range row.Types {
			if kind != "ssl_certificate" || i >= len(row.Params) {
				continue
			}
			var auth struct {
				CommonNames []string `json:"common_names"`
			}
			err = json.Unmarshal([]byte(row.Params[i]), &auth)
			if err != nil {
				return fmt.Errorf("certificates of %s: %w", row.Name, err)
			}
			u.commonNames = append(u.commonNames, auth.CommonNames...)
		}
		r.users[row.Name] = u
	}
	return nil
}

func (r *rights) loadGrants(c *conn) error {
	type row struct {
		User     string `json:"user"`
		Access   string `json:"access"`
		Database string `json:"database"`
		Table    string `json:"table"`
		Column   string `json:"column"`
		Revoked  uint8  `json:"revoked"`
	}
	rows, err := selectRows[row](c, `SELECT assumeNotNull(user_name) AS user, toString(access_type) AS access,
		ifNull(database, '') AS database, ifNull(table, '') AS table, ifNull(column, '') AS column, is_partial_revoke AS revoked
		FROM system.grants WHERE user_name IS NOT NULL`)
	if err != nil {
		return err
	}
	for _, row := range rows {
		u := r.users[row.User]
		if u != nil {
			u.grants = append(u.grants, grant{row.Access, row.Database, row.Table, row.Column, row.Revoked != 0})
		}
	}
	return nil
}

// accessParents names the wider rights that include a right.
var accessParents = map[string][]string{
	"ALTER DELETE":          {"ALTER TABLE", "ALTER"},
	"ALTER UPDATE":          {"ALTER TABLE", "ALTER"},
	"ALTER TTL":             {"ALTER TABLE", "ALTER"},
	"ALTER MATERIALIZE TTL": {"ALTER TABLE", "ALTER"},
	"ALTER SETTINGS":        {"ALTER TABLE", "ALTER"},
	"SHOW COLUMNS":          {"SHOW"},
}

// may tells whether the user has the right on the whole table, or on each of
// the columns when there are any.
func (u *user) may(access, database, table string, columns ...string) bool {
	if u.has(access, database, table, "") {
		return true
	}
	if len(columns) == 0 {
		return false
	}
	for _, column := range columns {
		if !u.has(access, database, table, column) {
			return false
		}
	}
	return true
}

func (u *user) has(access, database, table, column string) bool {
	wanted := append([]string{access, "ALL"}, accessParents[access]...)
	found := false
	for _, g := range u.grants {
		if !slices.Contains(wanted, g.access) ||
			(g.database != "" && g.database != database) ||
			(g.table != "" && g.table != table) ||
			(g.column != "" && g.column != column) {
			continue
		}
		if g.revoked {
			return false
		}
		found = true
	}
	return found
}

// namesTable tells whether a grant of the right names this very table, be it
// for some of its columns only.
func (u *user) namesTable(access, database, table string) bool {
	return slices.ContainsFunc(u.grants, func(g grant) bool {
		return g.access == access && g.database == database && g.table == table && !g.revoked
	})
}

// sees tells whether the user may know the table's columns.
func (u *user) sees(database, table string) bool {
	return u.may("SHOW COLUMNS", database, table) || u.may("SELECT", database, table) || u.may("INSERT", database, table) ||
		u.namesTable("SELECT", database, table) || u.namesTable("INSERT", database, table)
}
