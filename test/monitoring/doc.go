// Package monitoring tests what is shipped for Prometheus and Grafana: the rules by promtool, and every query of the dashboards
// on a Prometheus that has scraped a whole running deployment. It needs Debian's prometheus package, and skips without it.
package monitoring
