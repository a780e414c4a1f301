/* The contract at run time: the embedded FileDescriptorSet, read once, joined to protobuf-c's descriptors.
 * From it come policies, field rules, JSON names, streaming marks and what reflection serves. Immutable after
 * schema_load(); shared by all threads. */
#ifndef ENTENTE_MESSAGE_SCHEMA_H
#define ENTENTE_MESSAGE_SCHEMA_H

#include "entente/option/v1/option.pb-c.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct schema_method {
  const char *path;    /* `/entente.onboard.v1.PlanService/GetPlan` */
  const char *name;    /* `GetPlan` */
  const char *service; /* `entente.onboard.v1.PlanService` */
  const ProtobufCMessageDescriptor *request, *response;
  bool client_streaming, server_streaming;
  const Option__MethodPolicy *policy; /* NULL when the contract has none */
};

/* What the contract says of one field beyond protobuf-c's descriptor. */
struct schema_field {
  const char *json_name;
  const Option__FieldRule *rule; /* NULL when there is none */
  bool map;
};

/* Loads the set embedded at build time. Aborts when it does not parse: only we can break that. Idempotent. */
void schema_load(void);
const struct schema_method *schema_find_method(const char *path); /* NULL: no such method */
/* All methods of a service, in the contract's order. */
size_t schema_service_methods(const char *service, const struct schema_method *const **out);
const ProtobufCMessageDescriptor *schema_find_message(const char *full_name);
const struct schema_field *schema_field_of(const ProtobufCMessageDescriptor *message, unsigned index);
/* Serialised FileDescriptorProto by file name, by contained symbol; false when there is none. */
bool schema_file_by_name(const char *file, const uint8_t **bytes, size_t *size);
bool schema_file_with_symbol(const char *symbol, const char **file);
/* Names of the files that a file imports, transitively and itself first; returns how many. */
size_t schema_file_closure(const char *file, const char **files, size_t max);
/* All of it, serialised: a FileDescriptorSet without comments, imports included. */
const uint8_t *schema_set(size_t *size);
/* Names of all services in the set. */
size_t schema_services(const char *const **out);

#endif
