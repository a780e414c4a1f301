#include "gateway/cli/render_sell.h"

#include "runtime/base/machine.h"
#include "runtime/base/money.h"
#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"

#include <ctype.h>
#include <string.h>

enum { BAR = 10, STRATA_SHOWN = 20, LABEL_WIDTH = 18 };

/* ---- words ---- */

/* `Business validation` of BUSINESS_VALIDATION. */
static char *words(struct arena *arena, const char *name) {
  char *text = arena_strdup(arena, name);
  for (char *at = text; *at; at++)
    *at = *at == '_' ? ' ' : at == text ? *at : (char)tolower((unsigned char)*at);
  return text;
}

static const char *money_text(struct arena *arena, const Type__Money *money) {
  return money ? draw_bare_money(arena, money->amount_minor, money->currency_code) : "-";
}

static bool has_value(const Type__Ratio *ratio) {
  return ratio && (ratio->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_OK ||
                   ratio->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE);
}

/* `41.0 %  16 / 39`, `~` behind a value of few samples. */
static const char *share_text(struct arena *arena, const Type__Ratio *ratio) {
  if (!has_value(ratio))
    return "no data";
  bool few = ratio->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE;
  return arena_printf(arena, "%s%s  %s / %s", draw_percent(arena, ratio->basis_points), few ? " ~" : "",
                      draw_count(arena, ratio->numerator), draw_count(arena, ratio->denominator));
}

static void append_label(struct buffer *out, const char *label, const char *text) {
  draw_padded(out, label, LABEL_WIDTH);
  buffer_text(out, text);
  draw_line_end(out);
}

static void append_title(struct buffer *out, const struct render_style *style, const char *title,
                         const char *name, const char *currency) {
  buffer_printf(out, "%s%s%s  %s%s%s\n", draw_color(style, DRAW_BOLD), title, draw_color(style, DRAW_RESET),
                name_prefix(out->arena, name, 2), *currency ? ", amounts in " : "", currency);
}

/* ---- pipeline ---- */

enum { PIPELINE_COLUMNS = 9 };
static const struct draw_column pipeline_columns[PIPELINE_COLUMNS] = {
    {"STAGE", false}, {"ODDS", true},  {"JOINT", true},  {"AMOUNT", true},   {"WEIGHTED", true},
    {"", false},      {"ALONE", true}, {"AMOUNT", true}, {"WEIGHTED", true},
};

static void fill_total(struct arena *arena, struct draw_cell *row, const Sell__EngagementTotal *total) {
  row[2].text = draw_count(arena, total->joint_count);
  row[3].text = money_text(arena, total->joint_amount);
  row[6].text = draw_count(arena, total->independent_count);
  row[7].text = money_text(arena, total->independent_amount);
}

static int64_t minor_of(const Type__Money *money) {
  return money ? money->amount_minor : 0;
}

static void fill_stage(struct arena *arena, const struct render_style *style, struct draw_cell *row,
                       const Sell__StageTotal *stage, int64_t most) {
  int64_t joint = minor_of(stage->total->joint_amount);
  row[0].text = words(arena, state_name(&sell__opportunity__stage__descriptor, (int)stage->stage));
  row[1].text = draw_percent(arena, stage->probability_bps);
  fill_total(arena, row, stage->total);
  row[4].text = money_text(arena, stage->weighted_joint_amount);
  row[8].text = money_text(arena, stage->weighted_independent_amount);
  if (style->terminal && most > 0)
    row[5] =
        (struct draw_cell){draw_bar_text(arena, mul_div_half_even(joint, BPS_ONE, most), BAR), DRAW_GREEN};
}

static void append_stages(struct buffer *out, const struct render_style *style,
                          const Sell__Pipeline *pipeline) {
  const struct {
    const char *label;
    const Sell__EngagementTotal *total;
  } ends[] = {{"Open", pipeline->open},
              {"Won", pipeline->won},
              {"Lost", pipeline->lost},
              {"Reversed", pipeline->reversed}};
  enum { ENDS = sizeof ends / sizeof *ends };
  size_t count = pipeline->n_stages + ENDS;
  struct draw_cell *cells = arena_calloc(out->arena, count * PIPELINE_COLUMNS, sizeof *cells), *row = cells;
  int64_t most = 0;
  for (size_t i = 0; i < pipeline->n_stages; i++)
    if (minor_of(pipeline->stages[i]->total->joint_amount) > most)
      most = minor_of(pipeline->stages[i]->total->joint_amount);
  for (size_t i = 0; i < pipeline->n_stages; i++, row += PIPELINE_COLUMNS)
    fill_stage(out->arena, style, row, pipeline->stages[i], most);
  row[4].text = money_text(out->arena, pipeline->weighted_joint_amount);
  row[8].text = money_text(out->arena, pipeline->weighted_independent_amount);
  for (size_t i = 0; i < ENDS; i++, row += PIPELINE_COLUMNS) {
    row[0] = (struct draw_cell){ends[i].label, i ? DRAW_DIM : DRAW_BOLD};
    fill_total(out->arena, row, ends[i].total);
  }
  draw_table(out, style, pipeline_columns, PIPELINE_COLUMNS, cells, count);
}

static void append_segments(struct buffer *out, const struct render_style *style,
                            const Sell__SegmentPipeline *segments) {
  static const struct draw_column columns[] = {
      {"SEGMENT", false}, {"JOINT", true},  {"AMOUNT", true},   {"WEIGHTED", true},
      {"ALONE", true},    {"AMOUNT", true}, {"WEIGHTED", true},
  };
  enum { COLUMNS = sizeof columns / sizeof *columns };
  struct draw_cell *cells = arena_calloc(out->arena, segments->n_segments * COLUMNS, sizeof *cells);
  for (size_t i = 0; i < segments->n_segments; i++) {
    const Sell__SegmentTotal *segment = segments->segments[i];
    struct draw_cell *row = &cells[i * COLUMNS];
    row[0].text = text_empty(segment->segment) ? "(none)" : segment->segment;
    row[1].text = draw_count(out->arena, segment->open->joint_count);
    row[2].text = money_text(out->arena, segment->open->joint_amount);
    row[3].text = money_text(out->arena, segment->weighted_joint_amount);
    row[4].text = draw_count(out->arena, segment->open->independent_count);
    row[5].text = money_text(out->arena, segment->open->independent_amount);
    row[6].text = money_text(out->arena, segment->weighted_independent_amount);
  }
  draw_table(out, style, columns, COLUMNS, cells, segments->n_segments);
  if (segments->segment_count > (int32_t)segments->n_segments)
    buffer_printf(out, "and %d more\n", (int)(segments->segment_count - (int32_t)segments->n_segments));
}

void render_pipeline(struct buffer *out, const struct render_style *style, const Sell__Pipeline *pipeline,
                     const Sell__SegmentPipeline *segments) {
  append_title(out, style, "Pipeline", pipeline->name, pipeline->currency_code);
  append_stages(out, style, pipeline);
  buffer_text(out, "\n");
  append_label(out, "Win rate joint", share_text(out->arena, pipeline->joint_win_rate));
  append_label(out, "Win rate alone", share_text(out->arena, pipeline->independent_win_rate));
  if (segments && segments->n_segments)
    append_segments(out, style, segments);
}

/* ---- lift ---- */

static char *points(struct arena *arena, int64_t basis_points) {
  char *text = draw_percent(arena, basis_points);
  text[strlen(text) - strlen(" %")] = '\0';
  return arena_printf(arena, "%s%s", basis_points > 0 ? "+" : "", text);
}

static void append_difference(struct buffer *out, const Sell__WinRateLift *lift) {
  struct arena *arena = out->arena;
  if (lift->status != TYPE__FIGURE_STATUS__FIGURE_STATUS_OK) {
    append_label(out, "Like with like",
                 lift->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA
                     ? "no data: one of the two has no closed deals"
                     : "too few like deals; --by segment,solution has more");
    return;
  }
  append_label(out, "Like with like",
               arena_printf(arena, "%s points, %s to %s at 95 %%", points(arena, lift->difference_bps),
                            points(arena, lift->lower_bps), points(arena, lift->upper_bps)));
  append_label(out, "  over", arena_printf(arena, "%s of joint deals", share_text(arena, lift->coverage)));
}

static void append_strata(struct buffer *out, const struct render_style *style,
                          const Sell__WinRateLift *lift) {
  static const struct draw_column columns[] = {{"SEGMENT", false},   {"SOLUTION", false},  {"SIZE", true},
                                               {"JOINT WON", false}, {"ALONE WON", false}, {"WEIGHT", true}};
  enum { COLUMNS = sizeof columns / sizeof *columns };
  size_t count = lift->n_strata < STRATA_SHOWN ? lift->n_strata : STRATA_SHOWN;
  struct draw_cell *cells = arena_calloc(out->arena, count * COLUMNS, sizeof *cells);
  for (size_t i = 0; i < count; i++) {
    const Sell__LiftStratum *stratum = lift->strata[i];
    struct draw_cell *row = &cells[i * COLUMNS];
    row[0].text = text_empty(stratum->segment) ? "-" : stratum->segment;
    row[1].text = text_empty(stratum->solution) ? "-" : stratum->solution;
    row[2].text = stratum->size_band ? draw_count(out->arena, stratum->size_band) : "-";
    row[3].text = share_text(out->arena, stratum->joint);
    row[4].text = share_text(out->arena, stratum->independent);
    row[5].text = stratum->included ? draw_percent(out->arena, stratum->weight_bps) : "too few";
    for (size_t c = 0; c < COLUMNS && !stratum->included; c++)
      row[c].color = DRAW_DIM;
  }
  if (count)
    draw_table(out, style, columns, COLUMNS, cells, count);
  if (lift->stratum_count > (int32_t)count)
    buffer_printf(out, "and %d strata more\n", (int)(lift->stratum_count - (int32_t)count));
}

static void append_sizes(struct buffer *out, const struct render_style *style, const Sell__DealSize *size,
                         const char *currency) {
  static const struct draw_column columns[] = {
      {"DEALS WON", false}, {"JOINT", true}, {"ALONE", true}, {"RATIO", true}};
  struct arena *arena = out->arena;
  const struct draw_cell cells[] = {
      {.text = "Count"},
      {.text = draw_count(arena, size->joint_count)},
      {.text = draw_count(arena, size->independent_count)},
      {.text = ""},
      {.text = "Mean"},
      {.text = draw_bare_money(arena, size->joint_mean_minor, currency)},
      {.text = draw_bare_money(arena, size->independent_mean_minor, currency)},
      {.text = has_value(size->mean_ratio) ? draw_percent(arena, size->mean_ratio->basis_points) : "no data"},
      {.text = "Median"},
      {.text = draw_bare_money(arena, size->joint_median_minor, currency)},
      {.text = draw_bare_money(arena, size->independent_median_minor, currency)},
      {.text =
           has_value(size->median_ratio) ? draw_percent(arena, size->median_ratio->basis_points) : "no data"},
  };
  enum { COLUMNS = sizeof columns / sizeof *columns };
  draw_table(out, style, columns, COLUMNS, cells, sizeof cells / sizeof *cells / COLUMNS);
}

/* `1.83 times`. */
static char *times(struct arena *arena, int64_t basis_points) {
  int64_t hundredths = mul_div_half_even(basis_points, 1, BPS_ONE / 100);
  return arena_printf(arena, "%lld.%02lld", (long long)(hundredths / 100), (long long)(hundredths % 100));
}

static void append_quotient(struct buffer *out, const Sell__DealSizeLift *lift) {
  struct arena *arena = out->arena;
  if (!lift)
    return;
  buffer_text(out, "\n");
  if (lift->status != TYPE__FIGURE_STATUS__FIGURE_STATUS_OK) {
    append_label(out, "Like with like", "too few like deals won on both sides");
    return;
  }
  append_label(out, "Like with like",
               arena_printf(arena, "%s times, %s to %s at 95 %%", times(arena, lift->ratio_bps),
                            times(arena, lift->lower_bps), times(arena, lift->upper_bps)));
  append_label(out, "  over",
               arena_printf(arena, "%s of joint deals won", share_text(arena, lift->coverage)));
}

static void append_opened_up(struct buffer *out, const struct render_style *style, const Sell__Lift *lift) {
  static const struct draw_column columns[] = {{"QUARTER FROM", false}, {"NEW CUSTOMERS WON JOINTLY", false}};
  enum { COLUMNS = sizeof columns / sizeof *columns };
  struct draw_cell *cells = arena_calloc(out->arena, lift->n_new_customers * COLUMNS, sizeof *cells);
  for (size_t i = 0; i < lift->n_new_customers; i++) {
    cells[i * COLUMNS].text = draw_day(out->arena, lift->new_customers[i]->start_time);
    cells[i * COLUMNS + 1].text = share_text(out->arena, lift->new_customers[i]->joint_share);
  }
  if (lift->n_new_customers)
    draw_table(out, style, columns, COLUMNS, cells, lift->n_new_customers);
  buffer_text(out, "\n");
  append_label(out, "New segments", lift->n_new_segments ? "" : "none");
  for (size_t i = 0; i < lift->n_new_segments; i++)
    buffer_printf(out, "  %s, first won %s\n", lift->new_segments[i]->segment,
                  draw_day(out->arena, lift->new_segments[i]->close_time));
}

void render_lift(struct buffer *out, const struct render_style *style, const Sell__Lift *lift) {
  struct arena *arena = out->arena;
  append_title(out, style, "Lift", lift->name, lift->currency_code);
  buffer_printf(out, "deals closed from %s to before %s%s\n\n", draw_day(arena, lift->period->start_time),
                draw_day(arena, lift->period->end_time),
                lift->scope && lift->scope->source == SELL__LIFT_SCOPE_SOURCE__LIFT_SCOPE_SOURCE_AGREEMENT
                    ? ", in the scope of the agreement"
                    : "");
  append_label(out, "Win rate joint", share_text(arena, lift->joint_win_rate));
  append_label(out, "Win rate alone", share_text(arena, lift->independent_win_rate));
  append_difference(out, lift->win_rate_lift);
  append_label(out, "Displacement", share_text(arena, lift->displacement));
  append_label(out, "  where validated",
               share_text(arena, lift->displacement_validated ? lift->displacement_validated->rate : NULL));
  append_strata(out, style, lift->win_rate_lift);
  append_sizes(out, style, lift->deal_size, lift->currency_code);
  append_quotient(out, lift->deal_size_lift);
  append_opened_up(out, style, lift);
}

/* ---- registrations ---- */

/* What is due next, and whether it is late. */
static struct draw_cell next_step(struct arena *arena, const Sell__Registration *registration,
                                  int64_t now_us) {
  const Google__Protobuf__Timestamp *due;
  switch (registration->state) {
  case SELL__REGISTRATION__STATE__STATE_SUBMITTED:
  case SELL__REGISTRATION__STATE__STATE_IN_REVIEW:
    due = registration->decide_due_time;
    return (struct draw_cell){
        arena_printf(arena, "decide by %s%s", draw_minute(arena, due),
                     registration->escalate_time ? ", escalated" : ""),
        registration->escalate_time || timestamp_us(due, INT64_MAX) <= now_us ? DRAW_RED : DRAW_YELLOW};
  case SELL__REGISTRATION__STATE__STATE_ACTION_REQUIRED:
    due = registration->action ? registration->action->due_time : NULL;
    return (struct draw_cell){arena_printf(arena, "partner answers by %s", draw_minute(arena, due)),
                              DRAW_YELLOW};
  case SELL__REGISTRATION__STATE__STATE_APPROVED:
  case SELL__REGISTRATION__STATE__STATE_EXTENDED:
    return (struct draw_cell){
        arena_printf(arena, "protected until %s", draw_day(arena, registration->protect_end_time)),
        DRAW_GREEN};
  case SELL__REGISTRATION__STATE__STATE_DRAFT:
    return (struct draw_cell){"to be submitted", NULL};
  default:
    return (struct draw_cell){draw_day(arena, registration->end_time), DRAW_DIM};
  }
}

void render_registrations(struct buffer *out, const struct render_style *style,
                          const struct render_queue *queue) {
  static const struct draw_column columns[] = {
      {"REGISTRATION", false}, {"PARTNERSHIP", false}, {"CUSTOMER", false}, {"COUNTRY", false},
      {"AMOUNT", true},        {"STATE", false},       {"NEXT", false}};
  enum { COLUMNS = sizeof columns / sizeof *columns };
  struct arena *arena = out->arena;
  struct draw_cell *cells = arena_calloc(arena, queue->count * COLUMNS, sizeof *cells);
  for (size_t i = 0; i < queue->count; i++) {
    const Sell__Registration *r = queue->registrations[i];
    struct draw_cell *row = &cells[i * COLUMNS];
    row[0].text = name_last_id(arena, r->name);
    row[1].text = name_last_id(arena, name_partnership(arena, r->name));
    row[2].text = r->customer ? r->customer->legal_name : "";
    row[3].text = r->customer ? r->customer->country_code : "";
    row[4].text = r->expected_amount
                      ? draw_money(arena, r->expected_amount->amount_minor, r->expected_amount->currency_code)
                      : "";
    row[5].text = words(arena, state_name(&sell__registration__state__descriptor, (int)r->state));
    row[6] = next_step(arena, r, queue->now_us);
  }
  buffer_printf(out, "%sDeal registrations%s  %s%s\n", draw_color(style, DRAW_BOLD),
                draw_color(style, DRAW_RESET),
                queue->count ? draw_count(arena, (int64_t)queue->count) : "none",
                queue->more ? " of more: --state and --text narrow it" : "");
  if (!queue->count)
    return;
  draw_table(out, style, columns, COLUMNS, cells, queue->count);
}

/* ---- conflicts ---- */

/* `castellan/r004`, as a partnership's id tells whose it is. */
static char *short_name(struct arena *arena, const char *registration) {
  return arena_printf(arena, "%s/%s", name_last_id(arena, name_partnership(arena, registration)),
                      name_last_id(arena, registration));
}

static const char *keys_text(struct arena *arena, const Sell__Conflict *conflict) {
  static const char *const kinds[] = {
      [SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_NAME] = "name",
      [SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_DOMAIN] = "domain",
      [SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_TAX_ID] = "tax id",
      [SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_DUNS] = "D-U-N-S",
  };
  struct buffer out = {.arena = arena};
  buffer_text(&out, "same ");
  for (size_t i = 0; i < conflict->n_keys; i++)
    buffer_printf(&out, "%s%s", i ? ", " : "",
                  (size_t)conflict->keys[i] < sizeof kinds / sizeof *kinds && kinds[conflict->keys[i]]
                      ? kinds[conflict->keys[i]]
                      : "key");
  return out.data;
}

/* Who goes on: as ruled, else as FIRST would have it. */
static struct draw_cell favoured(struct arena *arena, const Sell__Conflict *conflict) {
  const Sell__ConflictRuling *ruling = conflict->ruling;
  if (!ruling)
    return (struct draw_cell){arena_printf(arena, "%s first", short_name(arena, conflict->first)), NULL};
  if (text_empty(ruling->winner))
    return (struct draw_cell){"-", DRAW_DIM};
  return (struct draw_cell){arena_printf(arena, "%s won", short_name(arena, ruling->winner)), DRAW_BOLD};
}

static struct draw_cell conflict_step(struct arena *arena, const Sell__Conflict *conflict) {
  switch (conflict->state) {
  case SELL__CONFLICT__STATE__STATE_OPEN:
    return (struct draw_cell){"to be ruled; neither is approved before", DRAW_YELLOW};
  case SELL__CONFLICT__STATE__STATE_RULED:
    return (struct draw_cell){
        arena_printf(arena, "final on %s", draw_minute(arena, conflict->final_due_time)), NULL};
  case SELL__CONFLICT__STATE__STATE_APPEALED:
    return (struct draw_cell){
        arena_printf(arena, "decide the appeal of %s", draw_day(arena, conflict->appeal_time)), DRAW_YELLOW};
  default:
    return (struct draw_cell){draw_day(arena, conflict->final_time), DRAW_DIM};
  }
}

void render_conflicts(struct buffer *out, const struct render_style *style,
                      const Sell__ListConflictsResponse *page) {
  static const struct draw_column columns[] = {{"CONFLICT", false},  {"CUSTOMER", false}, {"HOLDER", false},
                                               {"CONTENDER", false}, {"MET BY", false},   {"FAVOURED", false},
                                               {"STATE", false},     {"NEXT", false}};
  enum { COLUMNS = sizeof columns / sizeof *columns };
  struct arena *arena = out->arena;
  struct draw_cell *cells = arena_calloc(arena, page->n_conflicts * COLUMNS, sizeof *cells);
  for (size_t i = 0; i < page->n_conflicts; i++) {
    const Sell__Conflict *conflict = page->conflicts[i];
    struct draw_cell *row = &cells[i * COLUMNS];
    row[0].text = name_last_id(arena, conflict->name);
    row[1].text = conflict->customer ? conflict->customer->legal_name : "";
    row[2].text = short_name(arena, conflict->holder);
    row[3].text = short_name(arena, conflict->contender);
    row[4].text = keys_text(arena, conflict);
    row[5] = favoured(arena, conflict);
    row[6].text = words(arena, state_name(&sell__conflict__state__descriptor, (int)conflict->state));
    row[7] = conflict_step(arena, conflict);
  }
  buffer_printf(out, "%sConflicts of registrations%s  %s%s\n", draw_color(style, DRAW_BOLD),
                draw_color(style, DRAW_RESET),
                page->n_conflicts ? draw_count(arena, (int64_t)page->n_conflicts) : "none",
                text_empty(page->next_page_token) ? "" : " of more: --state and --registration narrow it");
  if (page->n_conflicts)
    draw_table(out, style, columns, COLUMNS, cells, page->n_conflicts);
}
