/*
 * Outages that an earlier life of the engine told of and that last. What was told is told once,
 * and its end too, however often the engine was restarted in between: the last word about each
 * stands in the events.
 */
#ifndef ENGINE_LASTING_H
#define ENGINE_LASTING_H

struct engine_cloud;
struct run;

#define LASTING_SILENT	"does not answer"		    /* a node, or a cloud */
#define LASTING_ANSWERS "answers again"			    /* likewise, and a source */
#define LASTING_UNREAD	"has not answered for three readings" /* a source */

void lasting_load(struct run *r); /* of its nodes, its scheduler and its cloud's listings */
void lasting_load_cloud(struct engine_cloud *c);

#endif
