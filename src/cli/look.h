/* What a command leaves open or asks about, looked up at the engine before it goes on. */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "command/command.h"

/* A cluster that was not named is the only one there is: told on stderr, and put in front of
 * the words. -1: there is none, or more than one. */
int look_for_cluster(struct command_run *r, struct err *err);

/* -1: the cluster, a job or a node of the words is not there, so that nobody is asked about it.
 */
int look_at_objects(const struct command_run *r, struct err *err);

/* "completion clusters" and "completion nodes CLUSTER": where these names are asked for, NULL
 * of other words (new); and a line for each, none where nobody answers. */
char *look_names_path(const struct command_run *r);
void look_names(struct buf *out, struct client *client, const char *path);

#endif
