#!/bin/sh
kafka-topics.sh --bootstrap-server broker:9093 --create --topic orders
exec python -m app
