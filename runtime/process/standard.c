#include "runtime/process/standard.h"

#include "runtime/base/text.h"

#include <string.h>

static const struct setting listen_rows[] = {
    {"listen", SETTING_ADDRESS, .text = "Address of the gRPC port."},
    {"side-listen", SETTING_ADDRESS, .text = "Address of the HTTP port for metrics and probes."},
};

static const struct setting store_rows[] = {
    {"redis-address", SETTING_ADDRESS, "tcp:127.0.0.1:6379",
     .text = "Redis: unix:/path/redis.sock, tcp:host:port or tls:host:port."},
    {"redis-user", SETTING_TEXT, "", .text = "ACL user in Redis; the service's name when empty."},
    {"redis-password-file", SETTING_FILE, "",
     .text = "File whose first line is the ACL user's password; no AUTH when empty."},
    {"redis-tls-ca-file", SETTING_FILE, "",
     .text = "Authorities that a tls: Redis is checked against; the system's when empty."},
    {"command-timeout-ms", SETTING_NUMBER, "2000", 10, 60000, "ms",
     "Longest wait for Redis to answer one command."},
};

static const struct setting common_rows[] = {
    {"tls", SETTING_SWITCH, "on",
     .text = "Mutual TLS on the gRPC port and towards other services; off only on loopback."},
    {"tls-ca-file", SETTING_FILE, "", .text = "Authority of the suite's certificates, PEM."},
    {"tls-certificate-file", SETTING_FILE, "", .text = "This service's certificate chain, PEM."},
    {"tls-key-file", SETTING_FILE, "", .text = "This service's private key, PEM."},
    {"trust-domain", SETTING_TEXT, "entente.local",
     .text = "Trust domain in the URIs of certificates: spiffe://DOMAIN/service/NAME."},
    {"jwks-file", SETTING_FILE, NULL,
     .text = "Public keys of user tokens, a JWK set; read again when it changes."},
    {"jwt-issuer", SETTING_TEXT, "https://entente.local", .text = "`iss` that a token must have."},
    {"jwt-audience", SETTING_TEXT, "entente", .text = "`aud` that a token must have."},
    {"jwt-age-max-s", SETTING_NUMBER, "86400", 60, 31536000, "s",
     "Oldest token that is taken, by its `iat`, however late it expires."},
    {"in-flight-max", SETTING_NUMBER, "1024", 1, 100000, "calls",
     "Calls served at once; more are refused with RESOURCE_EXHAUSTED."},
    {"queue-threads", SETTING_NUMBER, "1", 1, 64, "threads", "Threads that poll gRPC."},
    {"log-level", SETTING_TEXT, "info",
     .text = "Least level that is logged: debug, info (a line a call), warning or error."},
    {"drain-notice-ms", SETTING_NUMBER, "500", 0, 300000, "ms",
     "How long calls are still taken after health says NOT_SERVING at the end."},
    {"drain-grace-ms", SETTING_NUMBER, "5000", 0, 300000, "ms",
     "How long running calls may take after that before they are cancelled."},
    {"onboard-address", SETTING_ADDRESS, "127.0.0.1:7701", .text = "Where onboard answers."},
    {"enable-address", SETTING_ADDRESS, "127.0.0.1:7702", .text = "Where enable answers."},
    {"market-address", SETTING_ADDRESS, "127.0.0.1:7703", .text = "Where market answers."},
    {"sell-address", SETTING_ADDRESS, "127.0.0.1:7704", .text = "Where sell answers."},
    {"incentivize-address", SETTING_ADDRESS, "127.0.0.1:7705", .text = "Where incentivize answers."},
};

#define ROWS(table) (sizeof(table) / sizeof *(table))
_Static_assert(ROWS(listen_rows) + ROWS(store_rows) + ROWS(common_rows) < STANDARD_SETTINGS_MAX,
               "room for the row that ends the table");

void standard_settings_fill(struct standard_settings *out, int port, bool with_store) {
  memset(out, 0, sizeof *out);
  snprintf(out->listen, sizeof out->listen, "127.0.0.1:%d", port);
  snprintf(out->side_listen, sizeof out->side_listen, "127.0.0.1:%d", port + 2000);
  size_t count = ROWS(listen_rows);
  memcpy(out->rows, listen_rows, sizeof listen_rows);
  out->rows[0].initial = out->listen;
  out->rows[1].initial = out->side_listen;
  if (with_store) {
    memcpy(out->rows + count, store_rows, sizeof store_rows);
    count += ROWS(store_rows);
  }
  memcpy(out->rows + count, common_rows, sizeof common_rows);
}

static bool is_loopback(const char *address) {
  static const char *const prefixes[] = {"127.", "localhost:", "[::1]:"};
  for (size_t i = 0; i < ROWS(prefixes); i++)
    if (strncmp(address, prefixes[i], strlen(prefixes[i])) == 0)
      return true;
  return false;
}

bool standard_settings_check(const struct settings *settings, FILE *problems) {
  static const char *const files[] = {"tls-ca-file", "tls-certificate-file", "tls-key-file"};
  bool good = true;
  if (!setting_on(settings, "tls")) {
    good = is_loopback(setting_text(settings, "listen"));
    if (!good)
      fprintf(problems, "--tls off is allowed on loopback only, and --listen is '%s'; turn TLS on\n",
              setting_text(settings, "listen"));
    return good;
  }
  for (size_t i = 0; i < ROWS(files); i++)
    if (text_empty(setting_text(settings, files[i]))) {
      fprintf(problems, "--%s is required while --tls is on\n", files[i]);
      good = false;
    }
  return good;
}
