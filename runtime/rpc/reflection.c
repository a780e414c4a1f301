#include "runtime/rpc/call_state.h"

#include "runtime/base/limit.h"
#include "runtime/message/validate.h"

#include "google/protobuf/descriptor.pb-c.h"
#include "grpc/reflection/v1/reflection.pb-c.h"

#include <string.h>

/* v1 and v1alpha are the same on the wire, so one implementation serves both. */
enum { REFLECTION_IDLE_MS = 120000, FILES_MAX = 256 };

typedef Grpc__Reflection__V1__ServerReflectionRequest reflection_request;
typedef Grpc__Reflection__V1__ServerReflectionResponse reflection_response;
typedef Google__Protobuf__FileDescriptorProto file_descriptor;
typedef Google__Protobuf__FieldDescriptorProto field_descriptor;

/* Each kind of question: fills in the response; false when there is no such thing. */
typedef bool answer_fn(struct call *call, struct arena *arena, const reflection_request *request,
                       reflection_response *response);

static bool answer_files(struct arena *arena, const char *file, reflection_response *response) {
  const char *names[FILES_MAX];
  size_t count = schema_file_closure(file, names, FILES_MAX);
  Grpc__Reflection__V1__FileDescriptorResponse *files =
      arena_new(arena, Grpc__Reflection__V1__FileDescriptorResponse);
  grpc__reflection__v1__file_descriptor_response__init(files);
  files->file_descriptor_proto = arena_calloc(arena, count + 1, sizeof(*files->file_descriptor_proto));
  for (size_t i = 0; i < count; i++) {
    const uint8_t *bytes;
    size_t size;
    if (schema_file_by_name(names[i], &bytes, &size))
      files->file_descriptor_proto[files->n_file_descriptor_proto++] =
          (ProtobufCBinaryData){.len = size, .data = (uint8_t *)bytes};
  }
  response->message_response_case =
      GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE;
  response->file_descriptor_response = files;
  return count > 0;
}

static bool answer_file_by_name(struct call *call, struct arena *arena, const reflection_request *request,
                                reflection_response *response) {
  (void)call;
  const uint8_t *bytes;
  size_t size;
  return schema_file_by_name(request->file_by_filename, &bytes, &size) &&
         answer_files(arena, request->file_by_filename, response);
}

static bool answer_file_with_symbol(struct call *call, struct arena *arena, const reflection_request *request,
                                    reflection_response *response) {
  (void)call;
  const char *file;
  return schema_file_with_symbol(request->file_containing_symbol, &file) &&
         answer_files(arena, file, response);
}

/* Every file that something served needs, each once. */
static size_t served_files(struct call *call, struct arena *arena, const char *files[FILES_MAX]) {
  const char **services, *closure[FILES_MAX], *file;
  size_t service_count = server_service_names(call->server, arena, &services), count = 0;
  for (size_t i = 0; i < service_count; i++) {
    if (!schema_file_with_symbol(services[i], &file))
      continue;
    size_t found = schema_file_closure(file, closure, FILES_MAX);
    for (size_t k = 0; k < found && count < FILES_MAX; k++) {
      size_t at = 0;
      while (at < count && strcmp(files[at], closure[k]) != 0)
        at++;
      if (at == count)
        files[count++] = closure[k];
    }
  }
  return count;
}

/* Calls `found` for each extension of `type` (a name without the leading dot) that the served files
 * declare at their top level; stops when it answers false. */
struct extension_search {
  const char *type;
  bool (*found)(struct extension_search *search, const char *file, int32_t number);
  int32_t wanted;    /* find_file() */
  const char *file;  /* find_file() */
  int32_t *numbers;  /* collect_number() */
  size_t count, max; /* collect_number() */
};

static bool find_file(struct extension_search *search, const char *file, int32_t number) {
  if (number == search->wanted)
    search->file = file;
  return number != search->wanted;
}

static bool collect_number(struct extension_search *search, const char *file, int32_t number) {
  (void)file;
  if (search->count < search->max)
    search->numbers[search->count++] = number;
  return true;
}

static void search_extensions(struct call *call, struct arena *arena, struct extension_search *search) {
  const char *files[FILES_MAX];
  size_t count = served_files(call, arena, files);
  for (size_t i = 0; i < count; i++) {
    const uint8_t *bytes;
    size_t size;
    if (!schema_file_by_name(files[i], &bytes, &size))
      continue;
    const file_descriptor *file =
        google__protobuf__file_descriptor_proto__unpack(arena_allocator(arena), size, bytes);
    for (size_t k = 0; file && k < file->n_extension; k++) {
      const field_descriptor *field = file->extension[k];
      const char *type = field->extendee && field->extendee[0] == '.' ? field->extendee + 1 : "";
      if (strcmp(type, search->type) == 0 && !search->found(search, files[i], field->number))
        return;
    }
  }
}

static bool answer_file_with_extension(struct call *call, struct arena *arena,
                                       const reflection_request *request, reflection_response *response) {
  const Grpc__Reflection__V1__ExtensionRequest *asked = request->file_containing_extension;
  struct extension_search search = {
      .type = asked->containing_type, .found = find_file, .wanted = asked->extension_number};
  search_extensions(call, arena, &search);
  return search.file && answer_files(arena, search.file, response);
}

static bool answer_extension_numbers(struct call *call, struct arena *arena,
                                     const reflection_request *request, reflection_response *response) {
  enum { NUMBERS_MAX = 64 };
  const char *type = request->all_extension_numbers_of_type;
  struct extension_search search = {.type = type,
                                    .found = collect_number,
                                    .numbers = arena_calloc(arena, NUMBERS_MAX, sizeof(int32_t)),
                                    .max = NUMBERS_MAX};
  const char *file;
  if (!schema_file_with_symbol(type, &file))
    return false;
  search_extensions(call, arena, &search);
  Grpc__Reflection__V1__ExtensionNumberResponse *numbers =
      arena_new(arena, Grpc__Reflection__V1__ExtensionNumberResponse);
  grpc__reflection__v1__extension_number_response__init(numbers);
  numbers->base_type_name = (char *)type;
  numbers->n_extension_number = search.count;
  numbers->extension_number = search.numbers;
  response->message_response_case =
      GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ALL_EXTENSION_NUMBERS_RESPONSE;
  response->all_extension_numbers_response = numbers;
  return true;
}

static bool answer_services(struct call *call, struct arena *arena, const reflection_request *request,
                            reflection_response *response) {
  (void)request;
  const char **names;
  size_t count = server_service_names(call->server, arena, &names);
  Grpc__Reflection__V1__ListServiceResponse *list =
      arena_new(arena, Grpc__Reflection__V1__ListServiceResponse);
  grpc__reflection__v1__list_service_response__init(list);
  list->service = arena_calloc(arena, count, sizeof(*list->service));
  for (; list->n_service < count; list->n_service++) {
    Grpc__Reflection__V1__ServiceResponse *service = arena_new(arena, Grpc__Reflection__V1__ServiceResponse);
    grpc__reflection__v1__service_response__init(service);
    service->name = (char *)names[list->n_service];
    list->service[list->n_service] = service;
  }
  response->message_response_case =
      GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_LIST_SERVICES_RESPONSE;
  response->list_services_response = list;
  return true;
}

#define QUESTION(name) GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##name

static const struct {
  Grpc__Reflection__V1__ServerReflectionRequest__MessageRequestCase question;
  answer_fn *answer;
} answers[] = {
    {QUESTION(FILE_BY_FILENAME), answer_file_by_name},
    {QUESTION(FILE_CONTAINING_SYMBOL), answer_file_with_symbol},
    {QUESTION(FILE_CONTAINING_EXTENSION), answer_file_with_extension},
    {QUESTION(ALL_EXTENSION_NUMBERS_OF_TYPE), answer_extension_numbers},
    {QUESTION(LIST_SERVICES), answer_services},
};

static void answer_error(struct arena *arena, enum code code, const char *message,
                         reflection_response *response) {
  Grpc__Reflection__V1__ErrorResponse *error = arena_new(arena, Grpc__Reflection__V1__ErrorResponse);
  grpc__reflection__v1__error_response__init(error);
  error->error_code = (int32_t)code;
  error->error_message = (char *)message;
  response->message_response_case =
      GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ERROR_RESPONSE;
  response->error_response = error;
}

static void answer(struct call *call, struct arena *arena, reflection_request *request,
                   reflection_response *response) {
  response->valid_host = request->host;
  response->original_request = request;
  for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
    if (answers[i].question != request->message_request_case)
      continue;
    if (!answers[i].answer(call, arena, request, response))
      answer_error(arena, CODE_NOT_FOUND, "the served contract has no such thing", response);
    return;
  }
  answer_error(arena, CODE_INVALID_ARGUMENT, "the request asks nothing that is known here", response);
}

static const struct status *reflect(struct call *call, struct stream *stream) {
  for (;;) {
    const uint8_t *bytes;
    size_t size;
    ProtobufCMessage *request;
    reflection_response response = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
    const struct status *status = stream_receive(stream, &bytes, &size, REFLECTION_IDLE_MS);
    if (status || !bytes)
      return status;
    struct arena *arena = stream_arena(stream);
    status = message_parse(arena, &grpc__reflection__v1__server_reflection_request__descriptor, bytes, size,
                           &request);
    if (!status) {
      answer(call, arena, (reflection_request *)request, &response);
      status = stream_send(stream, &response);
    }
    if (status)
      return status;
  }
}

const struct builtin_method reflection_methods[] = {
    {.path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", .bidi = reflect},
    {.path = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", .bidi = reflect},
    {0},
};
