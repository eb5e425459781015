import urllib.request

SERVER = "http://server.internal:9000"

while urllib.request.urlopen(SERVER):
    pass
