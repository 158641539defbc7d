/* What a script says of itself: every text that comes of it ends where its field does, and the
 * scheduler's options are made of it or refused with a reason. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strs.h"
#include "model/queue.h"
#include "scheduler/scheduler.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define ENDS(field) assert(memchr(field, '\0', sizeof(field)))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *script = malloc(len + 1);
	char other[SCHED_OPTION_TEXT];
	struct strs options = STRS_INIT(100);
	struct err err = ERR_INIT;
	struct job_spec own;
	struct job as = { 0 };

	memcpy(script, data, len);
	script[len] = '\0';
	sched_slurm.script_spec(&own, other, script);
	ENDS(own.partition);
	ENDS(own.array);
	ENDS(own.nodes);
	ENDS(own.cpus);
	ENDS(own.mem);
	ENDS(own.time);
	ENDS(other);
	assert(own.processes >= 0);
	if (sched_slurm.job_options(&options, &as,
				    &(struct job_changes){ .account = own.account,
							   .nodes = own.nodes,
							   .cpus = own.cpus,
							   .mem = own.mem,
							   .time = own.time,
							   .array = own.array },
				    own.processes, &err) == 0)
		assert(as.tasks >= -1 && as.cpus >= 0 && as.mem_bytes >= 0);
	else
		assert(err.msg[0]);
	strs_clear(&options);
	free(script);
	return 0;
}
