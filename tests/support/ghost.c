#include "ghost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "base/text.h"

static const char head_script[] =
    "#!/bin/sh\n# Paceline: head of a slurm cluster\n"
    "CLUSTER='demo'\nADMIN_USER='azureuser'\nVNET_CIDR='10.20.0.0/16'\n"
    "OFFERS='htc Standard_F2s_v2 2 3500 0 both 16 yes -\n"
    "hpc Standard_HB120rs_v3 120 440000 0 ondemand 4 no ib\n"
    "gpu Standard_NC6 6 56000 1 ondemand 4 no -'\n"
    "EXPORTS='/shared'\nSETTINGS='TaskPlugin=task/none\nDefMemPerCPU=1024'\nset -u\n";

static const char node_script[] = "#!/bin/sh\n# Paceline: node of a slurm cluster\n"
				  "CLUSTER='demo'\nADMIN_USER='azureuser'\nARRAY='%s'\n"
				  "HEAD='" GHOST_HEAD "'\nMOUNTS='/shared'\nset -u\n";

static char *quoted_code(const char *script)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	buf_addc(&b, '"');
	base64_write(&b, script, strlen(script));
	buf_addc(&b, '"');
	return buf_steal(&b);
}

static void open_site(struct ghost *g, const char *dir)
{
	struct err err = ERR_INIT;

	g->site = gq_site_new(g->cl.w, dir, &err);
	if (!g->site) {
		fprintf(stderr, "%s\n", err.msg);
		abort();
	}
	g->out = (struct buf)BUF_INIT(BUF_TEXT_MAX);
	g->errout = (struct buf)BUF_INIT(BUF_TEXT_MAX);
	g->argv = (struct strs)STRS_INIT(100000);
}

void ghost_open(struct ghost *g, const char *scenario, const char *dir)
{
	char *code = quoted_code(head_script),
	     *data = xasprintf("properties.osProfile.customData=%s", code), *body;

	*g = (struct ghost){ 0 };
	cloud_open(&g->cl, scenario, dir);
	cloud_base(&g->cl);
	open_site(g, dir);
	body = cloud_vm_body((const char *const[]){
	    data, "properties.osProfile.computerName=\"" GHOST_HEAD "\"", NULL });
	if (cloud_call(&g->cl, "PUT", CLOUD_VMS "/head", body) != 201)
		abort();
	free(body);
	free(data);
	free(code);
}

void ghost_again(struct ghost *g, const char *scenario, const char *dir)
{
	*g = (struct ghost){ 0 };
	cloud_open(&g->cl, scenario, dir);
	open_site(g, dir);
}

void ghost_close(struct ghost *g)
{
	gq_site_free(g->site);
	cloud_close(&g->cl);
	buf_clear(&g->out);
	buf_clear(&g->errout);
	strs_clear(&g->argv);
}

void ghost_pass(struct ghost *g, int64_t ms)
{
	cloud_pass(&g->cl, ms);
}

void ghost_head_up(struct ghost *g)
{
	ghost_pass(g, 4000);
}

void ghost_nodes(struct ghost *g, const char *array, int n)
{
	char *script = xasprintf(node_script, array), *code = quoted_code(script), *body,
	     *target = xasprintf(CLOUD_SETS "/%s", array),
	     *data =
		 xasprintf("properties.virtualMachineProfile.osProfile.customData=%s", code),
	     *size = xasprintf("sku.capacity=%d", n);

	body = cloud_set_body((const char *const[]){ data, size, NULL });
	if (cloud_call(&g->cl, "PUT", target, body) / 100 != 2)
		abort();
	free(script);
	free(code);
	free(body);
	free(target);
	free(data);
	free(size);
	ghost_pass(g, 3000);
}

void ghost_publish(struct ghost *g)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	int n[2] = { 0, 0 };

	for (const struct az_vm *vm = g->cl.w->first; vm; vm = vm->next) {
		bool hpc = vm->set && strcmp(vm->set->name, "hpc") == 0;

		if (!vm->set)
			continue;
		buf_addf(&b, "%s\t%s-%d\t%s\t%s\t%d\t%d\t0\t%s\n", vm->computer,
			 hpc ? "hpc" : "htc", ++n[hpc], hpc ? "hpc" : "htc",
			 hpc ? "Standard_HB120rs_v3" : "Standard_F2s_v2", hpc ? 120 : 2,
			 hpc ? 440000 : 3500,
			 hpc ? "hpc,Standard_HB120rs_v3,ondemand,ib"
			     : "htc,Standard_F2s_v2,spot");
	}
	if (ghost_run(g, "paceline-sched publish", buf_str(&b)) != 0)
		abort();
	buf_clear(&b);
	ghost_pass(g, 1000);
}

int ghost_run_argv(struct ghost *g, const char *input)
{
	struct gq_call c = { .argv = &g->argv,
			     .in = input ? input : "",
			     .in_len = input ? strlen(input) : 0,
			     .long_sets = true,
			     .out = &g->out,
			     .errout = &g->errout };

	buf_reset(&g->out);
	buf_reset(&g->errout);
	g->code = gq_site_run(g->site, GHOST_HEAD, &c);
	return g->code;
}

int ghost_run(struct ghost *g, const char *line, const char *input)
{
	strs_clear(&g->argv);
	strs_split(&g->argv, line, strlen(line), ' ');
	return ghost_run_argv(g, input);
}

int ghost_verb(struct ghost *g, enum sched_verb verb, const struct sched_args *args)
{
	const struct sched_args none = { .version = "" };
	struct err err = ERR_INIT;

	if (sched_slurm.argv(&g->argv, verb, args ? args : &none, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		abort();
	}
	return ghost_run_argv(g, NULL);
}

struct sched_run ghost_answer(const struct ghost *g)
{
	return (struct sched_run){ .exit_code = g->code,
				   .out = buf_str(&g->out),
				   .out_len = g->out.len,
				   .errout = buf_str(&g->errout),
				   .errout_len = g->errout.len };
}

const char *ghost_out(const struct ghost *g)
{
	return buf_str(&g->out);
}

static int read_begins(struct ghost *g, struct queue *q, struct err *err)
{
	struct strs ids = STRS_INIT(1000);
	const struct sched_args args = { .names = &ids };
	struct sched_run r;
	int rc = 0;

	sched_slurm.in_doubt(&ids, q, NULL);
	if (ids.n > 0) {
		ghost_verb(g, SCHED_BEGINS, &args);
		r = ghost_answer(g);
		rc = sched_slurm.read_begins(q, &r, err);
	}
	strs_clear(&ids);
	return rc;
}

void ghost_read(struct ghost *g, struct queue *q)
{
	struct err err = ERR_INIT;
	struct sched_run r;

	queue_init(q);
	ghost_verb(g, SCHED_NODES, NULL);
	r = ghost_answer(g);
	if (sched_slurm.read_nodes(q, &r, GQ_VERSION, &err) == 0) {
		ghost_verb(g, SCHED_JOBS, NULL);
		r = ghost_answer(g);
		if (sched_slurm.read_jobs(q, &r, GQ_VERSION, &err) == 0 &&
		    read_begins(g, q, &err) == 0) {
			if (q->n_jobs > 10000) /* a kilobyte each */
				return;
			ghost_verb(g, SCHED_EXACT_DEMAND, NULL);
			r = ghost_answer(g);
			if (sched_slurm.read_exact(q, &r, GQ_VERSION, &err) == 0)
				return;
		}
	}
	fprintf(stderr, "%s\n%s\n", err.msg, r.out);
	abort();
}
