/*
 * A log that is looked at: what a job writes, or what a node said. The engine reads the file on
 * the head a window at a time; here it is followed, and put together (log_text.h).
 */
#ifndef CONSOLE_DECK_LOG_H
#define CONSOLE_DECK_LOG_H

#include <stdio.h>

#include "console/log_text.h"

struct view;
struct timer;

struct log_view {
	struct log_text text;
	const struct view *back; /* where it was opened */
	char of[80];		 /* the job, or the node */
	char host[72];		 /* what the node's machine calls itself; "" not known */
	char cluster[40];
	bool node, errors;	 /* errors: stderr */
	bool asked, older;	 /* a call is under way; it is for what lies before */
	bool live, binary, told; /* live: more may come; told: there was an answer */
	char path[520], error[320];
	unsigned int turn; /* answers of an earlier one are dropped */
	int64_t pause_ms;
	struct timer *timer;
	FILE *save; /* a copy in the making */
	char save_path[520];
	int64_t save_next;
	int rows, cols; /* of the last drawing */
	size_t last;	/* the line that was its last */
};

#endif
