package redact

// colon judges the ':' at i, which may belong to an IPv6 or MAC address, and returns where to go on.
func (sc *scanner) colon(i int) int { return i + 1 }
