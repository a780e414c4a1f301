#include "gateway/edge/media.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct media medias[] = {
    {"application/json", PROTOCOL_CONNECT, CODEC_JSON, "connect"},
    {"application/proto", PROTOCOL_CONNECT, CODEC_PROTO, "connect"},
    {"application/connect+json", PROTOCOL_CONNECT_STREAM, CODEC_JSON, "connect"},
    {"application/connect+proto", PROTOCOL_CONNECT_STREAM, CODEC_PROTO, "connect"},
    {"application/grpc-web", PROTOCOL_GRPC_WEB, CODEC_PROTO, "grpc-web"},
    {"application/grpc-web+proto", PROTOCOL_GRPC_WEB, CODEC_PROTO, "grpc-web"},
    {"application/grpc-web+json", PROTOCOL_GRPC_WEB, CODEC_JSON, "grpc-web"},
    {"application/grpc-web-text", PROTOCOL_GRPC_WEB_TEXT, CODEC_PROTO, "grpc-web"},
    {"application/grpc-web-text+proto", PROTOCOL_GRPC_WEB_TEXT, CODEC_PROTO, "grpc-web"},
};
#define MEDIA_COUNT (sizeof(medias) / sizeof(*medias))

static bool parameters_fit(const char *text) {
  text += strspn(text, " \t;");
  if (!*text)
    return true;
  if (strncasecmp(text, "charset=", 8) != 0)
    return false;
  text += 8 + (text[8] == '"');
  return strncasecmp(text, "utf-8", 5) == 0 && text[5 + strspn(text + 5, "\" \t;")] == '\0';
}

const struct media *media_of(const char *content_type) {
  size_t size = content_type ? strcspn(content_type, "; \t") : 0;
  for (size_t i = 0; size && i < MEDIA_COUNT; i++)
    if (strlen(medias[i].type) == size && strncasecmp(medias[i].type, content_type, size) == 0)
      return parameters_fit(content_type + size) ? &medias[i] : NULL;
  return NULL;
}

const struct media *media_of_encoding(const char *encoding) {
  if (encoding && strcmp(encoding, "json") == 0)
    return &medias[0];
  return encoding && strcmp(encoding, "proto") == 0 ? &medias[1] : NULL;
}

bool media_fits(const struct media *media, bool streams) {
  return streams ? media->protocol != PROTOCOL_CONNECT : media->protocol != PROTOCOL_CONNECT_STREAM;
}

const char *media_list(bool streams) {
  return streams ? "application/connect+json, application/connect+proto, application/grpc-web, "
                   "application/grpc-web+proto, application/grpc-web+json, application/grpc-web-text, "
                   "application/grpc-web-text+proto"
                 : "application/json, application/proto, application/grpc-web, application/grpc-web+proto, "
                   "application/grpc-web+json, application/grpc-web-text, application/grpc-web-text+proto";
}
