/*
 * Rooms of a kind that may still take something, found by what they have free. Cells by whole
 * free cores and by 64ths of the memory, and apart by "has a free GPU" and "is empty": so the
 * fullest that still fits is a few bit operations away, however many nodes there are.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/plan_private.h"

#define EXACT	 64 /* up to so many cores each has a class of its own, then every 8 */
#define EVERY	 8
#define NONE	 UINT32_MAX
#define MEM_BITS 64

static uint32_t cpu_class(double cpus)
{
	uint32_t n = cpus <= 0 ? 0 : (uint32_t)(cpus + 1e-6);

	n = n < EXACT ? n : EXACT + (n - EXACT) / EVERY;
	return n < CPU_CLASSES ? n : CPU_CLASSES - 1;
}

static uint32_t mem_class(const struct kind *k, double mem)
{
	double share = k->cap[DIM_MEM] > 0 ? mem / k->cap[DIM_MEM] : 0;
	double n = share * (MEM_BITS - 1) + 1e-9;

	if (n <= 0)
		return 0;
	return n < MEM_BITS - 1 ? (uint32_t)n : MEM_BITS - 1;
}

static unsigned int set_of(const struct room *r)
{
	return (r->free[DIM_GPU] > 1e-9 ? SET_GPU : 0) | (r->empty ? SET_EMPTY : 0);
}

/* A cell is made when its bit is first set: most of a table is never touched. */
static void set_make(struct open_rooms *o, unsigned int set)
{
	o->mask[set] = xcalloc(o->classes, sizeof(*o->mask[set]));
	o->cells[set] = xmalloc((size_t)o->classes * MEM_BITS * sizeof(*o->cells[set]));
}

void rooms_clear(struct open_rooms *o)
{
	for (unsigned int set = 0; set < SETS; set++) {
		free(o->mask[set]);
		free(o->cells[set]);
	}
	*o = (struct open_rooms){ 0 };
}

static bool is_full(const struct room *r)
{
	return r->closed || r->task || r->count == 0 || r->free[DIM_CPU] <= 1e-9;
}

static struct cell *cell_of(struct open_rooms *o, const struct room *r)
{
	return &o->cells[r->set][(size_t)r->cpu * MEM_BITS + r->mem];
}

static void link_room(struct attempt *a, uint32_t at, uint32_t after)
{
	struct room *r = &a->rooms[at];
	struct open_rooms *o = &a->open[r->kind];
	struct cell *c = cell_of(o, r);
	uint32_t before = after == NONE ? NONE : a->rooms[after].next;

	r->prev = after;
	r->next = before;
	if (after == NONE)
		c->head = at;
	else
		a->rooms[after].next = at;
	if (before == NONE)
		c->tail = at;
	else
		a->rooms[before].prev = at;
	if (r->free[DIM_MEM] > c->most)
		c->most = r->free[DIM_MEM];
	o->mask[r->set][r->cpu] |= UINT64_C(1) << r->mem;
	o->cpus[r->set][r->cpu / 64] |= UINT64_C(1) << r->cpu % 64;
}

void room_open(struct attempt *a, uint32_t at)
{
	struct room *r = &a->rooms[at];
	const struct kind *k = &a->p->kinds[r->kind];
	struct open_rooms *o = &a->open[r->kind];

	r->open = !is_full(r);
	if (!r->open)
		return;
	if (o->classes == 0)
		o->classes = cpu_class(k->cap[DIM_CPU]) + 1;
	r->set = (uint8_t)set_of(r);
	r->cpu = (uint8_t)cpu_class(r->free[DIM_CPU]);
	if (r->cpu >= o->classes)
		r->cpu = (uint8_t)(o->classes - 1);
	r->mem = (uint8_t)mem_class(k, r->free[DIM_MEM]);
	if (!o->cells[r->set])
		set_make(o, r->set);
	if (!(o->mask[r->set][r->cpu] >> r->mem & 1))
		*cell_of(o, r) = (struct cell){ .head = NONE, .tail = NONE };
	link_room(a, at, cell_of(o, r)->tail);
	o->nodes += r->count;
}

void room_open_beside(struct attempt *a, uint32_t at, uint32_t rest)
{
	if (a->rooms[at].open)
		link_room(a, rest, at);
}

void room_shut(struct attempt *a, uint32_t at)
{
	struct room *r = &a->rooms[at];
	struct open_rooms *o = &a->open[r->kind];
	struct cell *c;

	if (!r->open)
		return;
	c = cell_of(o, r);
	if (r->prev == NONE)
		c->head = r->next;
	else
		a->rooms[r->prev].next = r->next;
	if (r->next == NONE)
		c->tail = r->prev;
	else
		a->rooms[r->next].prev = r->prev;
	r->open = false;
	o->nodes -= r->count;
	if (c->head != NONE)
		return;
	c->most = 0;
	o->mask[r->set][r->cpu] &= ~(UINT64_C(1) << r->mem);
	if (!o->mask[r->set][r->cpu])
		o->cpus[r->set][r->cpu / 64] &= ~(UINT64_C(1) << r->cpu % 64);
}

/*
 * Search
 */

void least_of(struct attempt *a, size_t want)
{
	const struct ask *ask = &a->p->asks[want];
	struct least l = { 0 };

	for (uint32_t i = ask->first; i < ask->first + ask->n; i++) {
		const struct amount *m = &a->p->amounts[i];

		if (m->dim == DIM_CPU && m->cores)
			l.cores += m->n;
		else if (m->dim == DIM_CPU)
			l.cpus += m->n;
		else if (m->dim == DIM_MEM)
			l.mem += m->n;
		else if (m->dim == DIM_GPU)
			l.gpu = true;
	}
	a->least = l;
}

static unsigned int step_below(double cpus)
{
	unsigned int step = 0;

	while (step + 1 < STEPS && (double)(2u << step) <= cpus)
		step++;
	return step;
}

/* Rooms only shrink: what was not found once is not there until a new one opens. */
static bool is_vain(const struct open_rooms *o, double cpus, double mem)
{
	return o->classes == 0 || (cpus >= 1 && mem >= o->vain[step_below(cpus)]);
}

static void note_vain(struct open_rooms *o, double cpus, double mem)
{
	unsigned int step = step_below(cpus);

	if ((double)(1u << step) < cpus)
		step++;
	for (; step < STEPS; step++)
		if (mem < o->vain[step])
			o->vain[step] = mem;
}

void room_new(struct attempt *a, uint32_t at)
{
	struct open_rooms *o = &a->open[a->rooms[at].kind];

	for (unsigned int i = 0; i < STEPS; i++)
		o->vain[i] = INFINITY;
	room_open(a, at);
}

void room_scan(struct room_scan *s, const struct attempt *a, size_t want, uint32_t kind,
	       unsigned int sets)
{
	const struct ask *ask = &a->p->asks[want];
	const struct kind *k = &a->p->kinds[kind];

	s->open = &a->open[kind];
	s->cell = NULL;
	s->cpus = a->least.cpus + a->least.cores * k->threads;
	s->mem = a->least.mem;
	s->sets = is_vain(s->open, s->cpus, s->mem) ? 0 : sets;
	if (s->sets == 0)
		return;
	if (ask->exclusive || ask->exclusive_task)
		s->sets &= SETS_EMPTY;
	if (a->least.gpu)
		s->sets &= SETS_WITH_GPU;
	s->set = 0;
	s->first_cpu = s->cpu = cpu_class(s->cpus);
	s->mem_bit = mem_class(k, s->mem * (1 - 1e-9));
	s->next_bit = 0;
	s->nothing_yet = s->sets == SETS_ALL;
}

/* The next class of cores, at or above, in which something is open. */
static bool next_class(struct room_scan *s)
{
	const struct open_rooms *o = s->open;

	for (; s->set < SETS; s->set++, s->cpu = s->first_cpu) {
		if (!(s->sets >> s->set & 1) || !o->cells[s->set])
			continue;
		for (uint32_t w = s->cpu / 64; w < CPU_CLASSES / 64; w++) {
			uint64_t bits = o->cpus[s->set][w];

			if (w == s->cpu / 64)
				bits &= ~UINT64_C(0) << s->cpu % 64;
			if (!bits)
				continue;
			s->cpu = w * 64 + (uint32_t)__builtin_ctzll(bits);
			return true;
		}
	}
	return false;
}

static bool next_cell(struct room_scan *s)
{
	uint32_t cpu = s->cpu;
	unsigned int set = s->set;

	while (next_class(s)) {
		uint64_t bits = s->open->mask[s->set][s->cpu];

		/* the class may have run empty meanwhile: then this is another */
		if (s->cpu != cpu || s->set != set)
			s->next_bit = 0;
		bits &= s->next_bit < MEM_BITS ? ~UINT64_C(0) << s->next_bit : 0;
		bits &= ~UINT64_C(0) << s->mem_bit;
		if (bits) {
			uint32_t bit = (uint32_t)__builtin_ctzll(bits);

			s->cell = &s->open->cells[s->set][(size_t)s->cpu * MEM_BITS + bit];
			s->next_bit = bit + 1;
			return true;
		}
		s->cpu++;
		if (s->cpu >= CPU_CLASSES) {
			s->set++;
			s->cpu = s->first_cpu;
		}
	}
	return false;
}

/* The room that was given may have moved, or left an equal one in its place. */
static uint32_t neighbour(const struct room_scan *s, const struct attempt *a)
{
	uint32_t at = s->before == NONE ? s->cell->head : a->rooms[s->before].next;

	return at == s->last ? a->rooms[at].next : at;
}

static void begin_cell(struct room_scan *s)
{
	s->last = s->before = NONE;
	s->given = false;
	s->most = 0;
}

uint32_t room_next(struct room_scan *s, const struct attempt *a)
{
	for (;;) {
		uint32_t at = NONE;

		if (s->sets == 0)
			return NONE;
		if (s->cell)
			at = s->last == NONE ? s->cell->head : neighbour(s, a);
		while (at != NONE) {
			double mem = a->rooms[at].free[DIM_MEM];

			s->before = a->rooms[at].prev;
			s->last = at;
			if (mem * (1 + 1e-9) + 1e-9 >= s->mem) {
				s->given = true;
				s->nothing_yet = false;
				return at;
			}
			s->most = mem > s->most ? mem : s->most;
			at = a->rooms[at].next;
		}
		/* looked through in vain: what the cell has at most is exact now */
		if (s->cell && !s->given)
			s->cell->most = s->most;
		do {
			if (!next_cell(s)) {
				if (s->nothing_yet)
					note_vain(s->open, s->cpus, s->mem);
				s->sets = 0;
				return NONE;
			}
		} while (s->cell->most * (1 + 1e-9) + 1e-9 < s->mem);
		begin_cell(s);
	}
}
