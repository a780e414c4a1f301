#include "gateway/cli/cli.h"
#include "gateway/cli/launch.h"
#include "gateway/cli/suite.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OPEN_FOLDERS_MAX = 16 };

/* All that `up` makes in the folder; nothing else is ever deleted. */
static const char *const run_state[] = {"run", "local.env", "redis/redis.sock"};
static const char *const kept_state[] = {"redis", "tls", "log", ".entente"};

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *place) {
  (void)status, (void)type, (void)place;
  return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

static bool tree_remove(struct suite *suite, const char *name) {
  char path[PATH_MAX];
  suite_path(suite, path, "%s", name);
  if (access(path, F_OK) != 0 || nftw(path, entry_remove, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS) == 0)
    return true;
  snprintf(suite->problem, sizeof suite->problem, "cannot delete %.4000s: %s", path, strerror(errno));
  return false;
}

static bool trees_remove(struct suite *suite, const char *const *names, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!tree_remove(suite, names[i]))
      return false;
  return true;
}

static bool files_remove(struct suite *suite, bool keep_data) {
  if (!trees_remove(suite, run_state, sizeof run_state / sizeof *run_state))
    return false;
  if (keep_data)
    return true;
  if (!trees_remove(suite, kept_state, sizeof kept_state / sizeof *kept_state))
    return false;
  rmdir(suite->var); /* stays when somebody put a file of their own into it */
  return true;
}

static size_t count_running(const struct suite *suite) {
  size_t count = 0;
  for (size_t i = 0; i < SUITE_PARTS; i++)
    count += suite_pid(suite, &suite_parts[i]) != 0;
  return count;
}

static void report(const struct cli_options *options, const struct suite *suite, size_t ran, size_t killed,
                   bool keep_data) {
  if (options->json) {
    printf("{\"ended\":%zu,\"killed\":%zu,\"dataKept\":%s}\n", ran, killed, keep_data ? "true" : "false");
    return;
  }
  printf("%s", ran ? "The suite has ended" : "The suite was not running");
  if (killed)
    printf(" (%zu of %zu processes had to be killed)", killed, ran);
  if (keep_data)
    printf("; its data is kept in %s.\n", suite->var);
  else
    printf("; nothing of it is left.\n");
}

int command_down(const struct cli_options *options, int argc, char **argv) {
  static struct suite suite;
  bool keep_data = false, all[SUITE_PARTS];
  const struct cli_option own[] = {{"keep-data", NULL, &keep_data}, {0}};
  int words = cli_parse(argc, argv, own);
  if (words < 0)
    return CLI_USAGE;
  if (words > 0)
    return cli_fail("down", "'%s' is not understood; see entente down --help", argv[1]), CLI_USAGE;
  memset(all, true, sizeof all);
  if (!suite_find(&suite, options->var))
    return cli_fail("down", "%s", suite.problem);
  if (!suite_exists(&suite)) {
    report(options, &suite, 0, 0, false);
    return CLI_DONE;
  }
  if (!suite_prepare(&suite)) /* a folder may be missing after an earlier `down` was cut short */
    return cli_fail("down", "%s", suite.problem);
  size_t ran = count_running(&suite);
  size_t killed = launch_end(&suite, all);
  bool good = files_remove(&suite, keep_data);
  suite_unlock(&suite);
  if (!good)
    return cli_fail("down", "%s", suite.problem);
  report(options, &suite, ran, killed, keep_data);
  return CLI_DONE;
}
