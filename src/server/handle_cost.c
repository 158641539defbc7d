/* Money: GET /v1/cost?cluster=NAME&from=MS&to=MS; without a name of all clusters. */
#include <stdlib.h>

#include "server/server_private.h"

void get_cost(struct request *q)
{
	char *cluster = query_text(q, "cluster");
	struct err err = ERR_INIT;
	struct json *j = engine_cost(q->server->engine, cluster, query_int(q, "from", 0),
				     query_int(q, "to", 0), &err);

	free(cluster);
	if (j)
		answer_json(q, 200, j);
	else
		answer_err(q, &err);
}
