#include "gateway/cli/render_share.h"

#include "runtime/base/name.h"

#include <inttypes.h>

enum { COLUMNS = 5, INSTANTS = 2, PERCENT_BPS = 100 };
static const struct draw_column columns[COLUMNS] = {
    {"AT", false}, {"SHARE", true}, {"WON IN 12 MONTHS", true}, {"MARKET", true}, {"ESTIMATE", false}};

/* `1.40 %`: shares of a market are small, so two decimals. */
static char *share_text(struct arena *arena, int64_t basis_points) {
  return arena_printf(arena, "%" PRId64 ".%02" PRId64 " %%", basis_points / PERCENT_BPS,
                      basis_points % PERCENT_BPS);
}

static void fill_row(struct arena *arena, const Sell__MarketShareAt *at, const char *currency,
                     struct draw_cell *cells) {
  bool known = at->share->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_OK;
  cells[0].text = draw_day(arena, at->time);
  cells[1].text = known ? share_text(arena, at->share->basis_points) : "no data";
  cells[2].text = draw_bare_money(arena, at->share->numerator, currency);
  cells[3].text = known ? draw_bare_money(arena, at->share->denominator, currency) : "-";
  cells[4].text = known ? arena_printf(arena, "%s, version %d, since %s", name_last_id(arena, at->estimate),
                                       at->estimate_version, draw_day(arena, at->effective_time))
                        : "none that both agreed holds";
}

void render_share(struct buffer *out, const struct render_style *style, const Sell__MarketShare *share) {
  struct draw_cell cells[INSTANTS * COLUMNS] = {0};
  buffer_printf(out, "%sMarket share%s  %s, amounts in %s\n", draw_color(style, DRAW_BOLD),
                draw_color(style, DRAW_RESET), name_partnership(out->arena, share->name),
                share->currency_code);
  fill_row(out->arena, share->start, share->currency_code, cells);
  fill_row(out->arena, share->end, share->currency_code, cells + COLUMNS);
  draw_table(out, style, columns, COLUMNS, cells, INSTANTS);
  if (share->status != TYPE__FIGURE_STATUS__FIGURE_STATUS_OK) {
    buffer_text(out, "\nChange  no data: both parties have to agree how large the market is\n");
    return;
  }
  buffer_printf(out, "\nChange  %s%+" PRId64 " basis points%s\n",
                draw_color(style, share->change_bps < 0 ? DRAW_RED : DRAW_GREEN), share->change_bps,
                draw_color(style, DRAW_RESET));
}
