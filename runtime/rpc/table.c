#include "runtime/rpc/call_state.h"

#include "runtime/base/text.h"
#include "runtime/message/validate.h"

#include <stdlib.h>
#include <string.h>

/* Health and reflection: open to whoever has a certificate of the suite. */
static const Option__MethodPolicy open_policy = {
    .base = PROTOBUF_C_MESSAGE_INIT(&option__method_policy__descriptor),
    .resource = (char *)protobuf_c_empty_string,
    .effect = OPTION__METHOD_POLICY__EFFECT__EFFECT_READ,
    .open = true,
};

static const struct method *find_row(const struct service *service, const char *name) {
  for (const struct method *row = service->methods; row->name; row++)
    if (strcmp(row->name, name) == 0)
      return row;
  return NULL;
}

static size_t count_rows(const struct service *service) {
  size_t count = 0;
  while (service->methods[count].name)
    count++;
  return count;
}

static const ProtobufCFieldDescriptor *request_id_field(const struct schema_method *method) {
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(method->request, "request_id");
  return field && field->type == PROTOBUF_C_TYPE_STRING && field->label != PROTOBUF_C_LABEL_REPEATED ? field
                                                                                                     : NULL;
}

/* What is missing in the contract's policy of a method; NULL when nothing is. */
static const char *policy_fault(const struct schema_method *method) {
  const Option__MethodPolicy *policy = method->policy;
  if (!policy)
    return "has no `(entente.option.v1.method)`: say who may call it";
  if (policy->effect == OPTION__METHOD_POLICY__EFFECT__EFFECT_UNSPECIFIED)
    return "does not say whether it writes: set `effect`";
  if (policy->open)
    return NULL;
  if (!policy->n_parties && !policy->n_services)
    return "may be called by nobody: set `parties` or `services`";
  if (policy->n_parties && policy->role == OPTION__METHOD_POLICY__ROLE__ROLE_UNSPECIFIED)
    return "does not say which role its users need: set `role`";
  if (!text_empty(policy->resource) && !message_path_valid(method->request, policy->resource))
    return "names a `resource` that is no text field of its request";
  if (policy->deadline_ms < 0)
    return "has a negative `deadline_ms`";
  if (policy->effect == OPTION__METHOD_POLICY__EFFECT__EFFECT_WRITE && !request_id_field(method))
    return "writes, but its request has no `string request_id`";
  return NULL;
}

static const char *row_fault(const struct schema_method *method, const struct method *row) {
  if (!row)
    return "is in the contract, but not in the service's table";
  if (method->client_streaming)
    return "streams requests, which services here do not";
  if (method->server_streaming ? !row->stream || row->unary : !row->unary || row->stream)
    return "streams in one of contract and table, but not in the other";
  return policy_fault(method);
}

static void add_route(struct server *server, const struct schema_method *method, const struct method *row) {
  struct route *route = &server->routes[server->route_count++];
  route->kind = row->stream ? ROUTE_SERVER_STREAM : ROUTE_UNARY;
  route->schema = method;
  route->policy = method->policy;
  route->unary = row->unary;
  route->stream = row->stream;
  if (method->policy->effect == OPTION__METHOD_POLICY__EFFECT__EFFECT_WRITE)
    route->request_id = request_id_field(method);
}

static bool add_service(struct server *server, const struct service *service, const char **problem) {
  const struct schema_method *const *methods;
  size_t count = schema_service_methods(service->name, &methods);
  if (!count) {
    *problem = problem_format("`%s` is in the table of services, but not in the contract", service->name);
    return false;
  }
  for (size_t i = 0; i < count; i++) {
    const struct method *row = find_row(service, methods[i]->name);
    const char *fault = row_fault(methods[i], row);
    if (fault) {
      *problem = problem_format("`%s` %s", methods[i]->path + 1, fault);
      return false;
    }
    add_route(server, methods[i], row);
  }
  if (count_rows(service) == count)
    return true;
  *problem = problem_format("the table of `%s` has a method that is not in the contract, or one twice",
                            service->name);
  return false;
}

static bool add_builtin(struct server *server, const struct builtin_method *rows, const char **problem) {
  for (const struct builtin_method *row = rows; row->path; row++) {
    const struct schema_method *method = schema_find_method(row->path);
    if (!method) {
      *problem =
          problem_format("the contract set lacks `%s`: build it with the standard protos", row->path + 1);
      return false;
    }
    struct route *route = &server->routes[server->route_count++];
    route->kind = row->bidi ? ROUTE_BIDI : row->stream ? ROUTE_SERVER_STREAM : ROUTE_UNARY;
    route->schema = method;
    route->policy = &open_policy;
    route->unary = row->unary;
    route->stream = row->stream;
    route->bidi = row->bidi;
  }
  return true;
}

static size_t count_builtin(const struct builtin_method *rows) {
  size_t count = 0;
  while (rows[count].path)
    count++;
  return count;
}

static bool add_slots(struct server *server) {
  for (size_t i = 0; i < server->route_count; i++) {
    struct route *route = &server->routes[i];
    route->server = server;
    if (!slot_add(route))
      return false;
  }
  return true;
}

bool server_make_routes(struct server *server, const char **problem) {
  const struct service *const *services = server->options.services;
  size_t count = count_builtin(health_methods) + count_builtin(reflection_methods) + 1;
  for (size_t i = 0; services && services[i]; i++) {
    const struct schema_method *const *methods;
    count += schema_service_methods(services[i]->name, &methods);
  }
  server->routes = calloc(count, sizeof(*server->routes));
  *problem = "out of memory";
  if (!server->routes)
    return false;
  for (size_t i = 0; services && services[i]; i++)
    if (!add_service(server, services[i], problem))
      return false;
  if (!add_builtin(server, health_methods, problem) || !add_builtin(server, reflection_methods, problem))
    return false;
  server->routes[server->route_count++].kind = ROUTE_UNKNOWN;
  return add_slots(server);
}

bool server_has_service(const struct server *server, const char *name) {
  for (size_t i = 0; i + 1 < server->route_count; i++)
    if (strcmp(server->routes[i].schema->service, name) == 0)
      return true;
  return false;
}

size_t server_service_names(const struct server *server, struct arena *arena, const char ***out) {
  const char **names = arena_calloc(arena, server->route_count, sizeof(*names));
  size_t count = 0;
  for (size_t i = 0; i + 1 < server->route_count; i++) {
    const char *name = server->routes[i].schema->service;
    size_t k = 0;
    while (k < count && strcmp(names[k], name) != 0)
      k++;
    if (k == count)
      names[count++] = name;
  }
  *out = names;
  return count;
}
