/* Views as text for people: colours and bars on a terminal, plain aligned text in a pipe. Pure: writes to a
 * buffer. */
#ifndef ENTENTE_CLI_RENDER_H
#define ENTENTE_CLI_RENDER_H

#include "runtime/base/period.h"
#include "runtime/base/text.h"

#include "entente/gateway/v1/performance_service.pb-c.h"

#include <stdbool.h>

struct render_style {
  bool terminal; /* colours and bars */
  int columns;   /* no line is longer where that can be helped; 0: any length */
};

/* `1,234,567.89 USD`: minor units with the currency's decimals; `USD` is left out where empty. */
char *render_money(struct arena *arena, int64_t amount_minor, const char *currency);
/* `94.1 %`; `-3.0 %`. One decimal, half to even. */
char *render_percent(struct arena *arena, int64_t basis_points);
/* A figure's value in its unit, or `no data`, `not shared`; `~` behind one of few samples. */
char *render_figure(struct arena *arena, const Gateway__Figure *figure);

/* A partnership's view: a heading, then a table a pillar with what was divided beside each figure. */
void render_view(struct buffer *out, const struct render_style *style,
                 const Gateway__PartnershipPerformance *view);
/* A portfolio: a row a partnership; in as many tables as the columns need, one below the other. */
void render_portfolio(struct buffer *out, const struct render_style *style,
                      const Gateway__ListPortfolioResponse *portfolio);

#endif
