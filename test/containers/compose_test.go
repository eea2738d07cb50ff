package containers

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml" // as the services decode their files
	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/services/alert"
	"github.com/hushlog/hushlog/services/canary"
	"github.com/hushlog/hushlog/services/gateway"
	"github.com/hushlog/hushlog/services/ingest"
	"github.com/hushlog/hushlog/services/query"
	"github.com/hushlog/hushlog/services/redactor"
	"github.com/hushlog/hushlog/services/retention"
	"github.com/hushlog/hushlog/services/setup"
	"github.com/hushlog/hushlog/test/repository"
)

// composeFile is what this test looks at in docker-compose.yml.
type composeFile struct {
	Services map[string]composeService `yaml:"services"`
	Networks map[string]struct {
		Internal bool `yaml:"internal"`
	} `yaml:"networks"`
	Secrets map[string]struct {
		File string `yaml:"file"`
	} `yaml:"secrets"`
}

// composeSecret is a secret of a service, by its name alone or with where it is mounted.
type composeSecret string

// UnmarshalYAML implements yaml.BytesUnmarshaler.
func (s *composeSecret) UnmarshalYAML(data []byte) error {
	var long struct {
		Source string `yaml:"source"`
		Target string `yaml:"target"`
	}
	err := yaml.Unmarshal(data, &long)
	if err == nil {
		*s = composeSecret(long.Source)
		return nil
	}
	return yaml.Unmarshal(data, (*string)(s))
}

// secretNames are the names of a service's secrets.
func (s composeService) secretNames() []string {
	names := make([]string, len(s.Secrets))
	for i, secret := range s.Secrets {
		names[i] = string(secret)
	}
	return names
}

type composeService struct {
	Image       string            `yaml:"image"`
	User        string            `yaml:"user"`
	ReadOnly    bool              `yaml:"read_only"`
	CapDrop     []string          `yaml:"cap_drop"`
	CapAdd      []string          `yaml:"cap_add"`
	Privileged  bool              `yaml:"privileged"`
	SecurityOpt []string          `yaml:"security_opt"`
	PIDsLimit   int               `yaml:"pids_limit"`
	MemLimit    string            `yaml:"mem_limit"`
	CPUs        float64           `yaml:"cpus"`
	Profiles    []string          `yaml:"profiles"`
	Environment map[string]string `yaml:"environment"`
	Secrets     []composeSecret   `yaml:"secrets"`
	Volumes     []struct {
		Source   string `yaml:"source"`
		Target   string `yaml:"target"`
		ReadOnly bool   `yaml:"read_only"`
	} `yaml:"volumes"`
	Ports       []string       `yaml:"ports"`
	Networks    []string       `yaml:"networks"`
	Tmpfs       []string       `yaml:"tmpfs"`
	NetworkMode string         `yaml:"network_mode"`
	HealthCheck map[string]any `yaml:"healthcheck"`
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := repository.Root()
	require.NoError(t, err)
	return dir
}

func read(t *testing.T, parts ...string) []byte {
	t.Helper()
	document, err := os.ReadFile(filepath.Join(append([]string{root(t)}, parts...)...))
	require.NoError(t, err)
	return document
}

func compose(t *testing.T) composeFile {
	t.Helper()
	var file composeFile
	// A key beside a merged one of the same name overrides it.
	require.NoError(t, yaml.UnmarshalWithOptions(read(t, "docker-compose.yml"), &file, yaml.AllowDuplicateMapKey()))
	return file
}

// ownSecrets is every file of a service, beyond the CA's certificate. Kafka's and ClickHouse's passwords
// and keys of others are in nobody's list.
func ownSecrets(p *policy.Policy) map[string][]string {
	pair := func(name string) []string { return []string{name + ".crt", name + ".key"} }
	own := func(name string, more ...string) []string {
		return append(append(pair(name), "kafka-"+name+".password"), more...)
	}
	var passwords, roles []string
	for _, name := range identity.Services() {
		if name != identity.Admin {
			passwords = append(passwords, "kafka-"+name+".password")
		}
	}
	for role := range p.Roles {
		roles = append(roles, pair(identity.RoleUser(role))...)
	}
	return map[string][]string{
		"kafka":        append(pair(identity.Kafka), "kafka-admin.password"),
		"clickhouse":   append(pair(identity.ClickHouse), "clickhouse-disks.xml"), // keys of the encrypted disks
		"init":         own(identity.Admin, passwords...),
		"gateway":      own(identity.Gateway, "hash.key", "epoch-verify.pub", "restrict-verify.pub", "respond-verify.pub"),
		"redactor":     own(identity.Redactor, "hash.key", "pseudonym.key", "epoch-sign.key", "epoch-verify.pub", "restrict-verify.pub", "respond-verify.pub"),
		"ingest":       own(identity.Ingest, "epoch-verify.pub"),
		"alert":        own(identity.Alert, "webhook.key", "respond-sign.key"),
		"retention":    own(identity.Retention, "trail-sign.key", "trail-verify.pub", "epoch-verify.pub"),
		"query":        own(identity.Query, append(roles, "epoch-verify.pub", "restrict-sign.key", "restrict-verify.pub", "respond-verify.pub")...),
		"canary":       own(identity.Canary, "canary-values.key"),
		"prometheus":   pair(identity.Prometheus),
		"alertmanager": pair(identity.Alertmanager),
		"grafana":      append(pair(identity.Grafana), "grafana-admin.password"),
		"tools":        nil,
	}
}

func TestComposeIsolation(t *testing.T) {
	file := compose(t)
	wanted := ownSecrets(policy.Default())
	require.Len(t, file.Services, len(wanted))
	for name, s := range file.Services {
		t.Run(name, func(t *testing.T) {
			require.True(t, s.ReadOnly, "read_only")
			require.Equal(t, []string{"ALL"}, s.CapDrop)
			require.Empty(t, s.CapAdd)
			require.False(t, s.Privileged)
			require.Equal(t, []string{"no-new-privileges=true"}, s.SecurityOpt)
			require.Equal(t, "${HUSHLOG_UID:-10001}:${HUSHLOG_GID:-10001}", s.User)
			require.Positive(t, s.PIDsLimit)
			if name != "tools" {
				require.NotEmpty(t, s.MemLimit)
				require.Positive(t, s.CPUs)
				require.NotEmpty(t, s.HealthCheck)
				wanted[name] = append(wanted[name], "ca.crt")
			}
			require.ElementsMatch(t, wanted[name], s.secretNames())
			for variable := range s.Environment {
				require.NotRegexp(t, `(?i)pass|secret|key|token`, variable, "secrets are files")
			}
			for _, network := range s.Networks {
				require.True(t, network == "edge" || file.Networks[network].Internal, "%s is not internal", network)
			}
		})
	}
	require.Contains(t, file.Services["kafka"].Tmpfs[0], "exec", "Kafka cannot load its native codecs")
	require.Equal(t, []string{"stream"}, file.Services["kafka"].Networks)
	require.Equal(t, []string{"storage"}, file.Services["clickhouse"].Networks)
	require.Equal(t, "none", file.Services["tools"].NetworkMode)
}

func TestComposePublishesOnLoopbackOnly(t *testing.T) {
	for name, s := range compose(t).Services {
		if len(s.Ports) > 0 {
			require.Contains(t, []string{"gateway", "query", "grafana"}, name)
		}
		for _, port := range s.Ports {
			require.True(t, strings.HasPrefix(port, "${HUSHLOG_PUBLISH:-127.0.0.1}:"), "%s publishes %s", name, port)
		}
	}
}

func TestComposeSecretsLieWhereTheyAreMade(t *testing.T) {
	layout := identity.Layout{Dir: "${HUSHLOG_DIR:-./.cache/deployment}"}
	for name, secret := range compose(t).Secrets {
		require.NotContains(t, name, "ca.key", "the CA's key is nobody's")
		in := []string{filepath.Join(layout.PKI(), name), filepath.Join(layout.Secrets(), name)}
		require.True(t, slices.ContainsFunc(in, func(path string) bool {
			return "./"+path == secret.File || path == secret.File
		}), "%s is %s", name, secret.File)
	}
	for name, s := range compose(t).Services {
		for _, volume := range s.Volumes {
			// A folder that is mounted whole gives away what is put there later.
			require.NotRegexp(t, `/(pki|secrets)/?$`, volume.Source, "%s mounts a whole folder", name)
		}
	}
}

// TestComposeServiceFiles decodes each service's file as the service does.
func TestComposeServiceFiles(t *testing.T) {
	type config interface{ Validate() error }
	var (
		gatewayConfig   = gateway.DefaultConfig()
		redactorConfig  = redactor.DefaultConfig()
		ingestConfig    = ingest.DefaultConfig()
		alertConfig     = alert.DefaultConfig()
		retentionConfig = retention.DefaultConfig()
		queryConfig     = query.DefaultConfig()
		initConfig      = setup.DefaultConfig()
		canaryConfig    = canary.DefaultConfig()
	)
	file := compose(t)
	for name, into := range map[string]config{
		"gateway": &gatewayConfig, "redactor": &redactorConfig, "ingest": &ingestConfig, "alert": &alertConfig,
		"retention": &retentionConfig, "query": &queryConfig, "init": &initConfig, "canary": &canaryConfig,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(root(t), "deploy", "compose", name+".yaml")
			require.NoError(t, service.Load(path, into))
			require.NoError(t, into.Validate())
			mounted := []string{"/run/secrets/ca.crt", "/run/secrets"}
			for _, secret := range file.Services[name].secretNames() {
				mounted = append(mounted, "/run/secrets/"+secret)
			}
			named := regexp.MustCompile(`/run/secrets[^\s,}]*`)
			for line := range strings.Lines(string(read(t, "deploy", "compose", name+".yaml"))) {
				if strings.HasPrefix(line, "#") {
					continue
				}
				require.Subset(t, mounted, named.FindAllString(line, -1), "names a secret that it is not given")
			}
		})
	}
}

// TestOneKafka holds the version of the jars, of the image and of the stand-in together.
func TestOneKafka(t *testing.T) {
	var pom struct {
		Version string `xml:"properties>kafka.version"`
	}
	require.NoError(t, xml.Unmarshal(read(t, "test", "apachekafka", "pom.xml"), &pom))
	require.Equal(t, "apache/kafka:"+pom.Version, kafkaImage.official)
	for _, image := range []image{kafkaImage, clickHouseImage} {
		require.True(t, bytes.Contains(read(t, "docker-compose.yml"), []byte("${"+image.env+":-"+image.official+"}")), image.env)
		require.True(t, bytes.Contains(read(t, "deploy", "images", "standins.sh"), []byte("${"+image.env+":-"+image.standin+"}")), image.env)
	}
}

// TestClickHouseConfig keeps ClickHouse's other doors shut.
func TestClickHouseConfig(t *testing.T) {
	document := string(read(t, "deploy", "clickhouse", "config.xml"))
	decoder := xml.NewDecoder(strings.NewReader(document))
	var elements []string
	for {
		token, err := decoder.Token()
		if token == nil {
			require.ErrorContains(t, err, "EOF")
			break
		}
		element, ok := token.(xml.StartElement)
		if ok {
			elements = append(elements, element.Name.Local)
		}
	}
	var doors []string
	for _, name := range elements {
		if strings.Contains(name, "port") && name != "https_port" && name != "send_crash_reports" {
			doors = append(doors, name)
		}
		require.NotContains(t, name, "_log", "system logs keep the text of statements")
	}
	require.Empty(t, doors)
	var kept struct {
		Engine string `xml:"query_log>engine"`
	}
	require.NoError(t, xml.Unmarshal(read(t, "deploy", "clickhouse", "query_log.xml"), &kept))
	require.Contains(t, kept.Engine, "INTERVAL 3 DAY DELETE")
	require.Contains(t, kept.Engine, "storage_policy = 'encrypted'")
	require.Contains(t, document, "<verificationMode>strict</verificationMode>")
	require.Contains(t, document, "<disableProtocols>sslv2,sslv3,tlsv1,tlsv1_1,tlsv1_2</disableProtocols>")
	var disks struct {
		Default uint64 `xml:"storage_configuration>disks>default>keep_free_space_bytes"`
		Data    uint64 `xml:"storage_configuration>disks>plain_data>keep_free_space_bytes"`
	}
	require.NoError(t, xml.Unmarshal([]byte(document), &disks))
	require.GreaterOrEqual(t, min(disks.Default, disks.Data), uint64(256<<20), "a full disk makes empty parts (docs/faults.md)")
}
