/* One node's way up as pure moves; feed is the only caller of node_move() for them. */
#ifndef ENGINE_BOOT_H
#define ENGINE_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/node.h"

struct member;
struct run;

enum boot_event {
	BOOT_EV_ASKED,
	BOOT_EV_ACCEPTED,
	BOOT_EV_VM_BOUND,
	BOOT_EV_VM_RUNNING,
	BOOT_EV_READY,
	BOOT_EV_VM_FAILED,
	BOOT_EV_VM_GONE,
	BOOT_EV_REFUSED,
	BOOT_EV_TOO_LATE,
	BOOT_EV_NOT_NEEDED
};
enum boot_act {
	BOOT_DO_NOTHING,
	BOOT_DO_PUBLISH,
	BOOT_DO_DELETE_VM,
	BOOT_DO_FORGET,
	BOOT_DO_REPORT
};
struct boot_move {
	enum node_state to;
	enum boot_act act;
};
struct boot_move boot_next(enum node_state s, enum boot_event ev);
void boot_feed(struct run *r, struct member *m, enum boot_event ev, const char *why);
void boot_deadlines(struct run *r, int64_t now_ms);
bool deletion_is_late(const struct member *m, int64_t now_ms); /* it costs, and will not go */

/* R5.7: what of a node's way should be over by now. Pure. */
enum overdue { OVERDUE_NOT, OVERDUE_ACCEPTED, OVERDUE_JOINED, OVERDUE_DELETED };
struct overdue_facts {
	int64_t now_ms;
	int64_t listed_ms; /* when the last whole listing of the cloud began */
	int64_t boot_s;
	bool has_vm;
	bool set_changes; /* a change of its set is under way */
	/* R12.2: its machine's time of making and the cloud's own now; created 0: not said */
	int64_t created_ms, cloud_now_ms;
};
void overdue_by_cloud(struct overdue_facts *f, const struct run *r,
		      const struct member *m); /* boot.c: fills the last two */
enum overdue node_overdue(const struct node *n, const struct overdue_facts *f);

#endif
