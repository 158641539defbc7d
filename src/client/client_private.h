/* What the client's two files share: the connection's parts, and the check before anything is sent. */
#ifndef CLIENT_PRIVATE_H
#define CLIENT_PRIVATE_H

#include "base/http_local.h"
#include "client/client.h"

struct loop *client_loop(const struct client *c);
const char *client_socket(const struct client *c);
/* S2.4: the socket belongs to, and is listened on by, an engine that may see what is sent. ERR_IO: nobody is there. */
int client_check_socket(struct client *c, struct err *err);
/* What a reply that is no 2xx says. */
void client_reply_err(struct err *err, const struct http_reply *reply);

#endif
