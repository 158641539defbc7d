/* A server and raw clients on one loop, for tests of the HTTP server: what is sent is exactly
 * what the test wrote. */
#ifndef TESTS_SUPPORT_HTTP_RAW_H
#define TESTS_SUPPORT_HTTP_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/http_server.h"
#include "base/loop.h"

struct raw_server {
	size_t n_fds; /* open before it; as many must be open after it */
	struct loop *loop;
	struct http_server *http;
	char dir[64];
	char path[96];			/* of its unix socket */
	uint16_t port;			/* 0 unless raw_server_tcp() */
	struct http_exchange *kept[64]; /* by the path "/keep": the test answers */
	size_t n_kept;
	size_t n_asked;
	size_t n_closed; /* exchanges whose client left: the handler sets on_close unless the
			    path is "/keep?deaf" */
};

struct raw_client {
	struct raw_server *server;
	int fd;
	struct buf got;
	bool eof;   /* no more comes */
	bool reset; /* the end was a reset */
};

/* Handler: "/keep" is kept, "/echo" answers the body, all else "METHOD PATH\n" as text. */
void raw_server_start(struct raw_server *s, const struct http_server_options *o);
void raw_server_tcp(struct raw_server *s);
void raw_server_stop(struct raw_server *s);

void raw_connect(struct raw_client *c, struct raw_server *s);
void raw_connect_tcp(struct raw_client *c, struct raw_server *s, const char *from);
void raw_send(struct raw_client *c, const char *text);
void raw_send_bytes(struct raw_client *c, const void *data, size_t len);
void raw_close(struct raw_client *c);

void raw_turn(struct raw_client *c); /* one turn of the loop, then what came for c */
void raw_turns(struct raw_server *s, int64_t ms); /* the loop, for so long at least */
/* Turn until it is so; the test fails after 20 s. */
void raw_wait_text(struct raw_client *c, const char *text);
void raw_wait_eof(struct raw_client *c);
void raw_wait_kept(struct raw_server *s, size_t n);
void raw_wait_clients(struct raw_server *s, size_t n);
size_t raw_count(const struct raw_client *c, const char *text);

#endif
