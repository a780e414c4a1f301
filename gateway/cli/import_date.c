#include "gateway/cli/import_date.h"

#include "gateway/cli/import_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
  const char *form, *turned;
} forms[] = {
    {"ISO", NULL},
    {"YYYY-MM-DD", NULL},
    {"YYYY/MM/DD", NULL},
    {"MM/DD/YYYY", "DD/MM/YYYY"},
    {"DD/MM/YYYY", "MM/DD/YYYY"},
    {"DD.MM.YYYY", NULL},
    {"DD-MM-YYYY", "MM-DD-YYYY"},
    {"MM-DD-YYYY", "DD-MM-YYYY"},
};

bool date_form_known(const char *form) {
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (strcmp(forms[i].form, form) == 0)
      return true;
  return false;
}

const char *date_form_turned(const char *form) {
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (strcmp(forms[i].form, form) == 0)
      return forms[i].turned;
  return NULL;
}

struct time_of_day {
  unsigned hour, minute, second;
};

/* `14:30`, `14:30:05`, `2:30 PM`. */
static bool time_read(const char *text, struct time_of_day *out) {
  int used = 0;
  text += *text == ',';
  text += *text == ' ';
  if (*text < '0' || *text > '9' || sscanf(text, "%2u:%2u%n", &out->hour, &out->minute, &used) != 2)
    return false;
  text += used;
  if (*text == ':') {
    if (sscanf(text, ":%2u%n", &out->second, &used) != 1)
      return false;
    text += used;
  }
  text += *text == ' ';
  bool am = strcasecmp(text, "AM") == 0, pm = strcasecmp(text, "PM") == 0;
  if (!am && !pm)
    return !*text && out->hour < 24;
  if (out->hour < 1 || out->hour > 12)
    return false;
  out->hour = out->hour % 12 + (pm ? 12 : 0);
  return true;
}

Google__Protobuf__Timestamp *date_read(struct arena *arena, const char *form, const char *text) {
  unsigned long year = 0, month = 0, day = 0;
  struct time_of_day time = {0};
  Google__Protobuf__Timestamp *out;
  if (strcmp(form, "ISO") == 0)
    return import_time(arena, text, &out) ? NULL : out;
  for (const char *c = form; *c;) {
    char letter = *c;
    char *end;
    if (letter < 'A') {
      if (*text++ != letter)
        return NULL;
      c++;
      continue;
    }
    if (*text < '0' || *text > '9')
      return NULL;
    *(letter == 'Y' ? &year : letter == 'M' ? &month : &day) = strtoul(text, &end, 10);
    text = end;
    while (*c == letter)
      c++;
  }
  if (*text && !time_read(text, &time))
    return NULL;
  const char *iso = arena_printf(arena, "%04lu-%02lu-%02luT%02u:%02u:%02uZ", year, month, day, time.hour,
                                 time.minute, time.second);
  return import_time(arena, iso, &out) ? NULL : out;
}
