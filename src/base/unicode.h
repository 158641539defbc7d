/* What a terminal can be trusted to show of Unicode, and in how many columns. */
#ifndef BASE_UNICODE_H
#define BASE_UNICODE_H

#include <stdint.h>

/* 2 wide, 1 narrow, 0 combining; -1 for what must not reach a terminal as it is. */
int unicode_width(uint32_t cp);

#endif
