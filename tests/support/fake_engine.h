/* A small server in place of the engine: it answers what the wire functions write about one
 * cluster, "demo", and notes in DIR/log what it was asked. */
#ifndef TESTS_SUPPORT_FAKE_ENGINE_H
#define TESTS_SUPPORT_FAKE_ENGINE_H

#define FAKE_ENGINE_NODES 700 /* more than one page */

/* The whole of a process that is told to stop by SIGTERM. A byte into ready says that it
 * serves. */
_Noreturn void fake_engine_serve(const char *dir, const char *socket, int ready);

#endif
