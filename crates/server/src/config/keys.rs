//! Every key of the configuration, in the order in which an operator meets them.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use super::section::section;
use super::values::{Environment, LogFormat, MaybeListen, Number, Origins, Paths, Registration, Secrets, Span, Tls};

section! {
    /// The server itself.
    Core "core" {
        /// Where everything is kept that is not in a database server: the SQLite file, generated keys, the node's identity.
        /// Without it: $XDG_DATA_HOME/obrol, or ~/.local/share/obrol.
        data_dir: Option<PathBuf> = "", "OBROL_DATA_DIR", "/var/lib/obrol";
        /// `production` refuses to start with missing, weak or known secrets and with a public URL without HTTPS.
        env: Environment = "development", "OBROL_ENV", "production";
        /// How much is logged: error, warn, info, debug, trace; or by part, like `info,obrol::http=warn`.
        log: String = "info", "OBROL_LOG", "info";
        /// `auto` is text on a terminal and JSON elsewhere.
        log_format: LogFormat = "auto", "OBROL_LOG_FORMAT", "json";
        /// How long answers that are being written may go on after SIGTERM; a second signal cuts.
        shutdown_grace: Span = "30s", "OBROL_SHUTDOWN_GRACE", "30s";
    }
}

section! {
    /// HTTP: where the server listens and what the world calls it.
    Http "http" {
        /// Address and port of the API and the pages. HTTPS belongs to the proxy in front.
        listen: SocketAddr = "127.0.0.1:8080", "OBROL_LISTEN", "0.0.0.0:8080";
        /// Address and port of `/metrics` for Prometheus; keep it away from the public. `off` for none.
        metrics_listen: MaybeListen = "127.0.0.1:9090", "OBROL_METRICS_LISTEN", "off";
        /// What people type to come here. Cookies, links and the check of `Origin` follow it.
        public_url: Option<Url> = "", "OBROL_PUBLIC_URL", "https://chat.example.org";
        /// Other origins whose pages may call the API with a token.
        cors_origins: Origins = "", "OBROL_CORS_ORIGINS", "https://shop.example.org";
        /// How many proxies stand in front and append to X-Forwarded-For. Only that many entries are believed.
        trusted_proxies: Number<0, 16> = "0", "OBROL_TRUSTED_PROXIES", "1";
        /// Threads that answer requests; 0 is one for each core.
        threads: Number<0, 256> = "0", "OBROL_HTTP_THREADS", "4";
        /// Requests at once from one address (IPv6: one /64) without a token.
        anonymous_burst: Number<1, 1000000000> = "1000", "OBROL_RATE_ANONYMOUS_BURST", "200";
        /// Requests each second from one address without a token, once the burst is used up.
        anonymous_per_second: Number<1, 1000000000> = "100", "OBROL_RATE_ANONYMOUS_PER_SECOND", "20";
        /// Requests at once from one address with a token; an office behind one address needs room.
        signed_burst: Number<1, 1000000000> = "20000", "OBROL_RATE_SIGNED_BURST", "2000";
        /// Requests each second from one address with a token, once the burst is used up.
        signed_per_second: Number<1, 1000000000> = "5000", "OBROL_RATE_SIGNED_PER_SECOND", "200";
    }
}

section! {
    /// The database: SQLite in the data directory unless told otherwise.
    Database "database" {
        /// sqlite:///path/obrol.db, postgres://user:password@host/database or mysql://user:password@host/database.
        url: Option<SecretString> = "", "DATABASE_URL", "postgres://obrol:a-long-password@127.0.0.1:5432/obrol";
        /// Connections of this process at most (SQLite: readers; there is one writer).
        max_connections: Number<1, 1000> = "16", "OBROL_DATABASE_MAX_CONNECTIONS", "32";
        /// Connections that stay open.
        min_connections: Number<0, 1000> = "1", "OBROL_DATABASE_MIN_CONNECTIONS", "2";
        /// How long a request waits for a connection before it is told to try again.
        acquire_timeout: Span = "2s", "OBROL_DATABASE_ACQUIRE_TIMEOUT", "2s";
        /// Encryption of the connection to a database server; wins over the address.
        tls: Option<Tls> = "", "OBROL_DATABASE_TLS", "verify-full";
        /// PEM file of the authority that signed the database server's certificate.
        tls_ca: Option<PathBuf> = "", "OBROL_DATABASE_TLS_CA", "/etc/obrol/database-ca.pem";
    }
}

section! {
    /// Redis, for several processes that serve the same people.
    Redis "redis" {
        /// redis://host:6379/0, or rediss:// for TLS. Without it this process works alone.
        url: Option<SecretString> = "", "REDIS_URL", "redis://127.0.0.1:6379/0";
    }
}

section! {
    /// Accounts and secrets.
    Accounts "accounts" {
        /// Who may make an account: anyone, people with an invitation, or nobody but administrators.
        /// Without it: open while the server listens on this machine only and is not in production, else closed.
        registration: Option<Registration> = "", "OBROL_REGISTRATION", "open";
        /// The secret that protects stored keys and tokens. Without it one is generated in the data directory.
        /// At least 32 random characters: `openssl rand -base64 48`.
        secret_key: Option<SecretString> = "", "OBROL_SECRET_KEY", "(the output of: openssl rand -base64 48)";
        /// Earlier secrets, still good for reading what was protected with them.
        previous_secret_keys: Secrets = "", "OBROL_SECRET_KEY_PREVIOUS", "(the former value of OBROL_SECRET_KEY)";
        /// The key that seals the credentials of providers in the database: 32 bytes in base64. Without it one is generated in
        /// the data directory. Several nodes need the same one.
        encryption_key: Option<SecretString> = "", "OBROL_ENCRYPTION_KEY", "(the output of: openssl rand -base64 32)";
        /// Earlier encryption keys, until `obrol secrets rotate` has sealed everything with the present one.
        old_encryption_keys: Secrets = "", "OBROL_ENCRYPTION_KEYS_OLD", "(the former value of OBROL_ENCRYPTION_KEY)";
        /// PEM file of an RSA key (2048 bits or more): access tokens are then signed RS256 instead of EdDSA.
        jwt_rsa_key_file: Option<PathBuf> = "", "OBROL_JWT_RSA_KEY_FILE", "/etc/obrol/jwt-rsa.pem";
        /// PEM files of RSA keys that signed before (the public part is enough): their tokens are accepted until they expire.
        /// Name the former key here for at least 15 minutes after a change, then take it away: what it signed is refused.
        previous_jwt_rsa_key_files: Paths = "", "OBROL_JWT_RSA_KEY_FILE_PREVIOUS", "/etc/obrol/jwt-rsa-former.pem";
        /// Memory of one password hash in MiB (argon2id).
        argon2_memory_mib: Number<8, 4096> = "64", "OBROL_ARGON2_MEMORY_MIB", "64";
        /// Rounds of one password hash.
        argon2_iterations: Number<1, 64> = "3", "OBROL_ARGON2_ITERATIONS", "3";
        /// Lanes of one password hash.
        argon2_parallelism: Number<1, 64> = "4", "OBROL_ARGON2_PARALLELISM", "4";
        /// Password hashes at once; more wait shortly, then are told to try again. 0 is one for each core but one.
        argon2_concurrency: Number<0, 256> = "0", "OBROL_ARGON2_CONCURRENCY", "2";
    }
}

section! {
    /// Messages and answers.
    Runs "runs" {
        /// Longest message, in characters.
        max_message_characters: Number<1, 262144> = "32768", "OBROL_MAX_MESSAGE_CHARACTERS", "32768";
        /// Messages to the AI that one person may send each minute; 0 is no limit.
        /// Without it: no limit in development, 60 in production.
        messages_per_minute: Option<Number<0, 1000000>> = "", "OBROL_MESSAGES_PER_MINUTE", "60";
        /// Answers that this process writes at the same time.
        concurrency: Number<1, 100000> = "256", "OBROL_RUN_CONCURRENCY", "64";
        /// Other background jobs at the same time.
        job_concurrency: Number<1, 1000> = "4", "OBROL_JOB_CONCURRENCY", "8";
        /// Answers that one person may have waiting.
        queued_per_user: Number<1, 100000> = "1000", "OBROL_RUN_QUEUED_PER_USER", "20";
        /// Answers that may wait in all; above it new messages are refused early.
        queue_depth: Number<1, 10000000> = "10000", "OBROL_RUN_QUEUE_DEPTH", "10000";
        /// An answer that waited longer than this is given up, with an explanation.
        queue_age: Span = "1h", "OBROL_RUN_QUEUE_AGE", "1h";
        /// Longest time for one answer, retries included.
        whole_run: Span = "10m", "OBROL_RUN_TIMEOUT", "10m";
        /// How long a worker may be silent before another takes its work over.
        lease: Span = "15s", "OBROL_RUN_LEASE", "15s";
        /// A model (`provider/model`) that writes titles. Without it a title is the beginning of the first question.
        title_model: Option<String> = "", "OBROL_TITLE_MODEL", "openai/gpt-5-mini";
    }
}

section! {
    /// Models. Providers follow below.
    Models "models" {
        /// The built-in guide, which answers questions about Obrol from its manual without any key or network.
        guide: bool = "yes", "OBROL_GUIDE", "no";
        /// Offer the models of an Ollama that answers at the address below.
        ollama_probe: bool = "yes", "OBROL_OLLAMA_PROBE", "no";
        /// Where an Ollama may be.
        ollama_url: Url = "http://127.0.0.1:11434", "OBROL_OLLAMA_URL", "http://127.0.0.1:11434";
        /// For reaching a provider.
        connect_timeout: Span = "5s", "OBROL_PROVIDER_CONNECT_TIMEOUT", "5s";
        /// Silence before the first words of an answer.
        first_token_timeout: Span = "60s", "OBROL_PROVIDER_FIRST_TOKEN_TIMEOUT", "60s";
        /// Silence within an answer.
        stall_timeout: Span = "30s", "OBROL_PROVIDER_STALL_TIMEOUT", "30s";
    }
}
