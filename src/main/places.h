/* Where things are on disk (DESIGN.md 9): one engine of a user or of the site has one name, one
 * state folder, one socket. */
#ifndef MAIN_PLACES_H
#define MAIN_PLACES_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

#define ENGINE_MAIN "main" /* the engine of this user or site, when none is named */
#define ENGINE_DEMO "demo"
#define SITE_CONFIG "/etc/paceline/config.yaml"
#define SSH_SOCKET                                                                             \
	"/ssh/01234567.0123456789abcdef" /* below a state: as ssh makes that of a cluster */
#define ENGINE_USER "paceline"		 /* whom an engine started as root becomes */

struct places {	      /* owned */
	char *name;   /* of the engine */
	char *config; /* the first that exists; NULL: there is none */
	char *state;  /* of this engine */
	char *socket;
};

bool places_of_site(
    void); /* this process is root's or the engine user's: the site's places are its own */
/* site: those of root's engine, else of this user's. name: letters, digits, ".", "_", "-". */
int places_make(struct places *p, const char *name, bool site, struct err *err);
void places_clear(struct places *p);
char *places_own(const char *name); /* this user's folder for that engine; NULL: no home */
/* What a console keeps: below the engine's folder that it was told, where this user may write
 * there; else, and for NULL, in places_own(). */
char *places_console(const char *state, const char *name);

/*
 * For a client: the engine that was named, or the first that answers of main and demo, the
 * user's own before the site's; none answers: the user's own main.
 */
int places_find(struct places *p, const char *name, struct err *err);
bool places_answers(const struct places *p);		   /* somebody listens on the socket */
int places_reach(const struct places *p, struct err *err); /* why nobody does */

/*
 * Before a client starts an engine of its own, name as it was said or NULL: -1 when the site's
 * answers there, but not to this user, with what an admin has to do. Without a name, a
 * configuration of this user's own means an engine of its own.
 */
int places_check_right(const char *name, struct err *err);

/*
 * For an engine: whether this user gets into the folder, or may make it; -1: at whose folder
 * that ends, and what to do. what: "--state". Before root becomes another user, only the way
 * there is looked at.
 */
int places_check_way(const char *what, const char *path, uid_t uid, struct err *err);
/* The path of its deepest socket is short enough. */
int places_check_state(const char *state, const char *deepest, struct err *err);

/* For an engine: the socket's path is short enough, and nobody listens there. */
int places_check_free(const struct places *p, struct err *err);
/* The command that starts the demo of this engine; NULL: it is no demo's. */
char *places_demo(const struct places *p);
/* Of the engine whose files lie below a folder, a demo's before another's; yours to free. */
char *places_socket_below(const char *dir);
char *places_whole(const char *path); /* from "/" on: folders change, and clients have others */

#endif
