/* scontrol show: jobs, nodes, partitions, the configuration. A record is one line with -o, else
 * lines that begin with three blanks. */
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/command.h"
#include "azsim/queue/hosts.h"
#include "base/mem.h"
#include "base/text.h"

struct paper {
	struct buf *b;
	const char *line; /* what stands between two lines of a record */
};

static void time_of(struct buf *b, const char *key, int64_t ms, const char *none)
{
	char text[32];

	buf_addf(b, "%s=%s", key, gq_time(text, ms, none));
}

/*
 * Jobs
 */

static void job_id_line(struct buf *b, const struct gq_job *j)
{
	buf_addf(b, "JobId=%u ", j->id);
	if (j->array) {
		buf_addf(b, "ArrayJobId=%u ArrayTaskId=", j->array->id);
		if (j->tasks)
			gq_tasks_print(b, j->tasks);
		else
			gq_add_int(b, j->task);
		if (j->tasks && j->spec->throttle)
			buf_addf(b, "%%%lld", (long long)j->spec->throttle);
		buf_addc(b, ' ');
		if (j->spec->throttle)
			buf_addf(b, "ArrayTaskThrottle=%lld ", (long long)j->spec->throttle);
	}
	buf_addf(b, "JobName=%s", j->spec->name);
}

/* Blanks of a reason are written as underscores here, and only here. */
static void job_state(struct paper *p, const struct gq_job *j)
{
	char *reason = xstrdup(gq_reason_text[j->reason]);

	for (char *s = reason; *s; s++)
		if (*s == ' ')
			*s = '_';
	buf_addf(p->b, "JobState=%s Reason=%s Dependency=", gq_state_name[j->state], reason);
	if (j->spec->dependency && j->state == GQ_PENDING)
		buf_addf(p->b, "%s(unfulfilled)", j->spec->dependency);
	else
		buf_adds(p->b, "(null)");
	buf_addf(p->b, "%sRequeue=%d Restarts=%u BatchFlag=1 Reboot=0 ExitCode=%d:0%s", p->line,
		 j->spec->requeue, j->restarts, j->exit_code, p->line);
	free(reason);
}

static void job_times(struct paper *p, const struct gq *q, const struct gq_job *j)
{
	struct buf *b = p->b;
	int64_t used = j->state == GQ_PENDING	? 0
		       : j->state == GQ_RUNNING ? gq_now(q) - j->start_ms
						: j->end_ms - j->start_ms;
	int64_t from = gq_job_eligible(j);

	buf_adds(b, "RunTime=");
	gq_add_span(b, used / 1000, true);
	buf_adds(b, " TimeLimit=");
	if (j->spec->limit_s < 0)
		buf_adds(b, "UNLIMITED");
	else
		gq_add_span(b, j->spec->limit_s, true);
	buf_addf(b, " TimeMin=N/A%s", p->line);
	time_of(b, "SubmitTime", j->submit_ms, "Unknown");
	time_of(b, " EligibleTime", from, "Unknown");
	buf_adds(b, p->line);
	time_of(b, "AccrueTime", from, "Unknown");
	buf_adds(b, p->line);
	time_of(b, "StartTime", j->state == GQ_PENDING ? gq_job_begins(q, j) : j->start_ms,
		"Unknown");
	time_of(b, " EndTime",
		j->state > GQ_RUNNING ? j->end_ms
		: j->state == GQ_RUNNING && j->spec->limit_s > 0
		    ? j->start_ms + j->spec->limit_s * 1000
		    : 0,
		"Unknown");
	buf_addf(b, " Deadline=N/A%sSuspendTime=None SecsPreSuspend=0 ", p->line);
	time_of(b, "LastSchedEval", q->passed_ms, "Unknown");
	buf_addf(b, " Scheduler=Main%s", p->line);
}

static void job_size(struct paper *p, const struct gq *q, const struct gq_job *j)
{
	const struct gq_spec *s = j->spec;
	int64_t cpus = gq_job_cpus(j), nodes = gq_job_nodes(j), mem;
	bool per_cpu;

	mem = gq_mem_of(q, s, &per_cpu);
	buf_addf(p->b,
		 "NumNodes=%lld NumCPUs=%lld NumTasks=%lld CPUs/Task=%lld ReqB:S:C:T=0:0:*:*%s",
		 (long long)nodes, (long long)cpus, (long long)s->tasks,
		 (long long)s->cpus_task, p->line);
	buf_addf(p->b, "TRES=cpu=%lld,mem=", (long long)cpus);
	gq_add_mem(p->b, mem * (per_cpu ? cpus : nodes), true);
	buf_addf(p->b, ",node=%lld,billing=%lld%s", (long long)nodes, (long long)cpus, p->line);
	buf_addf(p->b, "Socks/Node=* NtasksPerN:B:S:C=0:0:*:* CoreSpec=*%s", p->line);
	buf_addf(p->b, "MinCPUsNode=%lld MinMemory%s=", (long long)s->cpus_task,
		 per_cpu ? "CPU" : "Node");
	gq_add_mem(p->b, mem, false);
	buf_addf(p->b, " MinTmpDiskNode=0%s", p->line);
}

static void show_job(struct paper *p, const struct gq *q, const struct gq_job *j)
{
	const struct gq_spec *s = j->spec;
	struct buf *b = p->b;

	job_id_line(b, j);
	buf_addf(b, "%sUserId=%s(1000) GroupId=%s(1000) MCS_label=N/A%s", p->line, s->user,
		 s->user, p->line);
	buf_addf(b, "Priority=%u Nice=0 Account=%s QOS=(null)%s", j->priority,
		 s->account ? s->account : "(null)", p->line);
	job_state(p, j);
	job_times(p, q, j);
	buf_addf(b, "Partition=%s AllocNode:Sid=%s:1%s", s->partition, q->head, p->line);
	buf_addf(b, "ReqNodeList=(null) ExcNodeList=(null)%sNodeList=%s%s", p->line,
		 j->hosts ? j->hosts : "", p->line);
	if (j->run)
		buf_addf(b, "BatchHost=%s%s", j->run->place[0].node->name, p->line);
	job_size(p, q, j);
	buf_addf(b, "Features=%s DelayBoot=00:00:00%s", s->features ? s->features : "(null)",
		 p->line);
	buf_addf(b, "OverSubscribe=%s Contiguous=0 Licenses=(null) Network=(null)%s",
		 gq_share_text[s->share], p->line);
	buf_addf(b, "Command=%s%sWorkDir=%s%s", s->command ? s->command : "(null)", p->line,
		 s->workdir, p->line);
	buf_addf(b, "StdErr=%s%sStdIn=/dev/null%sStdOut=%s%sPower=%s",
		 s->errout ? s->errout : s->out, p->line, p->line, s->out, p->line, p->line);
	if (s->gpus)
		buf_addf(b, "TresPerNode=gres:gpu:%lld%s", (long long)s->gpus, p->line);
	buf_adds(b, p->line[0] == '\n' ? "\n\n" : "\n");
}

static int show_all_jobs(struct gq *q, struct paper *p)
{
	const struct gq_jobs *const lists[] = { &q->pending, &q->running, &q->done };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (const struct gq_job *j = lists[i]->first; j; j = j->next, n++)
			show_job(p, q, j);
	if (n == 0)
		buf_adds(p->b, "No jobs in the system\n");
	return 0;
}

static bool stands_for(const struct gq_job *j, const struct gq_tasks *tasks)
{
	if (tasks->n == 0 || !j->tasks)
		return tasks->n == 0 || gq_tasks_has(tasks, j->task);
	for (size_t i = 0; i < tasks->n; i++)
		for (int64_t k = tasks->v[i].from; k <= tasks->v[i].to; k += tasks->v[i].step)
			if (gq_tasks_has(j->tasks, k))
				return true;
	return false;
}

static int show_named_job(struct gq *q, struct paper *p, const char *text)
{
	struct gq_tasks tasks;
	struct gq_job **v;
	uint32_t id;
	size_t n, shown = 0;

	if (gq_read_id(&id, &tasks, text) != 0)
		return -1;
	n = gq_named(q, &v, id, &(struct gq_tasks){ 0 });
	for (size_t i = 0; i < n; i++)
		if (stands_for(v[i], &tasks)) {
			show_job(p, q, v[i]);
			shown++;
		}
	free(v);
	gq_tasks_clear(&tasks);
	return shown ? 0 : -1;
}

static int show_jobs(struct gq *q, struct gq_call *c, struct paper *p, const char *which)
{
	struct strs ids = STRS_INIT(100000);
	int rc = 0;

	if (!which)
		return show_all_jobs(q, p);
	strs_split(&ids, which, strlen(which), ',');
	for (size_t i = 0; i < ids.n; i++)
		if (show_named_job(q, p, ids.v[i]) != 0)
			rc = 1;
	strs_clear(&ids);
	if (rc != 0)
		buf_adds(c->errout, "slurm_load_jobs error: Invalid job id specified\n");
	return rc;
}

/*
 * Nodes
 */

static void node_used(struct buf *b, const struct gq_node *n)
{
	buf_adds(b, "AllocTRES=");
	if (n->used_cpus == 0)
		return;
	buf_addf(b, "cpu=%lld", (long long)n->used_cpus);
	if (n->used_mem) {
		buf_adds(b, ",mem=");
		gq_add_mem(b, n->used_mem, true);
	}
	if (n->used_gpus)
		buf_addf(b, ",gres/gpu=%lld", (long long)n->used_gpus);
}

static void node_machine(struct paper *p, const struct gq_node *n)
{
	struct buf *b = p->b;

	buf_addf(b, "AvailableFeatures=%s%sActiveFeatures=%s%s", n->features, p->line,
		 n->features, p->line);
	if (n->gpus)
		buf_addf(b, "Gres=gpu:%lld%s", (long long)n->gpus, p->line);
	else
		buf_addf(b, "Gres=(null)%s", p->line);
	buf_addf(b, "NodeAddr=%s NodeHostName=%s ", n->address, n->host);
	if (!n->offer)
		buf_addf(b, "Version=" GQ_VERSION "%sOS=Linux 6.1.0-1-amd64 #1 SMP @0 ",
			 p->line);
	buf_addf(b, "%sRealMemory=%lld AllocMem=%lld FreeMem=", p->line, (long long)n->mem_mb,
		 (long long)n->used_mem);
	if (n->offer)
		buf_adds(b, "N/A");
	else
		gq_add_int(b, n->mem_mb - n->used_mem);
	buf_addf(b, " Sockets=%lld Boards=1%s", (long long)n->cpus, p->line);
}

static void node_times(struct paper *p, const struct gq_node *n)
{
	time_of(p->b, "BootTime", n->silent ? 0 : n->boot_ms, "None");
	time_of(p->b, " SlurmdStartTime", n->start_ms, "None");
	buf_adds(p->b, p->line);
	time_of(p->b, "LastBusyTime", n->busy_ms, "Unknown");
	buf_adds(p->b, p->line);
}

static void show_node(struct paper *p, const struct gq *q, const struct gq_node *n)
{
	struct buf *b = p->b;

	buf_addf(b, "NodeName=%s %sCoresPerSocket=1 %sCPUAlloc=%lld CPUEfctv=%lld CPUTot=%lld ",
		 n->name, n->offer ? "" : "Arch=x86_64 ", p->line, (long long)n->used_cpus,
		 (long long)n->cpus, (long long)n->cpus);
	if (n->offer)
		buf_addf(b, "CPULoad=N/A%s", p->line);
	else
		buf_addf(b, "CPULoad=%lld.00%s", (long long)n->used_cpus, p->line);
	node_machine(p, n);
	buf_adds(b, "State=");
	gq_node_text_state(b, n);
	buf_addf(b, " ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A%sPartitions=",
		 p->line);
	gq_node_partitions(b, q, n);
	buf_addf(b, " %s", p->line);
	node_times(p, n);
	buf_addf(b, "CfgTRES=cpu=%lld,mem=", (long long)n->cpus);
	gq_add_mem(b, n->mem_mb, true);
	buf_addf(b, ",billing=%lld", (long long)n->cpus);
	if (n->gpus)
		buf_addf(b, ",gres/gpu=%lld", (long long)n->gpus);
	buf_adds(b, p->line);
	node_used(b, n);
	buf_addf(b, "%sCapWatts=n/a%sCurrentWatts=0 AveWatts=0%s", p->line, p->line, p->line);
	buf_adds(b, "ExtSensorsJoules=n/s ExtSensorsWatts=0 ExtSensorsTemp=n/s");
	if (n->reason) {
		char text[32];

		buf_addf(b, "%sReason=%s", p->line, n->reason);
		if (!n->offer)
			buf_addf(b, " [root@%s]", gq_time(text, n->reason_ms, "Unknown"));
	}
	buf_adds(b, p->line[0] == '\n' ? "\n\n" : "\n");
}

static int show_nodes(struct gq *q, struct paper *p, const char *which)
{
	struct strs names = STRS_INIT(100000);
	const char *key;
	void *n;
	int rc = 0;

	if (!which) {
		if (map_count(q->nodes) == 0)
			buf_adds(p->b, "No nodes in the system\n");
		for (size_t i = 0; map_next(q->nodes, &i, &key, &n);)
			show_node(p, q, n);
		return 0;
	}
	if (gq_hosts_read(&names, which) != 0)
		rc = 1;
	for (size_t i = 0; i < names.n; i++) {
		n = gq_node_find(q, names.v[i]);
		if (n)
			show_node(p, q, n);
		else
			buf_addf(p->b, "Node %s not found\n", names.v[i]);
		rc = n ? rc : 1;
	}
	strs_clear(&names);
	return rc;
}

/*
 * Partitions and the rest
 */

static void show_partition(struct paper *p, const struct gq *q, const struct gq_partition *part)
{
	const char **names = xcalloc(map_count(q->nodes) + 1, sizeof(*names)), *key;
	int64_t cpus = 0, mem = 0;
	size_t n = 0;
	void *v;

	for (size_t i = 0; map_next(q->nodes, &i, &key, &v);) {
		const struct gq_node *node = v;

		if (!gq_node_in(node, part->name))
			continue;
		names[n++] = node->name;
		cpus += node->cpus;
		mem += node->mem_mb;
	}
	buf_addf(p->b, "PartitionName=%s%sAllowGroups=ALL AllowAccounts=ALL AllowQos=ALL%s",
		 part->name, p->line, p->line);
	buf_addf(p->b, "AllocNodes=ALL Default=%s QoS=N/A%s", part->is_default ? "YES" : "NO",
		 p->line);
	buf_addf(p->b,
		 "DefaultTime=NONE DisableRootJobs=NO ExclusiveUser=NO GraceTime=0 Hidden=NO%s",
		 p->line);
	buf_addf(p->b,
		 "MaxNodes=UNLIMITED MaxTime=UNLIMITED MinNodes=0 LLN=NO "
		 "MaxCPUsPerNode=UNLIMITED%sNodes=",
		 p->line);
	gq_hosts_print(p->b, names, n);
	buf_addf(
	    p->b,
	    "%sPriorityJobFactor=1 PriorityTier=1 RootOnly=NO ReqResv=NO OverSubscribe=NO%s",
	    p->line, p->line);
	buf_addf(p->b, "OverTimeLimit=NONE PreemptMode=OFF%s", p->line);
	buf_addf(p->b, "State=UP TotalCPUs=%lld TotalNodes=%zu SelectTypeParameters=NONE%s",
		 (long long)cpus, n, p->line);
	buf_addf(p->b, "JobDefaults=(null)%sDefMemPerCPU=%lld MaxMemPerNode=UNLIMITED%s",
		 p->line, (long long)q->def_mem_cpu, p->line);
	buf_addf(p->b, "TRES=cpu=%lld,mem=%lldM,node=%zu,billing=%lld", (long long)cpus,
		 (long long)mem, n, (long long)cpus);
	buf_adds(p->b, p->line[0] == '\n' ? "\n\n" : "\n");
	free(names);
}

static int show_partitions(struct gq *q, struct paper *p, const char *which)
{
	if (which && !gq_partition_find(q, which)) {
		buf_addf(p->b, "Partition %s not found\n", which);
		return 1;
	}
	for (size_t i = 0; i < q->n_partitions; i++)
		if (!which || strcmp(q->partitions[i].name, which) == 0)
			show_partition(p, q, &q->partitions[i]);
	return 0;
}

static int show_hostnames(struct gq_call *c, const char *list)
{
	struct strs names = STRS_INIT(100000);
	int rc = list ? gq_hosts_read(&names, list) : -1;

	for (size_t i = 0; rc == 0 && i < names.n; i++)
		buf_addf(c->out, "%s\n", names.v[i]);
	strs_clear(&names);
	return rc == 0 ? 0 : 1;
}

static void show_config(struct gq *q, struct gq_call *c)
{
	char text[32];

	buf_addf(c->out, "Configuration data as of %s\n", gq_time(text, gq_now(q), ""));
	buf_addf(c->out, "ClusterName             = %s\n", q->cluster);
	buf_addf(c->out, "DefMemPerCPU            = %lld\n", (long long)q->def_mem_cpu);
	buf_addf(c->out, "MaxArraySize            = %lld\n", (long long)q->array_max);
	buf_addf(c->out, "MinJobAge               = %d sec\n", GQ_KEEP_MS / 1000);
	buf_adds(c->out, "ReturnToService         = 2\n");
	buf_addf(c->out, "SlurmctldHost[0]        = %s\n", q->head);
	buf_addf(c->out, "SlurmdTimeout           = %d sec\n", GQ_DOWN_MS / 1000);
	buf_adds(c->out, "SLURM_VERSION           = " GQ_VERSION "\n");
	buf_addf(c->out, "\nSlurmctld(primary) at %s is UP\n", q->head);
}

static bool is_word(const char *s, const char *word)
{
	size_t n = strlen(s);

	return n >= 3 && n <= strlen(word) && strncmp(s, word, n) == 0;
}

int gq_show(struct gq *q, struct gq_call *c, size_t at, bool one_line)
{
	struct paper p = { c->out, one_line ? " " : "\n   " };
	const char *what = at < c->argv->n ? c->argv->v[at] : "",
		   *which = at + 1 < c->argv->n ? c->argv->v[at + 1] : NULL;

	if (is_word(what, "jobs"))
		return show_jobs(q, c, &p, which);
	if (is_word(what, "nodes"))
		return show_nodes(q, &p, which);
	if (is_word(what, "partitions"))
		return show_partitions(q, &p, which);
	if (is_word(what, "hostnames"))
		return show_hostnames(c, which);
	if (is_word(what, "config")) {
		show_config(q, c);
		return 0;
	}
	buf_addf(c->errout, "invalid entity:%s for keyword:show \n", what);
	return 1;
}
