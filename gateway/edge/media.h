/* The content types that the edge speaks: each says the protocol and how messages are written. Pure. */
#ifndef ENTENTE_EDGE_MEDIA_H
#define ENTENTE_EDGE_MEDIA_H

#include <stdbool.h>

enum protocol {
  PROTOCOL_CONNECT,        /* unary: bare message; with JSON also for who knows nothing of Connect */
  PROTOCOL_CONNECT_STREAM, /* enveloped */
  PROTOCOL_GRPC_WEB,       /* both kinds */
  PROTOCOL_GRPC_WEB_TEXT   /* the same in base64 */
};
enum codec { CODEC_JSON, CODEC_PROTO };

struct media {
  const char *type;
  enum protocol protocol;
  enum codec codec;
  const char *name; /* of the protocol, for logs and metrics */
};

/* By the value of `content-type`; parameters other than a charset of UTF-8 do not fit. NULL: none. */
const struct media *media_of(const char *content_type);
/* Of Connect's GET: by `encoding`. */
const struct media *media_of_encoding(const char *encoding);
bool media_fits(const struct media *media, bool streams);
/* All types for a method, separated by commas: `accept-post`. */
const char *media_list(bool streams);

#endif
