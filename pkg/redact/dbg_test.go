package redact

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestDbg(t *testing.T) {
	if os.Getenv("DBG") == "" {
		t.Skip("set DBG")
	}
	e, _ := New(Options{MinConfidence: 0.01})
	for _, l := range strings.Split(os.Getenv("DBG"), "~") {
		fs, err := e.Find(l, Hints{})
		fmt.Println(l, err)
		for _, f := range fs {
			fmt.Printf("   %q %s %.2f %+v\n", l[f.Start:f.End], f.Rule, f.Confidence, f.Evidence)
		}
	}
}
