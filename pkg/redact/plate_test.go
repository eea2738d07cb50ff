package redact

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBarePlates(t *testing.T) {
	e := newEngine(t)
	for _, text := range []string{"B-AB 1234", "M AB 123E", "AB12 CDE", "AB12CDE", "A123 BCD", "AB 123 CD", "AB-123-CD", "1234 BCD", "MH 12 AB 1234", "KA53ME3456", "22BH1234AA", "34 ABC 1234", "34ABC123", "ABC-123DE", "AB12CDGP"} {
		t.Run(text, func(t *testing.T) {
			f := ruleOf(t, e, text, 0, len(text))
			require.Equal(t, "number-plate", f.Rule)
			require.Equal(t, len(text), f.End-f.Start)
			fs, err := e.Find("model "+text+" is sold out", Hints{})
			require.NoError(t, err)
			require.Empty(t, structured(fs))
		})
	}
	for _, text := range []string{"XX 12 AB 1234", "99 ABC 1234", "ABCDE-12", "v1.2.3", "MP3", "A4", "utf8", "1234"} {
		t.Run(text, func(t *testing.T) {
			fs, err := e.Find(text, Hints{})
			require.NoError(t, err)
			require.Empty(t, structured(fs))
		})
	}
}

func TestVehicleNumbers(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(1, 7))
	const chars = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
	for range 200 {
		d := make([]byte, vinLen)
		for i := range d {
			d[i] = chars[r.IntN(len(chars))]
			if i >= vinLen-5 {
				d[i] = byte('0' + r.IntN(10))
			}
		}
		copy(d, "WBA")
		sum := 0
		for i, w := range []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2} {
			sum += int(vinValue[d[i]]) * w
		}
		d[8] = "0123456789X"[sum%11]
		require.Equal(t, "vehicle-vin", ruleOf(t, e, "it is "+string(d)+" there", 6, 6+vinLen).Rule)
		d[8] = "1234567890X"[sum%11]
		if d[8] != "0123456789X"[sum%11] {
			require.NotEqual(t, "vehicle-vin", ruleOf(t, e, "it is "+string(d)+" there", 6, 6+vinLen).Rule)
			require.Equal(t, "vehicle-vin", ruleOf(t, e, "the VIN is "+string(d), 11, 11+vinLen).Rule)
		}
	}
}

func TestCardExpiry(t *testing.T) {
	strict, err := New(Options{MinConfidence: 0.4})
	require.NoError(t, err)
	fs, err := strict.Find("card 4111 1111 1111 1111 exp 09/28", Hints{})
	require.NoError(t, err)
	require.Len(t, fs, 2)
	require.Equal(t, "card-expiry", fs[1].Rule)
	fs, err = newEngine(t).Find("card 4111 1111 1111 1111 exp 09/28", Hints{})
	require.NoError(t, err)
	require.Len(t, fs, 1)
}

// TestMachineReadableZones are the specimens of ICAO Doc 9303.
func TestMachineReadableZones(t *testing.T) {
	e := newEngine(t)
	for name, zone := range map[string]string{
		"passport":      "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
		"identity card": "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
		"two lines":     "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
		"second line":   "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
	} {
		t.Run(name, func(t *testing.T) {
			text := "scan:\n" + zone + "\nend"
			fs, err := e.Find(text, Hints{})
			require.NoError(t, err)
			require.Len(t, fs, 1)
			require.Equal(t, "mrz", fs[0].Rule)
			require.Equal(t, zone, text[fs[0].Start:fs[0].End])
		})
	}
	for _, text := range []string{"std::cout << x << y", "cat <<EOF\nhello\nEOF", "a<<b", "<<<<<<< HEAD", "1<<32"} {
		fs, err := e.Find(text, Hints{})
		require.NoError(t, err)
		require.Empty(t, fs)
	}
}
