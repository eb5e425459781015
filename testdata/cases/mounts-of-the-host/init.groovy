// what the server does first
