#!/bin/sh
while true; do curl -s http://search.example.com:9200; sleep 5; done
