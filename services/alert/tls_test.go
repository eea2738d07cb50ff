package alert

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
)

func TestTheWayToAlertmanagerIsTLS13(t *testing.T) {
	layout := identity.Layout{Dir: t.TempDir()}
	require.NoError(t, identity.CreateCA(layout.PKI()))
	require.NoError(t, identity.IssueCert(layout.PKI(), identity.Alert))
	files := layout.TLS(identity.Alert)
	for name, tt := range map[string]struct {
		cfg            AlertmanagerConfig
		pinned, mutual bool
	}{
		"of the system's CAs": {},
		"of a CA":             {cfg: AlertmanagerConfig{CA: files.CA}, pinned: true},
		"mutual":              {cfg: AlertmanagerConfig{CA: files.CA, Cert: files.Cert, Key: files.Key}, pinned: true, mutual: true},
	} {
		t.Run(name, func(t *testing.T) {
			config, err := toAlertmanager(tt.cfg)
			require.NoError(t, err)
			require.EqualValues(t, tls.VersionTLS13, config.MinVersion)
			require.Equal(t, tt.pinned, config.RootCAs != nil)
			require.Equal(t, tt.mutual, config.GetClientCertificate != nil)
		})
	}
}
