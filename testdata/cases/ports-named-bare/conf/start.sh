#!/bin/sh
until ping -c1 a-script; do sleep 1; done
