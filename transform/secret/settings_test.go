package secret

import "testing"

func TestInSettings(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"app.ini", "[db]\nuser = shop\npassword = hunter2xyz\n", "password"},
		{"app.yaml", "db:\n  host: db\n  password: \"s3cr3tPass\"\n", "password"},
		{"loki.yaml", "s3:\n  access_key_id: loki\n", "access_key_id"},
		{"list.yaml", "users:\n  - password: hunter2xyz\n", "password"},
		{"odoo.conf", "admin_passwd = Sup3r\r\n", "admin_passwd"},
		{"s3.json", "{\n  \"accessKey\": \"some_access\",\n  \"secretKey\": \"some_secret\"\n}", "accessKey"},
		{"users.xml", "<users><default><password>ch4ngeIt</password></default></users>", "password"},
		{"core-site.xml", "<property>\n<name>fs.s3a.secret.key</name>\n<value>minio123</value>\n</property>", "fs.s3a.secret.key"},
		{"beans.xml", `<property name="password" value="hunter2xyz"/>`, "password"},
		{"init.sql", "CREATE USER 'shop'@'%' IDENTIFIED BY 'hunter2xyz';", "a password"},
		{"init.sql", "CREATE ROLE shop WITH LOGIN PASSWORD 'hunter2xyz';", "a password"},
		{"config.js", "module.exports = {\n  password: 'hunter2xyz',\n}", "password"},
		{"env.sh", "export API_TOKEN=a8f9c1d2e3", "API_TOKEN"},

		{"app.ini", "; password = hunter2xyz\n# password = hunter2xyz", ""},
		{"app.yaml", "password: ${DB_PASSWORD}\ntoken: {{ .Token }}\nsecret: $SECRET\nsecret_key: '%s'", ""},
		{"app.yaml", "password: \npassword_file: /run/secrets/db\ntokens: 4096\nauth_enabled: false\nsecret: true", ""},
		{"package-lock.json", "\"basic-auth\": \"2.0.1\",\n\"cookie-secret\": \"^1.0.0\",", ""},
		{"server.py", "password = get_password()\ntoken = request.token\nsecret = settings.SECRET", ""},
		{"nginx.conf", "proxy_set_header Authorization $http_authorization;\nauth_basic off;", ""},
		{"schema.sql", "CREATE TABLE users (password TEXT NOT NULL); -- password = 'x'", ""},
		{"prometheus.yml", "scrape_configs:\n  - job_name: shop\n    basic_auth:\n      username: shop", ""},
		{"page.html", "<label>password</label><input name=\"password\">", ""},
	} {
		if got := InSettings(c.file, c.text); got != c.want {
			t.Errorf("%s: %q: %q, want %q", c.file, c.text, got, c.want)
		}
	}
}
