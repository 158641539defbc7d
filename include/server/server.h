/* The engine's API (HTTP/1.1 and JSON under /v1) on its unix socket. One table of routes; who may is decided before any handler runs. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include <sys/types.h>

#include "auth/auth.h"
#include "base/err.h"
#include "base/loop.h"
#include "engine/engine.h"
#include "model/limits.h"

struct server;

struct server_options {
	const char *socket_path;
	mode_t socket_mode;             /* 0600, or 0660 for a group */
	const struct auth_rules *rules; /* borrowed */
	const char *site;               /* name shown in the header; "" none */
	const struct limits *limits;    /* borrowed until server_new() returns; NULL: the usual ones */
};

struct server *server_new(struct loop *l, struct engine *e, const struct server_options *o, struct err *err);
void server_stop_accepting(struct server *s);
void server_free(struct server *s);

#endif
