package containers

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli" // what docker compose itself reads its files with
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/test/repository"
)

// TestComposeReadsTheFile has the library of docker compose read the file, as docker compose config does: by the schema of the
// specification, with its variables, and with every reference between services, networks, secrets and volumes.
func TestComposeReadsTheFile(t *testing.T) {
	root, err := repository.Root()
	require.NoError(t, err)
	load := func(env ...string) (map[string]string, error) {
		options, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")}, cli.WithName("hushlog"), cli.WithEnv(env), cli.WithDefaultProfiles("*"))
		require.NoError(t, err)
		project, err := options.LoadProject(t.Context())
		if err != nil {
			return nil, err
		}
		images := map[string]string{}
		for _, s := range project.Services {
			images[s.Name] = s.Image
		}
		return images, project.CheckContainerNameUnicity()
	}
	images, err := load()
	require.NoError(t, err)
	require.Equal(t, slices.Sorted(maps.Keys(compose(t).Services)), slices.Sorted(maps.Keys(images)))
	require.Equal(t, "hushlog:dev", images["gateway"])
	images, err = load("HUSHLOG_IMAGE=registry.internal/hushlog:1", "HUSHLOG_GRPC_PORT=17443")
	require.NoError(t, err)
	require.Equal(t, "registry.internal/hushlog:1", images["gateway"])
	_, err = load("HUSHLOG_GRPC_PORT=not a port")
	require.Error(t, err, "what a variable makes of the file is checked")
}
