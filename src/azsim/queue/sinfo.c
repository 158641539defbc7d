/* sinfo: how many nodes of each partition are in which state, or one line a node with -N. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/command.h"
#include "azsim/queue/hosts.h"
#include "base/mem.h"

static const char *state_of(const struct gq_node *n, bool longer)
{
	if (n->drain && !n->down)
		return n->used_cpus ? (longer ? "draining" : "drng")
				    : (longer ? "drained" : "drain");
	if (n->down)
		return "down";
	if (n->used_cpus == 0)
		return "idle";
	if (n->used_cpus < n->cpus)
		return longer ? "mixed" : "mix";
	return longer ? "allocated" : "alloc";
}

static void put_node_letter(struct buf *b, const struct gq *q, const struct gq_node *n,
			    const struct gq_partition *p, char letter)
{
	(void)q;
	switch (letter) {
	case 'N':
	case 'n':
		buf_adds(b, letter == 'N' ? n->name : n->host);
		break;
	case 'o':
		buf_adds(b, n->address);
		break;
	case 'P':
		buf_addf(b, "%s%s", p->name, p->is_default ? "*" : "");
		break;
	case 't':
	case 'T':
		buf_addf(b, "%s%s", state_of(n, letter == 'T'), n->silent ? "*" : "");
		break;
	case 'c':
		gq_add_int(b, n->cpus);
		break;
	case 'm':
		gq_add_int(b, n->mem_mb);
		break;
	case 'f':
	case 'b':
		buf_adds(b, n->features);
		break;
	case 'C':
		buf_addf(b, "%lld/%lld/%lld/%lld", (long long)n->used_cpus,
			 (long long)(gq_node_usable(n) ? n->cpus - n->used_cpus : 0),
			 (long long)(gq_node_usable(n) ? 0 : n->cpus - n->used_cpus),
			 (long long)n->cpus);
		break;
	case 'E':
		buf_adds(b, n->reason ? n->reason : "none");
		break;
	case 'G':
		if (n->gpus)
			buf_addf(b, "gpu:%lld", (long long)n->gpus);
		else
			buf_adds(b, "(null)");
		break;
	default:
		buf_adds(b, "N/A");
	}
}

static void node_line(struct gq_call *c, const struct gq *q, const struct gq_node *n,
		      const struct gq_partition *p, const char *format)
{
	for (const char *s = format; *s; s++) {
		if (*s != '%' || !s[1]) {
			buf_addc(c->out, *s);
			continue;
		}
		s += 1 + strspn(s + 1, ".0123456789");
		if (!*s)
			break;
		put_node_letter(c->out, q, n, p, *s);
	}
	buf_addc(c->out, '\n');
}

static void node_lines(struct gq_call *c, const struct gq *q, const char *format)
{
	const char *key;
	void *n;

	for (size_t i = 0; map_next(q->nodes, &i, &key, &n);)
		for (size_t k = 0; k < q->n_partitions; k++)
			if (gq_node_in(n, q->partitions[k].name))
				node_line(c, q, n, &q->partitions[k], format);
}

static void summary_line(struct gq_call *c, const struct gq_partition *p, const char *state,
			 const char *const *names, size_t n)
{
	char name[80];

	snprintf(name, sizeof(name), "%s%s", p->name, p->is_default ? "*" : "");
	buf_addf(c->out, "%-9s    up   infinite %6zu %6s ", name, n, state);
	gq_hosts_print(c->out, names, n);
	buf_addc(c->out, '\n');
}

static void summary(struct gq_call *c, const struct gq *q, const struct gq_partition *p)
{
	static const char *const states[] = { "down*",	"drain*", "drng*", "mix*",
					      "alloc*", "idle*",  "down",  "drain",
					      "drng",	"mix",	  "alloc", "idle" };
	const char **names = xcalloc(map_count(q->nodes) + 1, sizeof(*names)), *key;
	void *v;

	for (size_t k = 0; k < ARRAY_LEN(states); k++) {
		size_t n = 0;

		for (size_t i = 0; map_next(q->nodes, &i, &key, &v);) {
			const struct gq_node *node = v;
			char state[16];

			snprintf(state, sizeof(state), "%s%s", state_of(node, false),
				 node->silent ? "*" : "");
			if (gq_node_in(node, p->name) && strcmp(state, states[k]) == 0)
				names[n++] = node->name;
		}
		if (n > 0)
			summary_line(c, p, states[k], names, n);
	}
	free(names);
}

static const struct gq_option options[] = {
	{ "noheader", 'h', false }, { "all", 'a', false },   { "Node", 'N', false },
	{ "format", 'o', true },    { "long", 'l', false },  { "partition", 'p', true },
	{ "version", 'V', false },  { "exact", 'e', false },
};

int gq_sinfo(struct gq *q, struct gq_call *c)
{
	struct gq_words walk = { .argv = c->argv, .at = 1 };
	const struct gq_option *o;
	const char *value, *bad, *format = NULL, *partition = NULL;
	bool header = true, nodes = false;

	while (gq_next_word(&walk, options, ARRAY_LEN(options), &o, &value, &bad)) {
		if (bad) {
			buf_addf(c->errout, "sinfo: unrecognized option '%s'\n", bad);
			return 1;
		}
		if (o && o->letter == 'V') {
			buf_adds(c->out, "slurm-wlm " GQ_VERSION "\n");
			return 0;
		}
		header = header && (!o || o->letter != 'h');
		nodes = nodes || (o && o->letter == 'N');
		if (o && o->letter == 'o')
			format = value;
		if (o && o->letter == 'p')
			partition = value;
	}
	if (nodes || format) {
		node_lines(c, q, format ? format : "%N 1 %P %t");
		return 0;
	}
	if (header)
		buf_adds(c->out, "PARTITION AVAIL  TIMELIMIT  NODES  STATE NODELIST\n");
	for (size_t i = 0; i < q->n_partitions; i++)
		if (!partition || strcmp(partition, q->partitions[i].name) == 0)
			summary(c, q, &q->partitions[i]);
	return 0;
}
