#include "runtime/store/chain.h"

#include "runtime/base/text.h"
#include "runtime/loop/loop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_SIZE = 1 << 14, END_SIZE = KEYS_HEAD_SIZE / READERS };

bool head_decode(const void *bytes, size_t size, struct head *out) {
  *out = (struct head){0};
  if (size != KEYS_HEAD_SIZE) {
    return size == 0;
  }
  for (size_t i = 0; i < READERS; i++) {
    const uint8_t *in = (const uint8_t *)bytes + i * END_SIZE;
    out->ends[i].sequence = big_endian_get(in);
    out->ends[i].record_us = (int64_t)big_endian_get(in + 8);
    memcpy(out->ends[i].hash, in + 16, DIGEST_SIZE);
  }
  return head_begun(out);
}

void head_encode(const struct head *head, uint8_t out[KEYS_HEAD_SIZE]) {
  for (size_t i = 0; i < READERS; i++, out += END_SIZE) {
    big_endian_put(out, head->ends[i].sequence);
    big_endian_put(out + 8, (uint64_t)head->ends[i].record_us);
    memcpy(out + 16, head->ends[i].hash, DIGEST_SIZE);
  }
}

int64_t head_record_us(const struct head *head, Type__Party reader) {
  int64_t newest_us = 0;
  for (size_t i = 0; i < READERS; i++) {
    bool reads = !i || !reader || i == (size_t)reader;
    if (reads && head->ends[i].record_us > newest_us) {
      newest_us = head->ends[i].record_us;
    }
  }
  return newest_us;
}

bool head_begun(const struct head *head) {
  return head_record_us(head, TYPE__PARTY__PARTY_UNSPECIFIED) > 0;
}

bool head_equal(const struct head *a, const struct head *b) {
  uint8_t left[KEYS_HEAD_SIZE], right[KEYS_HEAD_SIZE];
  head_encode(a, left);
  head_encode(b, right);
  return memcmp(left, right, KEYS_HEAD_SIZE) == 0;
}

static size_t place_of(const char *subject) {
  uint64_t hash = text_hash(subject);
  return (size_t)(hash ^ hash >> 32) & (TABLE_SIZE - 1);
}

static void drop_idle(struct chains *chains) {
  for (size_t i = 0; i < TABLE_SIZE; i++) {
    for (struct chain **link = &chains->table[i]; *link;) {
      struct chain *chain = *link;
      if (chain->users || chain->in_flight) {
        link = &chain->next;
        continue;
      }
      *link = chain->next;
      free(chain);
      chains->count--;
    }
  }
}

struct chain *chain_hold(struct chains *chains, const char *subject) {
  if (!chains->table) {
    chains->table = calloc(TABLE_SIZE, sizeof *chains->table);
    if (!chains->table) {
      return NULL;
    }
  }
  struct chain **place = &chains->table[place_of(subject)];
  for (struct chain *chain = *place; chain; chain = chain->next) {
    if (strcmp(chain->subject, subject) == 0) {
      chain->users++;
      return chain;
    }
  }
  if (chains->count >= CHAINS_MAX) {
    drop_idle(chains);
  }
  size_t size = strlen(subject) + 1;
  struct chain *chain = calloc(1, sizeof *chain + size);
  if (!chain) {
    return NULL;
  }
  memcpy(chain->subject, subject, size);
  chain->users = 1;
  chain->next = *place;
  *place = chain;
  chains->count++;
  return chain;
}

void chain_release(struct chain *chain) {
  assert(chain->users > 0);
  chain->users--;
}

void chains_free(struct chains *chains) {
  for (size_t i = 0; chains->table && i < TABLE_SIZE; i++) {
    while (chains->table[i]) {
      struct chain *chain = chains->table[i];
      chains->table[i] = chain->next;
      free(chain);
    }
  }
  free(chains->table);
  *chains = (struct chains){0};
}

static void wake_all(struct chain *chain) {
  for (struct chain_wait *wait = chain->waits; wait; wait = wait->next) {
    fiber_resume(wait->fiber);
  }
}

void chain_extend(struct chain *chain, const struct head *head) {
  assert(chain->known);
  chain->predicted = *head;
  chain->in_flight++;
}

void chain_settle(struct chain *chain, enum chain_outcome outcome, const struct head *head) {
  assert(chain->in_flight > 0);
  chain->in_flight--;
  if (outcome == CHAIN_UNKNOWN) {
    chain->known = chain->certain = false;
  } else if (head) {
    chain->confirmed = *head;
  }
  if (outcome == CHAIN_REFUSED) {
    chain->known = false;
  }
  if (chain->in_flight == 0) {
    if (!chain->known && chain->certain) {
      chain->predicted = chain->confirmed;
      chain->known = true;
    }
    wake_all(chain);
  }
}

void chain_loaded(struct chain *chain, const struct head *head) {
  if (!chain->known && chain->in_flight == 0) {
    chain->predicted = chain->confirmed = *head;
    chain->known = chain->certain = true;
  }
}

void chain_join(struct chain *chain, struct chain_wait *wait) {
  wait->next = chain->waits;
  chain->waits = wait;
}

void chain_leave(struct chain *chain, struct chain_wait *wait) {
  for (struct chain_wait **link = &chain->waits; *link; link = &(*link)->next) {
    if (*link == wait) {
      *link = wait->next;
      return;
    }
  }
}
