/* Places in a feed: cursors, which are ids of a Redis stream. Private to this folder. */
#ifndef ENTENTE_FEED_PLACE_H
#define ENTENTE_FEED_PLACE_H

enum { PLACE_BYTES = 48 };

/* Less than, equal to or greater than 0 as `a` lies before, at or after `b`; "" lies before all. */
int place_compare(const char *a, const char *b);

#endif
