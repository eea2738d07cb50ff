package dial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
)

// WaitClickHouse returns when the ClickHouse at addr answers /ping to the admin's certificate, or with ctx's error.
// alive is asked before each look: its error, that the server has ended, ends the wait.
func WaitClickHouse(ctx context.Context, deployment identity.Layout, addr string, alive func() error) error {
	tlsConfig, err := identity.ClientTLS(deployment.TLS(identity.Admin), "")
	if err != nil {
		return err
	}
	transport := &http.Transport{TLSClientConfig: tlsConfig, DisableKeepAlives: true}
	client := &http.Client{Transport: transport, Timeout: probeTimeout}
	for {
		err = alive()
		if err != nil {
			return err
		}
		err = ping(ctx, client, addr)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for ClickHouse: %w", errors.Join(ctx.Err(), err))
		case <-time.After(probePause):
		}
	}
}

func ping(ctx context.Context, client *http.Client, addr string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+addr+"/ping", http.NoBody)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 4<<10))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return errors.New("ping: " + response.Status)
	}
	return nil
}
