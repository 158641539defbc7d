/* What the Deck consists of: what each of its places, forms and questions remembers. */
#ifndef CONSOLE_DECK_PARTS_H
#define CONSOLE_DECK_PARTS_H

#include "base/json.h"
#include "base/loop.h"
#include "base/strs.h"
#include "console/dialog.h"
#include "console/pane.h"
#include "console/plan_tree.h"
#include "console/teardown.h"
#include "console/textbox.h"
#include "console/view.h"
#include "console/wizard.h"

enum deck_mode {
	AT_PANES, /* or at a view */
	AT_PROMPT,
	AT_DIALOG,
	AT_BOX,
	AT_HELP,
	AT_MENU,
	AT_SORT,
	AT_TEARDOWN,
	AT_WIZARD,
	AT_FORM,
	AT_COLUMNS
};
enum prompt_use { FOR_COMMAND, FOR_FIND, FOR_FILTER, FOR_COPY, FOR_SAVE, FOR_LOG, PROMPT_USES };

struct deck;
struct deck_call;

typedef void deck_answer_cb(struct deck *d, const struct json *answer, const char *note);

/* What is done to the marked nodes or jobs, or to the one under the cursor. */
enum chosen_act {
	ACT_DRAIN,
	ACT_UNDRAIN,
	ACT_TERMINATE,
	ACT_KEEP,
	ACT_HOLD,
	ACT_RELEASE,
	ACT_REQUEUE,
	ACT_CANCEL,
	CHOSEN_ACTS
};

struct undo { /* the last act, for 30 s; path "": nothing takes it back */
	int64_t until;
	int64_t op; /* that it takes back while that is under way; 0: none */
	char what[96], path[256], how[48];
	struct json *body;
};

struct teardown_view {
	char cluster[40];
	uint32_t opener; /* the key that asked for it */
	struct json *plan, *operation;
	struct textbox text;
	struct losses losses;
	char lock[120]; /* why it cannot be agreed to now; "" it can */
	struct strs facts;
	const char *loss_list[DIALOG_LOSSES + 1], *fact_list[4];
	int64_t op_id;
	double saves;
	bool asking;  /* the plan is shown and the dialog below it */
	bool unread;  /* it ended while something else was looked at */
	bool refused; /* the plan that is asked about takes the place of one that was refused */
	/* the tree of the plan */
	struct plan_tree tree;
	size_t row, top;
	struct textbox side;   /* facts about the row */
	struct strs keep;      /* storage that is to be kept */
	bool kill;	       /* running jobs are not waited for */
	unsigned int planning; /* plans that were asked for and have not come */
	struct plan_of {       /* what there was when it was asked for last */
		int64_t running, pending, nodes;
		bool unread, protect;
	} of;
	/* the progress */
	size_t item; /* which of those that need somebody */
};

#define WIZARD_AHEAD 40

struct wizard_view {
	struct wizard form;
	struct json *kept;	      /* the cluster whose disks are taken over; NULL: none */
	bool open;		      /* form holds a template */
	bool checking;		      /* a check is under way */
	uint32_t ahead[WIZARD_AHEAD]; /* keys typed before the template came */
	size_t n_ahead;
	struct timer *timer; /* the next check */
};

struct form_kind;

struct form_view { /* what one call makes */
	const struct form_kind *kind;
	struct wizard form;
	bool open, checking;
	bool behind;		   /* something was typed while it is being sent */
	char cluster[40], job[64]; /* job: that is submitted once more */
	int64_t processes;	   /* of it; 0 not known */
	struct json *plan; /* of what is to be changed, as the last check has it; NULL none */
	char *cli; /* the command of the values as they stand, and the call of the API */
	struct timer *timer;
};

struct stop_view { /* of a cluster that is asked about */
	char cluster[40];
	bool force;
	uint32_t opener;
	void (*yes)(struct deck *d);
};

struct template_view {
	struct json *answer; /* of the row under the cursor; NULL: not told yet */
	char asked[160];     /* its name, hash and users */
	char editing[64];    /* name of the copy that is being edited */
	char *before;	     /* its text before; NULL: a new one */
	char *given;	     /* what the editor found; NULL: a text that was kept */
	int64_t line;	     /* where the editor opens */
};

#define DIFF_FACTS 10

struct diff_view {	   /* of one template */
	struct json *told; /* GET /v1/templates/T/diff; NULL: not yet */
	struct json *plan; /* of an update that is asked about */
	char template[64];
	char cluster[40], hash[65]; /* what it is held against: a cluster's, or an older one */
	size_t at;		    /* which of those told that is */
	const char *facts[DIFF_FACTS];
};

struct deck_lease { /* what this console has open to change it */
	bool on;
	enum deck_mode mode; /* in which it is open; AT_PANES: in an editor */
	char kind[12], name[64], doing[24], session[33];
	struct timer *timer;
};

struct op_view {	   /* the operation under the cursor */
	struct json *told; /* GET /v1/operations/N; NULL: not yet */
	char asked[160];
};

struct files_view { /* what a job wrote */
	const struct view *back;
	char of[80], cluster[40], error[320];
	struct json *told; /* GET .../jobs/J/files; NULL: not yet */
	unsigned int turn; /* answers of an earlier one are dropped */
	size_t at, top;
	int rows;	    /* of the last drawing */
	char fetching[600]; /* the path that is being copied */
	char to[320];	    /* as what: a name that was free here */
	int says;	    /* what the program says that copies it */
};

enum cost_period { COST_MONTH, COST_TODAY, COST_WEEK, COST_PERIODS };
#define COST_GROUPS 6

struct cost_view {
	struct json *told; /* GET /v1/cost; NULL: not yet */
	enum cost_period period;
	size_t group;
	struct timer *timer;
	struct textbox below; /* where panes stand side by side: what is under them */
	int top_rows;
};

/* Where the operator was: what "[" and "-" go back to. */
struct place {
	const struct view *view; /* NULL: the Deck */
	enum pane_id focus;
	char cluster[40], filter[200], scope[64];
	size_t sort, cursor, top;
	bool descending, fold;
	int64_t cursor_id;
};

#define PLACES_MAX 50

struct places {
	struct place v[PLACES_MAX];
	size_t n, at; /* of the present one; what follows it is "forward" */
	size_t last;  /* the one before, wherever it stands */
	bool moving;  /* through them: nothing new is noted */
};

struct saved_view { /* a named way to look at one pane */
	char name[40], view[16], filter[200], sort[24], columns[200], shade[12];
};

#define SAVED_MOST   100
#define SCRIPTS_MOST 100

struct saved_views {
	struct saved_view v[SAVED_MOST];
	size_t n;
};

struct remap { /* of console.conf: this key does that */
	uint32_t code;
	char word[32]; /* of a binding; "none": nothing */
};

#define REMAPS_MOST 100
#define SITES_MOST  16

struct site_mark { /* how the header tells one site from another */
	char site[40], word[8];
	int colour; /* 0 to 7 */
};

struct deck_conf {
	struct remap remaps[REMAPS_MOST];
	size_t n_remaps;
	struct site_mark sites[SITES_MOST];
	size_t n_sites;
};

#define CHOICES_MOST 200

struct choice {
	char text[64], help[100];
};

struct choices { /* what could stand where something is being typed */
	struct choice v[CHOICES_MOST];
	size_t n, more; /* more: that there was no room for */
	size_t from;	/* byte of the line where the choice begins */
	size_t typed;	/* bytes of it that are there */
	char after;	/* what follows one that is complete: ' ' or ':' */
	char usage[200];
};

#define KEYS_TEXT 48
#define HINT_TEXT 200

struct known_params { /* of the cluster or template behind ":cluster update" */
	char path[160];
	struct json *told; /* NULL: not yet */
};

struct known_names { /* of the cluster that the line names, that begin as what is typed */
	char path[PROMPT_TEXT];
	struct json *told; /* NULL: not yet */
};

struct tab_turn { /* Tab once more where nothing is to be added: each choice in turn */
	char typed[PROMPT_TEXT], shown[PROMPT_TEXT];
	size_t next;
};

struct help_text { /* of one entry of the help */
	char keys[KEYS_TEXT], off[80];
};

#endif
