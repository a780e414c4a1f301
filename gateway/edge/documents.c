#include "gateway/edge/documents.h"
#include "gateway/edge/edge.h"

#include "runtime/message/schema.h"

extern const char edge_openapi[]; /* made by the build: gateway/CMakeLists.txt */
extern const size_t edge_openapi_size;

const struct document *edge_documents(void) {
  static struct document documents[3];
  documents[0] = (struct document){.path = "/openapi.json",
                                   .content_type = "application/json",
                                   .bytes = edge_openapi,
                                   .size = edge_openapi_size};
  documents[1] = (struct document){.path = "/descriptors.binpb", .content_type = "application/x-protobuf"};
  documents[1].bytes = schema_set(&documents[1].size);
  return documents;
}
