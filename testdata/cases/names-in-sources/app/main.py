import os

# http://auth_service:3000 is the login
fallback = os.getenv("FALLBACK", "http://auth_service:3000")
login = "http://auth_service:3000/login"
module = "auth_service"
