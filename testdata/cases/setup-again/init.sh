#!/bin/bash
if [ -d /home/bench/site/apps ]; then
    echo "the site exists already, skipping"
    exec bench start
fi
bench init site && cd site && exec bench start
