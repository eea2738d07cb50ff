package store

import (
	"fmt"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// ledgerRow is a row of the table ledger: one step.
type ledgerRow struct {
	Project         string    `ch:"project"`
	Minute          time.Time `ch:"minute"`
	BlockID         string    `ch:"block_id"`
	Accepted        uint64    `ch:"accepted"`
	Stored          uint64    `ch:"stored"`
	Duplicates      uint64    `ch:"duplicates"`
	Quarantined     uint64    `ch:"quarantined"`
	SampledOut      uint64    `ch:"sampled_out"`
	GatewayAccepted uint64    `ch:"gateway_accepted"`
	GatewayRejected uint64    `ch:"gateway_rejected"`
	Erased          uint64    `ch:"erased"`
	Released        uint64    `ch:"released"`
	Dropped         uint64    `ch:"dropped"`
}

func ledgerRowOf(d *hushlogv1.LedgerDelta, block string) (*ledgerRow, error) {
	minute := d.GetMinute()
	if minute < 0 || minute >= latest.Unix()/60 {
		return nil, fmt.Errorf("minute is outside 1970 to 2105: %w", ErrMalformed)
	}
	return &ledgerRow{
		Project: d.GetProject(), Minute: time.Unix(minute*60, 0).UTC(), BlockID: block, Accepted: d.GetAccepted(), Stored: d.GetStored(),
		Duplicates: d.GetDuplicates(), Quarantined: d.GetQuarantined(), SampledOut: d.GetSampledOut(),
		GatewayAccepted: d.GetGatewayAccepted(), GatewayRejected: d.GetGatewayRejected(),
		Released: d.GetReleased(), Dropped: d.GetDropped(),
	}, nil
}
