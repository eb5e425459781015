package images

import (
	"slices"
	"strings"
)

// official are the official images of Docker Hub, those of former times as well, which can still be pulled: the only ones there
// whose names have no slash. Source: https://github.com/docker-library/official-images/tree/master/library and its history.
var official = strings.Fields(`
	adminer adoptopenjdk aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux azul-zulu backdrop bash bonita
	buildpack-deps busybox caddy cassandra celery centos chronograf cirros clearlinux clefos clickhouse clojure composer consul convertigo couchbase
	couchdb couchdb-nouveau crate crux dart debian django docker docker-dev drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx
	erlang espocrm euleros express-gateway fedora flink fluentd friendica fsharp gazebo gcc geonetwork ghost glassfish golang gradle groovy haproxy
	haskell haxe hello-seattle hello-world hipache hitch hola-mundo httpd hylang ibm-semeru-runtimes ibmjava influxdb iojs irssi java jenkins jetty jobber
	joomla jruby julia kaazing-gateway kapacitor kibana known kong krakend lightstreamer lightstreamer-server liquibase logstash mageia mariadb matomo
	maven mediawiki memcached mongo mongo-express monica mono mosquitto mysql nats nats-streaming neo4j neurodebian nextcloud nginx nim node notary
	notary-server notary-signer nuxeo odoo open-liberty openjdk opensuse oraclelinux orientdb owncloud percona perl photon php php-zendserver phpmyadmin
	piwik plone postfixadmin postgres pypy python r-base rabbitmq rails rakudo-star rapidoid redis redmine registry rethinkdb rocket.chat rockylinux ros
	ruby rust sapmachine satosa scratch sentry silverpeas sl solr sonarqube sourcemage spark spiped storm swarm swift swipl teamspeak telegraf thrift
	tomcat tomee traefik ubuntu ubuntu-debootstrap ubuntu-upstart unit varnish vault websphere-liberty wordpress xwiki yourls zend-php znc zookeeper
`)

// IsUnknownToHub reports whether the name of an image has no slash and is not that of an official image, so that Docker Hub most likely
// has none of that name.
func IsUnknownToHub(reference string) bool {
	name, _, _ := strings.Cut(strings.TrimSpace(reference), "@")
	name, _, _ = strings.Cut(name, ":")
	return name != "" && !strings.Contains(reference, "/") && !slices.Contains(official, name)
}
