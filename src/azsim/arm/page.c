#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/http_parse.h"
#include "base/mem.h"
#include "base/text.h"

/* A token names the row behind which to go on, so a list that changes meanwhile neither repeats
 * nor skips what stays. */
void arm_page_begin(struct arm_page *p, struct arm_call *c, int64_t limit)
{
	struct buf b = BUF_INIT(256);
	int64_t top;

	*p = (struct arm_page){ .c = c, .list = json_new_array(), .after = -1, .limit = limit };
	if (arm_query(c, "$skiptoken", &b) && buf_str(&b)[0] == 'r')
		num_read(&p->after, buf_str(&b) + 1, 0, INT64_MAX);
	buf_reset(&b);
	if (arm_query(c, "$top", &b) && num_read(&top, buf_str(&b), 1, 1000) == 0 &&
	    top < p->limit)
		p->limit = top;
	buf_clear(&b);
	if (c->empty_page)
		p->limit = 0;
}

bool arm_page_wants(struct arm_page *p, int64_t row)
{
	if (row <= p->after || p->more)
		return false;
	if (p->n < p->limit) {
		p->last = row;
		return true;
	}
	p->more = true;
	return false;
}

void arm_page_add(struct arm_page *p, struct json *take)
{
	json_add(p->list, take);
	p->n++;
}

/* The link repeats the question: path, and the query without an older token. */
static void add_query(struct buf *b, const char *query)
{
	for (const char *q = query; *q;) {
		size_t len = strcspn(q, "&");

		if (len > 0 && strncmp(q, "$skiptoken", 10) != 0 &&
		    strncmp(q, "%24skiptoken", 12) != 0) {
			buf_add(b, q, len);
			buf_addc(b, '&');
		}
		q += len;
		q += *q == '&';
	}
}

void arm_page_end(struct arm_page *p)
{
	struct json *o = json_new_object();
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	json_set(o, "value", p->list);
	if (p->more) {
		buf_adds(&b, p->c->req->base);
		buf_adds(&b, p->c->req->path);
		buf_addc(&b, '?');
		add_query(&b, p->c->req->query ? p->c->req->query : "");
		buf_addf(&b, "$skiptoken=r%" PRId64,
			 p->n		? p->last
			 : p->after < 0 ? 0
					: p->after);
		json_set_str(o, "nextLink", buf_str(&b));
	}
	buf_clear(&b);
	arm_ok(p->c, 200, o);
}

void arm_rows_add(struct arm_rows *r, int64_t row, const char *type, const void *thing)
{
	GROW(r->v, r->n, r->cap);
	r->v[r->n++] = (struct arm_row){ row, type, thing };
}

static int by_row(const void *a, const void *b)
{
	const struct arm_row *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

void arm_rows_sort(struct arm_rows *r)
{
	if (r->n > 1)
		qsort(r->v, r->n, sizeof(*r->v), by_row);
}

void arm_rows_answer(struct arm_call *c, struct arm_rows *rows, arm_row_json *json_of)
{
	struct arm_page p;

	arm_rows_sort(rows);
	arm_page_begin(&p, c, c->w->sc.list_page);
	for (size_t i = 0; i < rows->n; i++)
		if (arm_page_wants(&p, rows->v[i].row))
			arm_page_add(&p, json_of(c, &rows->v[i]));
	arm_page_end(&p);
	free(rows->v);
}
