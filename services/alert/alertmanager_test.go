package alert

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require" // says what differed

	"github.com/hushlog/hushlog/pkg/notify"
	"github.com/hushlog/hushlog/pkg/supervise"
)

// alertmanagerConfig is the configuration that is shipped.
const alertmanagerConfig = "../../deploy/alertmanager/alertmanager.yml"

// alertmanagerEnv names Alertmanager's binary where it is not in PATH.
const alertmanagerEnv = "HUSHLOG_ALERTMANAGER"

// receivers stand in for everybody whom the configuration tells.
type receivers struct {
	server *httptest.Server
	smtp   net.Listener

	mu   sync.Mutex // guards what follows
	got  map[string][]string
	mail []string
}

func newReceivers(t *testing.T) *receivers {
	t.Helper()
	r := &receivers{got: map[string][]string{}}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		name := strings.Trim(req.URL.Path, "/")
		r.got[name] = append(r.got[name], string(body))
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(r.server.Close)
	var err error
	r.smtp, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, acceptErr := r.smtp.Accept()
			if acceptErr != nil {
				return
			}
			r.takeMail(conn)
		}
	})
	t.Cleanup(func() { _ = r.smtp.Close(); serving.Wait() })
	return r
}

// takeMail speaks as much SMTP as a sender needs.
func (r *receivers) takeMail(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprint(conn, "220 test\r\n")
	lines := bufio.NewScanner(conn)
	var mail strings.Builder
	data := false
	for lines.Scan() {
		line := lines.Text()
		switch {
		case data && line == ".":
			data = false
			r.mu.Lock()
			r.mail = append(r.mail, mail.String())
			r.mu.Unlock()
			fmt.Fprint(conn, "250 ok\r\n")
		case data:
			mail.WriteString(line + "\n")
		case strings.HasPrefix(line, "DATA"):
			data = true
			fmt.Fprint(conn, "354 go on\r\n")
		case strings.HasPrefix(line, "QUIT"):
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			fmt.Fprint(conn, "250 ok\r\n")
		}
	}
}

// told are the messages of a receiver that hold all of some words.
func (r *receivers) told(name string, words ...string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	messages := r.got[name]
	if name == "mail" {
		messages = r.mail
	}
	return slices.DeleteFunc(slices.Clone(messages), func(m string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(m, w) })
	})
}

// startAlertmanager runs Alertmanager with the shipped configuration, whose addresses become those of receivers and whose
// waits become short, and returns its URL.
func startAlertmanager(t *testing.T, r *receivers) string {
	t.Helper()
	binary := os.Getenv(alertmanagerEnv)
	if binary == "" {
		for _, name := range []string{"prometheus-alertmanager", "alertmanager"} {
			found, err := exec.LookPath(name)
			if err == nil {
				binary = found
			}
		}
	}
	if binary == "" {
		t.Skip("skipped: no Alertmanager; install Debian's prometheus-alertmanager, or set " + alertmanagerEnv)
	}
	data, err := os.ReadFile(alertmanagerConfig)
	require.NoError(t, err)
	dir := t.TempDir()
	config := string(data)
	for _, change := range [][2]string{
		{"/etc/alertmanager/secrets", dir},
		{"https://events.pagerduty.com/v2/enqueue", r.server.URL + "/pagerduty"},
		{"https://heartbeat.example.com/hushlog", r.server.URL + "/heartbeat"},
		{"https://incidents.example.com/alertmanager", r.server.URL + "/record"},
		{"smtp.example.com:587", r.smtp.Addr().String()},
		{"smtp_require_tls: true", "smtp_require_tls: false"},
		{"group_wait: 30s", "group_wait: 1s"},
		{"group_interval: 5m", "group_interval: 1s"},
		{"group_interval: 1m", "group_interval: 1s"},
	} {
		require.Contains(t, config, change[0])
		config = strings.ReplaceAll(config, change[0], change[1])
	}
	for name, text := range map[string]string{
		"alertmanager.yml": config, "pagerduty.key": "0123456789abcdef0123456789abcdef", "slack.url": r.server.URL + "/slack", "smtp.password": "x",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	address, err := supervise.FreeAddress()
	require.NoError(t, err)
	child := exec.CommandContext(context.WithoutCancel(t.Context()), binary, "--config.file="+filepath.Join(dir, "alertmanager.yml"),
		"--storage.path="+dir, "--web.listen-address="+address, "--cluster.listen-address=", "--log.level=warn")
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	child.Stderr = t.Output()
	require.NoError(t, child.Start())
	t.Cleanup(func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	})
	url := "http://" + address
	require.Eventually(t, func() bool {
		resp, getErr := http.Get(url + "/-/ready") //nolint:noctx // bounded by the poll
		if getErr != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}, patience, 50*time.Millisecond)
	return url
}

// TestRealAlertmanager fires, groups, inhibits, silences and resolves with the configuration that is shipped.
func TestRealAlertmanager(t *testing.T) {
	r := newReceivers(t)
	url := startAlertmanager(t, r)
	am, err := notify.NewAlertmanager(notify.AlertmanagerConfig{URL: url})
	require.NoError(t, err)
	alert := func(rule, severity, owner, user string) notify.PostableAlert {
		return notify.PostableAlert{
			Labels: map[string]string{
				"alertname": rule, "severity": severity, "owner": owner, "service": "hushlog", "key_project": "shop", "key_user": user,
			},
			Annotations: map[string]string{"summary": "what " + rule + " means", "class": "Internal", "value": "5", "threshold": "5", "fingerprint": "f-" + user},
			StartsAt:    time.Now(), EndsAt: time.Now().Add(time.Hour),
		}
	}
	silence(t, url, "quiet")
	posted := []notify.PostableAlert{
		alert("abuse-user", "warning", "security", "u_1"), alert("abuse-user", "warning", "security", "u_2"),
		alert("repeated-failures-model", "critical", "platform", ""), alert("repeated-failures-user", "warning", "platform", "u_3"),
		alert("quiet", "critical", "platform", "u_4"), alert("loud", "warning", "platform", "u_5"),
		{Labels: map[string]string{"alertname": WatchdogName, "severity": "none", "service": "hushlog"}, StartsAt: time.Now(), EndsAt: time.Now().Add(time.Hour)},
	}
	require.NoError(t, am.Post(t.Context(), posted))
	eventually := func(what string, f func() bool) {
		t.Helper()
		require.Eventually(t, f, patience, 50*time.Millisecond, what)
	}
	eventually("grouped, to the record", func() bool { return len(r.told("record", `"status":"firing"`, "u_1", "u_2")) == 1 })
	eventually("to chat", func() bool { return len(r.told("slack", "abuse-user", "key_user=u_1")) == 1 })
	eventually("by mail to security", func() bool { return len(r.told("mail", "abuse-user", "To: security@example.com")) == 1 })
	eventually("critical to the pager", func() bool { return len(r.told("pagerduty", "repeated-failures-model", `"trigger"`)) == 1 })
	eventually("loud", func() bool { return len(r.told("slack", "loud")) == 1 })
	eventually("heartbeat", func() bool { return len(r.told("heartbeat", WatchdogName)) >= 1 })
	require.Empty(t, r.told("record", "quiet"), "silenced")
	require.Empty(t, r.told("pagerduty", "quiet"), "silenced")
	require.Empty(t, r.told("slack", "repeated-failures-user"), "inhibited by the model's failures")
	require.Empty(t, r.told("pagerduty", "abuse-user"), "a warning is not for the pager")
	require.Empty(t, r.told("mail", "loud"))

	for i := range posted[:3] {
		posted[i].EndsAt = time.Now()
	}
	require.NoError(t, am.Post(t.Context(), posted[:3]))
	eventually("resolved, to the record", func() bool { return len(r.told("record", `"status":"resolved"`, "u_1", "u_2")) >= 1 })
	eventually("resolved, to the pager", func() bool { return len(r.told("pagerduty", "repeated-failures-model", `"resolve"`)) >= 1 })
	eventually("and what it inhibited is told", func() bool { return len(r.told("slack", "repeated-failures-user")) >= 1 })
}

// silence keeps an alert from everybody.
func silence(t *testing.T, url, name string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"matchers": []map[string]any{{"name": "alertname", "value": name, "isRegex": false, "isEqual": true}},
		"startsAt": time.Now(), "endsAt": time.Now().Add(time.Hour), "createdBy": "test", "comment": "planned",
	})
	require.NoError(t, err)
	resp, err := http.Post(url+"/api/v2/silences", "application/json", bytes.NewReader(body)) //nolint:noctx // the test's own server
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
}
