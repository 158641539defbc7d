/* One ghost machine with a boot script of ours: a head or a node. */
#ifndef AZSIM_QUEUE_MACHINE_H
#define AZSIM_QUEUE_MACHINE_H

#include "azsim/queue/site.h"

enum gq_phase { /* a head's first, then a node's */
		GQ_HEAD_MOUNT,
		GQ_HEAD_MUNGE,
		GQ_HEAD_CONFIG,
		GQ_HEAD_SLURMCTLD,
		GQ_HEAD_NFS,
		GQ_HEAD_READY,
		GQ_NODE_BOOT,
		GQ_NODE_WAIT,
		GQ_NODE_MOUNT,
		GQ_NODE_MUNGE,
		GQ_NODE_SLURMD,
		GQ_NODE_READY,
		GQ_NODE_FAILED,
};
extern const char *const gq_phase_name[];

struct gq_line { /* of the published list */
	char *name, *array, *features;
	int64_t cpus, mem_mb, gpus;
};

struct gq_head {
	struct gq *q;
	struct gq_machine *machine; /* NULL: it does not run */
	struct map *lines;	    /* host name -> gq_line */
	char *list;		    /* as published */
};

struct gq_machine {
	struct gq_site *site;
	char vm_id[37];
	char *host, *address, *head; /* head: host name of it, or its own */
	char *array, *name, *failed; /* name: NULL before its line was read */
	bool is_head, stopped;	     /* stopped: its daemons were, by the tool */
	enum gq_phase phase;
	int64_t phase_ms, began_ms;
	struct az_due due;
	uint32_t dirty;
};

struct gq_site {
	struct az_world *w;
	struct gq_store *store;
	struct map *heads;    /* host name -> gq_head */
	struct map *machines; /* vm id -> gq_machine */
	struct map *saved;    /* vm id -> gq_machine: as they were before a restart */
	struct az_due flush;
	char *script_code, *script; /* the last one decoded: members of a set share it */
	struct {
		char kind[16], command[16];
		int64_t times;
	} fault;
	int64_t hung_boots; /* so many of them never get beyond their mounts, and say nothing */
	int64_t
	    bad_boots; /* so many of the nodes that boot next fail at their mounts; -1 all */
	struct rng rng;
};

void gq_machine_begin(struct gq_machine *m); /* it runs: its script starts */
void gq_machine_fired(void *machine);
void gq_machine_kick(struct gq_site *s, const char *head); /* its nodes look again */
void gq_machine_free(void *machine);
bool gq_machine_visible(const struct gq_machine *m); /* its marks are on /sched */
void gq_machine_changed(struct gq_machine *m);

struct gq_head *gq_head_find(const struct gq_site *s, const char *host);
struct gq_head *gq_head_make(struct gq_site *s, const char *host, const char *vm_id);
int gq_head_publish(struct gq_head *h, const char *text,
		    size_t len); /* lines, or -1: not taken */
void gq_head_free(void *head);

void gq_site_soon(struct gq_site *s); /* something is to be kept */

/* tool.c */
int gq_tool(struct gq_site *s, struct gq_head *h, struct gq_call *c);

#endif
