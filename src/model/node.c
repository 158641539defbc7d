#include "model/node.h"

#include <string.h>

#include "model/words.h"

static const struct {
	char glyph;
	bool live, booting;
} traits[NODE_STATES] = {
	[NODE_PLANNED] = { '~', true, true },	 [NODE_REQUESTED] = { '~', true, true },
	[NODE_ALLOCATING] = { '~', true, true }, [NODE_BOOTING] = { '+', true, true },
	[NODE_JOINING] = { '+', true, true },	 [NODE_IDLE] = { '=', true, false },
	[NODE_BUSY] = { '#', true, false },	 [NODE_DRAINING] = { 'd', true, false },
	[NODE_DELETING] = { 'd', true, false },	 [NODE_GONE] = { '.', false, false },
	[NODE_FAILED] = { '!', true, false },	 [NODE_EVICTED] = { 'x', true, false },
	[NODE_UNHEALTHY] = { '?', true, false }, [NODE_DEALLOCATED] = { 'h', false, false },
};

static const char *const names[NODE_STATES] = {
	[NODE_PLANNED] = "planned",
	[NODE_REQUESTED] = "requested",
	[NODE_ALLOCATING] = "allocating",
	[NODE_BOOTING] = "booting",
	[NODE_JOINING] = "joining",
	[NODE_IDLE] = "idle",
	[NODE_BUSY] = "busy",
	[NODE_DRAINING] = "draining",
	[NODE_DELETING] = "deleting",
	[NODE_GONE] = "gone",
	[NODE_FAILED] = "failed",
	[NODE_EVICTED] = "evicted",
	[NODE_UNHEALTHY] = "unhealthy",
	[NODE_DEALLOCATED] = "deallocated",
};

#define TO(state) (1U << (state))
#define ENDS	  (TO(NODE_DELETING) | TO(NODE_GONE) | TO(NODE_FAILED) | TO(NODE_EVICTED))

/* A node may skip forward (two marks seen in one reading), and fail, be evicted or be deleted
 * from anywhere. */
static const unsigned int moves[NODE_STATES] = {
	[NODE_PLANNED] = ENDS | TO(NODE_REQUESTED) | TO(NODE_ALLOCATING),
	[NODE_REQUESTED] = ENDS | TO(NODE_ALLOCATING) | TO(NODE_BOOTING) | TO(NODE_JOINING),
	[NODE_ALLOCATING] = ENDS | TO(NODE_BOOTING) | TO(NODE_JOINING),
	[NODE_BOOTING] =
	    ENDS | TO(NODE_JOINING) | TO(NODE_IDLE) | TO(NODE_BUSY) | TO(NODE_DRAINING),
	[NODE_JOINING] =
	    ENDS | TO(NODE_IDLE) | TO(NODE_BUSY) | TO(NODE_DRAINING) | TO(NODE_BOOTING),
	[NODE_IDLE] = ENDS | TO(NODE_BUSY) | TO(NODE_DRAINING) | TO(NODE_UNHEALTHY) |
		      TO(NODE_DEALLOCATED),
	[NODE_BUSY] = ENDS | TO(NODE_IDLE) | TO(NODE_DRAINING) | TO(NODE_UNHEALTHY),
	[NODE_DRAINING] =
	    ENDS | TO(NODE_IDLE) | TO(NODE_BUSY) | TO(NODE_UNHEALTHY) | TO(NODE_DEALLOCATED),
	[NODE_DELETING] = TO(NODE_GONE) | TO(NODE_FAILED) | TO(NODE_EVICTED),
	[NODE_GONE] = 0,
	[NODE_FAILED] = TO(NODE_DELETING) | TO(NODE_GONE),
	[NODE_EVICTED] = TO(NODE_DELETING) | TO(NODE_GONE),
	[NODE_UNHEALTHY] =
	    ENDS | TO(NODE_IDLE) | TO(NODE_BUSY) | TO(NODE_DRAINING) | TO(NODE_JOINING),
	[NODE_DEALLOCATED] = ENDS | TO(NODE_BOOTING),
};

bool node_is_kept(const struct node *n)
{
	return n->keep_alive || n->array_kept_ms > 0;
}

#define HOUR_MS 3600000.0

int64_t node_kept_ms(const struct node *n, int64_t now_ms)
{
	int64_t since = n->array_kept_ms;

	if (!node_is_kept(n) || !n->bound_ms)
		return 0;
	if (n->keep_alive && (!since || n->kept_ms < since))
		since = n->kept_ms; /* 0: of before that was noted */
	since = since > n->bound_ms ? since : n->bound_ms;
	return now_ms > since ? now_ms - since : 0;
}

double node_kept_cost(const struct node *n, int64_t now_ms)
{
	return n->price < 0 ? -1 : n->price * (double)node_kept_ms(n, now_ms) / HOUR_MS;
}

const char *node_state_name(enum node_state s)
{
	return names[s];
}

char node_state_glyph(enum node_state s)
{
	return traits[s].glyph;
}

/* Trouble first, what changes next, then the idle one that costs money, at the end nothing. */
char node_glyph_worse(char a, char b)
{
	static const char order[] = "!?xdh~+=#.";
	const char *at_a = strchr(order, a), *at_b = strchr(order, b);

	return !at_b || (at_a && at_a < at_b) ? a : b;
}

const char *node_bought(bool spot)
{
	return spot ? "spot" : "on demand (ded)";
}

const char *node_state_word(enum node_state s)
{
	return s == NODE_UNHEALTHY ? "lost" : node_state_name(s);
}

enum node_state node_state_of(const char *name)
{
	return (enum node_state)word_index(names, NODE_STATES, name, NODE_UNHEALTHY);
}

bool node_is_live(enum node_state s)
{
	return traits[s].live;
}

bool node_is_booting(enum node_state s)
{
	return traits[s].booting;
}

bool node_can_move(enum node_state from, enum node_state to)
{
	return (moves[from] & TO(to)) != 0;
}
