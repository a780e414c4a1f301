#include "onboard/nps_response.h"

#include "runtime/base/digest.h"
#include "runtime/base/moment.h"
#include "runtime/base/period.h"
#include "runtime/base/text.h"

#include <string.h>

enum { PROMOTER_LEAST = 9, DETRACTOR_MOST = 6, SERIES_BYTES = 16 };

char *nps_series(struct arena *arena, Type__Party party, const char *respondent, int64_t respond_us) {
  char *key = arena_printf(arena, "%d|%d|%s", (int)party,
                           (int)month_of(period_quarter_of(respond_us).start_us), respondent);
  uint8_t digest[DIGEST_SIZE];
  digest_sha256(key, strlen(key), digest);
  return hex_encode(arena, digest, SERIES_BYTES);
}

static bool counts_over(const Onboard__NpsResponse *a, const Onboard__NpsResponse *b) {
  int64_t at = moment_us(a->respond_time), bt = moment_us(b->respond_time);
  return at != bt ? at > bt : a->sequence > b->sequence;
}

const Onboard__NpsResponse *nps_counted(Onboard__NpsResponse *const *responses, size_t count) {
  const Onboard__NpsResponse *counted = NULL;
  for (size_t i = 0; i < count; i++)
    if (!counted || counts_over(responses[i], counted))
      counted = responses[i];
  return counted;
}

const struct status *nps_start(const struct act *act, Onboard__NpsResponse *response,
                               Onboard__NpsResponse *const *earlier, size_t count) {
  if (count >= NPS_PER_QUARTER_MAX) {
    struct status *status = status_make(act->arena, CODE_RESOURCE_EXHAUSTED, "TOO_MANY_RESPONSES",
                                        "%d responses of one respondent in a quarter", NPS_PER_QUARTER_MAX);
    status_add_metadata(act->arena, status, "limit", "100");
    return status;
  }
  int32_t last = 0;
  for (size_t i = 0; i < count; i++)
    last = earlier[i]->sequence > last ? earlier[i]->sequence : last;
  response->party = act->party;
  response->sequence = last + 1;
  response->respond_time = moment_or(act->arena, response->respond_time, act->now_us);
  return NULL;
}

bool nps_is_promoter(const Onboard__NpsResponse *response) {
  return response->score >= PROMOTER_LEAST;
}

bool nps_is_detractor(const Onboard__NpsResponse *response) {
  return response->score <= DETRACTOR_MOST;
}
