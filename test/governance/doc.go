// Package governance holds the tests of what a deployment owes the people whose data it holds and those
// who audit it: the trail that can be proven, who reads what, dates, holds and erasure. They run on a
// whole deployment, and on the store alone where that shows the same.
package governance
