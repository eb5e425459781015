server {
  listen 80;
  location / { proxy_pass http://api.net:8080; }
}
