/* Looks whether the engine stands still while calls wait for their answers: see still.c. */
#ifndef CLIENT_STILL_H
#define CLIENT_STILL_H

#include "client/client.h"

struct still;

struct still *still_new(struct client *c, const struct client_patience *p,
			client_still_cb *told, void *arg);
void still_free(struct still *s);
void still_sent(struct still *s);	  /* a call was sent; s may be NULL */
bool still_stands(const struct still *s); /* and was told to do so; s may be NULL */

#endif
