#include "gateway/cli/render.h"

#include "gateway/compose/metric.h"
#include "runtime/base/money.h"
#include "runtime/base/timestamp.h"

#include <stdio.h>
#include <string.h>

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RESET "\033[0m"

enum { TITLE_WIDTH = 26, VALUE_WIDTH = 20, BAR_CELLS = 10, TIME_SIZE = 40 };

static void append_grouped(struct buffer *out, uint64_t number) {
  if (number >= 1000) {
    append_grouped(out, number / 1000);
    buffer_printf(out, ",%03u", (unsigned)(number % 1000));
  } else {
    buffer_printf(out, "%u", (unsigned)number);
  }
}

static uint64_t magnitude(int64_t number) {
  return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

static char *render_count(struct arena *arena, int64_t count) {
  struct buffer out = {.arena = arena};
  buffer_text(&out, count < 0 ? "-" : "");
  append_grouped(&out, magnitude(count));
  return out.data;
}

char *render_money(struct arena *arena, int64_t amount_minor, const char *currency) {
  struct buffer out = {.arena = arena};
  int decimals = currency_known(currency) ? currency_decimals(currency) : 2;
  uint64_t unit = 1, amount = magnitude(amount_minor);
  for (int i = 0; i < decimals; i++)
    unit *= 10;
  buffer_text(&out, amount_minor < 0 ? "-" : "");
  append_grouped(&out, amount / unit);
  if (amount % unit)
    buffer_printf(&out, ".%0*llu", decimals, (unsigned long long)(amount % unit));
  if (!text_empty(currency))
    buffer_printf(&out, " %s", currency);
  return out.data;
}

char *render_percent(struct arena *arena, int64_t basis_points) {
  int64_t tenths = mul_div_half_even(basis_points, 1, 10);
  return arena_printf(arena, "%s%llu.%llu %%", tenths < 0 ? "-" : "",
                      (unsigned long long)(magnitude(tenths) / 10),
                      (unsigned long long)(magnitude(tenths) % 10));
}

static bool is_gap(const Gateway__Figure *figure) {
  return strcmp(figure->metric, "symmetry_gap") == 0;
}

static char *render_value(struct arena *arena, const Gateway__Figure *figure) {
  if (is_gap(figure)) { /* a difference of percentages is in points */
    char *text = render_percent(arena, figure->value);
    text[strlen(text) - 2] = '\0';
    return arena_printf(arena, "%s%s points", figure->value > 0 ? "+" : "", text);
  }
  switch (figure->unit) {
  case GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS:
    return render_percent(arena, figure->value);
  case GATEWAY__FIGURE__UNIT__UNIT_MONEY:
    return render_money(arena, figure->value, figure->currency_code);
  case GATEWAY__FIGURE__UNIT__UNIT_SCORE:
    return arena_printf(arena, "%+lld", (long long)figure->value);
  default:
    return render_count(arena, figure->value);
  }
}

char *render_figure(struct arena *arena, const Gateway__Figure *figure) {
  switch (figure->status) {
  case TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA:
    return arena_strdup(arena, "no data");
  case TYPE__FIGURE_STATUS__FIGURE_STATUS_NOT_SHARED:
    return arena_strdup(arena, "not shared");
  case TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE:
    return arena_printf(arena, "%s ~", render_value(arena, figure));
  default:
    return render_value(arena, figure);
  }
}

static const char *color(const struct render_style *style, const char *code) {
  return style->terminal ? code : "";
}

/* Columns on the screen of UTF-8 text without combining marks, which is all that is put into tables here. */
static void append_padded(struct buffer *out, const char *text, size_t width) {
  buffer_text(out, text);
  for (size_t length = text_length(text); length < width; length++)
    buffer_text(out, " ");
}

static void append_trimmed_newline(struct buffer *out) {
  while (out->size > 0 && out->data[out->size - 1] == ' ')
    out->data[--out->size] = '\0';
  buffer_text(out, "\n");
}

static bool has_value(const Gateway__Figure *figure) {
  return figure->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_OK ||
         figure->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE;
}

/* A share of a whole is drawn; a difference or an amount has no whole. */
static bool has_bar(const Gateway__Figure *figure) {
  return figure->unit == GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS && has_value(figure) &&
         figure->value >= 0 && strcmp(figure->metric, "symmetry_gap") != 0;
}

static const char *bar_color(int64_t basis_points) {
  return basis_points >= 8000 ? GREEN : basis_points >= 6000 ? YELLOW : RED;
}

static void append_bar(struct buffer *out, int64_t basis_points) {
  int64_t eighths = basis_points >= BPS_ONE ? BAR_CELLS * 8 : basis_points * BAR_CELLS * 8 / BPS_ONE;
  static const char *const parts[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  buffer_text(out, bar_color(basis_points));
  for (int cell = 0; cell < BAR_CELLS; cell++, eighths -= 8)
    buffer_text(out, parts[eighths >= 8 ? 8 : eighths > 0 ? eighths : 0]);
  buffer_text(out, RESET);
}

static char *render_parts(struct arena *arena, const Gateway__Figure *figure) {
  bool quotient = figure->unit == GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS;
  if (!has_value(figure) || (figure->denominator == 1 && !quotient) || is_gap(figure))
    return arena_strdup(arena, "");
  bool money = !text_empty(figure->currency_code);
  return arena_printf(arena, "%s / %s",
                      money ? render_money(arena, figure->numerator, figure->currency_code)
                            : render_count(arena, figure->numerator),
                      money && quotient ? render_money(arena, figure->denominator, figure->currency_code)
                                        : render_count(arena, figure->denominator));
}

static const struct metric_row *row_of(const char *id) {
  for (const struct metric_row *row = metric_rows; row->id; row++)
    if (strcmp(row->id, id) == 0)
      return row;
  return NULL;
}

static const char *party_label(Type__Party party) {
  return party == TYPE__PARTY__PARTY_VENDOR ? "vendor" : party == TYPE__PARTY__PARTY_PARTNER ? "partner" : "";
}

static const char *window_label(Gateway__Figure__Window window) {
  switch (window) {
  case GATEWAY__FIGURE__WINDOW__WINDOW_YEAR_TO_DATE:
    return "year to date";
  case GATEWAY__FIGURE__WINDOW__WINDOW_TO_DATE:
    return "to date";
  default:
    return "";
  }
}

static void append_figure(struct buffer *out, const struct render_style *style, const Gateway__Figure *figure,
                          bool repeats) {
  const struct metric_row *row = row_of(figure->metric);
  buffer_text(out, "  ");
  append_padded(out, repeats ? "" : row ? row->title : figure->metric, TITLE_WIDTH);
  append_padded(out, party_label(figure->party), 9);
  bool dim = !has_value(figure);
  buffer_text(out, color(style, dim ? DIM : BOLD));
  append_padded(out, render_figure(out->arena, figure), VALUE_WIDTH);
  buffer_text(out, color(style, RESET));
  if (style->terminal && has_bar(figure)) {
    append_bar(out, figure->value);
    buffer_text(out, "  ");
  } else if (style->terminal) {
    append_padded(out, "", BAR_CELLS + 2);
  }
  const char *parts = render_parts(out->arena, figure), *window = window_label(figure->window);
  if (*parts || *window)
    buffer_printf(out, "%s%s%s%s%s", color(style, DIM), parts, *parts && *window ? ", " : "", window,
                  color(style, RESET));
  append_trimmed_newline(out);
}

static char *render_time(struct arena *arena, const Google__Protobuf__Timestamp *time) {
  char text[TIME_SIZE];
  time_format(timestamp_us(time, 0), text, sizeof text);
  return arena_strdup(arena, text);
}

static void append_missing(struct buffer *out, const struct render_style *style,
                           const Gateway__PerformanceSection *section) {
  buffer_printf(out, "  %smissing%s: %s\n", color(style, RED), color(style, RESET), section->problem);
  if (section->last_known_time)
    buffer_printf(out, "  last known %s\n", render_time(out->arena, section->last_known_time));
  else
    buffer_text(out, "  not heard from since the gateway started\n");
}

static const char *section_title(Gateway__PerformanceSection__Pillar pillar) {
  static const char *const titles[] = {"", "ONBOARD", "ENABLE", "MARKET", "SELL", "INCENTIVIZE"};
  return pillar < sizeof titles / sizeof *titles ? titles[pillar] : "";
}

static const char *class_text(const Onboard__Partnership *partnership) {
  static const char *const texts[] = {"not classed", "standard", "premier tier", "strategic partnership",
                                      "strategic alliance"};
  size_t class = partnership ? partnership->classification : 0;
  return class < sizeof texts / sizeof *texts ? texts[class] : "";
}

static void append_period(struct buffer *out, const Type__Period *period) {
  char text[TIME_SIZE];
  period_format((struct period){timestamp_us(period->start_time, 0), timestamp_us(period->end_time, 0)}, text,
                sizeof text);
  buffer_text(out, text);
}

static void append_heading(struct buffer *out, const struct render_style *style, const char *title,
                           const char *note, const Type__Period *period,
                           const Google__Protobuf__Timestamp *as_of) {
  buffer_printf(out, "%s%s%s%s%s\n", color(style, BOLD), title, color(style, RESET), *note ? "  " : "", note);
  append_period(out, period);
  buffer_printf(out, ", as of %s\n", render_time(out->arena, as_of));
}

void render_view(struct buffer *out, const struct render_style *style,
                 const Gateway__PartnershipPerformance *view) {
  const Onboard__Partnership *partnership = view->resource;
  append_heading(out, style, partnership ? partnership->display_name : view->partnership,
                 class_text(partnership), view->period, view->as_of_time);
  if (partnership && partnership->classification_override)
    buffer_printf(out, "%slabelled above the evidence%s by %s: %s\n", color(style, YELLOW),
                  color(style, RESET), partnership->classification_override->actor,
                  partnership->classification_override->reason);
  for (size_t i = 0; i < view->n_sections; i++) {
    const Gateway__PerformanceSection *section = view->sections[i];
    buffer_printf(out, "\n%s%s%s\n", color(style, BOLD), section_title(section->pillar), color(style, RESET));
    if (section->state != GATEWAY__PERFORMANCE_SECTION__STATE__STATE_COMPLETE)
      append_missing(out, style, section);
    for (size_t f = 0; f < section->n_figures; f++)
      append_figure(out, style, section->figures[f],
                    f > 0 && strcmp(section->figures[f]->metric, section->figures[f - 1]->metric) == 0);
  }
}

/* ---- portfolio ---- */

struct column {
  const char *title, *metric;
  Type__Party party;
  size_t width;
};

static const struct column columns[] = {
    {"FULFILMENT V", "fulfilment", TYPE__PARTY__PARTY_VENDOR, 13},
    {"PARTNER", "fulfilment", TYPE__PARTY__PARTY_PARTNER, 10},
    {"GAP", "symmetry_gap", TYPE__PARTY__PARTY_UNSPECIFIED, 14},
    {"MISSED", "reviews_missed", TYPE__PARTY__PARTY_UNSPECIFIED, 7},
    {"NPS", "nps", TYPE__PARTY__PARTY_UNSPECIFIED, 8},
    {"CERTIFIED V", "certified_coverage", TYPE__PARTY__PARTY_VENDOR, 12},
    {"PARTNER", "certified_coverage", TYPE__PARTY__PARTY_PARTNER, 10},
    {"WIN RATE", "win_rate_joint", TYPE__PARTY__PARTY_UNSPECIFIED, 10},
    {"REVENUE", "revenue", TYPE__PARTY__PARTY_UNSPECIFIED, 18},
    {"EARNINGS", "earnings", TYPE__PARTY__PARTY_UNSPECIFIED, 16},
};
enum { COLUMNS = sizeof columns / sizeof *columns, NAME_WIDTH = 28, CLASS_WIDTH = 23 };

static const Gateway__Figure *figure_in(const Gateway__PortfolioEntry *entry, const struct column *column) {
  for (size_t i = 0; i < entry->n_figures; i++)
    if (strcmp(entry->figures[i]->metric, column->metric) == 0 && entry->figures[i]->party == column->party)
      return entry->figures[i];
  return NULL;
}

static void append_cell(struct buffer *out, const struct render_style *style,
                        const Gateway__PortfolioEntry *entry, const struct column *column) {
  const Gateway__Figure *figure = figure_in(entry, column);
  const char *text = !figure ? "missing" : has_value(figure) ? render_figure(out->arena, figure) : "-";
  bool share = figure && has_bar(figure) && strcmp(column->metric, "win_rate_joint") != 0;
  buffer_text(out, color(style, !figure ? RED : share ? bar_color(figure->value) : ""));
  append_padded(out, text, column->width);
  buffer_text(out, color(style, RESET));
}

void render_portfolio(struct buffer *out, const struct render_style *style,
                      const Gateway__ListPortfolioResponse *portfolio) {
  append_heading(out, style, "Portfolio", "", portfolio->period, portfolio->as_of_time);
  buffer_printf(out, "\n%s", color(style, BOLD));
  append_padded(out, "PARTNERSHIP", NAME_WIDTH);
  append_padded(out, "CLASS", CLASS_WIDTH);
  for (size_t c = 0; c < COLUMNS; c++)
    append_padded(out, columns[c].title, columns[c].width);
  buffer_text(out, color(style, RESET));
  append_trimmed_newline(out);
  for (size_t i = 0; i < portfolio->n_entries; i++) {
    const Gateway__PortfolioEntry *entry = portfolio->entries[i];
    append_padded(out, entry->partnership ? entry->partnership->display_name : "", NAME_WIDTH);
    append_padded(out, class_text(entry->partnership), CLASS_WIDTH);
    for (size_t c = 0; c < COLUMNS; c++)
      append_cell(out, style, entry, &columns[c]);
    append_trimmed_newline(out);
  }
  if (portfolio->n_entries == 0)
    buffer_text(out, "no partnerships\n");
  for (size_t i = 0; i < portfolio->n_sections; i++) {
    const Gateway__PerformanceSection *section = portfolio->sections[i];
    if (section->state == GATEWAY__PERFORMANCE_SECTION__STATE__STATE_COMPLETE)
      continue;
    buffer_printf(out, "\n%s\n", section_title(section->pillar));
    append_missing(out, style, section);
  }
}
