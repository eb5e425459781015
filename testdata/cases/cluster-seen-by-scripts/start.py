#!/usr/bin/env python3
import os

if "KUBERNETES_SERVICE_HOST" in os.environ:
    os.environ["PEERS"] = "from the API"
os.execvp("serve", ["serve"])
