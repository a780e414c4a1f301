#include "support/check.h"

#include "gateway/cli/import_crm.h"
#include "runtime/base/timestamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATE(name) SELL__OPPORTUNITY__STATE__STATE_##name

static const char pipeline_header[] =
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n";

struct world {
  char folder[64];
  struct arena *arena;
  struct crm_options options;
};

static void world_write(const struct world *world, const char *file, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", world->folder, file);
  FILE *out = fopen(path, "we");
  assert_non_null(out);
  fputs(text, out);
  fclose(out);
}

static void world_open(struct world *world, const char *rows) {
  *world = (struct world){.folder = "/tmp/entente-crm-XXXXXX", .arena = arena_create(16 << 20, NULL, NULL)};
  assert_non_null(mkdtemp(world->folder));
  world->options = (struct crm_options){
      .folder = world->folder, .joint_offices = {"East"}, .joint_count = 1, .currency = "USD"};
  world_write(world, "sales_teams.csv",
              "sales_agent,manager,regional_office\nAda East,M,East\nWim West,M,West\n");
  world_write(world, "accounts.csv",
              "account,sector,year_established,office_location\nAcme,technolgy,1996,Kenya\n");
  world_write(world, "products.csv", "product,series,sales_price\nGTX Pro,GTX,1\nGTX Plus Pro,GTX,2\n");
  char *text = arena_printf(world->arena, "%s%s", pipeline_header, rows);
  world_write(world, "sales_pipeline.csv", text);
}

static void world_close(struct world *world) {
  char command[128];
  snprintf(command, sizeof command, "rm -r %s", world->folder);
  assert_int_equal(system(command), 0);
  arena_destroy(world->arena);
}

static void rows_become_opportunities(void **state) {
  (void)state;
  struct world world;
  Sell__OpportunityRow *row;
  const char *problem = NULL;
  int64_t line;
  world_open(&world, "A1,Ada East,GTXPro,Acme,Won,2017-01-02,2017-03-01,1054\n"
                     "A2,Wim West,GTX Pro,Acme,Lost,2017-01-02,2017-03-01,0\n"
                     "A3,Ada East,GTX Plus Pro,,Engaging,2017-01-02,,\n"
                     "A4,Wim West,GTX Pro,Unheard,Prospecting,,,\n");
  struct crm *crm = crm_open(world.arena, &world.options, &problem);
  assert_non_null(crm);
  assert_int_equal(crm_rows(crm), 4);
  assert_true(crm_next(crm, world.arena, &row, &line, &problem));
  assert_null(problem);
  assert_int_equal(line, 2);
  assert_string_equal(row->external_id, "A1");
  assert_string_equal(row->solution, "GTX Pro");
  assert_string_equal(row->display_name, "Acme: GTX Pro");
  assert_string_equal(row->customer->sector, "technolgy"); /* as it was written: nothing says otherwise */
  assert_string_equal(row->customer->country, "Kenya");
  assert_int_equal(row->engagement, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT);
  assert_int_equal(row->state, STATE(WON));
  assert_int_equal(row->amount->amount_minor, 105400);
  assert_int_equal(row->close_time->seconds, 1488326400);
  assert_int_equal(row->open_time->seconds, row->qualify_time->seconds);
  assert_true(crm_next(crm, world.arena, &row, &line, &problem));
  assert_int_equal(row->engagement, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT);
  assert_int_equal(row->loss_reason, SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_NOT_RECORDED);
  assert_null(row->amount);
  assert_true(crm_next(crm, world.arena, &row, &line, &problem));
  assert_int_equal(row->stage, SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED);
  assert_null(row->customer);
  assert_true(crm_next(crm, world.arena, &row, &line, &problem));
  assert_null(problem);
  assert_int_equal(row->stage, SELL__OPPORTUNITY__STAGE__STAGE_PROSPECT);
  assert_null(row->open_time);
  assert_false(crm_next(crm, world.arena, &row, &line, &problem));
  const struct crm_note *notes;
  assert_int_equal(crm_notes(crm, &notes), 2);
  assert_string_equal(notes[0].text, "product `GTXPro` taken as `GTX Pro`");
  assert_string_equal(notes[1].text, "account `Unheard` is not in accounts.csv, kept as it is");
  world_close(&world);
}

static void bad_rows_are_named_and_passed_over(void **state) {
  (void)state;
  static const char *const reasons[] = {
      "`2017-13-02` is no date",
      "deal_stage `Winning` is none of Prospecting, Engaging, Won, Lost",
      "sales_agent `Nobody` is not in sales_teams.csv",
      "`1e3` is no amount of USD",
      "`-5` is no amount of USD",
      "`1.234` is no amount of USD",
      "`99999999999999999999` is too much",
      "it has 3 fields where the header has 8",
      "opportunity_id is empty",
      "a quote stands within a field that is not quoted",
      NULL,
  };
  struct world world;
  Sell__OpportunityRow *row;
  const char *problem = NULL;
  int64_t line, expected_line = 1;
  world_open(&world, "B1,Ada East,GTX Pro,Acme,Won,2017-13-02,2017-03-01,1\n"
                     "B2,Ada East,GTX Pro,Acme,Winning,2017-01-02,2017-03-01,1\n"
                     "B3,Nobody,GTX Pro,Acme,Won,2017-01-02,2017-03-01,1\n"
                     "B4,Ada East,GTX Pro,Acme,Won,2017-01-02,2017-03-01,1e3\n"
                     "B5,Ada East,GTX Pro,Acme,Won,2017-01-02,2017-03-01,-5\n"
                     "B6,Ada East,GTX Pro,Acme,Won,2017-01-02,2017-03-01,1.234\n"
                     "B7,Ada East,GTX Pro,Acme,Won,2017-01-02,2017-03-01,99999999999999999999\n"
                     "B8,Ada East,GTX Pro\n"
                     ",Ada East,GTX Pro,Acme,Won,2017-01-02,2017-03-01,1\n"
                     "B\"9,Ada East,GTX Pro,Acme,Won,2017-01-02,2017-03-01,1\n"
                     "B10,Ada East,GTX Pro,Acme,Won,2017-01-02,2017-03-01,1.5\n");
  struct crm *crm = crm_open(world.arena, &world.options, &problem);
  assert_non_null(crm);
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    assert_true(crm_next(crm, world.arena, &row, &line, &problem));
    assert_int_equal(line, ++expected_line);
    if (reasons[i])
      assert_string_equal(problem, reasons[i]);
    else
      assert_null(problem);
  }
  assert_int_equal(row->amount->amount_minor, 150);
  assert_false(crm_next(crm, world.arena, &row, &line, &problem));
  world_close(&world);
}

static void aliases_stand_for_others(void **state) {
  (void)state;
  struct world world;
  Sell__OpportunityRow *row;
  const char *problem = NULL;
  int64_t line;
  world_open(&world, "C1,Ada East,Basic,Acme,Won,2017-01-02,2017-03-01,1\n");
  world.options.aliases[0] = (struct crm_alias){"product", "Basic", "GTX Pro"};
  world.options.aliases[1] = (struct crm_alias){"sector", "technolgy", "technology"};
  world.options.alias_count = 2;
  struct crm *crm = crm_open(world.arena, &world.options, &problem);
  assert_non_null(crm);
  assert_true(crm_next(crm, world.arena, &row, &line, &problem));
  assert_string_equal(row->solution, "GTX Pro");
  assert_string_equal(row->customer->sector, "technology");
  world_close(&world);
}

static void a_folder_that_does_not_fit_says_what_to_do(void **state) {
  (void)state;
  struct world world;
  const char *problem = NULL;
  world_open(&world, "");
  world.options.joint_offices[0] = "Est";
  assert_null(crm_open(world.arena, &world.options, &problem));
  assert_non_null(strstr(problem, "has no office `Est`; it has East, West"));
  world.options.joint_offices[0] = "East";
  world_write(&world, "sales_pipeline.csv", "opportunity_id,sales_agent\n");
  assert_null(crm_open(world.arena, &world.options, &problem));
  assert_non_null(strstr(problem, "its header has no column `product`"));
  world.options.folder = "/nowhere";
  assert_null(crm_open(world.arena, &world.options, &problem));
  assert_non_null(strstr(problem, "/nowhere/sales_teams.csv: No such file"));
  world_close(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_become_opportunities),
      cmocka_unit_test(bad_rows_are_named_and_passed_over),
      cmocka_unit_test(aliases_stand_for_others),
      cmocka_unit_test(a_folder_that_does_not_fit_says_what_to_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
