package embedded

import (
	"context"
	"os"

	"github.com/hushlog/hushlog/pkg/kms"
)

// unwrapDisks returns the path of a file with the keys of disks: file itself where it is readable, and else one that is in the memory
// of this process for as long as it lives.
func unwrapDisks(ctx context.Context, file, kmsURL string) (string, error) {
	if kmsURL == "" {
		return file, nil
	}
	wrapped, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	keys, err := kms.UnwrapSecret(ctx, kmsURL, wrapped)
	if err != nil {
		return "", err
	}
	defer clear(keys)
	return fileInMemory("hushlog-disks", keys)
}
