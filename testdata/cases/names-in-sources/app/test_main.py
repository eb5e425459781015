login = "http://auth_service:3000/login"
