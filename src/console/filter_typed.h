/*
 * A filter while it is being typed (tui.md 5): how much of it says something already. "sta" and
 * "state:" are on their way to "state:busy"; looked for as words they would only empty the
 * table. Pure.
 */
#ifndef CONSOLE_FILTER_TYPED_H
#define CONSOLE_FILTER_TYPED_H

#include <stddef.h>

#include "model/window.h"

/* Bytes of the text that can be asked for; less than all: the rest is not finished. */
size_t filter_finished(enum noun noun, const char *text);

#endif
