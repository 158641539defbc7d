#include "console/stop_facts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "console/job_facts.h"
#include "console/teardown.h"

#define USERS_MOST 50
#define USERS_TOLD 4
#define USERS_TEXT 160
#define NAMED	   8 /* jobs, by their numbers (R6.3) */

struct user_jobs {
	const char *name;
	int64_t jobs;
};

struct users {
	struct user_jobs v[USERS_MOST];
	size_t n;
	int64_t jobs; /* of all, those beyond the most as well */
};

static void add_user(struct users *u, const char *name, int64_t jobs)
{
	size_t i = 0;

	u->jobs += jobs;
	while (i < u->n && strcmp(u->v[i].name, name) != 0)
		i++;
	if (i == USERS_MOST)
		return;
	if (i == u->n)
		u->v[u->n++] = (struct user_jobs){ name, 0 };
	u->v[i].jobs += jobs;
}

/* By the names that the tables of jobs have. */
static void users_of(struct users *u, const struct json *plan)
{
	const struct json *arrays = json_get(plan, "arrays");

	for (size_t i = 0; i < json_len(arrays); i++) {
		const struct json *list = json_get(json_at(arrays, i), "users");

		for (size_t k = 0; k < json_len(list); k++)
			add_user(u, json_str(json_at(list, k), "user", "?"),
				 json_int(json_at(list, k), "jobs", 0));
	}
}

/* " (alice 16, bob 10, 3 more)": who has the most stands first. "": nobody is known. */
static const char *users_text(struct users *u, char out[USERS_TEXT])
{
	size_t used = 0, told = 0;

	out[0] = '\0';
	for (; told < u->n && told < USERS_TOLD && used < USERS_TEXT; told++) {
		size_t most = told;

		for (size_t i = told; i < u->n; i++)
			if (u->v[i].jobs > u->v[most].jobs)
				most = i;
		struct user_jobs swap = u->v[told];

		u->v[told] = u->v[most];
		u->v[most] = swap;
		used += (size_t)snprintf(out + used, USERS_TEXT - used, "%s%.24s %lld",
					 told ? ", " : " (", u->v[told].name,
					 (long long)u->v[told].jobs);
	}
	if (told > 0 && used < USERS_TEXT)
		snprintf(out + used, USERS_TEXT - used, told < u->n ? ", %zu more)" : ")",
			 u->n - told);
	return out;
}

bool stop_facts(const struct json *plan, const struct cluster *c, const char *me, bool force,
		struct strs *out)
{
	struct users u = { .n = 0 };
	int64_t running = json_int(plan, "jobs_running", 0),
		pending = json_int(plan, "jobs_pending", 0), nodes = json_int(plan, "nodes", 0);
	char who[USERS_TEXT], text[48], names[PLAN_NAMES];
	bool others = false;

	users_of(&u, plan);
	for (size_t i = 0; me && i < u.n; i++)
		others = others || strcmp(job_owner(u.v[i].name, c), me) != 0;
	if (!json_bool(plan, "jobs_known", true))
		strs_add(out, "the queue was not read yet: nobody knows what runs there");
	else if (running == 0)
		strs_add(out, "no job runs");
	else
		strs_addf(out, "%s run%s%s: %s", count_text(text, running, "job"),
			  running == 1 ? "s" : "", users_text(&u, who),
			  force ? "KILLED, and what they did not save is lost"
				: "waited for, however long they take");
	if (force && running > 0 && plan_job_names(names, plan, NAMED)[0])
		strs_addf(out, "it ends job%s %s", running == 1 ? "" : "s", names);
	if (pending > 0)
		strs_addf(out, "%s wait%s: in the queue until it is started again",
			  count_text(text, pending, "job"), pending == 1 ? "s" : "");
	if (nodes > 0)
		strs_addf(out,
			  "%s go%s once empty, then the head stops; disks stay and cost on",
			  count_text(text, nodes, "node"), nodes == 1 ? "es" : "");
	else
		strs_add(out, "the head stops; disks stay and cost on");
	return others && running > 0;
}
