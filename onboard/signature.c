#include "onboard/signature.h"

#include "runtime/base/digest.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

char *content_hash(struct arena *arena, const ProtobufCMessage *content) {
  size_t size = content ? protobuf_c_message_get_packed_size(content) : 0;
  uint8_t *bytes = arena_alloc(arena, size);
  if (content)
    protobuf_c_message_pack(content, bytes);
  uint8_t digest[DIGEST_SIZE];
  digest_sha256(bytes, size, digest);
  return hex_encode(arena, digest, sizeof digest);
}

bool signature_of(Onboard__PlanSignature *const *signatures, size_t count, Type__Party party) {
  for (size_t i = 0; i < count; i++)
    if (signatures[i]->party == party)
      return true;
  return false;
}

const struct status *signature_check(const struct act *act, const char *name, const char *hash,
                                     const char *read_hash, Onboard__PlanSignature *const *signatures,
                                     size_t count) {
  struct status *status;
  if (!text_equal(hash, read_hash)) {
    status = status_make(act->arena, CODE_FAILED_PRECONDITION, "CONTENT_CHANGED",
                         "%s is not what was read: read it again before signing", name);
    status_add_metadata(act->arena, status, "content_hash", hash);
    return status;
  }
  if (signature_of(signatures, count, act->party)) {
    status = status_make(act->arena, CODE_FAILED_PRECONDITION, "ALREADY_SIGNED", "%s is signed by %s", name,
                         party_name(act->party));
    status_add_metadata(act->arena, status, "party", party_name(act->party));
    return status;
  }
  return NULL;
}

void signature_add(const struct act *act, char *hash, Onboard__PlanSignature ***signatures, size_t *count) {
  Onboard__PlanSignature *signature = arena_new(act->arena, Onboard__PlanSignature);
  onboard__plan_signature__init(signature);
  signature->party = act->party;
  signature->actor = arena_strdup(act->arena, act->actor);
  signature->sign_time = timestamp_new(act->arena, act->now_us);
  signature->content_hash = hash;
  Onboard__PlanSignature **all = arena_calloc(act->arena, *count + 1, sizeof(void *));
  for (size_t i = 0; i < *count; i++)
    all[i] = (*signatures)[i];
  all[(*count)++] = signature;
  *signatures = all;
}
