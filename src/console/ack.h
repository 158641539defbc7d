/*
 * Whether the terminal has shown what was sent, by its own word: after a frame it is asked for
 * its status, and it answers when it has read so far. Nobody else knows: the kernel does not
 * count what a pseudo terminal holds (TIOCOUTQ is 0 there), and what sshd holds nobody sees. On
 * a slow line this keeps one frame on its way, so that what is shown is never old. A terminal
 * that does not answer the first time is not asked again, and never waited for. Times are real
 * milliseconds.
 */
#ifndef CONSOLE_ACK_H
#define CONSOLE_ACK_H

#include <stdbool.h>
#include <stdint.h>

#define ACK_MS	     20000 /* an answer that takes longer was lost */
#define ACK_FIRST_MS 2000  /* who has never answered is not expected to after so long */

struct ack {
	bool answers, waits;
	bool asked; /* ever */
	int64_t asked_at;
};

bool ack_may_ask(const struct ack *a, int64_t now);
void ack_ask(struct ack *a, int64_t now); /* the question was sent */
void ack_came(struct ack *a);
void ack_forget(struct ack *a); /* the terminal was somebody else's meanwhile */

bool ack_behind(const struct ack *a, int64_t now); /* frames that nobody asked for wait */
bool ack_due(const struct ack *a, int64_t now);	   /* the answer may still come */

#endif
