#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

#include "base/mem.h"

static const int watched[] = { SIGINT, SIGTERM, SIGHUP };
static struct sigaction before[ARRAY_LEN(watched)];
static volatile sig_atomic_t came, hung_up;

static void note(int signo)
{
	if (signo == SIGHUP)
		hung_up = 1;
	else
		came = signo;
}

void interrupt_watch(void)
{
	const struct sigaction noted = { .sa_handler = note }; /* no SA_RESTART: waits end */

	came = hung_up = 0;
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		if (sigaction(watched[i], NULL, &before[i]) == 0 &&
		    before[i].sa_handler != SIG_IGN)
			sigaction(watched[i], &noted, NULL);
}

void interrupt_leave(void)
{
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		sigaction(watched[i], &before[i], NULL);
}

int interrupt_came(void)
{
	return came;
}

bool interrupt_hung_up(void)
{
	return hung_up != 0;
}
