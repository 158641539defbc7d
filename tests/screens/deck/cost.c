/* What the made-up engine tells of money. */
#include <string.h>

#include "fixture.h"

#define HOUR ((int64_t)3600000)
#define DAY  (24 * HOUR)

#define MONTH_USD 60

static const char told[] =
    "{\"currency\":\"USD\",\"sample_prices\":true,\"today_ms\":1795392000000,"
    "\"rate\":{\"usd_per_hour\":0.24,\"idle_usd_per_hour\":0.02,\"unpriced\":0},"
    "\"spent\":{\"today\":2.31,\"month\":41.7},\"forecast\":{\"day\":5.2,\"month\":61.4},"
    "\"budget\":{\"month_usd\":60,\"spent_usd\":33.1,\"share\":0.552,\"state\":\"will_be_over\",\"with\":1,\"clusters\":2},"
    "\"total\":{\"usd\":41.7,\"share\":1,\"node_hours\":512.4,\"spot_usd\":21.2,\"ondemand_usd\":20.5,\"saved_usd\":84.8,\"idle_usd\":3.1,\"usd_per_hour\":0.24},"
    "\"by_cluster\":[{\"cluster\":\"demo\",\"usd\":33.1,\"share\":0.79,\"node_hours\":400.1,\"spot_usd\":18.2,\"ondemand_usd\":14.9,\"saved_usd\":72.8,\"idle_usd\":2.1,\"usd_per_hour\":0.24,"
    "\"budget\":{\"month_usd\":60,\"spent_usd\":33.1,\"share\":0.552,\"state\":\"will_be_over\"}},"
    "{\"cluster\":\"cfd\",\"usd\":8.6,\"share\":0.21,\"node_hours\":112.3,\"spot_usd\":3,\"ondemand_usd\":5.6,\"saved_usd\":12,\"idle_usd\":1,\"usd_per_hour\":0}],"
    "\"by_array\":[{\"cluster\":\"demo\",\"array\":\"htc\",\"usd\":20,\"share\":0.48,\"node_hours\":300,\"spot_usd\":18.2,\"ondemand_usd\":1.8,\"saved_usd\":72.8,\"idle_usd\":2.1,\"usd_per_hour\":0.14}],"
    "\"by_user\":[{\"user\":\"alice\",\"usd\":12.5,\"share\":0.3,\"node_hours\":210,\"spot_usd\":10,\"ondemand_usd\":2.5,\"saved_usd\":40,\"idle_usd\":0,\"usd_per_hour\":0.1},"
    "{\"user\":\"op\",\"usd\":24.2,\"share\":0.58,\"node_hours\":240,\"spot_usd\":10,\"ondemand_usd\":14.2,\"saved_usd\":40,\"idle_usd\":0,\"usd_per_hour\":0.1},"
    "{\"user\":\"\",\"kind\":\"idle cores and nodes\",\"usd\":3.1,\"share\":0.07,\"node_hours\":40,\"spot_usd\":1.2,\"ondemand_usd\":1.9,\"saved_usd\":4.8,\"idle_usd\":3.1,\"usd_per_hour\":0.02},"
    "{\"user\":\"\",\"kind\":\"heads and disks\",\"usd\":1.9,\"share\":0.05,\"node_hours\":22.4,\"spot_usd\":0,\"ondemand_usd\":1.9,\"saved_usd\":0,\"idle_usd\":0,\"usd_per_hour\":0.02}],"
    "\"by_account\":[{\"account\":\"physics\",\"usd\":9.25,\"share\":0.22,\"node_hours\":160,\"spot_usd\":8,\"ondemand_usd\":1.25,\"saved_usd\":32,\"idle_usd\":0,\"usd_per_hour\":0.08},"
    "{\"account\":\"\",\"usd\":27.45,\"share\":0.66,\"node_hours\":290,\"spot_usd\":12,\"ondemand_usd\":15.45,\"saved_usd\":48,\"idle_usd\":0,\"usd_per_hour\":0.12},"
    "{\"account\":\"\",\"kind\":\"idle cores and nodes\",\"usd\":3.1,\"share\":0.07,\"node_hours\":40,\"spot_usd\":1.2,\"ondemand_usd\":1.9,\"saved_usd\":4.8,\"idle_usd\":3.1,\"usd_per_hour\":0.02},"
    "{\"account\":\"\",\"kind\":\"heads and disks\",\"usd\":1.9,\"share\":0.05,\"node_hours\":22.4,\"spot_usd\":0,\"ondemand_usd\":1.9,\"saved_usd\":0,\"idle_usd\":0,\"usd_per_hour\":0.02}],"
    "\"jobs\":[{\"cluster\":\"demo\",\"id\":\"12\",\"name\":\"monte-carlo\",\"user\":\"op\",\"usd\":4.5,\"node_hours\":80,\"usd_per_hour\":0.1},"
    "{\"id\":\"\",\"kind\":\"other jobs\",\"usd\":32.2,\"node_hours\":370,\"usd_per_hour\":0.1},"
    "{\"id\":\"\",\"kind\":\"idle cores and nodes\",\"usd\":3.1,\"share\":0.07,\"node_hours\":40,\"spot_usd\":1.2,\"ondemand_usd\":1.9,\"saved_usd\":4.8,\"idle_usd\":3.1,\"usd_per_hour\":0.02},"
    "{\"id\":\"\",\"kind\":\"heads and disks\",\"usd\":1.9,\"share\":0.05,\"node_hours\":22.4,\"spot_usd\":0,\"ondemand_usd\":1.9,\"saved_usd\":0,\"idle_usd\":0,\"usd_per_hour\":0.02}],"
    "\"by_kind\":[{\"kind\":\"busy\",\"usd\":36.7,\"share\":0.88,\"node_hours\":450,\"spot_usd\":20,\"ondemand_usd\":16.7,\"saved_usd\":80,\"idle_usd\":0,\"usd_per_hour\":0.22}]}";

struct json *fixture_cost(const char *query)
{
	bool month = strstr(query, "from=0") != NULL;
	struct json *j = json_parse(told, strlen(told), NULL), *series, *list;

	if (fixture->clusters[0].view.committed > 0) {
		double committed = fixture->clusters[0].view.committed;
		struct json *budget = json_get_mut(j, "by_cluster.0.budget");

		json_set_real(budget, "committed_usd", committed);
		json_set_str(budget, "state", committed >= MONTH_USD ? "committed" : "near");
	}
	series = json_set_object(j, "series");
	json_set_int(series, "step_ms", month ? DAY : HOUR);
	list = json_set_array(series, "points");
	for (int i = 0; i < (month ? 23 : 12); i++) {
		struct json *p = json_add_object(list);

		json_set_int(p, "at_ms",
			     month ? 1793491200000 + i * DAY : 1795392000000 + i * HOUR);
		json_set_real(p, "usd", (i * 7) % 11 * 0.31);
		json_set_real(p, "idle_usd", i % 3 * 0.1);
	}
	return j;
}
