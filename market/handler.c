#include "market/handler.h"

#include "runtime/base/name.h"
#include "runtime/base/text.h"

const struct status *handler_get(struct call *call, const struct kind *kind, const char *name, void *out) {
  const struct status *status = txn_get(call_txn(call), kind, name, out);
  if (status) {
    return status;
  }
  return *(void **)out ? NULL : call_not_found(call, name);
}

const struct status *handler_peek(struct call *call, const struct kind *kind, const char *name, void *out) {
  const struct status *status = txn_peek(call_txn(call), kind, name, out);
  if (status) {
    return status;
  }
  return *(void **)out ? NULL : call_not_found(call, name);
}

const struct status *handler_new_name(struct call *call, const struct kind *kind, const char *parent,
                                      const char *collection, const char *id, char **name) {
  struct arena *arena = call_arena(call);
  *name = name_child(arena, parent, collection, text_empty(id) ? name_new_id(arena) : id);
  void *taken;
  const struct status *status = txn_get(call_txn(call), kind, *name, &taken);
  if (status || !taken) {
    return status;
  }
  return call_fail(call, CODE_ALREADY_EXISTS, REASON_ALREADY_EXISTS, "%s exists already", *name);
}

const struct status *handler_list(struct call *call, const struct handler_list *ask, struct list_page *page) {
  const struct principal *principal = call_principal(call);
  struct list_query query = {
      .kind = ask->kind,
      .index = "list",
      .partition = ask->partition,
      .scope = ask->parent,
      .page_size = ask->page_size,
      .page_token = ask->page_token,
      .binding = arena_printf(call_arena(call), "%s\n%d\n%s", principal->subject, (int)principal->party,
                              ask->binding ? ask->binding : ""),
      .keep = ask->keep,
      .context = ask->context,
  };
  return list_entities(call_txn(call), &query, page);
}

Type__Party handler_party(const struct call *call) {
  return call_principal(call)->party;
}
