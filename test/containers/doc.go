// Package containers runs Apache Kafka and ClickHouse in containers for tests, with the images and
// the configuration of docker-compose.yml and the certificates of an identity.Layout. Where the
// official images are not at hand, the stand-ins of deploy/images take their place.
//
// It needs a Docker engine on this machine: folders are mounted into the containers.
package containers
