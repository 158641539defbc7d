/* The rings with all their numbers, for the store and for programs; their picture, for screens.
 */
#include <stdio.h>

#include "base/mem.h"
#include "wire/field.h"
#include "wire/wire.h"

static void ring_write(struct json *j, const struct history *h, enum history_span span)
{
	json_set_int(j, "step_ms", history_step_ms(span));
	json_set_int(j, "at_ms", h->ring[span].at * history_step_ms(span));
	for (int k = 0; k < HISTORY_SERIES; k++) {
		enum history_series series = (enum history_series)k;
		struct json *list = json_set_array(j, history_series_name(series));

		for (size_t i = 0; i < history_steps(span); i++) {
			int64_t v = history_get(h, span, series, i);

			json_add(list,
				 v == HISTORY_UNKNOWN ? json_new_null() : json_new_int(v));
		}
	}
}

struct json *wire_history_json(const struct history *h)
{
	struct json *j = json_new_object();

	for (int s = 0; s < HISTORY_SPANS; s++)
		ring_write(json_set_object(j, history_span_name((enum history_span)s)), h,
			   (enum history_span)s);
	return j;
}

/* What is missing, or of another length, was not seen. */
static void ring_read(struct history_ring *ring, const struct json *j, enum history_span span)
{
	size_t steps = history_steps(span);

	ring->at = json_int(j, "at_ms", 0) / history_step_ms(span);
	if (ring->at < (int64_t)steps) {
		ring->at = 0;
		return;
	}
	for (int k = 0; k < HISTORY_SERIES; k++) {
		const struct json *list =
		    json_get(j, history_series_name((enum history_series)k));

		for (size_t i = 0; i < steps; i++) {
			size_t step = (size_t)ring->at - steps + 1 + i;

			ring->v[step % steps].v[k] =
			    json_int(json_at(list, i), NULL, HISTORY_UNKNOWN);
		}
	}
}

void wire_history_read(struct history *h, const struct json *j)
{
	*h = (struct history){ 0 };
	for (int s = 0; s < HISTORY_SPANS; s++)
		ring_read(&h->ring[s], json_get(j, history_span_name((enum history_span)s)),
			  (enum history_span)s);
}

static const struct field row_fields[] = {
	FIELD(struct history_row, cluster, FIELD_CHARS),
	FIELD(struct history_row, span, FIELD_CHARS),
	FIELD(struct history_row, at_ms, FIELD_INT),
	FIELD(struct history_row, step_ms, FIELD_INT),
	FIELD_END,
};

struct json *wire_history_row_json(const struct history_row *r)
{
	struct json *j = json_new_object();

	fields_write(j, row_fields, r);
	for (int k = 0; k < HISTORY_SERIES; k++) {
		struct json *s =
		    json_set_object(j, history_series_name((enum history_series)k));

		json_set_int(s, "now", r->now[k]);
		json_set_int(s, "max", r->max[k]);
		json_set_int(s, "sum", r->sum[k]);
		json_set_str(s, "levels", r->levels[k]);
	}
	return j;
}

int wire_history_row_read(struct history_row *r, const struct json *j, struct err *err)
{
	*r = (struct history_row){ 0 };
	for (int k = 0; k < HISTORY_SERIES; k++) {
		const struct json *s = json_get(j, history_series_name((enum history_series)k));

		r->now[k] = json_int(s, "now", HISTORY_UNKNOWN);
		r->max[k] = json_int(s, "max", 0);
		r->sum[k] = json_int(s, "sum", 0);
		snprintf(r->levels[k], sizeof(r->levels[k]), "%s", json_str(s, "levels", ""));
	}
	return fields_read(r, row_fields, j, NULL, err);
}
