/* What a cloud offers: VM sizes, quotas, prices. A size whose price is unknown is usable, ranked last and flagged. */
#ifndef MODEL_SIZE_H
#define MODEL_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm_size {
	char name[48], family[56];
	int64_t vcpus, vcpus_per_core, mem_bytes, gpus;
	bool rdma, spot_capable, ephemeral_disk, accelerated_net;
	bool restricted;         /* not for this subscription or region */
	char restriction[80];
	char zones[16];          /* "123": zones that have it */
	double price, spot_price; /* USD per hour; -1 unknown */
};

#define DISK_TIERS 14

struct disk_tier {
	const char *name; /* "P6" */
	int64_t gib;      /* the most that it holds */
};

extern const struct disk_tier disk_tiers[DISK_TIERS];

struct vm_sizes {
	struct vm_size *v;
	size_t n, cap;
	char region[40];
	int64_t read_ms;
	bool sample_prices;      /* not a price list: the simulator's */
	double disk_month[DISK_TIERS]; /* USD a month of a premium disk of each tier; 0 unknown */
	double snapshot_month; /* USD a month of one GiB of a snapshot; 0 unknown */
};

struct quota {
	char name[56];           /* "cores", "lowPriorityCores", a family, "virtualMachines", "virtualMachineScaleSets" */
	int64_t limit, used;
};

struct quotas {
	struct quota *v;
	size_t n, cap;
	char region[40];
	int64_t read_ms;
};

const struct vm_size *vm_sizes_find(const struct vm_sizes *s, const char *name); /* case-blind */
const char *vm_sizes_nearest(const struct vm_sizes *s, const char *name);        /* NULL when none is near */
const char *vm_size_short(const char *name); /* "Standard_F2s_v2" without what every size has in front */
struct vm_size *vm_sizes_add(struct vm_sizes *s);
void vm_sizes_clear(struct vm_sizes *s);
double disk_price(const struct vm_sizes *s, int64_t gib); /* USD per hour of a premium disk; -1 unknown */
double snapshot_price(const struct vm_sizes *s, int64_t gib); /* the same of a snapshot, at most: what holds nothing is not billed */
const struct quota *quotas_find(const struct quotas *q, const char *name);
struct quota *quotas_add(struct quotas *q);
void quotas_clear(struct quotas *q);

#endif
