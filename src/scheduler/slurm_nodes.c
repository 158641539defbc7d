/*
 * "scontrol show nodes -o": a line for each node, Key=Value separated by blanks. Keys are
 * looked for by name, because OS= and Reason= hold blanks. A line that does not begin with
 * NodeName= goes on with the reason before it, which may have been typed with a newline; a text
 * that does not end in one was cut off.
 */
#include <string.h>

#include "scheduler/slurm.h"

enum {
	K_NAME,
	K_CPUS_USED,
	K_CPUS_USABLE,
	K_CPUS,
	K_FEATURES,
	K_GRES,
	K_ADDRESS,
	K_HOST,
	K_MEM,
	K_MEM_USED,
	K_STATE,
	K_PARTITIONS,
	K_BOOT,
	K_BUSY,
	K_TRES_USED,
	K_REASON,
	KEYS
};

#define KEY(word)                                                                              \
	{                                                                                      \
		word, sizeof(word) - 1                                                         \
	}

static const struct slice keys[KEYS] = {
	KEY("NodeName"),       KEY("CPUAlloc"),	    KEY("CPUEfctv"),  KEY("CPUTot"),
	KEY("ActiveFeatures"), KEY("Gres"),	    KEY("NodeAddr"),  KEY("NodeHostName"),
	KEY("RealMemory"),     KEY("AllocMem"),	    KEY("State"),     KEY("Partitions"),
	KEY("BootTime"),       KEY("LastBusyTime"), KEY("AllocTRES"), KEY("Reason"),
};

static int key_of(const char *s, size_t len)
{
	for (int i = 0; i < KEYS; i++)
		if (keys[i].len == len && keys[i].s[0] == *s && memcmp(keys[i].s, s, len) == 0)
			return i;
	return -1;
}

/* One pass over the words of a record; the first of each key counts, and behind Reason= nothing
 * does. */
static void cut_node(struct slice *f, const char *s, const char *end)
{
	memset(f, 0, KEYS * sizeof(*f));
	for (int i = 0; i < KEYS; i++)
		f[i].s = "";
	while (s < end) {
		const char *blank = memchr(s, ' ', (size_t)(end - s));
		const char *stop = blank ? blank : end;
		const char *eq = memchr(s, '=', (size_t)(stop - s));
		int k = eq ? key_of(s, (size_t)(eq - s)) : -1;

		if (k == K_REASON) {
			f[k] = (struct slice){ eq + 1, (size_t)(end - eq) - 1 };
			return;
		}
		if (k >= 0 && f[k].len == 0)
			f[k] = (struct slice){ eq + 1, (size_t)(stop - eq) - 1 };
		s = stop + 1;
	}
}

/* "disk full [root@2026-11-22T22:26:30]" without who and when */
static struct slice reason_text(struct slice f)
{
	while (f.len > 0 && (f.s[f.len - 1] == '\n' || f.s[f.len - 1] == ' '))
		f.len--;
	if (f.len == 0 || f.s[f.len - 1] != ']')
		return f;
	for (size_t i = f.len; i-- > 1;) {
		if (f.s[i] != '[')
			continue;
		if (f.s[i - 1] == ' ' && memchr(f.s + i, '@', f.len - i))
			f.len = i - 1;
		break;
	}
	return f;
}

static enum sched_node_state base_state(struct slice f)
{
	static const char *const up[] = { "IDLE", "ALLOCATED", "MIXED", "PLANNED", "RESERVED" };
	static const char *const down[] = { "DOWN", "ERROR", "FUTURE" };

	for (size_t i = 0; i < sizeof(up) / sizeof(up[0]); i++)
		if (slice_is(f, up[i]))
			return SNODE_UP;
	for (size_t i = 0; i < sizeof(down) / sizeof(down[0]); i++)
		if (slice_is(f, down[i]))
			return SNODE_DOWN;
	return SNODE_UNKNOWN;
}

static void apply_flag(struct sched_node *n, struct slice flag)
{
	if (slice_is(flag, "NOT_RESPONDING"))
		n->responding = false;
	else if (slice_is(flag, "DRAIN") || slice_is(flag, "FAIL"))
		n->drained = true;
	else if (slice_is(flag, "COMPLETING"))
		n->completing = true;
	else if (slice_is(flag, "POWERING_UP") || slice_is(flag, "POWER_UP"))
		n->state = n->state == SNODE_UP ? SNODE_STARTING : n->state;
	else if (slice_is(flag, "POWERED_DOWN") || slice_is(flag, "POWERING_DOWN") ||
		 slice_is(flag, "INVALID_REG"))
		n->state = n->state == SNODE_STARTING ? n->state : SNODE_DOWN;
}

/* "IDLE+CLOUD+NOT_RESPONDING+POWERING_UP": flags that we do not know change nothing. */
static void read_state(struct sched_node *n, struct slice f)
{
	const char *end = f.s + f.len;
	bool first = true;

	n->responding = true;
	for (const char *s = f.s; s < end; first = false) {
		const char *plus = memchr(s, '+', (size_t)(end - s));
		struct slice word = { s, (size_t)((plus ? plus : end) - s) };

		if (first)
			n->state = base_state(word);
		else
			apply_flag(n, word);
		s += word.len + 1;
	}
}

static int read_numbers(struct sched_node *n, const struct slice *f)
{
	int64_t mb = 0, mb_used = 0;

	if (slice_num(&n->cpus_used, f[K_CPUS_USED], 0, 1000000) < 0)
		return K_CPUS_USED;
	if (slice_num(&n->cpus, f[K_CPUS], 0, 1000000) < 0)
		return K_CPUS;
	if (f[K_CPUS_USABLE].len && slice_num(&n->cpus, f[K_CPUS_USABLE], 0, 1000000) < 0)
		return K_CPUS_USABLE;
	if (slice_num(&mb, f[K_MEM], 0, INT64_C(1) << 40) < 0)
		return K_MEM;
	if (slice_num(&mb_used, f[K_MEM_USED], 0, INT64_C(1) << 40) < 0)
		return K_MEM_USED;
	if (slurm_time_read(&n->boot_s, f[K_BOOT]) < 0)
		return K_BOOT;
	if (slurm_time_read(&n->last_busy_s, f[K_BUSY]) < 0)
		return K_BUSY;
	if (f[K_STATE].len == 0)
		return K_STATE;
	n->mem_bytes = mb * 1048576;
	n->mem_used = mb_used * 1048576;
	return -1;
}

static const char *keep(struct queue *q, struct slice f)
{
	return slice_none(f) ? "" : pool_intern(&q->pool, f.s, f.len);
}

static int read_node(struct queue *q, const struct slice *f, struct err *err)
{
	struct sched_node *n = queue_add_node(q);
	int wrong;

	if (!n)
		return err_set(err, ERR_FULL, "scontrol: more than %d nodes", QUEUE_NODES_MAX);
	n->name = pool_add(&q->pool, f[K_NAME].s, f[K_NAME].len);
	wrong = n->name[0] ? read_numbers(n, f) : K_NAME;
	if (wrong >= 0) {
		char text[128];

		slurm_quote(text, f[wrong]);
		return err_set(err, ERR_PARSE, "scontrol: node %zu: bad %s \"%s\"", q->n_nodes,
			       keys[wrong].s, text);
	}
	n->host = keep(q, f[K_HOST]);
	n->address = keep(q, f[K_ADDRESS]);
	n->partitions = keep(q, f[K_PARTITIONS]);
	n->features = keep(q, f[K_FEATURES]);
	n->reason = keep(q, reason_text(f[K_REASON]));
	n->raw_state = keep(q, f[K_STATE]);
	n->gpus = slurm_gpus(f[K_GRES]);
	n->gpus_used = slurm_gpus(f[K_TRES_USED]);
	read_state(n, f[K_STATE]);
	n->drained_by_us = n->drained && slice_starts(f[K_REASON], SCHED_TAG);
	n->evict_notice = n->drained && slice_starts(f[K_REASON], SCHED_NOTICE);
	n->offer = n->state == SNODE_DOWN && slice_starts(f[K_REASON], SLURM_OFFER);
	return 0;
}

/* The end of the record at s: the newline before the next line that begins with NodeName=. */
static const char *record_end(const char *s, const char *end)
{
	const char *nl = memchr(s, '\n', (size_t)(end - s));

	while (nl && nl + 1 < end &&
	       !slice_starts((struct slice){ nl + 1, (size_t)(end - nl) - 1 }, "NodeName="))
		nl = memchr(nl + 1, '\n', (size_t)(end - nl) - 1);
	return nl ? nl : end;
}

int slurm_read_nodes(struct queue *q, const struct sched_run *r, const char *version,
		     struct err *err)
{
	const char *at, *end;

	(void)version;
	if (slurm_check(r, "scontrol", err) < 0)
		return -1;
	at = r->out;
	end = r->out + r->out_len;
	if (slice_is((struct slice){ at, r->out_len }, "No nodes in the system\n"))
		return 0;
	if (r->out_len == 0) /* it says so when there is none */
		return err_set(err, ERR_PARSE, "scontrol: no output");
	while (at < end) {
		const char *stop = record_end(at, end);
		struct slice f[KEYS];

		cut_node(f, at, stop);
		if (f[K_NAME].s != at + strlen("NodeName="))
			return err_set(err, ERR_PARSE, "scontrol: no node at byte %zu",
				       (size_t)(at - r->out));
		if (read_node(q, f, err) < 0)
			return -1;
		at = stop + 1;
	}
	return 0;
}
