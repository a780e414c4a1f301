/* What the demo tells, in scenes. Private to the demo. */
#ifndef ENTENTE_CLI_DEMO_STORY_H
#define ENTENTE_CLI_DEMO_STORY_H

#include <stdbool.h>

struct demo;

/* Plays everything, part after part. */
bool demo_tell(struct demo *demo);

#endif
