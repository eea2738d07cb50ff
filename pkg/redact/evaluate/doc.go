// Package evaluate measures how well private values are found, on texts in which they are marked.
//
// It reads marked texts (Read) and what a detector found in them (ReadPredictions, or Detect for the engine itself),
// counts (Score) and prints (Report.Write). It is a library beside the engine and not part of it: nothing of it is in
// a program that only redacts.
//
// # How it counts
//
//   - A marked span is found when predictions cover at least half of its code points: typed, when only predictions of
//     its own type are taken, any, when predictions of all types are.
//   - A prediction is right when it touches a span that is found (typed: of its own type). One that lies at least half
//     in a don't-care zone and touches nothing found, or lies inside a longer prediction that is right (typed), is not
//     counted. Every other one is false.
//   - Precision is right predictions by counted predictions, recall found spans by spans; F1 and F2 are their weighted
//     harmonic means, F2 with recall counted double.
//   - Leak is the share of marked code points that no prediction of any type covers.
//   - Excess is the share of predicted code points that lie neither in a marked span nor in a don't-care zone.
//   - False positives by 1,000 code points are taken on texts that are marked as negatives; where a negative says for
//     which types it is one, only predictions of those count.
//   - A text leaks when at least one of its marked spans is not found (any).
//
// Offsets count Unicode code points, ends are exclusive.
package evaluate
