package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/identity"
)

// ClickHouseUsers lists the users: services with grants first, with the one that retention rescans as, then one for each
// role, and one more for the exports of a role that may export.
func (p *Policy) ClickHouseUsers() []User {
	var users []User
	for _, r := range rights {
		if len(r.grants) > 0 {
			users = append(users, User{
				Name: r.service, CommonName: r.service, Grants: slices.Clone(r.grants), RowFilters: serviceFilters(r.service),
			})
		}
		if r.service == identity.Retention {
			users = append(users, User{Name: identity.RescanUser, CommonName: r.service, Grants: rescanGrants(), RowFilters: serviceFilters(identity.RescanUser)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Roles)) {
		user := p.roleUser(name)
		users = append(users, user)
		if slices.Contains(p.Roles[name].May, RightExport) {
			users = append(users, p.exportUser(user))
		}
	}
	return users
}

// serviceFilters let admin see every row: once a table has a filter for anyone, ClickHouse may be
// set to show nothing to users without one. The canary sees its own rows.
func serviceFilters(service string) map[string]string {
	filters := make(map[string]string)
	switch service {
	case identity.Admin:
		for _, table := range AllTables() {
			filters[table] = "1"
		}
	case identity.Canary:
		filters[TableInteractions] = "project = '" + identity.CanaryProject + "'"
	}
	return filters
}

func (p *Policy) roleUser(name string) User {
	role := p.Roles[name]
	user := User{
		Name: identity.RoleUser(name), CommonName: identity.RoleUser(name), Role: name, ReadOnly: true, Limits: role.Limits,
		RowFilters: make(map[string]string),
	}
	for _, table := range slices.Sorted(maps.Keys(role.Tables)) {
		columns := ""
		if len(role.Tables[table]) > 0 {
			columns = "(" + strings.Join(role.Tables[table], ", ") + ")"
		}
		user.Grants = append(user.Grants, fmt.Sprintf("GRANT SELECT%s ON %s.%s", columns, Database, table))
		spec, ok := tableNamed(table)
		if ok {
			user.RowFilters[table] = role.rowFilter(spec)
		}
	}
	return user
}

// Exportable are the classes of which a role exports records: those that it sees and that may be exported, if it may.
func (p *Policy) Exportable(role string) []string {
	exportable := []string{}
	for _, class := range p.Roles[role].Classes {
		if p.Classes[class].Export && slices.Contains(p.Roles[role].May, RightExport) {
			exportable = append(exportable, string(class))
		}
	}
	return exportable
}

// exportUser is the user of a role's exports: it sees what the role sees, less the records of classes that may not be
// exported. ClickHouse itself leaves them out, whatever the statement is.
func (p *Policy) exportUser(user User) User {
	role := p.Roles[user.Role]
	role.Classes = slices.DeleteFunc(slices.Clone(role.Classes), func(c Class) bool { return !p.Classes[c].Export })
	user.Name, user.Export = identity.ExportUser(user.Role), true
	user.RowFilters = maps.Clone(user.RowFilters)
	for table := range user.RowFilters {
		spec, _ := tableNamed(table)
		switch {
		case !spec.records():
		case len(role.Classes) == 0:
			user.RowFilters[table] = "0"
		default:
			user.RowFilters[table] = role.rowFilter(spec)
		}
	}
	return user
}

// rowFilter is the condition that rows of a table must meet for the role to see them; "1" when it
// sees all. Names in it were checked to be plain, so that quoting them is enough.
func (r Role) rowFilter(table tableSpec) string {
	var parts []string
	if table.byClass && len(r.Classes) < len(AllClasses()) {
		parts = append(parts, "classification IN ("+quoteList(r.Classes)+")")
	}
	switch {
	case !table.byProject:
	case slices.Contains(r.Projects, AnyProject):
		// Whoever sees every project sees none of the rows that hushlog sends to itself: they are nobody's traffic.
		parts = append(parts, "project != '"+identity.CanaryProject+"'")
	default:
		parts = append(parts, "project IN ("+quoteList(r.Projects)+")")
	}
	if len(parts) == 0 {
		return "1"
	}
	return strings.Join(parts, " AND ")
}

func quoteList[T ~string](values []T) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = "'" + string(v) + "'"
	}
	return strings.Join(quoted, ", ")
}

// TableRetentions says when rows expire, table by table and label by label, in a fixed order. Tables that are
// kept until a hold is released are not among them.
func (p *Policy) TableRetentions() []TableRetention {
	var all []TableRetention
	for _, table := range schema {
		if table.keep == nil {
			continue
		}
		if !table.labelled {
			all = append(all, TableRetention{table.name, "", table.keep(p.Retention, RetentionLabel{}).D()})
			continue
		}
		for _, label := range slices.Sorted(maps.Keys(p.Retention.Labels)) {
			keep := table.keep(p.Retention, p.Retention.Labels[label])
			all = append(all, TableRetention{table.name, label, keep.D()})
		}
	}
	return all
}
