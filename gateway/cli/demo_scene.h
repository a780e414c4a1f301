/* A part of the demo that is played call by call, beside the others. After the first failure of any scene the
 * rest of every scene's steps do nothing, so that a scene reads from top to bottom. Private to the demo. */
#ifndef ENTENTE_CLI_DEMO_SCENE_H
#define ENTENTE_CLI_DEMO_SCENE_H

#include "gateway/cli/session.h"
#include "runtime/base/period.h"

struct demo;
struct scene;

/* One partnership of the portfolio, and what its scenes need to know of it. */
struct demo_partnership {
  const char *id, *organization;
  const char *title; /* `Halden x Orvane Global` */
  const char *legal_name, *country, *domain;
  const char *partner_type; /* enum value's name */
  const char *preset;
  const char *currency;
};

/* As whom a step is called. */
enum demo_actor { ACTOR_VENDOR, ACTOR_PARTNER };

typedef void scene_fn(struct scene *scene);

/* Adds a scene to be played; those added before demo_play() are played side by side. `partnership` may be
 * NULL. */
void demo_add(struct demo *demo, const char *name, const struct demo_partnership *partnership,
              scene_fn *play);
/* Plays all that were added and waits for them. False after a failure. */
bool demo_play(struct demo *demo);

const struct demo_partnership *scene_partnership(const struct scene *scene);
/* The quarter `back` quarters before the one that the demo is about (0). */
struct period scene_quarter(const struct scene *scene, int back);
/* An instant in that quarter, `permille` of the way through it, as JSON text: `"2026-08-15T00:00:00Z"`. */
const char *scene_time(struct scene *scene, int back, int permille);
/* Any instant, likewise. */
const char *scene_moment(struct scene *scene, int64_t time_us);
/* Last second of that quarter, as JSON text; and `{"startTime": ..., "endTime": ...}` of whole quarters. */
const char *scene_year_start(struct scene *scene); /* of the calendar year that the demo's quarter is in */
const char *scene_quarter_end(struct scene *scene, int back);
const char *scene_period(struct scene *scene, int from_back, int to_back);
/* An etag, which has quotes of its own, as JSON text. */
const char *scene_etag(struct scene *scene, const char *etag);
/* Text in the scene's memory. */
const char *scene_text(struct scene *scene, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Calls `Service/Method` of a pillar (`CourseService/CreateCourse`, or a whole name) with a request in JSON;
 * its request_id is set. Returns the response, valid until the scene's next step; NULL after a failure. */
/* Waits a little, for what follows from other pillars' changes. */
void scene_pause(struct scene *scene);

const void *scene_step(struct scene *scene, enum demo_actor actor, const char *pillar, const char *method,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
