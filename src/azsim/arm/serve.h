/* The sockets in front of arm_handle(): answers leave after the world is on disk, and after the
 * latency they have. */
#ifndef AZSIM_ARM_SERVE_H
#define AZSIM_ARM_SERVE_H

#include "azsim/arm/arm.h"
#include "base/http_server.h"
#include "base/loop.h"
#include "base/tls.h"

struct arm_serve;

struct arm_serve_options {
	uint16_t port, plain_port;  /* 0: any */
	const char *control_socket; /* NULL: none */
	struct tls_server *tls;	    /* borrowed */
};

struct arm_serve *arm_serve_new(struct loop *l, struct arm *a,
				const struct arm_serve_options *o, struct err *err);
void arm_serve_free(struct arm_serve *s);
uint16_t arm_serve_port(const struct arm_serve *s);
uint16_t arm_serve_plain_port(const struct arm_serve *s);

#endif
