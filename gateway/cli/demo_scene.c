#include "gateway/cli/demo_scene.h"

#include "gateway/cli/authority.h"
#include "gateway/cli/demo.h"
#include "gateway/cli/demo_story.h"
#include "runtime/base/clock.h"
#include "runtime/base/text.h"
#include "runtime/loop/loop.h"
#include "runtime/message/json.h"
#include "runtime/message/schema.h"

#include "entente/onboard/v1/partnership_service.pb-c.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  SCENES_MAX = 64,
  SCENE_BYTES = 64 << 20,
  STEP_BYTES = 16 << 20,
  ATTEMPTS_MAX = 100, /* of a step whose pillar has not heard of the partnership yet */
  ATTEMPT_PAUSE_MS = 50,
  PROGRESS_MS = 100,
  TOKEN_SECONDS = 3600,
};

struct scene {
  struct loop_work work; /* first: scene_begin() casts */
  struct demo *demo;
  const char *name;
  const struct demo_partnership *partnership;
  scene_fn *play;
  struct arena *arena, *step;
  int steps;
  char *tokens[2];
};

struct demo {
  struct session *session;
  bool terminal;
  struct period quarter;
  struct scene scenes[SCENES_MAX];
  size_t count, running;
  bool failed;
  long calls;
  int64_t begin_us, reported_us;
};

const struct demo_partnership *scene_partnership(const struct scene *scene) {
  return scene->partnership;
}

struct period scene_quarter(const struct scene *scene, int back) {
  return period_quarter_add(scene->demo->quarter, -back);
}

const char *scene_moment(struct scene *scene, int64_t time_us) {
  char text[40];
  time_format(time_us, text, sizeof text);
  return scene_text(scene, "\"%s\"", text);
}

const char *scene_etag(struct scene *scene, const char *etag) {
  const char *hex = etag + strspn(etag, "\"");
  return scene_text(scene, "\"\\\"%.*s\\\"\"", (int)strcspn(hex, "\""), hex);
}

const char *scene_time(struct scene *scene, int back, int permille) {
  struct period quarter = scene_quarter(scene, back);
  int64_t seconds = (quarter.end_us - quarter.start_us) / US_PER_SECOND * permille / 1000;
  return scene_moment(scene, quarter.start_us + seconds * US_PER_SECOND);
}

const char *scene_year_start(struct scene *scene) {
  return scene_moment(scene, month_start_us(month_of(scene->demo->quarter.start_us) / 100 * 100 + 1));
}

const char *scene_quarter_end(struct scene *scene, int back) {
  return scene_moment(scene, scene_quarter(scene, back).end_us - US_PER_SECOND);
}

const char *scene_period(struct scene *scene, int from_back, int to_back) {
  return scene_text(scene, "{\"startTime\": %s, \"endTime\": %s}",
                    scene_moment(scene, scene_quarter(scene, from_back).start_us),
                    scene_moment(scene, scene_quarter(scene, to_back).end_us));
}

const char *scene_text(struct scene *scene, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = arena_vprintf(scene->arena, format, arguments);
  va_end(arguments);
  return text;
}

/* The string field `request_id`, which every request of a mutation has. */
static void set_request_id(ProtobufCMessage *request, char *id) {
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(request->descriptor, "request_id");
  if (field)
    memcpy((char *)request + field->offset, &id, sizeof id);
}

static void report_failure(struct scene *scene, const char *method, const char *text,
                           const struct status *status) {
  if (scene->demo->failed)
    return;
  scene->demo->failed = true;
  fprintf(stderr, "\nthe demo stopped in %s at step %d, %s\n  %s\n", scene->name, scene->steps, method, text);
  session_print_status(status);
}

/* A pillar hears of a partnership by onboard's feed, and of what another pillar keeps by that one's, some
 * milliseconds after it is created. */
static bool is_early(const struct status *status) {
  return strcmp(status->reason, REASON_PARTNERSHIP_UNKNOWN) == 0 ||
         (status->violations && strcmp(status->violations->reason, "RESOURCE_NOT_FOUND") == 0) ||
         status->code == CODE_PERMISSION_DENIED || strcmp(status->reason, REASON_LOST_RACE) == 0 ||
         status->code == CODE_UNAVAILABLE;
}

static const void *call(struct scene *scene, enum demo_actor actor, const char *pillar,
                        const struct schema_method *method, ProtobufCMessage *request, const char *text) {
  const struct status *status = NULL;
  for (int attempt = 0; attempt < ATTEMPTS_MAX && !scene->demo->failed; attempt++) {
    void *response = NULL;
    status = session_call(scene->demo->session, scene->step,
                          &(struct session_request){.service = pillar,
                                                    .method = method->path,
                                                    .token = scene->tokens[actor],
                                                    .request = request,
                                                    .response = method->response},
                          &response);
    scene->demo->calls++;
    if (!status)
      return response;
    if (!is_early(status))
      break;
    fiber_sleep_ms(ATTEMPT_PAUSE_MS);
  }
  if (status)
    report_failure(scene, method->path, text, status);
  return NULL;
}

const void *scene_step(struct scene *scene, enum demo_actor actor, const char *pillar, const char *name,
                       const char *format, ...) {
  scene->steps++;
  if (scene->demo->failed)
    return NULL;
  arena_reset(scene->step);
  va_list arguments;
  va_start(arguments, format);
  char *text = arena_vprintf(scene->step, format, arguments);
  va_end(arguments);
  char *path = strchr(name, '.') ? arena_printf(scene->step, "/%s", name)
                                 : arena_printf(scene->step, "/entente.%s.v1.%s", pillar, name);
  const struct schema_method *method = schema_find_method(path);
  if (!method) {
    report_failure(
        scene, path, text,
        status_make(scene->step, CODE_UNIMPLEMENTED, "NO_SUCH_METHOD", "the contract has no such method"));
    return NULL;
  }
  ProtobufCMessage *request;
  const struct status *status = json_read(scene->step, method->request, text, strlen(text), &request);
  if (status) {
    report_failure(scene, path, text, status);
    return NULL;
  }
  set_request_id(request, arena_printf(scene->step, "demo.%d.%s.%d", month_of(scene->demo->quarter.start_us),
                                       scene->name, scene->steps));
  return call(scene, actor, pillar, method, request, text);
}

void scene_pause(struct scene *scene) {
  if (!scene->demo->failed)
    fiber_sleep_ms(ATTEMPT_PAUSE_MS);
}

/* ---- playing ---- */

void demo_add(struct demo *demo, const char *name, const struct demo_partnership *partnership,
              scene_fn *play) {
  struct scene *scene = &demo->scenes[demo->count++];
  *scene = (struct scene){.demo = demo, .name = name, .partnership = partnership, .play = play};
}

static bool make_tokens(struct scene *scene) {
  const struct session *session = scene->demo->session;
  const char *organization = scene->partnership ? scene->partnership->organization : NULL;
  int64_t now = clock_now_us(&clock_system) / US_PER_SECOND;
  const struct {
    const char *subject, *party, *organization;
  } actors[2] = {
      [ACTOR_VENDOR] = {"dana.reyes", "VENDOR", NULL},
      [ACTOR_PARTNER] = {scene_text(scene, "lead.%s", organization ? organization : ""), "PARTNER",
                         organization},
  };
  for (size_t i = 0; i < 2; i++) {
    if (i == ACTOR_PARTNER && !organization)
      continue;
    const char *problem;
    scene->tokens[i] = authority_token(scene_text(scene, "%s/tls", session_folder(session)),
                                       "https://entente.local", "entente",
                                       &(struct token_claims){.subject = actors[i].subject,
                                                              .vendor = "halden",
                                                              .party = actors[i].party,
                                                              .organization = actors[i].organization,
                                                              .role = "ADMINISTRATOR",
                                                              .not_before = now - 5,
                                                              .expires = now + TOKEN_SECONDS},
                                       &problem);
    if (scene->tokens[i])
      continue;
    fprintf(stderr, "cannot make a token for the demo's users: %s\n", problem);
    return false;
  }
  return true;
}

static void scene_run(void *argument) {
  struct scene *scene = argument;
  scene->arena = arena_create(SCENE_BYTES, NULL, NULL);
  scene->step = arena_create(STEP_BYTES, NULL, NULL);
  if (scene->arena && scene->step && make_tokens(scene))
    scene->play(scene);
  else
    scene->demo->failed = true;
  arena_destroy(scene->step);
  arena_destroy(scene->arena);
  free(scene->tokens[ACTOR_VENDOR]);
  free(scene->tokens[ACTOR_PARTNER]);
  scene->demo->running--;
}

static void scene_begin(struct loop_work *work) {
  struct scene *scene = (struct scene *)work;
  if (fiber_start(session_loop(scene->demo->session), scene_run, scene))
    return;
  scene->demo->failed = true;
  scene->demo->running--;
}

static void show_progress(struct demo *demo, bool last) {
  int64_t now = clock_monotonic_us();
  if (!last && now - demo->reported_us < (demo->terminal ? PROGRESS_MS * US_PER_MS : US_PER_SECOND))
    return;
  demo->reported_us = now;
  double seconds = (double)(now - demo->begin_us) / US_PER_SECOND;
  fprintf(stderr, "%sloading the demo: %ld calls, %.0f a second%s", demo->terminal ? "\r" : "", demo->calls,
          seconds > 0 ? (double)demo->calls / seconds : 0, demo->terminal && !last ? "" : "\n");
}

static int wait_for_scenes(struct session *session, struct arena *arena, void *context) {
  (void)session;
  (void)arena;
  struct demo *demo = context;
  while (demo->running > 0) {
    fiber_sleep_ms(20);
    show_progress(demo, false);
  }
  return demo->failed ? 1 : 0;
}

bool demo_play(struct demo *demo) {
  demo->running = demo->count;
  for (size_t i = 0; i < demo->count; i++) {
    demo->scenes[i].work.run = scene_begin;
    loop_post(session_loop(demo->session), &demo->scenes[i].work);
  }
  bool done = session_run(demo->session, wait_for_scenes, demo) == 0;
  demo->count = 0;
  return done;
}

bool demo_load(struct session *session, bool terminal, struct demo_report *report) {
  schema_load();
  struct demo *demo = calloc(1, sizeof *demo);
  if (!demo)
    return false;
  demo->session = session;
  demo->terminal = terminal;
  demo->quarter = period_quarter_add(period_quarter_of(clock_now_us(&clock_system)), -1);
  demo->begin_us = demo->reported_us = clock_monotonic_us();
  bool done = demo_tell(demo);
  show_progress(demo, true);
  *report = (struct demo_report){.calls = demo->calls,
                                 .milliseconds = (long)((clock_monotonic_us() - demo->begin_us) / US_PER_MS)};
  free(demo);
  return done;
}

/* The last thing that the demo tells is the class of its last partnership. */
int demo_is_present(struct session *session, struct arena *arena, void *context) {
  (void)context;
  Onboard__GetPartnershipRequest request = ONBOARD__GET_PARTNERSHIP_REQUEST__INIT;
  request.name = (char *)"vendors/halden/partnerships/nordlicht";
  Onboard__Partnership *partnership;
  const struct status *status = session_call(
      session, arena,
      &(struct session_request){.service = "onboard",
                                .method = "/entente.onboard.v1.PartnershipService/GetPartnership",
                                .request = &request,
                                .response = &onboard__partnership__descriptor},
      &partnership);
  bool whole = !status && partnership->classification ==
                              ONBOARD__PARTNERSHIP__CLASSIFICATION__CLASSIFICATION_STRATEGIC_ALLIANCE;
  return whole ? 0 : 1;
}
