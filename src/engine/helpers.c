#include "engine/helpers.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/strs.h"

#define SLOW_MS	 5000 /* real: of a command that ended, or that runs for so long already */
#define ARGS_MAX 20000

struct helper {
	struct helper_line *line;
	struct strs argv, env;
	char *input;
	struct proc_spec spec; /* its strings are the ones above */
	struct proc *proc;     /* it runs */
	int64_t began_ms;      /* real */
	struct timer *failed;  /* it could not be started: told in the next turn */
	struct err err;
	void (*on_output)(void *arg, const char *data, size_t n);
	helper_cb *cb;
	void *arg;
	TAILQ_ENTRY(helper) link;
};

struct helper_line {
	struct helpers *all;
	struct loop *loop;
	const void *kind;
	bool (*ready)(void *arg, struct err *err);
	void *arg;
	TAILQ_HEAD(waiting, helper) calls; /* in the order in which they were asked for */
	bool slow;			   /* the last one took long */
	uint64_t served;
	struct timer *turn; /* 0 ms: the next one begins */
	struct helper_line *next;
};

/*
 * The choice
 */

static unsigned int half(unsigned int most)
{
	return most > 1 ? most / 2 : 1;
}

static bool before(const struct helper_seat *a, const struct helper_seat *b)
{
	if (a->slow != b->slow)
		return b->slow;
	return a->running != b->running ? a->running < b->running : a->served < b->served;
}

size_t helpers_next(const struct helper_seat *v, size_t n, unsigned int most)
{
	unsigned int running = 0, slow = 0, each = n > 1 ? half(most) : most;
	size_t best = n;

	for (size_t i = 0; i < n; i++) {
		running += v[i].running;
		slow += v[i].slow ? v[i].running : 0;
	}
	for (size_t i = 0; running < most && i < n; i++)
		if (v[i].waiting && v[i].running < each &&
		    (!v[i].slow || n == 1 || slow < half(most)) &&
		    (best == n || before(&v[i], &v[best])))
			best = i;
	return best;
}

static void seat_add(struct helper_seat *s, const struct helper *h)
{
	if (h->proc)
		s->running++;
	else if (!h->failed)
		s->waiting++;
	s->slow = s->slow || (h->proc && clock_wall_ms() - h->began_ms > SLOW_MS);
}

static struct helper_seat seat_of(const struct helper_line *line)
{
	struct helper_seat s = { .slow = line->slow, .served = line->served };

	for (const struct helper *h = TAILQ_FIRST(&line->calls); h; h = TAILQ_NEXT(h, link))
		seat_add(&s, h);
	return s;
}

static struct helper_line *line_next(const struct helpers *all, const void *kind)
{
	struct helper_seat *seats;
	struct helper_line **of, *chosen = NULL;
	size_t n = 0, at;

	for (struct helper_line *l = all->lines; l; l = l->next)
		n += l->kind == kind;
	seats = xcalloc(n + 1, sizeof(*seats));
	of = xcalloc(n + 1, sizeof(struct helper_line *));
	n = 0;
	for (struct helper_line *l = all->lines; l; l = l->next)
		if (l->kind == kind) {
			seats[n] = seat_of(l);
			of[n++] = l;
		}
	at = helpers_next(seats, n, all->most);
	if (at < n)
		chosen = of[at];
	free(seats);
	free(of);
	return chosen;
}

/*
 * A command
 */

static void helper_free(struct helper *h)
{
	TAILQ_REMOVE(&h->line->calls, h, link);
	proc_free(h->proc);
	timer_free(h->failed);
	strs_clear(&h->argv);
	strs_clear(&h->env);
	free(h->input);
	free(h);
}

/* Some line of that kind has the next turn. */
static void wake(const struct helpers *all, const void *kind)
{
	for (struct helper_line *l = all->lines; l; l = l->next)
		if (l->kind == kind) {
			timer_set(l->turn, 0);
			return;
		}
}

static void on_ended(void *arg, const struct proc_result *r)
{
	struct helper *h = arg;
	struct helpers *all = h->line->all;
	const void *kind = h->line->kind;
	helper_cb *cb = h->cb;
	void *mine = h->arg;

	h->proc = NULL; /* it is gone by itself after this */
	h->line->slow = r->wall_ms > SLOW_MS;
	helper_free(h);
	cb(mine, r, NULL); /* the line may be gone now */
	wake(all, kind);
}

static void on_failed(void *arg)
{
	struct helper *h = arg;
	helper_cb *cb = h->cb;
	void *mine = h->arg;
	struct err err = h->err;

	helper_free(h);
	cb(mine, NULL, &err);
}

static void on_said(void *arg, const char *data, size_t n)
{
	struct helper *h = arg;

	h->on_output(h->arg, data, n);
}

static void start(struct helper *h)
{
	struct helper_line *line = h->line;

	line->served = ++line->all->served;
	h->began_ms = clock_wall_ms();
	if (line->ready(line->arg, &h->err))
		h->proc = proc_start(line->loop, &h->spec, on_ended, h, &h->err);
	if (h->proc)
		return;
	h->failed = timer_new(line->loop, on_failed, h);
	timer_set(h->failed, 0);
}

static struct helper *first_waiting(const struct helper_line *line)
{
	struct helper *h;

	TAILQ_FOREACH(h, &line->calls, link)
	if (!h->proc && !h->failed)
		return h;
	return NULL;
}

/* One in each turn of the loop: a start waits until the program runs, which takes its time on a
 * busy machine (R1.5). */
static void on_turn(void *arg)
{
	const struct helper_line *mine = arg;
	struct helper_line *line = line_next(mine->all, mine->kind);

	if (!line)
		return;
	loop_doing(line->loop, "a command on a head begins");
	start(first_waiting(line));
	timer_set(line->turn, 0);
}

static const char *const *copy(struct strs *to, const char *const *from)
{
	*to = (struct strs)STRS_INIT(ARGS_MAX);
	for (; from && *from; from++)
		strs_add(to, *from);
	return (const char *const *)to->v;
}

void helper_add(struct helper_line *line, const struct proc_spec *spec, helper_cb *cb,
		void *arg)
{
	struct helper *h = xcalloc(1, sizeof(*h));

	h->line = line;
	h->cb = cb;
	h->arg = arg;
	h->on_output = spec->on_output;
	h->spec = *spec;
	h->spec.argv = copy(&h->argv, spec->argv);
	h->spec.env = copy(&h->env, spec->env);
	h->spec.on_output = spec->on_output ? on_said : NULL;
	if (spec->input) {
		h->input = xmalloc(spec->input_len + 1);
		memcpy(h->input, spec->input, spec->input_len);
		h->spec.input = h->input;
	}
	TAILQ_INSERT_TAIL(&line->calls, h, link);
	timer_set(line->turn, 0);
}

struct helper_line *helper_line_new(struct helpers *all, struct loop *l, const void *kind,
				    bool (*ready)(void *arg, struct err *err), void *arg)
{
	struct helper_line *line = xcalloc(1, sizeof(*line));

	*line = (struct helper_line){ .all = all,
				      .loop = l,
				      .kind = kind,
				      .ready = ready,
				      .arg = arg,
				      .served = ++all->served, /* the older one first */
				      .next = all->lines };
	TAILQ_INIT(&line->calls);
	line->turn = timer_new(l, on_turn, line);
	all->lines = line;
	return line;
}

void helper_line_free(struct helper_line *line)
{
	struct helper_line **at;
	struct helpers *all;
	const void *kind;

	if (!line)
		return;
	all = line->all;
	kind = line->kind;
	while (!TAILQ_EMPTY(&line->calls))
		helper_free(TAILQ_FIRST(&line->calls));
	for (at = &all->lines; *at != line; at = &(*at)->next)
		;
	*at = line->next;
	timer_free(line->turn);
	free(line);
	wake(all, kind);
}
