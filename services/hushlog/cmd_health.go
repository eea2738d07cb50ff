package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
)

const (
	// defaultHealthAddr is the admin address of the services' files in deploy/compose.
	defaultHealthAddr = "127.0.0.1:9600"
	// maxHealthAnswer bounds what is read of an answer, in bytes.
	maxHealthAnswer = 4 << 10
)

// newHealthCommand asks a service on this machine for its health. It is the health check of the
// image, which holds no other program.
func newHealthCommand() *cobra.Command {
	var (
		addr    string
		live    bool
		timeout time.Duration
		files   identity.TLSFiles
	)
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask a service on this machine whether it is ready",
		Long: "Asks the admin address of a service on this machine for /readyz (or /livez) and ends with 0 when the answer is yes.\n" +
			"It is made for health checks of containers, and asks loopback addresses only. With admin.tls the service wants a certificate of the\n" +
			"deployment: its own will do (--ca, --cert, --key).",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := "/readyz"
			if live {
				path = "/livez"
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return askHealth(ctx, addr, path, files)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", defaultHealthAddr, "admin address of the service, `host:port` (admin.listen of its configuration)")
	cmd.Flags().StringVar(&files.CA, "ca", "", "`file` with the certificate of the deployment's CA, where admin.tls is true")
	cmd.Flags().StringVar(&files.Cert, "cert", "", "`file` with a certificate to show, as the service's own")
	cmd.Flags().StringVar(&files.Key, "key", "", "`file` with the certificate's key")
	cmd.Flags().BoolVar(&live, "live", false, "ask only whether it runs, not whether what it needs answers")
	cmd.Flags().DurationVar(&timeout, "timeout", 3*time.Second, "how long to wait for the answer")
	return cmd
}

// askHealth returns nil when the service says yes, or an error with its reason.
func askHealth(ctx context.Context, addr, path string, files identity.TLSFiles) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return errors.New("health: --addr must be host:port")
	}
	if !identity.OnThisMachine(host) {
		return errors.New("health: --addr must be a loopback address; ask a service elsewhere over TLS with an HTTP client")
	}
	scheme, client := "http", &http.Client{}
	if files != (identity.TLSFiles{}) {
		config, tlsErr := identity.ClientTLS(files, "localhost")
		if tlsErr != nil {
			return fmt.Errorf("health: %w", tlsErr)
		}
		scheme, client.Transport = "https", &http.Transport{TLSClientConfig: config}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+addr+path, http.NoBody)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("health: %w; is the service running, and is --addr the admin.listen of its configuration?", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	var answer struct {
		Reason string `json:"reason"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, maxHealthAnswer)).Decode(&answer)
	if err != nil {
		return fmt.Errorf("health: %s", resp.Status)
	}
	return fmt.Errorf("health: not ready: %s", answer.Reason)
}
