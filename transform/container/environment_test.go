package container

import (
	"strings"
	"testing"
)

func TestValuesThatCarrySecrets(t *testing.T) {
	for value, want := range map[string]bool{
		"Server=db;Database=shop;User Id=sa;Password=hunter2": true, "jdbc:postgresql://db/shop?user=u&password=hunter2": true,
		"AccountName=x;AccountKey=abc==": true, "postgres://u:hunter2@db/x": true, "https://api/?api_key=abc": true,
		"Server=db;Integrated Security=true": false, "postgres://u@db/x": false, "--password-file=/run/x": false, "mode=x": false, "Password=": false,
	} {
		if got := looksSecret("CONNECTION", value); got != want {
			t.Errorf("%s: %v, want %v", value, got, want)
		}
	}
}

func TestSecretNames(t *testing.T) {
	for name, want := range map[string]bool{
		"DB_PASSWORD": true, "mysql_root_passwd": true, "N8N_ENCRYPTION_KEY": true, "APP_KEY": true, "S3_ACCESS_KEY_ID": true,
		"HASH_SALT": true, "SENTRY_DSN": true, "SMTP_PASS": true, "GITHUB_TOKEN": true, "JWT_SECRET": true, "JWTKEY": false, "AWS_SECRET_ACCESS_KEY": true, "DB_PASSWORD_FILE": false,
		"PARTITION_KEY": false, "KEYBOARD": false, "PASSIVE_MODE": false, "COMPASS": false, "PWDX": false,
		"FERNET_KEY": true, "ENCRYPTION_PRIMARY_KEY": true, "XPACK_SECURITY_ENCRYPTIONKEY": true, "RABBITMQ_ERLANG_COOKIE": true, "MOODLE_DBPASS": true,
		"REDISCLI_AUTH": true, "REDIS_AUTH": true, "SMTP_AUTH": false, "GF_AUTH_ANONYMOUS_ENABLED": false, "ENCRYPTION_KEY_ROTATION": true, "ENCRYPTION_MODE": false, "SALTED_BY": false,
	} {
		if got := isSecretName(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestFlagsAreNoSecrets(t *testing.T) {
	for variable, want := range map[string]bool{
		"ALLOW_EMPTY_PASSWORD=yes": true, "ALLOW_EMPTY_PASSWORD=1": true, "TOKEN_TTL=3600": true,
		"ROOT_PASSWORD=123": false, "SMTP_PASS=0000": false, "TOKEN=12345": false,
	} {
		name, value, _ := strings.Cut(variable, "=")
		if got := isFlag(name, value); got != want {
			t.Errorf("%s: %v, want %v", variable, got, want)
		}
	}
}
