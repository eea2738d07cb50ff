// Package store is ClickHouse for hushlog: the schema and its migrations, the rows and how they come
// from the contracts, the writer of blocks, dates, the ledger, and the readers that run a person's
// statement. It is the only place with ClickHouse SQL and row structs.
//
// It leaves out who may read what: users, grants and row filters are derived by package policy; and
// whether a person's statement may run at all, which is services/query's to say.
package store
