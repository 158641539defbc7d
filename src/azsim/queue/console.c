/* The serial console of a ghost: a kernel's first line, then the marks of its script, and why
 * it failed where it did. */
#include "azsim/queue/machine.h"
#include "azsim/world/vm.h"

static double seconds(int64_t ms)
{
	return (double)(ms > 0 ? ms : 0) / 1000;
}

static void add_mark(struct buf *out, int64_t ms, const char *phase)
{
	buf_addf(out, "[%10.3f] cloud-init: paceline: %s\r\n", seconds(ms), phase);
}

int gq_site_console(void *site, const struct az_vm *vm, struct buf *out)
{
	const struct gq_site *s = site;
	const struct gq_machine *m = map_get(s->machines, vm->vm_id);
	int64_t ms;

	if (!m)
		return -1;
	ms = m->phase_ms - m->began_ms;
	buf_addf(out, "[%10.3f] Linux version 6.1.0-ghost (azsim) on %s\r\n", 0.0, m->host);
	buf_addf(out, "[%10.3f] cloud-init: the boot script begins\r\n", 0.001);
	for (int p = m->is_head ? GQ_HEAD_MOUNT : GQ_NODE_BOOT;
	     p <= (int)m->phase && p != GQ_NODE_FAILED; p++)
		add_mark(out, p == (int)m->phase ? ms : ms / 2, gq_phase_name[p]);
	if (m->failed)
		buf_addf(out,
			 "[%10.3f] cloud-init: paceline: failed: %s\r\n"
			 "[%10.3f] cloud-init: the boot script ended, exit 1\r\n",
			 seconds(ms), m->failed, seconds(ms));
	return 0;
}
