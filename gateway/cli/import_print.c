#include "gateway/cli/import.h"

#include "runtime/base/clock.h"
#include "runtime/base/money.h"
#include "runtime/base/text.h"
#include "runtime/message/json.h"

#include <inttypes.h>
#include <string.h>

enum { NUMBER_BYTES = 40 };

/* `8,800`. */
static void grouped(int64_t number, char out[NUMBER_BYTES]) {
  char digits[NUMBER_BYTES];
  int length = snprintf(digits, sizeof digits, "%" PRId64, number < 0 ? -number : number);
  size_t at = 0;
  if (number < 0)
    out[at++] = '-';
  for (int i = 0; i < length; i++) {
    if (i && (length - i) % 3 == 0)
      out[at++] = ',';
    out[at++] = digits[i];
  }
  out[at] = '\0';
}

/* `10,005,534.00`: minor units with the currency's decimals. */
static void amount_text(int64_t minor, const char *currency, char out[NUMBER_BYTES]) {
  int64_t one = 1;
  int decimals = currency_decimals(currency);
  for (int i = 0; i < decimals; i++)
    one *= 10;
  grouped(minor / one, out);
  size_t length = strlen(out);
  if (decimals)
    snprintf(out + length, NUMBER_BYTES - length, ".%0*" PRId64, decimals,
             minor % one < 0 ? -(minor % one) : minor % one);
}

static void print_counts(FILE *out, const char *label, int64_t joint_count, int64_t independent_count) {
  char joint[NUMBER_BYTES], own[NUMBER_BYTES], both[NUMBER_BYTES];
  grouped(joint_count, joint);
  grouped(independent_count, own);
  grouped(joint_count + independent_count, both);
  fprintf(out, "%-22s %15s %15s %15s\n", label, joint, own, both);
}

static void print_total(FILE *out, const char *label, const Sell__EngagementTotal *total) {
  print_counts(out, label, total->joint_count, total->independent_count);
}

static void print_tally(FILE *out, const char *label, const struct import_tally *tally) {
  print_counts(out, label, tally->joint.count, tally->independent.count);
}

/* What was won, in money. */
static void print_amounts(FILE *out, const char *currency, int64_t joint_minor, int64_t independent_minor) {
  char joint[NUMBER_BYTES], own[NUMBER_BYTES], both[NUMBER_BYTES], label[64];
  amount_text(joint_minor, currency, joint);
  amount_text(independent_minor, currency, own);
  amount_text(joint_minor + independent_minor, currency, both);
  snprintf(label, sizeof label, "won, %s", currency);
  fprintf(out, "%-22s %15s %15s %15s\n", label, joint, own, both);
}

/* `63.15 %`, or `no data`. */
static void rate_text(int64_t won, int64_t closed, char out[NUMBER_BYTES]) {
  int64_t bps = ratio_bps(won, closed);
  if (closed)
    snprintf(out, NUMBER_BYTES, "%" PRId64 ".%02" PRId64 " %%", bps / 100, bps % 100);
  else
    snprintf(out, NUMBER_BYTES, "no data");
}

/* A share of what was closed, each. */
static void print_rates(FILE *out, int64_t joint_won, int64_t joint_closed, int64_t independent_won,
                        int64_t independent_closed) {
  char joint[NUMBER_BYTES], own[NUMBER_BYTES], both[NUMBER_BYTES];
  rate_text(joint_won, joint_closed, joint);
  rate_text(independent_won, independent_closed, own);
  rate_text(joint_won + independent_won, joint_closed + independent_closed, both);
  fprintf(out, "%-22s %15s %15s %15s\n", "win rate", joint, own, both);
}

static void print_heading(FILE *out, const char *title) {
  fprintf(out, "\n%-22s %15s %15s %15s\n", title, "joint", "independent", "together");
}

static void print_facts(FILE *out, const struct import_facts *facts, const char *currency) {
  const struct import_tally *won = &facts->won, *lost = &facts->lost;
  print_heading(out, "This export");
  print_tally(out, "prospecting", &facts->prospecting);
  print_tally(out, "engaging", &facts->engaging);
  print_tally(out, "won", won);
  print_tally(out, "lost", lost);
  print_rates(out, won->joint.count, won->joint.count + lost->joint.count, won->independent.count,
              won->independent.count + lost->independent.count);
  print_amounts(out, currency, won->joint.amount_minor, won->independent.amount_minor);
}

static void print_pipeline(FILE *out, const Sell__Pipeline *pipeline) {
  static const char *const labels[] = {"open: prospect", "  qualified", "  technical validation",
                                       "  business validation", "  committed"};
  const Type__Ratio *joint = pipeline->joint_win_rate, *own = pipeline->independent_win_rate;
  print_heading(out, "As sell has it now");
  for (size_t i = 0; i < pipeline->n_stages && i < sizeof labels / sizeof *labels; i++)
    print_total(out, labels[i], pipeline->stages[i]->total);
  print_total(out, "won", pipeline->won);
  print_total(out, "lost", pipeline->lost);
  if (pipeline->reversed->joint_count || pipeline->reversed->independent_count)
    print_total(out, "reversed", pipeline->reversed);
  print_rates(out, joint->numerator, joint->denominator, own->numerator, own->denominator);
  print_amounts(out, pipeline->currency_code, pipeline->won->joint_amount->amount_minor,
                pipeline->won->independent_amount->amount_minor);
}

void import_print(FILE *out, const struct import_plan *plan, const struct import_report *report) {
  char rows[NUMBER_BYTES], created[NUMBER_BYTES], updated[NUMBER_BYTES], unchanged[NUMBER_BYTES],
      refused[NUMBER_BYTES];
  struct arena *arena = arena_create(1 << 20, NULL, NULL);
  const char *file = import_file_name(arena, plan);
  for (const struct import_refusal *r = report->refusals; r; r = r->next)
    fprintf(out, "%s:%" PRId64 ": %s%snot taken: %s\n", file, r->line, r->external_id,
            *r->external_id ? ": " : "", r->reason);
  arena_destroy(arena);
  for (size_t i = 0; i < report->note_count; i++)
    fprintf(out, "note: %s in %" PRId64 " rows\n", report->notes[i].text, report->notes[i].rows);
  grouped(report->rows, rows);
  grouped(report->created, created);
  grouped(report->updated, updated);
  grouped(report->unchanged, unchanged);
  grouped(report->refused, refused);
  fprintf(out, "%s%s rows in %.1f s: %s created, %s updated, %s unchanged, %s not taken\n",
          plan->rehearse ? "Rehearsed, nothing changed: " : "", rows,
          (double)report->elapsed_us / US_PER_SECOND, created, updated, unchanged, refused);
  print_facts(out, &report->facts, report->currency);
  print_pipeline(out, report->pipeline);
}

/* A JSON string. */
static void print_text(FILE *out, const char *text) {
  fputc('"', out);
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c == '"' || *c == '\\')
      fprintf(out, "\\%c", *c);
    else if (*c < 0x20)
      fprintf(out, "\\u%04x", *c);
    else
      fputc(*c, out);
  }
  fputc('"', out);
}

static void print_tally_json(FILE *out, const char *name, const struct import_tally *tally) {
  fprintf(out,
          "\"%s\":{\"joint\":%" PRId64 ",\"independent\":%" PRId64 ",\"together\":%" PRId64
          ",\"jointAmountMinor\":%" PRId64 ",\"independentAmountMinor\":%" PRId64
          ",\"togetherAmountMinor\":%" PRId64 "},",
          name, tally->joint.count, tally->independent.count, tally->joint.count + tally->independent.count,
          tally->joint.amount_minor, tally->independent.amount_minor,
          tally->joint.amount_minor + tally->independent.amount_minor);
}

static void print_facts_json(FILE *out, const struct import_facts *facts, const char *currency) {
  int64_t won = facts->won.joint.count + facts->won.independent.count;
  int64_t closed = won + facts->lost.joint.count + facts->lost.independent.count;
  fprintf(out, "\"thisExport\":{");
  print_tally_json(out, "prospecting", &facts->prospecting);
  print_tally_json(out, "engaging", &facts->engaging);
  print_tally_json(out, "won", &facts->won);
  print_tally_json(out, "lost", &facts->lost);
  fprintf(out, "\"winRate\":{\"numerator\":%" PRId64 ",\"denominator\":%" PRId64 "},\"currencyCode\":", won,
          closed);
  print_text(out, currency);
  fputs("},", out);
}

void import_print_json(FILE *out, const struct import_plan *plan, const struct import_report *report) {
  struct arena *arena = arena_create(1 << 20, NULL, NULL);
  struct buffer pipeline = {.arena = arena};
  const struct json_options whole = {.defaults = true};
  json_write(&pipeline, &report->pipeline->base, &whole);
  fprintf(out,
          "{\"rehearsed\":%s,\"rows\":%" PRId64 ",\"created\":%" PRId64 ",\"updated\":%" PRId64
          ",\"unchanged\":%" PRId64 ",\"refused\":%" PRId64 ",\"elapsedMs\":%" PRId64 ",\"refusals\":[",
          plan->rehearse ? "true" : "false", report->rows, report->created, report->updated,
          report->unchanged, report->refused, report->elapsed_us / US_PER_MS);
  for (const struct import_refusal *r = report->refusals; r; r = r->next) {
    fprintf(out, "%s{\"file\":", r == report->refusals ? "" : ",");
    print_text(out, plan->table.file ? plan->table.file : "sales_pipeline.csv");
    fprintf(out, ",\"line\":%" PRId64 ",\"externalId\":", r->line);
    print_text(out, r->external_id);
    fprintf(out, ",\"reason\":");
    print_text(out, r->reason);
    fputc('}', out);
  }
  fprintf(out, "],\"notes\":[");
  for (size_t i = 0; i < report->note_count; i++) {
    fprintf(out, "%s{\"text\":", i ? "," : "");
    print_text(out, report->notes[i].text);
    fprintf(out, ",\"rows\":%" PRId64 "}", report->notes[i].rows);
  }
  fputs("],", out);
  print_facts_json(out, &report->facts, report->currency);
  fprintf(out, "\"pipeline\":%s}\n", pipeline.data);
  arena_destroy(arena);
}
