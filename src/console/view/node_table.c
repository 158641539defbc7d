/* Nodes, the full view as a table: what each is, does and costs, and why. */
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/words.h"

enum { NAME, STATE, FOR, ARRAY, SIZE, KIND, ZONE, JOBS, UP, MONEY, ADDRESS, REASON };

static const struct column small[] = {
	{ "NODE", 8, 16, 9, false },
	{ "STATE", 7, 7, 8, false },
	{ "REASON", 12, 0, 7, false },
};
static const unsigned char small_what[] = { NAME, STATE, REASON };
static const struct column normal[] = {
	{ "NODE", 10, 16, 9, false }, { "STATE", 7, 7, 8, false },   { "FOR", 4, 7, 5, true },
	{ "SIZE", 7, 12, 3, false },  { "KIND", 4, 4, 3, false },    { "JOBS", 4, 4, 4, true },
	{ "$/H", 5, 7, 5, true },     { "REASON", 26, 0, 7, false },
};
static const unsigned char normal_what[] = {
	NAME, STATE, FOR, SIZE, KIND, JOBS, MONEY, REASON
};
static const struct column wide[] = {
	{ "NODE", 10, 20, 9, false },	{ "STATE", 7, 7, 8, false },
	{ "FOR", 6, 8, 5, true },	{ "ARRAY", 5, 12, 2, false },
	{ "SIZE", 8, 16, 3, false },	{ "KIND", 4, 4, 3, false },
	{ "ZONE", 4, 4, 2, false },	{ "JOBS", 4, 4, 4, true },
	{ "UP", 6, 8, 3, true },	{ "$/H", 6, 8, 5, true },
	{ "ADDRESS", 9, 15, 1, false }, { "REASON", 24, 0, 7, false },
};
static const unsigned char wide_what[] = { NAME, STATE, FOR, ARRAY, SIZE,    KIND,
					   ZONE, JOBS,	UP,  MONEY, ADDRESS, REASON };
static const struct pane_columns sets[] = {
	PANE_COLUMNS(0, small),
	PANE_COLUMNS(60, normal),
	PANE_COLUMNS(96, wide),
};

/* Money in a column has no sign: the title says what it is. */
static void money(struct table_cell *out, double price)
{
	char text[24];

	money_text(text, price);
	snprintf(out->text, sizeof(out->text), "%s", text[0] == '$' ? text + 1 : text);
}

static void since(const struct pane *p, struct table_cell *out, int64_t at_ms)
{
	char span[CLOCK_TEXT];

	snprintf(out->text, sizeof(out->text), "%s",
		 at_ms > 0 && at_ms <= p->now_ms ? words_age(span, p->now_ms - at_ms) : "-");
}

static void cell(const struct pane *p, size_t i, int what, struct table_cell *out)
{
	const struct node *n = &p->rows.u.nodes[i];
	const char *text = NULL;

	switch (what) {
	case NAME:
		text = n->name;
		break;
	case STATE:
		node_state_cell(p, n, out);
		break;
	case FOR:
		since(p, out, n->since_ms);
		break;
	case ARRAY:
		text = n->array;
		break;
	case SIZE:
		text = vm_size_short(n->size);
		break;
	case KIND:
		text = words_kind(n->spot);
		out->tone = n->spot ? TONE_SPOT : TONE_TEXT;
		break;
	case ZONE:
		text = n->zone[0] ? n->zone : "-";
		break;
	case JOBS:
		snprintf(out->text, sizeof(out->text), n->jobs < 0 ? "?" : "%lld",
			 (long long)n->jobs);
		break;
	case UP:
		since(p, out, n->bound_ms);
		break;
	case MONEY:
		money(out, n->price);
		break;
	case ADDRESS:
		text = n->address[0] ? n->address : "-";
		break;
	default:
		node_reason_cell(n, out);
	}
	if (text)
		snprintf(out->text, sizeof(out->text), "%.159s", text);
}

static const struct pane_kind kind = {
	A_NODES_TABLE,
	PANE_SETS(sets),
	.cell = cell,
};

static void open_node(struct deck *d)
{
	view_open(d, &view_node);
}

static const char *no_machine(const struct deck *d, char out[80])
{
	const struct node *n = deck_node(d);

	(void)out;
	if (!n)
		return "no node is under the cursor";
	return n->host[0] ? NULL : "it has no machine yet";
}

static void terminate(struct deck *d)
{
	act_chosen(d, ACT_TERMINATE);
}

static void undrain(struct deck *d)
{
	act_chosen(d, ACT_UNDRAIN);
}

static void keep(struct deck *d)
{
	act_chosen(d, ACT_KEEP);
}

static void keep_array(struct deck *d)
{
	act_array(d, ARRAY_KEEP);
}

const struct binding node_keys[] = {
	{ .key = 'L',
	  .keys = "L",
	  .group = GROUP_VIEW,
	  .label = "Log",
	  .help = "what it said",
	  .command = "node log",
	  .cli = "%c %n",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_node,
	  .run = act_log_node },
	{ .key = K_ENTER,
	  .keys = "Enter",
	  .group = GROUP_VIEW,
	  .help = "all about the node",
	  .command = "node show",
	  .cli = "%c %n",
	  .off = deck_no_node,
	  .run = open_node },
	{ .key = '$',
	  .fkey = K_F8,
	  .keys = "F8 $",
	  .group = GROUP_ACT,
	  .label = "Shell",
	  .help = "a shell on the node",
	  .command = "ssh",
	  .cli = "%c %n",
	  .needs = ROLE_OPERATOR,
	  .off = no_machine,
	  .run = act_shell },
	{ .key = 'T',
	  .fkey = K_F9,
	  .keys = "F9 T",
	  .group = GROUP_ACT,
	  .label = "Terminate..",
	  .help = "terminate node or marked...",
	  .command = "node terminate",
	  .cli = "%c %n",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_node,
	  .marked = true,
	  .run = terminate },
	{ .key = 'r',
	  .keys = "r",
	  .group = GROUP_ACT,
	  .label = "Undrain",
	  .help = "let them take jobs again",
	  .command = "node undrain",
	  .cli = "%c %n",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_node,
	  .marked = true,
	  .run = undrain },
	{ .key = 'K',
	  .keys = "K",
	  .group = GROUP_ACT,
	  .label = "Keep",
	  .help = "scale-in leaves them alone",
	  .command = "node keep",
	  .cli = "%c %n",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_node,
	  .marked = true,
	  .run = keep },
	{ .key = '^',
	  .keys = "^",
	  .word = "keep-array",
	  .group = GROUP_ACT,
	  .label = "Keep array",
	  .help = "keep its array, or no more",
	  .command = "array keep",
	  .cli = "%c %a",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_array,
	  .run = keep_array },
	{ .keys = NULL },
};

const struct view view_nodes = {
	.title = "Nodes",
	.place = "nodes",
	.pane = PANE_NODES,
	.kind = &kind,
	.keys = node_keys,
	.hint =
	    "Enter detail  Space mark  {drain} drain  {explain} why  {shell} shell  {map} map  {filter} filter  {help} help",
};
