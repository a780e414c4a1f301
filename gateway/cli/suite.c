#include "gateway/cli/suite.h"

#include "runtime/process/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { TOKEN_DAYS = 30, DAY_S = 86400, ANSWER_BYTES = 1024, ANSWER_MS = 1000 };

const struct part suite_parts[] = {
    {"redis", false, false, 0, NULL},
    {"onboard", true, true, 1, "ENTENTE_ONBOARD"},
    {"enable", true, true, 2, "ENTENTE_ENABLE"},
    {"market", true, true, 3, "ENTENTE_MARKET"},
    {"sell", true, true, 4, "ENTENTE_SELL"},
    {"incentivize", true, true, 5, "ENTENTE_INCENTIVIZE"},
    {"gateway", true, false, 0, "ENTENTE_GRPC"},
};
_Static_assert(sizeof suite_parts / sizeof *suite_parts == SUITE_PARTS, "one row a process");

static const char *const folders[] = {"", "/tls", "/run", "/log", "/redis"};

static bool refuse(struct suite *suite, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(struct suite *suite, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(suite->problem, sizeof suite->problem, format, arguments);
  va_end(arguments);
  return false;
}

void suite_path(const struct suite *suite, char *out, const char *format, ...) {
  va_list arguments;
  int length = snprintf(out, PATH_MAX, "%s/", suite->var);
  va_start(arguments, format);
  vsnprintf(out + length, PATH_MAX - (size_t)length, format, arguments);
  va_end(arguments);
}

/* ---- the folder ---- */

static void programs_find(struct suite *suite) {
  ssize_t length = readlink("/proc/self/exe", suite->bin, sizeof suite->bin - 1);
  suite->bin[length > 0 ? length : 0] = '\0';
  char *slash = strrchr(suite->bin, '/');
  if (slash)
    *slash = '\0';
}

static int port_base_kept(const struct suite *suite) {
  char path[PATH_MAX];
  int base = 0;
  suite_path(suite, path, "run/port-base");
  FILE *file = fopen(path, "re");
  if (!file)
    return 0;
  if (fscanf(file, "%d", &base) != 1)
    base = 0;
  fclose(file);
  return base;
}

bool suite_find(struct suite *suite, const char *var) {
  char here[PATH_MAX] = "", socket_path[PATH_MAX];
  memset(suite, 0, sizeof *suite);
  suite->lock = -1;
  programs_find(suite);
  if (*var != '/' && !getcwd(here, sizeof here))
    return refuse(suite, "cannot tell the current folder: %s", strerror(errno));
  size_t length = strlen(var);
  while (length > 1 && var[length - 1] == '/')
    length--;
  if (snprintf(suite->var, sizeof suite->var, "%s%s%.*s", here, *here ? "/" : "", (int)length, var) >=
      PATH_MAX - NAME_MAX)
    return refuse(suite, "the path of --var is too long; choose a shorter one");
  suite_path(suite, socket_path, "redis/redis.sock");
  if (strlen(socket_path) >= sizeof((struct sockaddr_un *)0)->sun_path)
    return refuse(
        suite,
        "%s is too long for a unix socket (at most 107 characters); choose a shorter folder with --var",
        socket_path);
  if (strpbrk(suite->var, "'\"\\\n"))
    return refuse(suite,
                  "%s has a quote, a backslash or a new line in it, which local.env and redis.conf cannot "
                  "hold; choose another folder with --var",
                  suite->var);
  int base = port_base_kept(suite);
  suite->port_base = base ? base : SUITE_PORT_BASE;
  return true;
}

bool suite_exists(const struct suite *suite) {
  char path[PATH_MAX];
  suite_path(suite, path, ".entente");
  return access(path, F_OK) == 0;
}

static bool folder_is_empty_or_new(const struct suite *suite) {
  return mkdir(suite->var, 0700) == 0 ||
         (errno == EEXIST && rmdir(suite->var) == 0 && mkdir(suite->var, 0700) == 0);
}

bool suite_prepare(struct suite *suite) {
  char path[PATH_MAX];
  if (!suite_exists(suite) && !folder_is_empty_or_new(suite)) {
    if (errno == ENOTEMPTY)
      return refuse(suite, "%s holds files that are not a suite's; choose another folder with --var",
                    suite->var);
    return refuse(suite, "cannot make the folder %s: %s; choose another folder with --var", suite->var,
                  strerror(errno));
  }
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    snprintf(path, sizeof path, "%.*s%s", PATH_MAX - NAME_MAX, suite->var, folders[i]);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
      return refuse(suite, "cannot make the folder %s: %s", path, strerror(errno));
  }
  suite_path(suite, path, ".entente");
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return refuse(suite, "cannot write %s: %s", path, strerror(errno));
  close(fd);
  return suite_lock(suite);
}

void suite_unprepare(struct suite *suite) {
  static const char *const files[] = {"run/lock", ".entente"};
  char path[PATH_MAX];
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    suite_path(suite, path, "%s", files[i]);
    unlink(path);
  }
  for (size_t i = sizeof folders / sizeof *folders; i-- > 0;) {
    snprintf(path, sizeof path, "%.*s%s", PATH_MAX - NAME_MAX, suite->var, folders[i]);
    rmdir(path);
  }
}

bool suite_lock(struct suite *suite) {
  char path[PATH_MAX];
  suite_path(suite, path, "run/lock");
  suite->lock = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (suite->lock < 0)
    return refuse(suite, "cannot write %s: %s", path, strerror(errno));
  if (flock(suite->lock, LOCK_EX | LOCK_NB) == 0)
    return true;
  suite_unlock(suite);
  return refuse(suite, "another `entente up` or `down` works on %s; wait until it has ended", suite->var);
}

void suite_unlock(struct suite *suite) {
  if (suite->lock >= 0)
    close(suite->lock);
  suite->lock = -1;
}

bool suite_keep_port_base(struct suite *suite) {
  char path[PATH_MAX];
  suite_path(suite, path, "run/port-base");
  FILE *file = fopen(path, "we");
  if (!file)
    return refuse(suite, "cannot write %s: %s", path, strerror(errno));
  fprintf(file, "%d\n", suite->port_base);
  return fclose(file) == 0 || refuse(suite, "cannot write %s: %s", path, strerror(errno));
}

int suite_port(const struct suite *suite, const struct part *part) {
  return suite->port_base + part->offset;
}

int suite_side_port(const struct suite *suite, const struct part *part) {
  return suite->port_base + SUITE_PORT_SIDE + part->offset;
}

int suite_http_port(const struct suite *suite) {
  return suite->port_base + SUITE_PORT_HTTP;
}

/* ---- processes ---- */

/* Fields of /proc/PID/stat after the name, which may itself hold spaces and brackets. */
static bool stat_read(pid_t pid, char *state, unsigned long long *start_ticks) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  FILE *file = fopen(path, "re");
  if (!file)
    return false;
  size_t size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[size] = '\0';
  const char *after = strrchr(text, ')');
  return after &&
         sscanf(after + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                state, start_ticks) == 2;
}

static bool is_ended(char state) {
  return state == 'Z' || state == 'X';
}

bool process_runs(pid_t pid) {
  char state;
  unsigned long long ticks;
  return stat_read(pid, &state, &ticks) && !is_ended(state);
}

int64_t process_memory(pid_t pid) {
  char path[64];
  long pages = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
  FILE *file = fopen(path, "re");
  if (!file)
    return 0;
  if (fscanf(file, "%*s %ld", &pages) != 1)
    pages = 0;
  fclose(file);
  return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

int64_t process_started(pid_t pid) {
  char state;
  unsigned long long ticks;
  struct timespec since_boot;
  if (!stat_read(pid, &state, &ticks) || clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0)
    return 0;
  return (int64_t)time(NULL) - (since_boot.tv_sec - (int64_t)ticks / sysconf(_SC_CLK_TCK));
}

pid_t suite_pid(const struct suite *suite, const struct part *part) {
  char path[PATH_MAX], state;
  int pid = 0;
  unsigned long long kept = 0, ticks;
  suite_path(suite, path, "run/%s.pid", part->name);
  FILE *file = fopen(path, "re");
  if (!file)
    return 0;
  int fields = fscanf(file, "%d %llu", &pid, &kept);
  fclose(file);
  if (fields != 2 || pid <= 0 || !stat_read(pid, &state, &ticks))
    return 0;
  return ticks == kept && !is_ended(state) ? pid : 0;
}

bool suite_keep_pid(struct suite *suite, const struct part *part, pid_t pid) {
  char path[PATH_MAX], state;
  unsigned long long ticks = 0;
  suite_path(suite, path, "run/%s.pid", part->name);
  FILE *file = fopen(path, "we");
  if (!file)
    return refuse(suite, "cannot write %s: %s", path, strerror(errno));
  stat_read(pid, &state, &ticks);
  fprintf(file, "%d %llu\n", (int)pid, ticks);
  return fclose(file) == 0 || refuse(suite, "cannot write %s: %s", path, strerror(errno));
}

void suite_forget_pid(const struct suite *suite, const struct part *part) {
  char path[PATH_MAX];
  suite_path(suite, path, "run/%s.pid", part->name);
  unlink(path);
}

/* ---- readiness ---- */

static int answer_socket(int family) {
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct timeval wait = {.tv_sec = ANSWER_MS / 1000};
  if (fd >= 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  }
  return fd;
}

/* Sends text, reads until `enough` is in the answer or the peer ends. */
static void exchange(int fd, const char *text, const char *enough, char answer[ANSWER_BYTES]) {
  size_t size = 0;
  answer[0] = '\0';
  if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
    return;
  while (size < ANSWER_BYTES - 1 && !(enough && strstr(answer, enough))) {
    ssize_t got = recv(fd, answer + size, ANSWER_BYTES - 1 - size, 0);
    if (got <= 0)
      return;
    size += (size_t)got;
    answer[size] = '\0';
  }
}

static void first_line(const char *text, char *out, size_t size) {
  snprintf(out, size, "%.*s", (int)strcspn(text, "\r\n"), text);
}

static bool password_read(const struct suite *suite, const char *user, char out[SUITE_PASSWORD_BYTES]) {
  char path[PATH_MAX];
  suite_path(suite, path, "redis/%s.password", user);
  FILE *file = fopen(path, "re");
  if (!file)
    return false;
  bool good = fgets(out, SUITE_PASSWORD_BYTES, file) != NULL;
  fclose(file);
  out[strcspn(out, "\n")] = '\0';
  return good;
}

static bool redis_ready(const struct suite *suite, char *why, size_t size) {
  char password[SUITE_PASSWORD_BYTES], path[PATH_MAX], question[256], answer[ANSWER_BYTES];
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  suite_path(suite, path, "redis/redis.sock");
  snprintf(address.sun_path, sizeof address.sun_path, "%.*s", (int)sizeof address.sun_path - 1, path);
  snprintf(why, size, "it has no password file");
  if (!password_read(suite, "deploy", password))
    return false;
  int fd = answer_socket(AF_UNIX);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    snprintf(why, size, "it does not answer on its socket");
    if (fd >= 0)
      close(fd);
    return false;
  }
  snprintf(question, sizeof question, "AUTH deploy %s\r\nPING\r\n", password);
  exchange(fd, question, "PONG", answer);
  close(fd);
  bool good = strstr(answer, "+PONG") != NULL;
  const char *error = strchr(answer, '-');
  first_line(good ? "" : error ? error + 1 : "it does not answer", why, size);
  return good;
}

static bool side_ready(const struct suite *suite, const struct part *part, char *why, size_t size) {
  char answer[ANSWER_BYTES];
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)suite_side_port(suite, part)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = answer_socket(AF_INET);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    snprintf(why, size, "its side port %d does not answer", suite_side_port(suite, part));
    if (fd >= 0)
      close(fd);
    return false;
  }
  exchange(fd, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", NULL, answer);
  close(fd);
  const char *body = strstr(answer, "\r\n\r\n");
  first_line(body ? body + 4 : "its side port does not answer", why, size);
  return strncmp(answer, "HTTP/1.1 200", 12) == 0;
}

static bool port_ready(const struct suite *suite, const struct part *part, char *why, size_t size) {
  char ca[PATH_MAX], certificate[PATH_MAX], key[PATH_MAX];
  suite_path(suite, ca, "tls/ca.pem");
  suite_path(suite, certificate, "tls/local.pem");
  suite_path(suite, key, "tls/local.key");
  struct probe_options probe = {
      .host = "127.0.0.1",
      .port = suite_port(suite, part),
      .tls = true,
      .ca_file = ca,
      .certificate_file = certificate,
      .key_file = key,
      .timeout_ms = ANSWER_MS,
  };
  return probe_port(&probe, why, size);
}

bool suite_ready(const struct suite *suite, const struct part *part, char *why, size_t size) {
  if (!part->service)
    return redis_ready(suite, why, size);
  return side_ready(suite, part, why, size) && port_ready(suite, part, why, size);
}

/* ---- tokens ---- */

char *suite_token(struct suite *suite, const struct token_claims *claims) {
  char folder[PATH_MAX];
  const char *problem = "";
  struct token_claims whole = *claims;
  suite_path(suite, folder, "tls");
  if (whole.not_before == 0)
    whole.not_before = (int64_t)time(NULL);
  if (whole.expires == 0)
    whole.expires = whole.not_before + (int64_t)TOKEN_DAYS * DAY_S;
  char *token = authority_token(folder, SUITE_ISSUER, SUITE_AUDIENCE, &whole, &problem);
  if (!token)
    refuse(suite, "%s; start the suite with `entente up`", problem);
  return token;
}
