#!/bin/sh
nc -z late 7000 && wget -q -O /dev/null http://late:7000/ready
