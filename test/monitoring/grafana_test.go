package monitoring

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"          // registers the types of panels and queries
	grafana "github.com/grafana/grafana-foundation-sdk/go/dashboard"    // Grafana's published types, which refuse what they do not know
	promquery "github.com/grafana/grafana-foundation-sdk/go/prometheus" // the same of queries
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/test/repository"
)

// found is the error of a strict reading. Where there is no problem the types of v0.0.22 give an empty list that is not nil.
func found(err error) error {
	var problems cog.BuildErrors
	if errors.As(err, &problems) && len(problems) == 0 {
		return nil
	}
	return err
}

// readStrictly is a dashboard as Grafana's types have it: nothing that is required is missing and nothing is there that they
// do not know, in the dashboard, its panels, and its queries, which must be Prometheus'.
//
//nolint:staticcheck // its successor dashboardv2 is for dashboards made over Kubernetes' API; files are of this form
func readStrictly(document []byte) (*grafana.Dashboard, error) {
	var strict, read grafana.Dashboard
	err := errors.Join(found(strict.UnmarshalJSONStrict(document)), json.Unmarshal(document, &read)) // a strict one stops at panels
	if err != nil {
		return nil, err
	}
	var parts struct {
		Panels []struct {
			Type    string            `json:"type"`
			Targets []json.RawMessage `json:"targets"`
		} `json:"panels"`
	}
	err = errors.Join(found(read.Validate()), json.Unmarshal(document, &parts))
	for i, panel := range parts.Panels {
		_, known := cog.ConfigForPanelcfgVariant(panel.Type)
		if !known {
			err = errors.Join(err, fmt.Errorf("panels[%d].type: Grafana has no panel %q", i, panel.Type))
		}
		for j, target := range panel.Targets {
			var query promquery.Dataquery
			problem := found(query.UnmarshalJSONStrict(target))
			if problem != nil {
				err = errors.Join(err, fmt.Errorf("panels[%d].targets[%d]: %w", i, j, problem))
			}
		}
	}
	return &read, err
}

// TestDashboardsAreOfGrafanasTypes reads each dashboard that is shipped with the Go types that Grafana publishes.
func TestDashboardsAreOfGrafanasTypes(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	root, err := repository.Root()
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(root, "deploy", "grafana", "dashboards", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			document, err := os.ReadFile(filepath.Clean(file))
			require.NoError(t, err)
			read, err := readStrictly(document)
			require.NoError(t, err)
			require.NotEmpty(t, read.Panels)
			ids := map[uint32]bool{}
			for _, entry := range read.Panels {
				p := entry.Panel
				require.NotNil(t, p, "rows are not used")
				require.NotNil(t, p.Id, *p.Title)
				require.False(t, ids[*p.Id], "%s: another panel has its id", *p.Title)
				ids[*p.Id] = true
				require.NotNil(t, p.GridPos, *p.Title)
				require.LessOrEqual(t, p.GridPos.X+p.GridPos.W, uint32(24), *p.Title)
				require.NotEmpty(t, p.Targets, *p.Title)
			}

			// What is misspelt is refused.
			for _, mistake := range [][2]string{
				{`"gridPos"`, `"gridPosition"`}, {`"expr"`, `"expression"`}, {`"type": "timeseries"`, `"type": "timeserie"`}, {`"showLegend": true`, `"showLegend": "yes"`}, {`"schemaVersion"`, `"version2"`},
			} {
				wrong := bytes.Replace(document, []byte(mistake[0]), []byte(mistake[1]), 1)
				require.NotEqual(t, document, wrong, mistake[0])
				_, err = readStrictly(wrong)
				require.Error(t, err, mistake[1])
			}
		})
	}
}
