#include "gateway/cli/redis.h"

#include "runtime/base/digest.h"
#include "runtime/store/functions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { SECRET_BYTES = 24, RULE_BYTES = 1024, HEX_BYTES = 2 * DIGEST_SIZE + 1 };

static const char configuration[] = "# Written by `entente up` at each start.\n"
                                    "port 0\n"
                                    "unixsocket \"%1$s/redis.sock\"\n"
                                    "unixsocketperm 700\n"
                                    "dir \"%1$s\"\n"
                                    "aclfile \"%1$s/users.acl\"\n"
                                    "daemonize no\n"
                                    "databases 1\n"
                                    "# An acknowledged write survives the loss of power.\n"
                                    "appendonly yes\n"
                                    "appendfsync always\n"
                                    "no-appendfsync-on-rewrite no\n"
                                    "aof-use-rdb-preamble yes\n"
                                    "save \"\"\n"
                                    "# Full is an error that callers see, never silent loss.\n"
                                    "maxmemory-policy noeviction\n"
                                    "# Headroom for six services' connections on one socket.\n"
                                    "maxclients 512\n";

static bool refuse(struct suite *suite, const char *what, const char *path) {
  snprintf(suite->problem, sizeof suite->problem, "cannot %s %.4000s: %s", what, path, strerror(errno));
  return false;
}

/* Creates a file with its mode from the first byte on; replaces what was there. */
static FILE *file_create(const char *path, mode_t mode) {
  unlink(path);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  return fd < 0 ? NULL : fdopen(fd, "w");
}

static void hex(const unsigned char *bytes, size_t size, char *out) {
  for (size_t i = 0; i < size; i++)
    snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static bool password_ensure(struct suite *suite, const char *user) {
  char path[PATH_MAX], text[2 * SECRET_BYTES + 1];
  unsigned char secret[SECRET_BYTES];
  suite_path(suite, path, "redis/%s.password", user);
  if (access(path, R_OK) == 0)
    return true;
  if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
    return refuse(suite, "get random bytes for", path);
  hex(secret, sizeof secret, text);
  FILE *file = file_create(path, 0400);
  if (!file)
    return refuse(suite, "write", path);
  fprintf(file, "%s\n", text);
  return fclose(file) == 0 || refuse(suite, "write", path);
}

/* One line of users.acl; Redis keeps the digest, so the password itself stays in one file. */
static bool user_write(struct suite *suite, FILE *out, const char *user, const char *rule) {
  char path[PATH_MAX], password[SUITE_PASSWORD_BYTES] = "", digest_text[HEX_BYTES];
  unsigned char digest[DIGEST_SIZE];
  suite_path(suite, path, "redis/%s.password", user);
  FILE *file = fopen(path, "re");
  if (!file || !fgets(password, sizeof password, file)) {
    if (file)
      fclose(file);
    return refuse(suite, "read", path);
  }
  fclose(file);
  password[strcspn(password, "\n")] = '\0';
  digest_sha256(password, strlen(password), digest);
  hex(digest, sizeof digest, digest_text);
  fprintf(out, "user %s %s #%s\n", user, rule, digest_text);
  return true;
}

static bool users_write(struct suite *suite) {
  char path[PATH_MAX], rule[RULE_BYTES];
  suite_path(suite, path, "redis/users.acl");
  FILE *out = file_create(path, 0400);
  if (!out)
    return refuse(suite, "write", path);
  store_default_acl_rule(rule, sizeof rule);
  fprintf(out, "user default %s\n", rule);
  store_deploy_acl_rule(rule, sizeof rule);
  bool good = user_write(suite, out, "deploy", rule);
  for (size_t i = 0; good && i < SUITE_PARTS; i++) {
    if (!suite_parts[i].pillar)
      continue;
    store_acl_rule(suite_parts[i].name, rule, sizeof rule);
    good = user_write(suite, out, suite_parts[i].name, rule);
  }
  return (fclose(out) == 0 || refuse(suite, "write", path)) && good;
}

static bool configuration_write(struct suite *suite) {
  char path[PATH_MAX], folder[PATH_MAX];
  suite_path(suite, path, "redis/redis.conf");
  suite_path(suite, folder, "redis");
  FILE *out = file_create(path, 0600);
  if (!out)
    return refuse(suite, "write", path);
  fprintf(out, configuration, folder);
  return fclose(out) == 0 || refuse(suite, "write", path);
}

bool redis_configure(struct suite *suite) {
  bool good = password_ensure(suite, "deploy");
  for (size_t i = 0; good && i < SUITE_PARTS; i++)
    if (suite_parts[i].pillar)
      good = password_ensure(suite, suite_parts[i].name);
  return good && users_write(suite) && configuration_write(suite);
}

bool redis_find_program(struct suite *suite, char *out) {
  const char *given = getenv("PATH");
  char *folders = strdup(given && *given ? given : "/usr/bin:/bin"), *rest = folders;
  bool found = false;
  for (char *folder; !found && (folder = strsep(&rest, ":"));) {
    snprintf(out, PATH_MAX, "%s/redis-server", *folder ? folder : ".");
    found = access(out, X_OK) == 0;
  }
  free(folders);
  if (!found)
    snprintf(
        suite->problem, sizeof suite->problem,
        "redis-server is not installed; install it with `apt-get install redis-server`, or run `make up`, "
        "which does");
  return found;
}

bool redis_load_functions(struct suite *suite) {
  char address[PATH_MAX], password[PATH_MAX], why[512] = "";
  suite_path(suite, password, "redis/deploy.password");
  snprintf(address, sizeof address, "unix:%.4000s/redis/redis.sock", suite->var);
  if (store_load_functions(address, "deploy", password, NULL, why, sizeof why))
    return true;
  snprintf(suite->problem, sizeof suite->problem, "cannot load the store's functions into Redis: %s", why);
  return false;
}
