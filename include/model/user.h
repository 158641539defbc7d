/* Who asks, and in which role (S3). */
#ifndef MODEL_USER_H
#define MODEL_USER_H

#include <stdint.h>
#include <stdbool.h>

enum role { ROLE_NONE, ROLE_VIEWER, ROLE_OPERATOR, ROLE_AUTHOR, ROLE_ADMIN }; /* each includes those before it, NONE aside */

struct user {
	uint32_t uid;
	char name[64];    /* login name, or "uid 1234" */
	char origin[64];  /* "socket uid 0 pid 4711 login uid 1000", "127.0.0.1:5000" */
	enum role role;
};

const char *role_name(enum role r);
enum role role_of(const char *name); /* ROLE_NONE when there is no such word */

#endif
