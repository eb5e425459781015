package secret_test

import (
	"strings"
	"testing"

	"github.com/transship/transship/transform/secret"
)

// TestNames holds the kinds of names that public projects have, as a person judged them.
func TestNames(t *testing.T) {
	t.Parallel()
	const secrets = `
		DB_PASSWORD mysql_root_passwd MYSQL_PASSWORD SMTP_PASS RABBITMQ_DEFAULT_PASS PGPASSWORD WEBPASSWORD db.password dbPassword ADMIN_PASSWORD_HASH
		PASSWORD_2 DB_PASSWORD_OLD REDISPASS MASTERPASS MOODLE_DBPASS DB_PASS_PROD POSTGRES_PWD JENKINS_PSW ROOTPWD PGADMIN_PW LDAP_BINDPW KEYSTORE_PASSPHRASE SSHPASS
		JWT_SECRET HS256SECRET AWS_SECRET_ACCESS_KEY clientSecret SECRET_KEY_BASE GITHUB_TOKEN TOKEN auth-token x-api-key apikey APIKEY OPENAI_API_KEY
		N8N_ENCRYPTION_KEY APP_KEY S3_ACCESS_KEY_ID JWT_KEY JWTKEY FERNET_KEY SIGNING_KEY MEILI_MASTER_KEY STRIPE_KEY OPENSSL_KEY_V1 ENCRYPTION_PRIMARY_KEY
		ENCRYPTION_DETERMINISTIC_KEY XPACK_SECURITY_ENCRYPTIONKEY RSA_PRIVATE_KEY SERVICE_ROLE_KEY ENCRYPTION_KEY_ROTATION PRESHARED_KEY WIFI_PSK SECURITY_KEY
		HASH_SALT SENTRY_DSN RABBITMQ_ERLANG_COOKIE REDISCLI_AUTH REDIS_1_AUTH NEO4J_AUTH RANCHER_CLUSTER_TOKEN INITIAL_TOKEN BASIC_AUTH requirepass masterauth WALLET_MNEMONIC SEED_PHRASE HSM_PIN
		GOOGLE_APPLICATION_CREDENTIALS_JSON sonar.jdbc.password accessKeySecret spring.datasource.hikari.password VAULT_ENC_KEY`
	const others = `
		DB_PASSWORD_FILE POSTGRES_PASSWORD_FILE PASSWORD_SCHEME MAIL_PASS_SCHEME API_KEY_RATE_LIMIT SIGNING_CREDENTIALS_FILEPATH TOKEN_TTL ACCESS_TOKEN_LIFETIME
		REFRESH_TOKEN_LIFETIME ALLOW_EMPTY_PASSWORD MYSQL_ALLOW_EMPTY_PASSWORD PASSWORD_MIN_LENGTH PASSWORD_HASHER CREDENTIALS_ENABLED MAX_TOKENS CASSANDRA_NUM_TOKENS
		TOKENIZERS_PARALLELISM TOKEN_URL OAUTH_TOKEN_ENDPOINT SECRETSTORE_HOST MESSAGEBUS_SECRETNAME SECRETARY PASSWORDLESS_LOGIN JWT_PUBLIC_KEY RECAPTCHA_SITE_KEY
		PARTITION_KEY CACHE_KEY KEYBOARD KEYCLOAK_USER KEYSPACE MONKEY COMPASS BYPASS PROXY_BYPASS PASSIVE_MODE PASS_THROUGH MEMCACHED_SASL_PWDB PWD OLDPWD PWDX SMTP_AUTH
		GF_AUTH_ANONYMOUS_ENABLED AUTH_TYPE POSTGRES_HOST_AUTH_METHOD WEBUI_AUTH ENCRYPTION_MODE SALTED_BY CSRF_COOKIE_NAME N8N_SECURE_COOKIE PIN_FILE GPIO_PIN
		POSTGRES_SEEDS AUTHOR DESIGN SIGNUP TLS_CERT CORE_PEER_TLS_KEY_FILE CONNECT_KEY_CONVERTER USE_RECAPTCHA SECRET_PARAM_BOOTSTRAP_SERVERS LOGIN_CREDENTIALS_SOURCE
		TOKEN_HANDLER SECRET_STORE_ADDRESS PASSWORD_RESET_TIMEOUT tokenTTL keyFile EDGEX_ADD_KNOWN_SECRETS ETCD_INITIAL_CLUSTER_TOKEN initial-cluster-token`
	for want, names := range map[bool]string{true: secrets, false: others} {
		for name := range strings.FieldsSeq(names) {
			if got := secret.IsName(name); got != want {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
	}
}

// TestVariables judges names and values together.
func TestVariables(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]bool{
		"REDISPASS=n4x7q2w9": true, "OPENSSL_KEY_V1=7c1e9d3b5a20": true, "MAIL_PASSWORD=null": false, "PASSWORD=None": false, "ROOT_PASSWORD=123": true,
		"SMTP_PASS=0000": true, "TOKEN=12345": true, "TOKEN=30": false, "SESSION_TOKEN=24h": false, "API_KEY=60/minute": false, "JWT_SECRET=HS256": false,
		"DATABASE_PASSWORD=/run/secrets/db-password": false, "SIGNING_KEY=/srv/keys+certs/a1/id4": false, "SIGNING_KEY=q1+w2/E3r4T5+y6/U7i8": true, "PRIVATEKEY=/var/tls/server.key": false, "ssl.key=certs/es01/es01.key": false,
		`TLS_PRIVATE_KEY=C:\keys\tls.pem`: false, "API_KEY=/9j4AAQSk/ZJRgABAQ": true, "SECRET_KEY=AbC/9xZ+q==": true, "MY_PASSWORD=/hunter2": true,
		"MYSQL_RANDOM_ROOT_PASSWORD=yes": false, "SEEDER_PASSWORD=no": false, "CRYPTO_KEY_FOR_EACH_IMAGE=False": false, "NEO4J_AUTH=none": false, "NEO4J_AUTH=neo4j/verysecret": true,
		"WIDGET_KEY=9f8a7c6d5e4b": true, "WIDGET_KEY=left-arrow": false, "WIDGET_KEY=org.example.Widget": false, "CACHE_KEY=9f8a7c6d5e4b": false, "APPLE_KEY_ID=AB12CD34EF": false,
		"PROXY_PASS=http://backend:3000": false, "EMPTY_PASSWORD=": false, "HSM_PIN=4711": true, "BUTTON_PIN=17": false, "JWT_SECRET=correct horse": true,
		"WITH_TOKENS=128000": false, "DSN=sqlite:///data/db?_fk=true": false, "SENTRY_DSN=https://abc@sentry.example.com/1": true, "SESSION_SECRET=12": true,
		"GITHUB_PAT=q7w8e9r0t1": true, "SPLIT_PAT=left": false, "PASSWORD_PEPPER=ginger": true, "LICENSE=A1B2-C3D4-E5F6": true, "LICENSE=MIT": false, "LICENSE=basic": false,
		"MONGODB_REPLICA_SET_KEY=replicasetkey123": true, "LIVEKIT_KEY=myalphadelta": true, "WALLET_SEED=correct horse": true, "DATA_SET_KEY=country": false, "RELEASE_COOKIE=oatmeal": true, "SESSION_COOKIE=sid": false, "TOTP_KEY=JBSWY3DP": true,
		"CONCOURSE_ADD_LOCAL_USER=alice:s3cret": true, "FTP_USERS=alice:hunter2:1001;bob:s3cret": true, "APP_USER=node:node": false, "USER=app:1000": false, "APP_USER=alice:users": false,
		"RUN_AS_USER=web:www-pool": false, "ADMIN_USER=alice": false, "PROXY_USERS=alice:$PASSWORD": false, "ACCOUNTS=http://a:8080": false, "USERS=alice:hunter2,bob": false,
		`SENTRY_DSN="0"`: false, "SENTRY_DSN=0": false, `SENTRY_DSN='none'`: false, `DB_PASSWORD="0000"`: true, `DB_PASSWORD=""`: false,
		"middlewares.ipw.ipwhitelist.sourcerange=127.0.0.1/32": false, "ipw.sourcerange=10.0.0.1": false, "ipw.sourcerange=fd00::/8, 10.0.0.0/8": false, "ipw.sourcerange=127.0.0.1/32x9": true, "DB_PW=10.0.0.1": true,
	} {
		name, value, _ := strings.Cut(variable, "=")
		if got := secret.Is(name, value); got != want {
			t.Errorf("%s: %v, want %v", variable, got, want)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	hash := "$2a$14$" + strings.Repeat("aB3.", 13)
	for value, want := range map[string]bool{
		"Server=db;Database=shop;User Id=sa;Password=hunter2": true, "jdbc:postgresql://db/shop?user=u&password=hunter2": true,
		"AccountName=x;AccountKey=abc==": true, "postgres://u:hunter2@db/x": true, "postgres://u:hun<ter2@db/x": true, "postgres://u:hunter 2@db:5432/x": true, "https://api/?api_key=abc": true,
		"redis-server --requirepass hunter2": true, "tool --api-key hunter2 --quiet": true, "start --masterkey Zx82kfkEw912": true, "app --encryption-key Zx82kfkEw912": true, "app --master-key-file /run/key": false, "surreal start --user root --pass hunter2": true, "app --db-pass 1x": true, "encode --pass 2 in.mkv": false, "app --pass $PASS": false,
		`{"encrypt": "pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s="}`: true, `encrypt = "cg8StVXbQJ0gPvMd9o7yrg=="`: true, `encrypt: "none"`: false, "--token abc123": true, "-token x": true, "app --password\tx": true, "tool --password-file /run/x --token": false, "tool --token $TOKEN": false,
		"https://discord.com/api/webhooks/12345/abcDEF-1": true, "https://discord.com/channels/12345": false,
		"Server=db;Integrated Security=true": false, "postgres://u@db/x": false, "http://host:80 user@x": false, "postgres://u:<password>@db/x": false, "--password-file=/run/x": false, "mode=x": false, "Password=": false,
		`{"spring.redis.password":"kq7mv2zr91xw"}`: true, `{"password": "x1"}`: true, `{"user":"x"}`: false, "-Djavax.net.ssl.keyStorePassword=changeit -Xmx1g": true,
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----": true, "-----BEGIN CERTIFICATE-----\nMIIE\n": false,
		"Authorization: Bearer abcdefghijklmnop123": true, "admin:" + hash: true, "sk_test_4f9a8b7c6d": true, "AKIAABCDEFGHIJKLMNOP": true,
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl": true, "https://0123456789abcdef0123456789abcdef@sentry.example.com/1": true,
		"amqp://u:p/w@d:1@mq:5672/v": true, "redis://:pw@cache:6379/0": true, "redis://cache:6379/0": false, "http://web:8080/a@b": false, "http://web:8080/?mail=a@b.c": false,
		"postgres://u:$DB_PASSWORD@db/x": false, "postgres://u:${PW}@db/x": false, "postgres://u:***@db/x": false, "user:pass1word@registry.example.com/app": true,
		"nginx:1.27@sha256:0123": false, "mail@example.com": false, "a=b,password=${PW}": false, "password=true": false, "see https://example.com/a:b@c": false,
		"curl -fsS -u elastic:hunter2 http://localhost:9200": true, "curl --user 'a:hunter2' localhost": true, "curl -u a:$PASSWORD localhost": false, "curl -u \"a:${PASSWORD}\" x": false, "curl -f http://localhost:80/": false, "curl -sfu a: x": false,
		"--requirepass=geheim1": true, `rails['db_password'] = "geheim1"`: true, "sqlite:///data/db?_fk=true": false,
		"123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0": true, "https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0/getMe": true, "123456789:AAHdq": false, "img@sha256:123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0": false,
		"user default on >geheim12 ~* +@all": true, "user worker >geheim12 ~jobs:* on": true, "redis-server --user alice on >geheim12 ~*": true, "ACL SETUSER alice on >geheim12": true,
		"user default on nopass ~* +@all": false, "# e.g.\n#   user worker +@list ~jobs:* on >ffa9203c493aa99": false, "aclfile x\nuser worker on >geheim12": true, "user default on >$PASSWORD ~*": false, "useradd user x >/dev/null": false, "user x on >/dev/null": false,
	} {
		if got := secret.IsValue(value); got != want {
			t.Errorf("%.80q: %v, want %v", value, got, want)
		}
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	s := secret.NewSet([]secret.Variable{
		{Name: "DB_PASSWORD", Value: "r00t-9f2c-71"},
		{Name: "DBROOT", Value: "r00t-9f2c-71"},
		{Name: "DATABASE_URL", Value: "postgres://u:hunter2Literal@db/x"},
		{Name: "POSTGRES_PASSWORD", Value: "postgres"},
		{Name: "KEYCLOAK_PASSWORD", Value: "laradock_keycloak"},
		{Name: "KEYCLOAK_DB", Value: "laradock_keycloak"},
		{Name: "cert", Value: "line one of the content\nline two of the content\n", Secret: true},
		{Name: "DOLLAR_SECRET", Value: `a$(b)'"c&d e`},
		{Name: "PLAIN", Value: "just a text"},
	})
	if name, ok := s.Contains("r00t-9f2c-71"); !ok || name != "DB_PASSWORD" {
		t.Errorf("the value of a secret is that of %q, %v", name, ok)
	}
	for _, value := range []string{"postgres", "laradock_keycloak", "just a text", ""} {
		if _, ok := s.Contains(value); ok {
			t.Errorf("%q is held to be a secret", value)
		}
	}
	for text, want := range map[string]string{
		"redis -a r00t-9f2c-71 ping":                     "redis -a *** ping",
		"mysql -pr00t-9f2c-71r00t-9f2c-71":               "mysql -p******",
		"at postgres://u:hunter2Literal@db/x!":           "at postgres://u:***@db/x!",
		"PASS=hunter2Literal":                            "PASS=***",
		"then line two of the content":                   "then ***",
		`sh -c 'a$$(b)'"c`:                               `sh -c 'a$$(b)'"c`,
		`{"x":"a$(b)'\"c&d e"}`:                          `{"x":"***"}`,
		"https://x/?q=a%24%28b%29%27%22c%26d+e":          "https://x/?q=***",
		"kubectl get secret postgres":                    "kubectl get secret postgres",
		"image user:pass1word@registry.example.com/x":    "image user:***@registry.example.com/x",
		"unknown anchor 'x' at mysql://u:p/w@d:1@db:1/x": "unknown anchor 'x' at mysql://u:***@db:1/x",
	} {
		if got := s.Mask(text); got != want {
			t.Errorf("Mask(%q) = %q, want %q", text, got, want)
		}
	}
	if found := s.Find("x r00t-9f2c-71"); len(found) != 1 || found[0] != (secret.Match{Name: "DB_PASSWORD", Value: "r00t-9f2c-71", Start: 2, End: 14}) {
		t.Errorf("Find: %+v", found)
	}
	var none *secret.Set
	if got := none.Mask("a r00t-9f2c-71"); got != "a r00t-9f2c-71" || none.Len() != 0 || none.Find("x") != nil {
		t.Errorf("a nil set masks %q", got)
	}
}

func TestLinesOfSource(t *testing.T) {
	t.Parallel()
	var s *secret.Set
	for line, want := range map[string]string{
		"      DB_PASSWORD: hunter2":                 "      DB_PASSWORD: ***",
		"      - DB_PASSWORD=hunter2":                "      - DB_PASSWORD=***",
		`  "apiKey" : "k"`:                           `  "apiKey" : ***`,
		"{USER: u, TOKEN: t, X: y}":                  "{USER: u, TOKEN: ***",
		"command: redis-server --requirepass geheim": "command: redis-server --requirepass ***",
		`command: ["x", "--auth-token", "geheim"]`:   `command: ["x", "--auth-token", ***`,
		"DATABASE_URL: postgres://u:pw@db/x":         "DATABASE_URL: postgres://u:***@db/x",
		"POSTGRES_PASSWORD_FILE: /run/secrets/pw":    "POSTGRES_PASSWORD_FILE: /run/secrets/pw",
		"  - ./auth:/etc/auth":                       "  - ./auth:/etc/auth",
		"  AUTH: /hunter2":                           "  AUTH: ***",
		"secrets:":                                   "secrets:",
		"  - source: db_password":                    "  - source: db_password",
		"image: nginx":                               "image: nginx",
		"  salt: {file: salt.txt}":                   "  salt: {file: salt.txt}",
		"OPENSSL_KEY_V1: abc":                        "OPENSSL_KEY_V1: ***",
	} {
		if got := s.MaskLine(line); got != want {
			t.Errorf("MaskLine(%q) = %q, want %q", line, got, want)
		}
	}
	found := secret.InText("services:\n  a:\n    environment:\n      DB_PASSWORD: *hunter22 # mine\n      - API_KEY='abc 123'\n")
	if got := secret.NewSet(found).Mask("unknown anchor 'hunter22' or abc 123"); got != "unknown anchor '***' or abc 123" && got != "unknown anchor '***' or ***" {
		t.Errorf("an error shows %q", got)
	}
}

// The message for who does not set a variable names it, and is no value of it.
func TestDemandedVariablesAreNoSecrets(t *testing.T) {
	found := secret.InText("services:\n  a:\n    environment:\n      DB_PASSWORD: ${DB_PASSWORD:?DB_PASSWORD is required}\n" +
		"      DATABASE_URL: postgres://${DB_USER:-shop}:${DB_PASSWORD:?DB_PASSWORD is required}@db/shop\n")
	const text = "needs the variable DB_PASSWORD, which is not set: DB_PASSWORD is required"
	if got := secret.NewSet(found).Mask(text); got != text {
		t.Errorf("an error shows %q", got)
	}
}

// An address with a password stays readable, but for another secret in it.
func TestMaskKnownSecretInsideAnAddress(t *testing.T) {
	s := secret.NewSet([]secret.Variable{{Name: "API_URL", Value: "http://shop:pass-1@api/Zq7-other-Xw93kd"}, {Name: "TOKEN_SECRET", Value: "Zq7-other-Xw93kd"}})
	for text, want := range map[string]string{
		"url: http://shop:pass-1@api/Zq7-other-Xw93kd": "url: http://shop:***@api/***",
		"url: http://shop:pass-1@api/other":            "url: http://shop:***@api/other",
	} {
		if got := s.Mask(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
