/*
 * The event stream: one answer that goes on, with what the client's windows show. After the
 * first picture only what changed is sent, at most four times a second. One JSON object a line:
 *
 *   {"hello":{"stream":ID,"engine":ROW},"rev":N}
 *   {"rev":N,"window":ID,"noun":NOUN,"cluster":NAME,"total":T,"shown":S,"offset":O,"rows":[ROW
 * or K, ...]} all rows of a window; K: the row that was at K (from 0) before
 *   {"rev":N,"window":ID,"total":T,"shown":S,"set":{"K":ROW, ...}}       rows that say
 * something else now
 *   {"window":ID,"error":TEXT}                of its filter or its sort; the rows before it
 * stay
 *   {"rev":N,"engine":ROW}                    when more than its clocks changed
 *   {"rev":N,"now_ms":MS}                     after 15 s without another line
 *
 * A client that reads slowly gets fewer lines, never older ones.
 */
#ifndef SERVER_STREAM_H
#define SERVER_STREAM_H

#include "server/server_private.h"

struct stream;

/* Called once in each turn of the loop in which the engine changed something. */
void streams_flush(struct server *s);
void stream_flush(struct stream *st);

#endif
