#include "onboard/handler.h"
#include "onboard/program.h"
#include "runtime/base/text.h"
#include "runtime/message/mask.h"
#include "runtime/message/validate.h"

#include "entente/onboard/v1/program_service.pb-c.h"

#define DRAFT ONBOARD__PROGRAM__STATE__STATE_DRAFT

const struct status *program_create(struct call *call, const void *in, void *out) {
  const Onboard__CreateProgramRequest *request = in;
  Onboard__Program *program = request->program;
  const struct status *status = program_check(call_arena(call), program, "program");
  if (!status)
    status =
        resource_name(call, &kind_program, request->parent, "programs", request->program_id, &program->name);
  if (status)
    return status;
  program->state = DRAFT;
  return resource_answer(call, &kind_program, program, "program.created", out);
}

/* What partners do not see yet, they do not see at all. */
static bool is_hidden(struct call *call, const Onboard__Program *program) {
  return call_party(call) == TYPE__PARTY__PARTY_PARTNER && program->state == DRAFT;
}

const struct status *program_get(struct call *call, const void *in, void *out) {
  const Onboard__GetProgramRequest *request = in;
  Onboard__Program *program;
  const struct status *status = resource_read(call, &kind_program, request->name, &program);
  if (status)
    return status;
  if (is_hidden(call, program))
    return call_not_found(call, request->name);
  *(Onboard__Program *)out = *program;
  return NULL;
}

struct program_filter {
  struct call *call;
  int state;
  struct text_filter text;
};

static bool keep(const void *message, void *context) {
  struct program_filter *filter = context;
  const Onboard__Program *program = message;
  return !is_hidden(filter->call, program) && (!filter->state || (int)program->state == filter->state) &&
         text_filter_keeps(message, &filter->text);
}

const struct status *program_list(struct call *call, const void *in, void *out) {
  const Onboard__ListProgramsRequest *request = in;
  Onboard__ListProgramsResponse *response = out;
  static const char *const fields[] = {"title", "description", NULL};
  struct program_filter filter = {call, (int)request->state, text_filter_of(call, request->text, fields)};
  struct list_page page;
  const struct status *status =
      resource_list(call,
                    (struct list_query){
                        .kind = &kind_program,
                        .partition = request->parent,
                        .page_size = request->page_size,
                        .page_token = request->page_token,
                        .keep = keep,
                        .context = &filter,
                    },
                    arena_printf(call_arena(call), "%d|%s", filter.state, filter.text.folded), &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

const struct status *program_update(struct call *call, const void *in, void *out) {
  const Onboard__UpdateProgramRequest *request = in;
  const Google__Protobuf__FieldMask *mask = request->update_mask;
  struct act act = act_of(call);
  Onboard__Program *program, *edited;
  const struct status *status =
      resource_load(call, &kind_program, request->program->name, request->etag, &program);
  if (status)
    return status;
  edited = (Onboard__Program *)message_copy(act.arena, &program->base);
  status = mask_apply(act.arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0, &request->program->base,
                      &edited->base);
  if (!status)
    status = program_check(act.arena, edited, "program");
  if (!status)
    status = program_edit(&act, program, edited);
  return status ? status : resource_answer(call, &kind_program, program, "program.updated", out);
}

const struct status *program_open(struct call *call, const void *in, void *out) {
  const Onboard__ActivateProgramRequest *request = in;
  struct act act = act_of(call);
  Onboard__Program *program;
  const struct status *status = resource_load(call, &kind_program, request->name, request->etag, &program);
  if (!status)
    status = program_activate(&act, program);
  return status ? status : resource_answer(call, &kind_program, program, "program.activated", out);
}

const struct status *program_close(struct call *call, const void *in, void *out) {
  const Onboard__RetireProgramRequest *request = in;
  struct act act = act_of(call);
  Onboard__Program *program;
  const struct status *status = resource_load(call, &kind_program, request->name, request->etag, &program);
  if (!status)
    status = program_retire(&act, program);
  return status ? status : resource_answer(call, &kind_program, program, "program.retired", out);
}
