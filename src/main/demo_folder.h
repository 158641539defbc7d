/*
 * The folder of a demo. One that an operator named (--state) may be any folder of the machine, and root may remove anything:
 * so it bears a mark, is taken only when it is new or empty, and of it goes only what a demo makes.
 */
#ifndef MAIN_DEMO_FOLDER_H
#define MAIN_DEMO_FOLDER_H

#include "base/err.h"

#define DEMO_MARK  "paceline-demo" /* a file in it */
#define DEMO_KNOWN "cloud.known"
#define DEMO_ENGINE "/engine" /* its engine's state, below its folder */
#define DEMO_SOCKET "/run/engine.sock" /* of its engine, below its folder */

/* Makes it, or takes an empty one, and marks it. ERR_INVALID: it holds things that are no demo's. */
int demo_folder_take(const char *dir, struct err *err);
/* ERR_INVALID: it is there and bears no mark. Nothing in it may be ended or removed then: not even its locks are a demo's. */
int demo_folder_check(const char *dir, struct err *err);
/* The demo's folder that a socket lies in, to be freed; NULL: in none. */
char *demo_folder_of(const char *socket);
/* The state of the engine that is meant by a folder: a demo has its engine's below its own. Yours to free. */
char *demo_folder_state(const char *dir);
/* Removes what a demo makes there, the mark last, then the folder, unless it holds other things, which are told on stderr. One
 * that does not bear the mark is not touched: demo_folder_check(). One that is not there is removed already. */
int demo_folder_remove(const char *dir, struct err *err);

#endif
