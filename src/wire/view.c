#include "wire/field.h"
#include "wire/wire.h"

FIELD_WORDS(of_user, enum role, role_name, role_of)

#define V(member, kind) FIELD(struct cluster_view, member, kind)
static const struct field view_fields[] = {
	V(nodes, FIELD_INT),	    V(nodes_max, FIELD_INT),	 V(busy, FIELD_INT),
	V(idle, FIELD_INT),	    V(booting, FIELD_INT),	 V(draining, FIELD_INT),
	V(failed, FIELD_INT),	    V(jobs_running, FIELD_INT),	 V(jobs_pending, FIELD_INT),
	V(jobs_held, FIELD_INT),    V(price_now, FIELD_REAL),	 V(spent, FIELD_REAL),
	V(queue_age_ms, FIELD_INT), V(cloud_age_ms, FIELD_INT),	 V(queue_stale, FIELD_BOOL),
	V(cloud_stale, FIELD_BOOL), V(issue, FIELD_CHARS),	 V(issues, FIELD_INT),
	V(reasons, FIELD_CHARS),    V(nodes_asked, FIELD_INT),	 V(plan, FIELD_CHARS),
	V(spot, FIELD_INT),	    V(cores_running, FIELD_INT), V(oldest_s, FIELD_INT),
	V(wait_s, FIELD_INT),	    V(oldest, FIELD_CHARS),	 V(today, FIELD_REAL),
	V(month, FIELD_REAL),	    V(budget_month, FIELD_REAL), V(limit, FIELD_CHARS),
	V(quota, FIELD_CHARS),	    V(quota_used, FIELD_INT),	 V(quota_limit, FIELD_INT),
	V(storage, FIELD_CHARS),    V(cycle_s, FIELD_INT),	 V(boot_p50_ms, FIELD_INT),
	V(boot_p95_ms, FIELD_INT),  V(boots_hour, FIELD_INT),	 V(boots_lost, FIELD_INT),
	V(editing, FIELD_CHARS),    V(editing_ms, FIELD_INT),	 V(schedule, FIELD_CHARS),
	V(committed, FIELD_REAL),   V(queue_unread, FIELD_BOOL), V(loses_data, FIELD_BOOL),
	FIELD_END,
};
#undef V

static const struct field array_fields[] = {
	FIELD(struct array_row, cluster, FIELD_CHARS),
	FIELD(struct array_row, array, FIELD_CHARS),
	FIELD(struct array_row, size, FIELD_CHARS),
	FIELD(struct array_row, spot, FIELD_BOOL),
	FIELD(struct array_row, live, FIELD_INT),
	FIELD(struct array_row, max, FIELD_INT),
	FIELD(struct array_row, shares, FIELD_BOOL),
	FIELD(struct array_row, kept_ms, FIELD_INT),
	FIELD(struct array_row, kept_by, FIELD_CHARS),
	FIELD(struct array_row, per, FIELD_INT),
	FIELD(struct array_row, glyphs, FIELD_CHARS),
	FIELD_END,
};

static const struct field group_fields[] = {
	FIELD(struct group_row, name, FIELD_CHARS),
	FIELD(struct group_row, first, FIELD_INT),
	FIELD(struct group_row, size, FIELD_INT),
	FIELD(struct group_row, glyphs, FIELD_CHARS),
	FIELD(struct group_row, shades, FIELD_CHARS),
	FIELD_END,
};

static const struct field template_fields[] = {
	FIELD(struct template_row, name, FIELD_CHARS),
	FIELD(struct template_row, title, FIELD_CHARS),
	FIELD(struct template_row, scheduler, FIELD_CHARS),
	FIELD(struct template_row, arrays, FIELD_CHARS),
	FIELD(struct template_row, hash, FIELD_CHARS),
	FIELD(struct template_row, used_by, FIELD_CHARS),
	FIELD(struct template_row, changed_ms, FIELD_INT),
	FIELD(struct template_row, problem, FIELD_CHARS),
	FIELD_END,
};

#define G(member, kind) FIELD(struct engine_row, member, kind)
static const struct field engine_fields[] = {
	G(engine_id, FIELD_CHARS),
	G(version, FIELD_CHARS),
	G(user, FIELD_CHARS),
	G(site, FIELD_CHARS),
	FIELD_ENUM(struct engine_row, role, of_user_word, of_user_of),
	G(simulated, FIELD_BOOL),
	G(sample_prices, FIELD_BOOL),
	G(safe_mode, FIELD_BOOL),
	G(adoption, FIELD_BOOL),
	G(clock_factor, FIELD_REAL),
	G(now_ms, FIELD_INT),
	G(loop_lag_ms, FIELD_INT),
	G(loop_work_ms, FIELD_INT),
	G(cloud_text, FIELD_CHARS),
	G(store_text, FIELD_CHARS),
	G(cloud_ok, FIELD_BOOL),
	G(store_ok, FIELD_BOOL),
	G(cloud_since_ms, FIELD_INT),
	FIELD_END,
};
#undef G

static const char *window_noun_word(int v)
{
	return noun_name((enum noun)v);
}

static int window_noun_of(const char *word)
{
	int n = noun_of(word);

	return n == NOUNS ? -1 : n;
}

static const struct field window_fields[] = {
	FIELD(struct window, id, FIELD_CHARS),
	FIELD_ENUM(struct window, noun, window_noun_word, window_noun_of),
	FIELD(struct window, cluster, FIELD_CHARS),
	FIELD(struct window, filter, FIELD_CHARS),
	FIELD(struct window, sort, FIELD_CHARS),
	FIELD(struct window, shade, FIELD_CHARS),
	FIELD(struct window, fold, FIELD_BOOL),
	FIELD(struct window, ended, FIELD_BOOL),
	FIELD(struct window, offset, FIELD_INT),
	FIELD(struct window, count, FIELD_INT),
	FIELD_END,
};

struct json *wire_cluster_row_json(const struct cluster_row *r)
{
	struct json *j = wire_cluster_json(&r->cluster, false);

	fields_write(json_set_object(j, "view"), view_fields, &r->view);
	return j;
}

int wire_cluster_row_read(struct cluster_row *r, const struct json *j, struct err *err)
{
	r->view = (struct cluster_view){ 0 };
	if (wire_cluster_read(&r->cluster, j, err) < 0)
		return -1;
	if (!json_get(j, "view"))
		return 0;
	return fields_read(&r->view, view_fields, json_get(j, "view"), NULL, err);
}

static void counts_write(struct json *j, const int64_t count[NODE_STATES])
{
	struct json *o = json_set_object(j, "count");

	for (int s = 0; s < NODE_STATES; s++)
		if (count[s])
			json_set_int(o, node_state_name((enum node_state)s), count[s]);
}

static void counts_read(int64_t count[NODE_STATES], const struct json *j)
{
	const struct json *o = json_get(j, "count");

	for (int s = 0; s < NODE_STATES; s++)
		count[s] = json_int(o, node_state_name((enum node_state)s), 0);
}

struct json *wire_array_row_json(const struct array_row *r)
{
	struct json *j = json_new_object();

	fields_write(j, array_fields, r);
	counts_write(j, r->count);
	return j;
}

struct json *wire_group_row_json(const struct group_row *r)
{
	struct json *j = json_new_object();

	fields_write(j, group_fields, r);
	counts_write(j, r->count);
	return j;
}

int wire_group_row_read(struct group_row *r, const struct json *j, struct err *err)
{
	*r = (struct group_row){ 0 };
	counts_read(r->count, j);
	return fields_read(r, group_fields, j, NULL, err);
}

int wire_array_row_read(struct array_row *r, const struct json *j, struct err *err)
{
	*r = (struct array_row){ .per = 1 };
	counts_read(r->count, j);
	return fields_read(r, array_fields, j, NULL, err);
}

struct json *wire_template_row_json(const struct template_row *r)
{
	struct json *j = json_new_object();

	fields_write(j, template_fields, r);
	return j;
}

int wire_template_row_read(struct template_row *r, const struct json *j, struct err *err)
{
	*r = (struct template_row){ 0 };
	return fields_read(r, template_fields, j, NULL, err);
}

struct json *wire_engine_row_json(const struct engine_row *r)
{
	struct json *j = json_new_object();

	fields_write(j, engine_fields, r);
	return j;
}

int wire_engine_row_read(struct engine_row *r, const struct json *j, struct err *err)
{
	*r = (struct engine_row){ .clock_factor = 1 };
	return fields_read(r, engine_fields, j, NULL, err);
}

struct json *wire_window_json(const struct window *w)
{
	struct json *j = json_new_object();

	fields_write(j, window_fields, w);
	return j;
}

#define WINDOW_ROWS_MAX 1000

int wire_window_read(struct window *w, const struct json *j, struct err *err)
{
	*w = (struct window){ .noun = NOUNS, .count = 100 };
	if (fields_read(w, window_fields, j, NULL, err) < 0)
		return -1;
	if (w->noun == NOUNS || w->id[0] == '\0')
		return err_set(err, ERR_INVALID, "a window needs \"id\" and \"noun\"");
	if (w->offset < 0 || w->count < 0 || w->count > WINDOW_ROWS_MAX)
		return err_set(err, ERR_INVALID, "a window holds at most %d rows",
			       WINDOW_ROWS_MAX);
	return 0;
}
