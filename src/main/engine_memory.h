/* What an engine keeps of the machine's memory: it runs for months beside the work of others.
 */
#ifndef MAIN_ENGINE_MEMORY_H
#define MAIN_ENGINE_MEMORY_H

void memory_settle(void);    /* how the heap is kept; before anything large is made */
void memory_give_back(void); /* after the start: what only that needed */

#endif
