package embedded

import (
	"fmt"
	"strconv"
	"time"
)

// profileRow is one row of system.settings_profile_elements.
type profileRow struct {
	Profile     string  `json:"profile"`
	User        string  `json:"user"`
	Name        string  `json:"name"`
	Value       *string `json:"value"`
	Least       *string `json:"least"`
	Most        *string `json:"most"`
	Writability string  `json:"writability"`
	Inherit     string  `json:"inherit"`
}

// profileDepth bounds how far profiles inherit from profiles.
const profileDepth = 8

func (r *rights) loadProfiles(c *conn) error {
	rows, err := selectRows[profileRow](c, `SELECT ifNull(profile_name, '') AS profile, ifNull(user_name, '') AS user,
		ifNull(setting_name, '') AS name, value, min AS least, max AS most,
		ifNull(toString(writability), '') AS writability, ifNull(inherit_profile, '') AS inherit
		FROM system.settings_profile_elements WHERE role_name IS NULL ORDER BY profile_name, user_name, index`)
	if err != nil {
		return err
	}
	for _, u := range r.users {
		err = u.applyProfile(rows, func(row profileRow) bool { return row.User == u.name }, 0)
		if err != nil {
			return err
		}
	}
	return nil
}

func (u *user) applyProfile(rows []profileRow, match func(profileRow) bool, depth int) error {
	if depth > profileDepth {
		return fmt.Errorf("profile of %s: more than %d profiles inherit from each other", u.name, profileDepth)
	}
	for _, row := range rows {
		if !match(row) {
			continue
		}
		if row.Inherit != "" {
			err := u.applyProfile(rows, func(other profileRow) bool { return other.Profile == row.Inherit }, depth+1)
			if err != nil {
				return err
			}
			continue
		}
		u.applyElement(row)
	}
	return nil
}

func (u *user) applyElement(row profileRow) {
	s := u.profile[row.Name]
	if row.Value != nil {
		s.value = row.Value
	}
	if row.Least != nil {
		s.least = row.Least
	}
	if row.Most != nil {
		s.most = row.Most
	}
	s.fixed = s.fixed || row.Writability == "CONST"
	u.profile[row.Name] = s
}

// readonly is the profile's readonly level: 0 anything, 1 reads and no
// settings, 2 reads with settings.
func (u *user) readonly() int {
	value := u.profile["readonly"].value
	if value == nil {
		return 0
	}
	level, err := strconv.Atoi(*value)
	if err != nil {
		return 1
	}
	return level
}

// change checks a setting that the user wants to be other than in the profile.
func (u *user) change(name, value string) error {
	if u.readonly() == 1 {
		return &engineError{code: 164, name: "READONLY", message: fmt.Sprintf("Cannot modify '%s' setting in readonly mode", name)}
	}
	if name == "readonly" {
		return u.changeReadonly(value)
	}
	if !isPlainSetting(name) {
		return constraint(name, "may not be changed by this user")
	}
	s := u.profile[name]
	switch {
	case s.fixed:
		return constraint(name, "should not be changed")
	case s.least != nil && !atMost(*s.least, value):
		return constraint(name, "shouldn't be less than "+*s.least)
	case s.most != nil && !atMost(value, *s.most):
		return constraint(name, "shouldn't be greater than "+*s.most)
	}
	return nil
}

// changeReadonly lets a user give rights up, never take them.
func (u *user) changeReadonly(value string) error {
	level, err := strconv.Atoi(value)
	if err != nil || level < u.readonly() || (level == 1 && u.readonly() == 2) {
		return constraint("readonly", "cannot be loosened")
	}
	return nil
}

func constraint(name, why string) error {
	return &engineError{code: 452, name: "SETTING_CONSTRAINT_VIOLATION", message: "Setting " + name + " " + why}
}

// atMost compares two settings as numbers; what is not a number is never in bounds.
func atMost(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x <= y
}

func (r *rights) loadQuotas(c *conn) error {
	type row struct {
		Users    []string `json:"users"`
		Duration float64  `json:"duration"`
		Queries  float64  `json:"queries"`
		Others   uint64   `json:"others"`
		Name     string   `json:"name"`
	}
	rows, err := selectRows[row](c, `SELECT q.apply_to_list AS users, toFloat64(l.duration) AS duration,
		toFloat64(ifNull(l.max_queries, 0)) AS queries, l.quota_name AS name,
		toUInt64(countEqual([l.max_query_selects, l.max_query_inserts, l.max_errors, l.max_result_rows, l.max_result_bytes,
			l.max_read_rows, l.max_read_bytes, l.max_written_bytes], NULL) < 8 OR l.max_execution_time IS NOT NULL) AS others
		FROM system.quota_limits AS l INNER JOIN system.quotas AS q ON q.name = l.quota_name`)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Others != 0 {
			return fmt.Errorf("quota %s: only <queries> is enforced by the embedded ClickHouse, remove the other limits", row.Name)
		}
		for _, name := range row.Users {
			u := r.users[name]
			if u != nil && row.Queries > 0 {
				u.quotas = append(u.quotas, &quota{
					interval: time.Duration(row.Duration * float64(time.Second)), queries: uint64(row.Queries),
				})
			}
		}
	}
	return nil
}

// spend counts one statement against the user's quotas.
func (u *user) spend(now time.Time) error {
	for _, q := range u.quotas {
		if !q.take(now) {
			return &engineError{code: 201, name: "QUOTA_EXCEEDED", message: fmt.Sprintf(
				"Quota for user `%s` for %s has been exceeded: queries = %d", u.name, q.interval, q.queries)}
		}
	}
	return nil
}

// take counts one statement unless the interval's are used up.
func (q *quota) take(now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if now.Sub(q.start) >= q.interval {
		q.start, q.used = now.Truncate(q.interval), 0
	}
	if q.used >= q.queries {
		return false
	}
	q.used++
	return true
}
