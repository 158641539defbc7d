/* What the client's files share: the connection's parts, and the check before anything is sent.
 */
#ifndef CLIENT_PRIVATE_H
#define CLIENT_PRIVATE_H

#include "base/http_local.h"
#include "client/client.h"

struct loop *client_loop(const struct client *c);
const char *client_socket(const struct client *c);
/* S2.4: the socket belongs to, and is listened on by, an engine that may see what is sent.
 * ERR_IO: nobody is there. */
int client_check_socket(struct client *c, struct err *err);
#define CLIENT_ANSWER_MS 120000 /* the slowest answers come from a scheduler on the head */
bool client_waits(const struct client *c); /* for an answer to what was sent */
bool client_waits_for_act(const struct client *c);
void client_end_reads(struct client *c,
		      const struct err *err);	/* those that wait fail with it */
long client_engine_pid(const struct client *c); /* who listens; 0 not known */
const char *client_engine_text(const struct client *c,
			       char out[160]); /* "the engine (pid 12) on /run/x" */
/* What a reply that is no 2xx says. */
void client_reply_err(struct err *err, const struct http_reply *reply);

#endif
