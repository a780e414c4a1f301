/* Which process serves a method: by the package in its path, from the contract. */
#ifndef ENTENTE_EDGE_ROUTE_H
#define ENTENTE_EDGE_ROUTE_H

#include "gateway/compose/composer.h"
#include "runtime/message/schema.h"
#include "runtime/rpc/server.h"

/* A method that users may call; NULL: there is none by this path, or only services may. */
const struct schema_method *route_method(const char *path);
/* The pillar that serves it; PILLAR_COUNT when none does: it is the gateway's own, or every pillar's. */
enum pillar route_pillar(const struct schema_method *method);
/* A pillar by its name, `size` bytes; PILLAR_COUNT when there is none. */
enum pillar route_pillar_named(const char *name, size_t size);

/* pass_fn; `context` is the composer. */
pass_fn route_pass;

#endif
