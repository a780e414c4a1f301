/* Limits that every service shares. A limit that operators may change is a setting instead. */
#ifndef ENTENTE_BASE_LIMIT_H
#define ENTENTE_BASE_LIMIT_H

enum {
  LIMIT_MESSAGE_BYTES = 1 << 20,     /* largest request or response */
  LIMIT_MESSAGE_DEPTH = 32,          /* nesting of messages in a request */
  LIMIT_MESSAGE_FIELDS = 1 << 18,    /* fields on the wire of a request, at all depths together */
  LIMIT_CALL_ARENA_BYTES = 32 << 20, /* memory of one call */
  LIMIT_STATUS_BYTES = 4096,         /* grpc-message plus grpc-status-details-bin */
  LIMIT_METADATA_BYTES = 6144,       /* request headers that we send: sum of name + value + 32 */
  LIMIT_TOKEN_BYTES = 4096,          /* a JWT */
  LIMIT_VIOLATIONS = 32,             /* violations reported in one status */
  LIMIT_PAGE_SIZE = 500,             /* elements in a page; 50 when not said */
  LIMIT_PAGE_SIZE_DEFAULT = 50,
  LIMIT_ENTITY_BYTES = 256 << 10, /* one stored resource */
  LIMIT_TXN_ENTITIES = 256,       /* resources read or written by one transaction */
  LIMIT_TXN_ENTRIES = 64,         /* ledger entries of one transaction */
  LIMIT_LOST_RACES = 24,          /* how often a write that lost a race is run again */
};

#endif
