/* `entente map`: account mapping from a party's side. Domains are hashed here and never leave: what is
 * uploaded are digests, and rows that both parties share are named again from the party's own file. */
#include "gateway/cli/cli.h"
#include "gateway/cli/import_encoding.h"
#include "gateway/cli/import_value.h"
#include "gateway/cli/map_account.h"
#include "gateway/cli/session.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include "entente/sell/v1/population_service.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SEGMENTS = 3, CHUNK_ACCOUNTS = 4096 };

struct map {
  const struct cli_options *options;
  const char *what, *file, *partnership, *vendor, *as, *domain_column, *segment_column;
  struct session *session;
  struct arena *arena;
  const char *token, *parent;
};

static const char *const segment_words[SEGMENTS] = {"prospect", "opportunity", "customer"};

static const struct status *call(struct map *map, const char *method, const void *request,
                                 const ProtobufCMessageDescriptor *response, void *out) {
  return session_call(map->session, map->arena,
                      &(struct session_request){
                          .service = "sell",
                          .method = arena_printf(map->arena, "/entente.sell.v1.PopulationService/%s", method),
                          .token = map->token,
                          .request = request,
                          .response = response,
                          .seconds = 30,
                      },
                      out);
}

static char *population_name(const struct map *map) {
  return arena_printf(map->arena, "%s/populations/%s", map->parent,
                      map->as && strcmp(map->as, "partner") == 0 ? "partner" : "vendor");
}

/* ---- the party's own accounts ---- */

static const struct status *key_read(struct map *map, Sell__MappingKey **key) {
  Sell__GetMappingKeyRequest request = SELL__GET_MAPPING_KEY_REQUEST__INIT;
  request.name = arena_printf(map->arena, "%s/mappingKeys/current", map->parent);
  return call(map, "GetMappingKey", &request, &sell__mapping_key__descriptor, key);
}

/* NULL after saying what is wrong with the file. */
static struct account_list *accounts_read(struct map *map, const Sell__MappingKey *key) {
  const char *problem = NULL;
  char *data;
  size_t size;
  if (import_file(map->arena, map->file, true, &data, &size, &problem))
    problem = encoding_decode(map->arena, NULL, &data, &size);
  if (problem) {
    cli_fail("map", "%s", problem);
    return NULL;
  }
  struct account_list *list =
      accounts_parse(map->arena,
                     &(struct account_source){map->file, data, size, map->domain_column, map->segment_column,
                                              key->key.data, key->key.len},
                     &problem);
  if (!list)
    cli_fail("map", "%s", problem);
  for (size_t i = 0; list && i < list->problem_count; i++)
    fprintf(stderr, "%s\n", list->problems[i]);
  return list;
}

/* ---- upload ---- */

/* The upload under way, if it is under this key, else a new one. */
static const struct status *upload_begin(struct map *map, int64_t key_version,
                                         Sell__PopulationUpload **upload) {
  Sell__GetPopulationUploadRequest known = SELL__GET_POPULATION_UPLOAD_REQUEST__INIT;
  Sell__StartPopulationUploadRequest start = SELL__START_POPULATION_UPLOAD_REQUEST__INIT;
  known.name = start.name = population_name(map);
  const struct status *status =
      call(map, "GetPopulationUpload", &known, &sell__population_upload__descriptor, upload);
  if (!status && (*upload)->key_version == key_version)
    return NULL;
  if (status && status->code != CODE_NOT_FOUND)
    return status;
  start.request_id = name_new_id(map->arena);
  return call(map, "StartPopulationUpload", &start, &sell__population_upload__descriptor, upload);
}

static const struct status *chunks_send(struct map *map, const struct account_list *list,
                                        const Sell__PopulationUpload *upload) {
  const struct status *status = NULL;
  for (size_t s = 0; !status && s < SEGMENTS; s++) {
    const struct account_set *set = &list->sets[s];
    for (size_t at = 0; !status && at < set->count; at += CHUNK_ACCOUNTS) {
      Sell__UploadPopulationChunkRequest request = SELL__UPLOAD_POPULATION_CHUNK_REQUEST__INIT;
      Sell__PopulationUpload *answer;
      size_t count = set->count - at < CHUNK_ACCOUNTS ? set->count - at : CHUNK_ACCOUNTS;
      request.name = population_name(map);
      request.upload = upload->upload;
      request.segment = SELL__ACCOUNT_SEGMENT__ACCOUNT_SEGMENT_PROSPECT + (Sell__AccountSegment)s;
      request.sequence = (int32_t)(at / CHUNK_ACCOUNTS);
      request.digests.len = count * ACCOUNT_BYTES;
      request.digests.data = arena_alloc(map->arena, request.digests.len);
      for (size_t i = 0; i < count; i++)
        memcpy(request.digests.data + i * ACCOUNT_BYTES, set->accounts[at + i].digest, ACCOUNT_BYTES);
      status = call(map, "UploadPopulationChunk", &request, &sell__population_upload__descriptor, &answer);
    }
  }
  return status;
}

static bool has_reason(const struct status *status, const char *reason) {
  return status && strcmp(status->reason, reason) == 0;
}

/* Goes on with an upload that was interrupted. When the file has changed since, its chunks no longer fit: a
 * new upload takes its place. */
static const struct status *list_upload(struct map *map, const struct account_list *list, int64_t key_version,
                                        Sell__Population **published) {
  Sell__PopulationUpload *upload;
  const struct status *status = upload_begin(map, key_version, &upload);
  if (!status)
    status = chunks_send(map, list, upload);
  for (size_t s = 0; !status && s < SEGMENTS; s++)
    if ((size_t)upload->segments[s]->account_count > list->sets[s].count)
      status = status_make(map->arena, CODE_ALREADY_EXISTS, "CHUNK_DIFFERS", "the file has fewer accounts");
  if (has_reason(status, "CHUNK_DIFFERS")) {
    Sell__StartPopulationUploadRequest start = SELL__START_POPULATION_UPLOAD_REQUEST__INIT;
    start.name = population_name(map);
    start.request_id = name_new_id(map->arena);
    status = call(map, "StartPopulationUpload", &start, &sell__population_upload__descriptor, &upload);
    if (!status)
      status = chunks_send(map, list, upload);
  }
  if (status)
    return status;
  Sell__PublishPopulationRequest publish = SELL__PUBLISH_POPULATION_REQUEST__INIT;
  publish.name = population_name(map);
  publish.upload = upload->upload;
  publish.request_id = name_new_id(map->arena);
  return call(map, "PublishPopulation", &publish, &sell__population__descriptor, published);
}

static int failed(const struct status *status) {
  session_print_status(status);
  return CLI_FAILED;
}

static int map_upload(struct map *map) {
  Sell__MappingKey *key;
  Sell__Population *published;
  const struct status *status = key_read(map, &key);
  if (status)
    return failed(status);
  const struct account_list *list = accounts_read(map, key);
  if (!list)
    return CLI_FAILED;
  status = list_upload(map, list, key->version, &published);
  if (status)
    return failed(status);
  printf("edition %" PRId64 ":", published->edition);
  for (size_t s = 0; s < SEGMENTS; s++)
    printf(" %" PRId64 " %s%s", published->segments[s]->account_count, segment_words[s],
           s + 1 < SEGMENTS ? "," : "\n");
  return list->problem_count ? CLI_FAILED : CLI_DONE;
}

/* ---- overlap ---- */

static int map_overlap(struct map *map) {
  Sell__GetOverlapRequest request = SELL__GET_OVERLAP_REQUEST__INIT;
  Sell__Overlap *overlap;
  request.name = arena_printf(map->arena, "%s/overlap", map->parent);
  const struct status *status = call(map, "GetOverlap", &request, &sell__overlap__descriptor, &overlap);
  if (status)
    return failed(status);
  printf("%-22s %14s %14s %14s\n", "vendor \\ partner", segment_words[0], segment_words[1], segment_words[2]);
  for (size_t v = 0; v < SEGMENTS; v++) {
    printf("%-22s", segment_words[v]);
    for (size_t p = 0; p < SEGMENTS; p++) {
      const Sell__OverlapCell *cell = overlap->cells[v * SEGMENTS + p];
      if (cell->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_OK)
        printf(" %14" PRId64, cell->count);
      else
        printf(" %14s", cell->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_NOT_SHARED    ? "not shared"
                        : cell->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_BELOW_FLOOR ? "fewer than 5"
                                                                                         : "no data");
    }
    putchar('\n');
  }
  return CLI_DONE;
}

/* One cell's accounts, named from the party's own file. */
static const struct status *rows_print(struct map *map, const struct account_list *list, size_t vendor,
                                       size_t partner) {
  Sell__ListOverlapRowsRequest request = SELL__LIST_OVERLAP_ROWS_REQUEST__INIT;
  request.parent = (char *)map->parent;
  request.page_size = 500;
  request.vendor_segment = SELL__ACCOUNT_SEGMENT__ACCOUNT_SEGMENT_PROSPECT + (Sell__AccountSegment)vendor;
  request.partner_segment = SELL__ACCOUNT_SEGMENT__ACCOUNT_SEGMENT_PROSPECT + (Sell__AccountSegment)partner;
  do {
    Sell__ListOverlapRowsResponse *page;
    const struct status *status =
        call(map, "ListOverlapRows", &request, &sell__list_overlap_rows_response__descriptor, &page);
    if (status)
      return status;
    for (size_t i = 0; i < page->n_digests; i++) {
      const char *domain = account_domain(list, page->digests[i].data);
      printf("%s,%s,%s\n", segment_words[vendor], segment_words[partner],
             domain ? domain : "(not in this file)");
    }
    request.page_token = page->next_page_token;
  } while (!text_empty(request.page_token));
  return NULL;
}

static int map_rows(struct map *map) {
  Sell__MappingKey *key;
  const struct status *status = key_read(map, &key);
  const struct account_list *list = status ? NULL : accounts_read(map, key);
  if (status)
    return failed(status);
  if (!list)
    return CLI_FAILED;
  puts("vendorSegment,partnerSegment,domain");
  for (size_t v = 0; !status && v < SEGMENTS; v++)
    for (size_t p = 0; !status && p < SEGMENTS; p++)
      status = rows_print(map, list, v, p);
  return status ? failed(status) : CLI_DONE;
}

/* ---- the command ---- */

static int map_in_session(struct session *session, struct arena *arena, void *context) {
  struct map *map = context;
  map->session = session;
  map->arena = arena;
  map->token = session_token_of(session, map->as);
  if (!map->token)
    return cli_fail("map", "--as takes vendor or partner; start the suite with `make up`");
  map->parent = session_partnership(arena, map->vendor, map->partnership);
  if (strcmp(map->what, "upload") == 0)
    return map_upload(map);
  return strcmp(map->what, "rows") == 0 ? map_rows(map) : map_overlap(map);
}

int command_map(const struct cli_options *options, int argc, char **argv) {
  struct map map = {
      .options = options, .vendor = "halden", .domain_column = "domain", .segment_column = "segment"};
  const struct cli_option own[] = {{"partnership", .text = &map.partnership},
                                   {"vendor", .text = &map.vendor},
                                   {"as", .text = &map.as},
                                   {"domain-column", .text = &map.domain_column},
                                   {"segment-column", .text = &map.segment_column},
                                   {0}};
  const char *problem;
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  map.what = count > 0 ? argv[1] : "";
  bool overlap = count == 1 && strcmp(map.what, "overlap") == 0;
  bool file = count == 2 && (strcmp(map.what, "upload") == 0 || strcmp(map.what, "rows") == 0);
  if ((!overlap && !file) || !map.partnership) {
    cli_fail(argv[0], "say upload FILE, rows FILE or overlap, and --partnership; see entente map --help");
    return CLI_USAGE;
  }
  map.file = file ? argv[2] : NULL;
  struct session *session = session_open(options->var, options->var_named, &problem);
  if (!session)
    return cli_fail(argv[0], "%s", problem);
  int answer = session_run(session, map_in_session, &map);
  session_close(session);
  return answer;
}
