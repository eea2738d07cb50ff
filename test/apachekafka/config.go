package apachekafka

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/supervise"
)

// Config says what to start.
type Config struct {
	// Dir holds storage, configuration and logs, a folder per node. It outlives the cluster: a cluster
	// started on it again, with the same number of nodes, has its topics.
	Dir string
	// Deployment holds pki/ca.crt, pki/kafka.crt and .key, pki/admin.crt and .key, and the admin's
	// Kafka password, as `hushlog certs` and `hushlog secrets` make them.
	Deployment identity.Layout
	// Nodes is the number of brokers, each also a controller. 0 means 1. Use 1 or 3.
	Nodes int
	// MinInsync is min.insync.replicas. 0 means 1 on one node and 2 on more.
	MinInsync int
	// Front gives the address at which clients find a node, counted from 1, of which it is told where it listens:
	// something that forwards stands between. Nil: nothing does.
	Front func(node int, listens string) (address string, err error)
	// Settings are added to server.properties last, and so win.
	Settings map[string]string
}

func (c *Config) setDefaults() {
	if c.Nodes == 0 {
		c.Nodes = 1
	}
	if c.MinInsync == 0 {
		c.MinInsync = min(c.Nodes, 2)
	}
}

func (c *Config) validate() error {
	var errs []error
	if c.Dir == "" {
		errs = append(errs, errors.New("config: Dir: name a folder"))
	}
	if c.Deployment.Dir == "" {
		errs = append(errs, errors.New("config: Deployment: name a folder"))
	}
	if c.Nodes < 1 || c.Nodes > 5 {
		errs = append(errs, errors.New("config: Nodes: want 1 to 5"))
	}
	if c.MinInsync > c.Nodes {
		errs = append(errs, errors.New("config: MinInsync: more than Nodes"))
	}
	return errors.Join(errs...)
}

// ports are the listeners of one node, all on 127.0.0.1.
type ports struct {
	client, replication, controller int
	// front is where clients find the node, when that is not clientAddr.
	front string
}

func (p ports) clientAddr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.client)) }

// advertised is where clients find the node.
func (p ports) advertised() string { return cmp.Or(p.front, p.clientAddr()) }

// properties are the lines that one node adds to the deployment's server.properties.
func (c *Config) properties(node int, all []ports, dir, keystore string) map[string]string {
	own := all[node-1]
	local := func(name string, port int) string { return fmt.Sprintf("%s://127.0.0.1:%d", name, port) }
	var voters []string
	for i, p := range all {
		voters = append(voters, fmt.Sprintf("%d@127.0.0.1:%d", i+1, p.controller))
	}
	replicas := strconv.Itoa(min(c.Nodes, 3))
	insync := strconv.Itoa(c.MinInsync)
	props := map[string]string{
		"node.id":                  strconv.Itoa(node),
		"controller.quorum.voters": strings.Join(voters, ","),
		"listeners": strings.Join([]string{
			local("CLIENT", own.client), local("REPLICATION", own.replication), local("CONTROLLER", own.controller),
		}, ","),
		"advertised.listeners": "CLIENT://" + own.advertised() + "," + local("REPLICATION", own.replication),
		"log.dirs":             filepath.Join(dir, "data"),
		"listener.name.client.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
		"ssl.keystore.location":                               keystore,
		"ssl.truststore.location":                             c.Deployment.TLS(identity.Kafka).CA,
		"default.replication.factor":                          replicas,
		"offsets.topic.replication.factor":                    replicas,
		"transaction.state.log.replication.factor":            replicas,
		"transaction.state.log.min.isr":                       insync,
		"share.coordinator.state.topic.replication.factor":    replicas,
		"share.coordinator.state.topic.min.isr":               insync,
		"min.insync.replicas":                                 insync,
		// A killed broker is let back in once its session has ended: in 3 s, not in 9.
		"broker.session.timeout.ms":    "3000",
		"broker.heartbeat.interval.ms": "500",
	}
	maps.Copy(props, c.Settings)
	return props
}

// writeProperties writes base followed by props; of two lines for one key, Java takes the last.
func writeProperties(path, base string, props map[string]string) error {
	document, err := os.ReadFile(base)
	if err != nil {
		return fmt.Errorf("read server.properties of the deployment: %w", err)
	}
	var b strings.Builder
	b.Write(document)
	for _, key := range slices.Sorted(maps.Keys(props)) {
		fmt.Fprintf(&b, "\n%s=%s", key, props[key])
	}
	b.WriteByte('\n')
	err = os.WriteFile(path, []byte(b.String()), 0o600)
	if err != nil {
		return fmt.Errorf("write server.properties: %w", err)
	}
	return nil
}

// writeKeystore joins key and certificate into the one PEM file that Kafka wants.
func writeKeystore(path string, files identity.TLSFiles) error {
	key, err := os.ReadFile(files.Key)
	if err != nil {
		return fmt.Errorf("read key of the broker: %w", err)
	}
	cert, err := os.ReadFile(files.Cert)
	if err != nil {
		return fmt.Errorf("read certificate of the broker: %w", err)
	}
	err = os.WriteFile(path, append(key, cert...), 0o600)
	if err != nil {
		return fmt.Errorf("write keystore: %w", err)
	}
	return nil
}

// pickPorts picks the ports of every node.
func (c *Config) pickPorts() ([]ports, error) {
	picked, err := supervise.FreePorts(c.Nodes * 3)
	if err != nil {
		return nil, err
	}
	all := make([]ports, c.Nodes)
	for i := range all {
		all[i] = ports{client: picked[3*i], replication: picked[3*i+1], controller: picked[3*i+2]}
		if c.Front == nil {
			continue
		}
		all[i].front, err = c.Front(i+1, all[i].clientAddr())
		if err != nil {
			return nil, fmt.Errorf("what stands in front of node %d: %w", i+1, err)
		}
	}
	return all, nil
}
