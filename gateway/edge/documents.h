/* What the edge says of its methods to other programs: the OpenAPI document of their JSON form at
 * `/openapi.json`, and the contracts as a FileDescriptorSet at `/descriptors.binpb`. */
#ifndef ENTENTE_EDGE_DOCUMENTS_H
#define ENTENTE_EDGE_DOCUMENTS_H

struct document;

/* A table for struct edge_options; lives as long as the process. */
const struct document *edge_documents(void);

#endif
