package corpus

// bech32Wallet invents a Bitcoin address of segregated witness version 0 (BIP 173).
func (s *scene) bech32Wallet() string {
	const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	data := make([]byte, 1, 33) // version 0, then 160 bits in fives
	for range 32 {
		data = append(data, byte(s.rng.IntN(32))) //nolint:gosec // below 32
	}
	values := append([]byte{3, 3, 0, 2, 3}, data...) // "bc", expanded
	values = append(values, 0, 0, 0, 0, 0, 0)
	sum := bech32Polymod(values) ^ 1
	out := "bc1"
	for _, d := range data {
		out += string(charset[d])
	}
	for i := range 6 {
		out += string(charset[sum>>(5*(5-i))&31])
	}
	return out
}

func bech32Polymod(values []byte) uint32 {
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range generator {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum
}
