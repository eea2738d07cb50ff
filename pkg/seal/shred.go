package seal

import (
	"errors"
	"time"
)

// makerSlack is how long after a day's end a maker whose clock is behind may still wrap under the day's key.
const makerSlack = time.Hour

// ShredAt is when the key of a day may be destroyed: once the last epoch that it wraps, of those that the ring
// knows, cannot be opened any more, and none can be made under it. longest is how long an epoch of today's
// settings can be opened, for a day of which the ring knows no epoch.
func (k *Keyring) ShredAt(day string, longest time.Duration) (time.Time, error) {
	begin, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, errors.New("KMS key name is not a day, as 2006-01-02")
	}
	end := begin.AddDate(0, 0, 1).Add(makerSlack)
	var last time.Time
	k.mu.RLock()
	for _, e := range k.epochs {
		if e.KMSKey == day && e.OpenUntil.After(last) {
			last = e.OpenUntil
		}
	}
	k.mu.RUnlock()
	if last.IsZero() {
		return end.Add(longest), nil
	}
	if last.Before(end) {
		return end, nil
	}
	return last, nil
}
