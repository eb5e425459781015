package secret

// stems make a secret of every word that has them in it.
var stems = []string{
	"PASSWORD", "PASSWD", "PASSPHRASE", "PASSCODE", "SECRET", "TOKEN", "CREDENTIAL", "APIKEY", "ACCESSKEY", "PRIVATEKEY",
	"ENCRYPTIONKEY", "SIGNINGKEY", "MASTERKEY", "MNEMONIC", "MASTERAUTH", "REQUIREPASS", "BASICAUTH",
}

// joinable are the stems that words about secrets are made with: TOKENTTL, KEYFILE.
var joinable = []string{"PASSWORD", "PASSWD", "SECRET", "TOKEN", "CREDENTIAL", "KEY", "PASS"}

// alone make a secret of a name when they are one of its words.
var alone = set("DSN", "PWD", "PW", "PSW", "DBPASS", "SALT", "PSK", "OTPAUTH", "HTPASSWD", "CREDS", "BEARER", "JWTSECRET", "PEPPER")

// other are what makes another word of a stem: TOKENIZER, SECRETARY, PASSWORDLESS.
var other = set("IZER", "IZERS", "IZED", "IZE", "IZATION", "ARY", "ARIAT", "LESS", "STORE", "SMANAGER", "MANAGER", "STORESETUP", "ED")

// wordsInPass begin words that end in PASS or PW and mean something else, or are such words.
var wordsInPass = set("COM", "BY", "ENCOM", "TRES", "SUR", "UNDER", "OVER", "MULTI", "SINGLE", "TWO", "FIRST", "LOW", "HIGH", "BAND", "COMPASS", "BYPASS", "OLDPWD")

// passes follow a PASS that lets something through, or counts.
var passes = set("THROUGH", "THRU", "VIA", "ALL", "HEADERS", "HEADER", "HOST", "REQUEST", "BASIC", "USER", "COUNT")

// pins come before the PIN of an electronic part or of a notice board.
var pins = set("GPIO", "LED", "BUTTON", "DATA", "CS", "RST", "IRQ", "RESET", "SDA", "SCL", "CPU")

// patOf come before a PAT that is a personal access token.
var patOf = set("GITHUB", "GITLAB", "GH", "GIT", "AZURE", "DEVOPS", "ADO", "AZP", "SNOWFLAKE", "AIRTABLE")

// authOf come before an AUTH that holds a user and a password.
var authOf = set("BASIC", "NEO4J", "REGISTRY", "NPM")

// keysOf come before a KEY that is a secret.
var keysOf = set(
	"API", "ACCESS", "PRIVATE", "PRIV", "ENCRYPT", "ENCRYPTION", "ENC", "CRYPT", "CRYPTO", "CIPHER", "FERNET", "SIGN", "SIGNING", "SIGNATURE",
	"MASTER", "LICENSE", "LICENCE", "AUTH", "APP", "JWT", "SESSION", "SECRET", "SECURITY", "SHARED", "PRESHARED", "HMAC", "AES", "OPENSSL",
	"ANON", "ROLE", "TOTP", "OTP", "SUBSCRIPTION", "UNSEAL", "RECOVERY", "DETERMINISTIC", "SERVICEACCOUNT", "DEPLOY", "ADMIN", "ACCOUNT",
	"STRIPE", "SENDGRID", "MAILGUN", "TWILIO", "DATADOG", "RELIC", "MEILI", "MEILISEARCH", "TYPESENSE", "OPENAI", "ANTHROPIC", "GEMINI", "SPACES",
	"LIVEKIT", "RESEND", "CLOUDFLARE", "MONGO", "MONGODB", "REPLICA",
)

// plainKeys come before a KEY that is none: of caches, tables and messages.
var plainKeys = set(
	"PUBLIC", "PUB", "PARTITION", "CACHE", "ROUTING", "SORT", "PRIMARY", "FOREIGN", "MAP", "INDEX", "MESSAGE", "RECORD", "CONFIG", "LABEL", "SITE",
	"PUBLISHABLE", "TAG", "LOOKUP", "GROUP", "OBJECT", "BUCKET", "METRIC", "TOPIC", "NAME", "TYPE", "HOT", "ROW", "UNIQUE", "DEDUP", "IDEMPOTENCY",
	"TURN", "MON", "DON", "HOC", "TUR", "WHIS", "JOC", "INTERNAL", "STORES",
)

// versions may stand behind a KEY.
var versions = set("ID", "BASE", "CURRENT", "OLD", "NEW", "PREVIOUS", "NEXT", "SECRET", "PRIMARY", "SECONDARY", "DEV", "PROD", "TEST", "VALUE", "BASE64", "PEM", "B64", "HEX")

// switches are words of names whose values turn something on or off, or list names.
var switches = set("ALLOW", "ALLOWED", "ENABLE", "ENABLED", "DISABLE", "DISABLED", "REQUIRE", "REQUIRED", "SKIP", "KNOWN")

// counts are words of names whose values count: MAX_TOKENS.
var counts = set("MAX", "MIN", "NUM", "NUMBER", "TOTAL")

// about are the last words of names whose values say something about a secret.
var about = set(
	"FILE", "FILES", "FILEPATH", "FILENAME", "PATH", "PATHS", "DIR", "DIRECTORY", "FOLDER", "LOCATION", "KEYFILE",
	"SCHEME", "TYPE", "METHOD", "MODE", "NAME", "ALGORITHM", "ALG", "ALGO", "FORMAT", "ENCODING", "ENCODER", "HASHER", "PROVIDER", "BACKEND", "ENGINE", "CLASS",
	"CONVERTER", "SERIALIZER", "VERSION", "PREFIX", "HEADER", "FIELD", "COLUMN", "ATTRIBUTE", "CLAIM", "TEMPLATE", "POLICY", "LEVEL", "STRENGTH", "HINT",
	"TTL", "LIFETIME", "EXPIRY", "EXPIRES", "EXPIRE", "EXPIRATION", "TIMEOUT", "AGE", "DURATION", "VALIDITY", "INTERVAL", "PERIOD", "DAYS", "HOURS", "MINUTES", "SECONDS",
	"LENGTH", "LEN", "SIZE", "MIN", "MAX", "COUNT", "LIMIT", "RATE", "RATELIMIT", "BUDGET", "ROUNDS", "COST", "ITERATIONS", "RETRIES", "ATTEMPTS",
	"SERVER", "SERVERS", "SOURCE", "SOURCES", "BROKERS", "HOSTS", "HOSTNAME", "ADDR", "ADDRESS", "ADDRESSES", "LISTENER", "LISTENERS", "HANDLER", "MECHANISM", "MODULE", "PROTOCOL", "PROTOCOLS",
	"URL", "URI", "URLS", "ENDPOINT", "HOST", "PORT", "READYPORT", "DOMAIN", "ISSUER", "AUDIENCE", "ROLE", "SCOPE", "SCOPES", "REALM", "USER", "USERNAME", "EMAIL", "REGION",
)

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
