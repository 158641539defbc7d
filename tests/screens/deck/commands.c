/* A table of a few commands, for the prompt and the help; what reads it is the program's own.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "command/command.h"
#include "fixture.h"

static void list_clusters(struct command_run *r)
{
	static const char *const titles[] = { "NAME", "SCHEDULER", "STATE" };

	r->io->columns(r->io->arg, titles, ARRAY_LEN(titles));
	for (size_t i = 0; i < fixture->n_clusters; i++) {
		const struct cluster *c = &fixture->clusters[i].cluster;
		const char *cells[] = { c->name, c->spec.scheduler,
					cluster_state_name(c->state) };

		r->io->row(r->io->arg, cells, ARRAY_LEN(cells));
	}
	command_done(r, 0, NULL);
}

static void say_args(struct command_run *r)
{
	char text[200] = "";

	for (size_t i = 0; i < r->args.n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 r->args.v[i]);
	fixture_log("RUN %s %s", r->command->name, text);
	r->io->text(r->io->arg, text);
	command_done(r, 0, NULL);
}

static const struct command_option submit_options[] = {
	{ "partition", "NAME", "the partition or queue" },
	{ NULL, NULL, NULL },
};

static const struct command_option delete_options[] = {
	{ "keep", "STORAGE", "what is kept" },
	{ "force", NULL, "running jobs are killed" },
	{ "reason", "TEXT", "why" },
	{ "plan", "HASH", "only this plan" },
	{ NULL, NULL, NULL },
};

const struct command commands[] = {
	{ .name = "cluster list",
	  .args = "",
	  .help = "list clusters",
	  .needs = ROLE_VIEWER,
	  .run = list_clusters },
	{ .name = "cluster stop",
	  .args = "CLUSTER",
	  .help = "let jobs end, delete the nodes, stop the head",
	  .flags = CMD_CLUSTER | CMD_WRITE,
	  .confirm = CONFIRM_BOX,
	  .needs = ROLE_OPERATOR,
	  .run = say_args },
	{ .name = "cluster update",
	  .args = "CLUSTER [PARAM=VALUE...]",
	  .help = "let a cluster take over what may change",
	  .flags = CMD_CLUSTER | CMD_WRITE,
	  .needs = ROLE_OPERATOR,
	  .run = say_args },
	{ .name = "job submit",
	  .args = "CLUSTER [SCRIPT] [ARG...]",
	  .help = "submit a script of this machine",
	  .options = submit_options,
	  .flags = CMD_CLUSTER | CMD_WRITE,
	  .needs = ROLE_OPERATOR,
	  .run = say_args },
	{ .name = "cluster delete",
	  .args = "CLUSTER",
	  .help = "tear a cluster down",
	  .options = delete_options,
	  .flags = CMD_CLUSTER | CMD_WRITE,
	  .confirm = CONFIRM_PLAN,
	  .needs = ROLE_OPERATOR,
	  .run = say_args },
	{ .name = "node drain",
	  .args = "CLUSTER NODE...",
	  .help = "let nodes run empty",
	  .flags = CMD_CLUSTER | CMD_NODES | CMD_WRITE,
	  .confirm = CONFIRM_UNDO,
	  .needs = ROLE_OPERATOR,
	  .run = say_args },
	{ .name = "node terminate",
	  .args = "CLUSTER NODE...",
	  .help = "delete nodes and what runs on them",
	  .flags = CMD_CLUSTER | CMD_NODES | CMD_WRITE,
	  .confirm = CONFIRM_BOX,
	  .needs = ROLE_OPERATOR,
	  .run = say_args },
	{ .name = "why",
	  .args = "CLUSTER JOB|NODE",
	  .help = "why a job waits, or why a node is as it is",
	  .flags = CMD_CLUSTER,
	  .needs = ROLE_VIEWER,
	  .run = say_args },
	{ .name = "ssh",
	  .args = "CLUSTER [NODE]",
	  .help = "a shell on a node",
	  .flags = CMD_CLUSTER | CMD_LOCAL,
	  .needs = ROLE_OPERATOR,
	  .run = say_args },
};

const size_t n_commands = ARRAY_LEN(commands);

const struct command_option command_before[] = { { NULL, NULL, NULL } };
const struct command_option command_globals[] = { { NULL, NULL, NULL } };
