// Vaultdev is Vault's own server with nothing but its transit engine, in memory, for pkg/kms's tests:
//
//	vaultdev ADDRESS
//
// It listens on the loopback address, prints its root token on one line once it can be asked, and ends with
// its standard input. Nothing it keeps outlives it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	log "github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/builtin/logical/transit"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: vaultdev ADDRESS")
		os.Exit(2)
	}
	err := run(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "vaultdev:", err)
		os.Exit(1)
	}
}

func run(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	ip := net.ParseIP(host)
	if ip == nil || !ip.IsLoopback() {
		return errors.New("it is for tests, and listens on a loopback address only")
	}
	core, token, err := newCore()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           vaulthttp.Handler(&vault.HandlerProperties{Core: core, ListenerConfig: &configutil.Listener{}}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Close()
	}()
	fmt.Println(token)
	err = server.Serve(listener)
	if errors.Is(err, http.ErrServerClosed) {
		return core.Shutdown()
	}
	return err
}

// newCore is a Vault that is initialized and unsealed, with its root token.
func newCore() (*vault.Core, string, error) {
	quiet := log.NewNullLogger()
	backend, err := inmem.NewInmem(nil, quiet)
	if err != nil {
		return nil, "", err
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical: backend, LogicalBackends: map[string]logical.Factory{transitName: transit.Factory},
		BuiltinRegistry: onlyTransit{}, Logger: quiet, DisableMlock: true, DisableCache: true,
	})
	if err != nil {
		return nil, "", err
	}
	ctx := context.Background()
	shares := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
	made, err := core.Initialize(ctx, &vault.InitParams{BarrierConfig: shares, RecoveryConfig: nil})
	if err != nil {
		return nil, "", err
	}
	unsealed, err := core.Unseal(made.SecretShares[0])
	if err != nil {
		return nil, "", err
	}
	if !unsealed {
		return nil, "", errors.New("still sealed after the only share")
	}
	return core, made.RootToken, nil
}

// onlyTransit is all that this Vault can mount.
type onlyTransit struct{}

const transitName = "transit"

func (onlyTransit) Contains(name string, kind consts.PluginType) bool {
	return name == transitName && kind == consts.PluginTypeSecrets
}

func (r onlyTransit) Get(name string, kind consts.PluginType) (func() (interface{}, error), bool) {
	return func() (interface{}, error) { return transit.Factory, nil }, r.Contains(name, kind)
}

func (r onlyTransit) Keys(kind consts.PluginType) []string {
	if kind != consts.PluginTypeSecrets {
		return nil
	}
	return []string{transitName}
}

func (r onlyTransit) DeprecationStatus(name string, kind consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, r.Contains(name, kind)
}
