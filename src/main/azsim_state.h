/* The state folder of azsim: its lock, its keys, and the record that tells an engine how to
 * reach this cloud. */
#ifndef MAIN_AZSIM_STATE_H
#define MAIN_AZSIM_STATE_H

#include <stdint.h>

#include "azsim_serve.h"
#include "base/crypto.h"
#include "base/err.h"

struct azsim_state {
	char *dir;   /* absolute */
	int lock;    /* -1: not held */
	gid_t group; /* (gid_t)-1: none */
	char secret[65], control_key[65];
	struct rsa_key *key; /* given away by the caller that sets it to NULL */
	double factor;
	int64_t anchor;
	int64_t ports[2]; /* of the last run, 0: none: operation URLs that clients stored name
			     them */
};

int azsim_state_open(struct azsim_state *s, const struct azsim_options *o, struct err *err);
void azsim_state_close(struct azsim_state *s);
int azsim_state_save_ports(const struct azsim_state *s, uint16_t port, uint16_t plain,
			   struct err *err);
int azsim_state_save_clock(const struct azsim_state *s, struct err *err);

struct azsim_record {
	uint16_t port, plain_port;
	const char *guests_socket; /* NULL: ghosts */
};
int azsim_state_write_record(const struct azsim_state *s, const struct azsim_record *r,
			     struct err *err);

#define AZSIM_CLIENT_ID "00000000-0000-0000-0000-0000000000cc"

#endif
