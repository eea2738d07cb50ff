// Package report is what reviews, reports and evidence show: figures, each with the one statement that it
// comes from; which of them a review of a kind needs; and the controls of regulations and standards that
// they are evidence for.
//
// It holds no connection: whoever gathers figures brings what runs a statement, and with it the rights that
// it runs under. No figure reads content or names an end user.
package report
