/*
 * The Deck: templates, clusters, nodes, jobs and events on one screen, and everything that is
 * done from it (DESIGN.md 8). Private to its own files: deck.c (state, windows), deck_parts.h
 * (what each of its places and forms remembers), deck_draw.c, deck_bindings.c (what each key
 * does), deck_bound.c (which key does what now), deck_keys.c (where keys go), deck_mouse.c,
 * deck_prompt.c (lines being typed), deck_sort.c, deck_help.c (what the bindings say),
 * deck_act.c (calls to the engine), deck_teardown.c, deck_wizard.c, deck_form.c with deck_job.c
 * and deck_limits.c (forms of one call), deck_edit.c (templates), deck_cost.c, deck_run.c (the
 * command table behind ":"), deck_view.c (the full views, console/view.h).
 */
#ifndef CONSOLE_DECK_H
#define CONSOLE_DECK_H

#include "client/client.h"
#include "client/mirror.h"
#include "command/command.h"
#include "console/bars.h"
#include "console/console.h"
#include "console/deck_log.h"
#include "console/deck_parts.h"
#include "console/dialog.h"
#include "console/display.h"
#include "console/help.h"
#include "console/pane.h"
#include "console/prompt.h"
#include "console/result.h"
#include "console/spill.h"
#include "console/textbox.h"
#include "console/view.h"
#include "console/view/map.h"
#include "console/view/nodes.h"

/* What a timer does: with the rows of now, as they are borrowed anew in each turn of the loop.
 */
typedef void deck_work(struct deck *d);
struct deck_alarm {
	struct deck *deck;
	deck_work *work;
};
#define DECK_TIMERS 16
#define WHY_KEY	    400 /* of a text: deck_why_key() */

struct deck {
	struct loop *loop;
	struct client *client;
	struct mirror *mirror;
	struct display *display;
	const struct console_options *options;

	struct pane panes[PANES];
	struct node_map map;
	struct mirror_rows ops;
	bool have_ops;
	enum pane_id focus, home_focus; /* home_focus: of the Deck, while a view is open */
	const struct view *view;	/* NULL: the Deck */
	int view_top;			/* first line shown of a view that is all lines */
	bool node_list;
	bool nodes_mapped; /* the view of nodes is the map */
	char
	    sought[120]; /* the filter that found the one row that a view shows; goes with it */
	size_t shade;	 /* of its cells */
	int map_per;	 /* cells in a line of it */
	int map_wide;	 /* columns of such a cell, with the gap behind it; 1: a glyph */
	struct mirror_rows groups;
	bool have_groups;
	struct flash group_flash; /* cells of the groups that just changed */
	struct timer *flash_timer;
	struct mirror_rows history; /* of the selected cluster, where curves are shown */
	bool have_history;
	struct mirror_rows broken; /* its nodes that failed: where issues are listed */
	bool have_broken;
	size_t broken_at;
	bool letters;
	struct deck_layout layout;
	bool pictured;		       /* everything shown was there once */
	char cluster[40];	       /* the selected one; "" none */
	char want_cluster[40];	       /* just made: selected as soon as it is there */
	int64_t ahead_ms, seen_now_ms; /* the engine's clock against ours */
	bool by_second; /* the clock's timer ticks: ages of what is lost are shown */
	int64_t queue_seen_ms, queue_age_ms; /* when a reading's age was told, and the age */

	enum deck_mode mode;
	struct prompt prompts[PROMPT_USES];
	enum prompt_use prompt_use;
	char filter_before[200]; /* what Esc brings back */
	char find[PROMPT_TEXT];
	struct dialog dialog;
	enum deck_mode
	    dialog_over; /* where its answer leads back: the form that asked, or the panes */
	void (*dialog_yes)(struct deck *d);
	char dialog_title[120], dialog_question[200], dialog_aside[80];
	enum chosen_act chosen; /* what the dialog is about, and whom */
	struct strs chosen_names;
	char chosen_cluster[40];
	void (*chosen_yes)(struct deck *d); /* what follows when it is agreed to */
	struct strs chosen_facts;
	const char *chosen_list[6];
	struct textbox box;
	bool box_row;	      /* it tells of the row under the cursor, and moves with it */
	struct result result; /* of the last command */
	bool result_shown;    /* it is what the box has, */
	int result_cols;      /* laid out for so many columns, */
	bool result_whole;    /* or as wide as it is */
	struct help help;
	struct help_entry *help_entries; /* of the last opening */
	struct help_text *help_text;	 /* what they borrow */
	size_t menu_at;
	struct teardown_view teardown;
	struct wizard_view wizard;
	struct form_view form;
	struct template_view template;
	struct cost_view cost;
	struct op_view op;
	struct stop_view stopping;
	struct diff_view diff;
	struct deck_lease lease;
	struct log_view log;
	struct files_view files;
	struct textbox detail; /* the column at 160x40, and what Enter shows */
	struct textbox under;  /* of a view: the text under its table */
	char why_of[80], why_asked[WHY_KEY];
	char *why_text;
	char tail_of[80]; /* the job whose last lines tail_text has */
	char *tail_text;

	char message[320];
	enum tone message_tone;
	bool was_lost;	   /* the link, at the last look */
	bool was_silent;   /* lost, or it did not answer when it was due */
	int64_t silent_ms; /* since when */
	int64_t message_until;
	struct undo undo;
	int64_t interrupted_ms;
	uint32_t pressed;		 /* the last key, and when */
	int64_t pressed_ms, answered_ms; /* answered_ms: a letter answered a question, and no
					    key came since; 0 not so */
	bool burst;			 /* it came faster than anybody types */
	struct spill spill;		 /* what is typed for a line that did not open */
	struct strs messages;		 /* the newest ones, each with its tone and time */
	struct strs scripts;		 /* "CLUSTER PATH": what was submitted last to each */
	struct places places;
	struct saved_views saved;
	struct deck_conf conf;
	struct choices choices;
	struct known_params params;
	struct known_names names;
	struct tab_turn turn;
	bool listing;	     /* Tab in the filter: what fits is listed */
	char mark_expr[200]; /* rows that pass it are marked once they are here; "" none */
	enum pane_id mark_pane;
	int64_t clicked; /* id of the row that the last key was a click on; 0 none */
	bool paused, mouse, no_countdown, reader;
	int64_t paused_ms; /* the time that the picture shows meanwhile */
	int data_ms, esc_ms;
	struct theme theme;   /* as chosen; the site's colour is put on it */
	bool paste, restored; /* filters of the last time were put back */
	bool state_there;     /* its own folder */
	bool helping;	      /* help lies over a prompt, a dialog, the wizard */
	struct textbox place_help;
	struct deck_alarm alarms[DECK_TIMERS];
	size_t n_alarms;
	struct timer *dialog_timer, *clock_timer, *message_timer, *why_timer, *follow_timer,
	    *filter_timer;
	int64_t filtered_ms; /* when the engine was last told what is typed */
	struct deck_call *calls;
	struct timer *late_timer; /* what a key asked for should have been answered */
	bool by_key;		  /* a key is at work: what is asked now is asked by it */
	bool told_late;		  /* and the message says that the answer is not there yet */
	struct deck_run *running; /* a command of the table, or NULL */
	int exit_code;
};

struct deck *deck_new(struct loop *l, struct client *c, const struct console_options *o);
void deck_free(struct deck *d);
void deck_changed(void *arg); /* the mirror has news */
bool deck_ready(void *arg);   /* the first picture is whole, or there is none to wait for */

/* deck.c */
extern const struct pane_kind *const deck_kinds[PANES];
void deck_say(struct deck *d, enum tone tone, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* For ":messages" alone: something else shows it now. */
void deck_note(struct deck *d, enum tone tone, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Of the moment: not kept for ":messages". */
void deck_remark(struct deck *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct timer *deck_timer(struct deck *d,
			 deck_work *work); /* freed by whoever has it, not before the Deck is */
void deck_load(struct deck *d); /* rows are borrowed from the mirror for one turn of the loop */
void deck_watch(struct deck *d);
int64_t deck_now(const struct deck *d); /* UTC ms of the engine */
const struct cluster_row *
deck_cluster(const struct deck *d); /* the selected one's row; NULL none */
const struct operation *
deck_operation(const struct deck *d);		    /* what is under way in it; NULL nothing */
const struct node *deck_node(const struct deck *d); /* under the cursor of the node pane */
const struct event *deck_event(const struct deck *d); /* under the cursor of the event pane */
/* What is selected, and all that makes its why another one: that is asked for again then. */
const char *deck_why_key(const struct deck *d, char out[WHY_KEY]);
const char *deck_selected(const struct deck *d,
			  char out[80]); /* what "why" is asked about: node, job; "" none */
const char *deck_cannot(const struct deck *d,
			enum role needs);   /* why nothing can be changed now; NULL: it can */
bool deck_demo_ended(const struct deck *d); /* nobody answers: "demo --stop" removed it */
bool deck_lost(const struct deck *d); /* the engine is gone, and how to start it is known */
void deck_leave(struct deck *d, int code);
bool deck_maps(const struct deck *d); /* the node pane shows glyphs, not a list */

bool deck_choose_cluster(struct deck *d, const char *name); /* false: there is none of it */
/* The view with that row alone, by its field; Esc shows all again. */
void deck_open_row(struct deck *d, const struct view *v, const char *field, const char *name);

/* deck_header.c */
void deck_draw_header(const struct deck *d, struct screen *s);

/* deck_draw.c */
void deck_draw(void *arg, struct screen *s);
void deck_watch_dialog(struct deck *d);
void deck_draw_greyed(const struct deck *d, struct screen *s, enum pane_id id, struct area a);
void deck_draw_empty(const struct deck *d, struct screen *s, enum pane_id id, struct area a,
		     int row);
bool deck_trouble(const struct deck *d); /* a lamp is not ok */
void deck_draw_lamps(const struct deck *d, struct screen *s, int row);
void deck_draw_title(const struct deck *d, struct screen *s, enum pane_id id);
void deck_draw_pane(struct deck *d, struct screen *s, enum pane_id id);
void deck_draw_detail(struct deck *d, struct screen *s);

/* deck_detail.c */
void deck_detail(struct deck *d, struct textbox *out);
void deck_add_why(const struct deck *d, struct textbox *out); /* the decision's sentences */

/* deck_bindings.c */
#define GROUP_MOVE "MOVE"
#define GROUP_ACT  "ACT"
#define GROUP_VIEW "VIEW"
#define GROUP_APP  "APP"

struct binding {
	uint32_t key, fkey;
	const char *keys; /* the same for the manual: "F7 d" */
	const char *group, *label, *help;
	const char *word;    /* after ":", and in console.conf; NULL: of the command or label */
	const char *command; /* the words of the command table that do the same; NULL none */
	const char *cli; /* its arguments: %c cluster, %n node, %a array, %j job, %t template,
			  * %l the option of a teardown that loses data */
	bool marked;	 /* it is about the marked rows: an open range is ended first */
	bool types;	 /* it leads to a line or a form, into which letters follow */
	enum role needs; /* ROLE_NONE: reading */
	bool (*when)(
	    const struct deck *d); /* only then it is what its key does; NULL: always */
	const char *(*off)(const struct deck *d,
			   char out[80]); /* why not now; NULL: possible */
	void (*run)(struct deck *d);
};
extern const struct binding bindings[];
extern const size_t n_bindings;
extern const struct binding node_keys[]; /* of the views of nodes */
void deck_open_detail(struct deck *d);
void deck_detail_again(struct deck *d); /* rows have changed */

/* deck_bound.c: which key does what now */
/* The i-th of the view's own keys and then the common ones; NULL: there are no more. */
const struct binding *binding_at(const struct deck *d, size_t i);
const struct binding *binding_named(const struct deck *d, const char *label);
const struct binding *binding_of_key(const struct deck *d, uint32_t code);
/* The one that ":WORD" and "key X WORD" mean; NULL: there is none here. */
const struct binding *binding_worded(const struct deck *d, const char *word);
void binding_word(const struct binding *b, char out[32]);
bool binding_is_hidden(const struct deck *d, const struct binding *b);
const char *binding_off(const struct deck *d, const struct binding *b, char out[80]);
void binding_run(struct deck *d, const struct binding *b);
/* Its keys as they are bound now: all of them, or ":WORD" when there is none; the first, a
 * letter where there is one; that letter; "" none. */
const char *binding_keys(const struct deck *d, const struct binding *b, char out[KEYS_TEXT]);
const char *binding_key(const struct deck *d, const struct binding *b, char out[KEYS_TEXT]);
const char *binding_letter(const struct deck *d, const struct binding *b, char out[KEYS_TEXT]);
/* The key of a word, here or in the view that has it, for sentences; ":WORD" when none does. */
const char *deck_key_for(const struct deck *d, const char *word, char out[KEYS_TEXT]);
#define KEY_FOR(d, word) deck_key_for(d, word, (char[KEYS_TEXT]){ 0 })
/* A sentence at the foot of the screen: where that row is too short for it, it begins above,
 * over what is there. Returns its first row. */
int deck_put_message(struct screen *s, int row, enum tone tone, const char *text);
void deck_see_link(struct deck *d); /* the engine was lost, hangs, or is back */
void deck_put_lost(const struct deck *d, struct screen *s, int row);
void deck_put_quiet(const struct deck *d, struct screen *s, int row);
const char *deck_hint(const struct deck *d, const char *hint, char out[HINT_TEXT]);
void deck_dead_key(struct deck *d, uint32_t code); /* says what it is, and where */
/* Over the panes: says what is possible instead. */
void deck_deaf_key(struct deck *d, const struct key *k, const char *possible);
/* The line or form that was asked for does not open, and the message says why. */
void deck_not_opened(struct deck *d);
bool deck_spills(struct deck *d, const struct key *k); /* true: it was typed for that */

/* keys_list.c: the keys of all views */
const struct binding *view_binding_worded(const char *word);
/* The i-th view that has that key, and what it does there; NULL: there are no more. */
const char *view_of_key(uint32_t code, size_t i, const struct binding **b);

/* deck_prompt.c */
void deck_open_find(struct deck *d);
void deck_open_filter(struct deck *d);
void deck_open_command(struct deck *d);
void deck_prompt_key(struct deck *d, const struct key *k);
void deck_find_again(struct deck *d, int step);
void deck_filter_typed(struct deck *d);

void deck_draw_prompt(const struct deck *d, struct screen *s, int row);
void deck_draw_choices(const struct deck *d, struct screen *s, struct area body);
void deck_open_prompt(struct deck *d, enum prompt_use use, const char *label, const char *text);

/* deck_complete.c */
bool deck_complete(void *arg, const char *text, size_t at, char out[PROMPT_TEXT],
		   char hint[160]);
void deck_choices(const struct deck *d, const char *text, size_t at, struct choices *out);
void choices_add(struct choices *c, const char *typed, const char *text, const char *help);

/* deck_names.c: nodes and jobs on the command line. */
void deck_names_ask(struct deck *d, const struct command *c, const char *line,
		    const char *typed);
void deck_names_offer(const struct deck *d, const struct command *c, const char *line,
		      const char *typed, struct choices *out);
void deck_names_forget(struct deck *d); /* they are asked for anew */

/* deck_params.c: PARAM=VALUE on the command line. index: words before the one that is typed. */
void deck_params_ask(struct deck *d, const struct command *c, const char *line);
void deck_params_offer(const struct deck *d, const struct command *c, const char *line,
		       size_t index, const char *typed, struct choices *out);
/* What the engine has to be asked for what is being typed. */
void deck_choices_ask(struct deck *d, const char *text, size_t at);

/* deck_places.c: back, forward, last */
void places_leave(struct deck *d);
void places_come(struct deck *d);
void act_back(struct deck *d);
void act_forward(struct deck *d);
void act_last(struct deck *d);
const char *deck_no_back(const struct deck *d, char out[80]);
const char *deck_no_forward(const struct deck *d, char out[80]);
const char *deck_no_last(const struct deck *d, char out[80]);

/* deck_copy.c */
void act_copy_name(struct deck *d);
void act_copy_row(struct deck *d);
void deck_copy_text(struct deck *d, const char *text, const char *what);
void deck_copy_box(struct deck *d);
const char *deck_no_row(const struct deck *d, char out[80]);

/* deck_marks.c */
void act_list_marked(struct deck *d);
const char *deck_no_marks(const struct deck *d, char out[80]);
void deck_mark_expr(struct deck *d, const char *expr);
void deck_mark_found(struct deck *d);
bool deck_mark_window(const struct deck *d, struct window *w);
void deck_say_marks(struct deck *d, uint32_t key);
bool deck_end_range(struct deck *d, enum pane_id id); /* false: why nothing is done was said */

/* deck_columns.c */
void deck_open_columns(struct deck *d);
void deck_columns_key(struct deck *d, const struct key *k);
void deck_draw_columns(const struct deck *d, struct screen *s, struct area body);
const char *deck_no_columns(const struct deck *d, char out[80]);
bool deck_columns_named(struct deck *d, const char *names);

/* deck_saved.c: named views, and what is remembered from one start to the next */
void act_save_view(struct deck *d);
void deck_save_view(struct deck *d, const char *name);
bool deck_saved_open(struct deck *d, const char *name);
bool deck_saved_delete(struct deck *d, const char *name);
void deck_saved_list(struct deck *d);
void deck_remember(struct deck *d); /* filters and lines typed, at the end */
/* The script that was submitted last to a cluster from here; NULL: none was. */
const char *deck_last_script(const struct deck *d, const char *cluster);
void deck_note_script(struct deck *d, const char *cluster, const char *script);
void deck_recall(struct deck *d);			       /* at the start */
char *deck_state_path(const struct deck *d, const char *name); /* yours; NULL: none are kept */
/* Its folder, made when it is needed; one that was there and is gone went with its engine. */
int deck_state_make(struct deck *d, struct err *err);

/* deck_conf.c */
void deck_conf_read(struct deck *d);
const char *deck_remapped(const struct deck *d, uint32_t code); /* NULL: as in the tables */
int deck_remap(struct deck *d, const char *key, const char *word, struct err *err);
const struct site_mark *deck_site(const struct deck *d);
void deck_theme(struct deck *d,
		const struct theme *t); /* NULL: the same, as the site is known now */

/* deck_set.c */
int deck_set(struct deck *d, const char *name, const char *value, struct err *err);
void deck_show_settings(struct deck *d);
void deck_offer_settings(const struct deck *d, const char *typed, struct choices *out);
void act_mouse(struct deck *d);
void act_pause(struct deck *d);
void act_reload(struct deck *d);
void act_wrap(struct deck *d);

/* deck_words.c: what the console itself understands after ":" */
struct own_word {
	const char *name, *args, *help;
	void (*run)(struct deck *d, const char *rest, const struct strs *words);
	void (*offer)(const struct deck *d, const char *typed, struct choices *out);
};
extern const struct own_word own_words[];
extern const size_t n_own_words;
bool deck_own_word(struct deck *d, const char *line, const struct strs *words);
bool deck_bound_word(struct deck *d, const struct strs *words);
void deck_show_messages(struct deck *d);

/* deck_place_help.c: help over what is being asked or typed */
bool deck_help_here(struct deck *d, const struct key *k); /* true: the key was for it */
void deck_draw_help_here(struct deck *d, struct screen *s, struct area body);

/* deck_sort.c */
void deck_open_sort(struct deck *d);
void deck_sort_key(struct deck *d, const struct key *k);
size_t deck_sorts(const struct deck *d); /* orders of the focused pane */
bool deck_sort_named(struct deck *d, const char *name);
bool deck_sort_titled(struct deck *d, const char *title); /* by a column's title */

/* deck_help.c */
void deck_open_help(struct deck *d);
void deck_show_cli(struct deck *d);
void deck_footer(const struct deck *d, struct footer_key out[12]);
void deck_cli_line(const struct deck *d, const struct binding *b, struct buf *out);
const char *deck_called(const struct deck *d); /* "paceline", with what reaches this engine */

#define MENU_MOST 60
size_t deck_menu(const struct deck *d, const struct binding *out[MENU_MOST]);

/* deck_keys.c */
void deck_key(void *arg, const struct key *k);
bool deck_table_key(struct deck *d, const struct key *k);
bool deck_moved(struct deck *d, const struct key *k); /* a key that moves where the focus is */
/* deck_mouse.c */
void deck_mouse(struct deck *d, const struct key *k);	   /* over panes and views */
void deck_mouse_over(struct deck *d, const struct key *k); /* over what lies on them */
void jobs_fold_again(struct deck *d); /* view/jobs.c: from the tasks of an array to all */
void deck_open_box(struct deck *d);
void deck_ask(struct deck *d, const struct dialog_spec *spec, void (*yes)(struct deck *d));
void deck_hold_dialog(struct deck *d); /* while there is no link nothing can be begun */

/* deck_act.c */
void act_start(struct deck *d);
void act_start_named(struct deck *d, const char *name);
void act_why(struct deck *d);
void deck_event_object(char out[80], const struct event *e); /* the first of several nodes */
#define TAKES_BACK " takes it back (30 s)" /* behind the key, where an act is told */
void act_undo(struct deck *d);
/* What act_why() is about: the cluster, and in it a node or job; "": the cluster itself. */
const char *deck_explained(const struct deck *d, char what[80]);
void act_fetch_why(struct deck *d); /* for the detail column */
void deck_get(struct deck *d, char *path, deck_answer_cb *cb,
	      const char *note); /* path is taken */
/* Its failure is not worth a sentence. */
void deck_get_quietly(struct deck *d, char *path, deck_answer_cb *cb, const char *note);
void deck_post(struct deck *d, char *path, struct json *body, deck_answer_cb *cb,
	       const char *note); /* both are taken */
/* What happens when the newest call fails, instead of its sentence. */
typedef void deck_failed_cb(struct deck *d, const struct err *err, const char *note);
void deck_if_failed(struct deck *d, deck_failed_cb *cb);
/* The same: it is meant for what was read, as the "etag" in it says (R9.1). */
void deck_if_match(struct deck *d, const struct json *read);
void deck_drop_calls(struct deck *d);
void deck_undo_set(struct deck *d, const char *what, char *path, struct json *body);
/* An act that is not taken back stands before older ones that would be. how: what to do instead
 */
/* The same of an operation: until that ends. */
void deck_undo_op(struct deck *d, const char *what, int64_t op);
void deck_undo_see(struct deck *d); /* operations changed */
void deck_undo_none(struct deck *d, const char *what, const char *how);

void deck_late(struct deck *d); /* of late_timer */
/* Where nothing else is said: that the engine is away, so that an answer comes later. */
void deck_tell_away(struct deck *d);
/* Does what a key asked for: what it asks the engine is missed when no answer comes. */
void deck_by_key(struct deck *d, void (*run)(struct deck *d));
void deck_call_quiet(struct deck *d); /* the newest call's failure is not worth a sentence */

/* deck_lease.c (R9.5): kind "clusters" or "templates" */
void deck_lease_begin(struct deck *d, const char *kind, const char *name, const char *doing);
void deck_lease_end(struct deck *d);
void deck_lease_look(struct deck *d); /* after each key: is it still open? */
void deck_lease_clear(struct deck *d);
/* Who has it open, for a question that is about to be asked; NULL: nobody. */
const char *deck_edited_by(const struct deck *d, const char *cluster, char out[160]);

/* deck_stop.c */
void act_stop(struct deck *d);
/* Asks with what the engine knows of the cluster's jobs; yes: what then is done. */
void deck_ask_stop(struct deck *d, const char *cluster, bool force,
		   void (*yes)(struct deck *d));

/* deck_chosen.c */
void act_chosen(struct deck *d, enum chosen_act what);
/* The same act as a command that was typed and is done: taken back by the same key. false: it
 * is none of these, or nothing takes it back. */
bool deck_chosen_typed(struct deck *d, const struct command_run *run, char note[160]);
/* Asked as by its key, before it runs. false: it is none of these. */
bool deck_ask_typed(struct deck *d, const struct command_run *run, void (*yes)(struct deck *d));
void act_drain(struct deck *d);
void deck_chosen_cli(const struct deck *d, enum pane_id pane, struct buf *out);
const char *deck_no_node(const struct deck *d, char out[80]);
const char *deck_no_job(const struct deck *d, char out[80]);
void act_shell(struct deck *d); /* on the node under the cursor */

/* deck_array.c */
enum array_act { ARRAY_KEEP, ARRAY_UNKEEP };
void act_retry_arrays(struct deck *d); /* sizes that rest */
/* Its binding, where there is one cluster to act on. */
#define DECK_RETRY_ARRAYS                                                                      \
	{                                                                                      \
		.key = 'r', .keys = "r", .word = "retry-arrays", .group = GROUP_ACT,           \
		.help = "open sizes that rest again", .command = "array retry", .cli = "%c",   \
		.needs = ROLE_OPERATOR, .off = deck_not_running, .run = act_retry_arrays       \
	}
const char *deck_not_running(const struct deck *d, char out[80]);
void act_array(struct deck *d, enum array_act what); /* keep: or unkeep, where it is kept */
const char *deck_array(const struct deck *d);	     /* under the cursor; NULL none */
const char *deck_no_array(const struct deck *d, char out[80]);

/* deck_view.c */
void view_open(struct deck *d, const struct view *v); /* NULL: back to the Deck */
void view_tab(struct deck *d, size_t tab);
bool view_named(struct deck *d, const char *title);  /* false: there is none */
bool view_placed(struct deck *d, const char *place); /* the same by "nodes" */
const char *view_title(size_t tab);
size_t view_tab_of(const struct deck *d);
void view_draw(struct deck *d, struct screen *s);
bool view_key(struct deck *d, const struct key *k); /* moves; false: not its key */
void view_tabs(const struct deck *d, struct screen *s, int row);
bool view_tab_clicked(struct deck *d, int cols, int col); /* false: there is none */

/* What is known of the selected row, as lines of a view. */
int view_detail_rows(struct deck *d, int columns);
void view_detail_row(struct deck *d, struct screen *s, struct area line, int i);

/* deck_teardown.c */
void act_teardown(struct deck *d);
void act_report(struct deck *d); /* of the last teardown */
const char *deck_no_report(const struct deck *d, char out[80]);
bool teardown_key(struct deck *d, const struct key *k); /* false: it is left */
void teardown_draw(struct deck *d, struct screen *s, struct area a);
void teardown_follow(struct deck *d);
void teardown_see(struct deck *d);	     /* operations changed */
size_t teardown_needs(const struct deck *d); /* items that wait for the operator */
void teardown_agreed(struct deck *d);
/* deck_plan.c: before it begins */
/* Of the plan of the set that is chosen, new: for deck_get(), which takes it. */
char *teardown_plan_path(const struct teardown_view *t);
void teardown_plan_open(struct deck *d, const struct json *plan);
void teardown_plan_see(struct deck *d);			     /* the cluster may have changed */
bool teardown_plan_key(struct deck *d, const struct key *k); /* false: it is left */
void teardown_plan_draw(struct deck *d, struct screen *s, struct area a);
bool teardown_can_undo(const struct deck *d); /* nothing was deleted yet */
void teardown_clear(struct deck *d);

/* deck_wizard.c */
void act_create(struct deck *d);
void deck_wizard_key(struct deck *d, const struct key *k);
void deck_wizard_draw(struct deck *d, struct screen *s, struct area a);
void deck_wizard_footer(const struct deck *d, struct footer_key out[12]);
void deck_wizard_link(struct deck *d); /* the engine may be away, or answer again */
const char *deck_away(const struct deck *d, char out[120]);
void deck_wizard_drafts(struct deck *d); /* says which are kept, at the start */
void deck_wizard_clear(struct deck *d);

/* deck_form.c: what one call makes, as a form */
struct form_kind {
	const char *act; /* F8, in the footer */
	const char *waits, *sent,
	    *left;	  /* sentences: before it is there; it was left: after F8, before */
	const char *help; /* on F1 */
	struct json *(*body)(const struct form_view *v); /* new */
	const char *beside; /* what the call has besides; NULL: its body is whole */
	char *(*path)(const struct form_view *v,
		      bool check); /* new; of the call, of its check */
	void (*line)(const struct form_view *v,
		     struct buf *out); /* for a shell, behind the program's name */
	void (*send)(struct deck *d);
	/* Adds to a body what its check is told besides; NULL: nothing. */
	void (*ask)(const struct form_view *v, struct json *body);
	/* May add to what the engine said of the values; NULL: it is all there is to say. */
	void (*judge)(struct form_view *v, struct json *said);
	/* Usual values of the field at the cursor, as of a check; new. NULL: the engine has
	 * them. */
	struct json *(*offers)(const struct form_view *v);
};
void form_begin(struct deck *d,
		const struct form_kind *kind); /* then the engine is asked for it */
bool form_is_waited_for(const struct deck *d, const struct form_kind *kind);
void form_open(struct deck *d, const char *title, const struct json *schema);
void form_close(struct deck *d);
void form_sent(struct deck *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void form_not_told(struct deck *d, const struct err *err, const char *note);
void form_not_sent(struct deck *d, const struct err *err, const char *what);
void deck_form_key(struct deck *d, const struct key *k);
void deck_form_draw(struct deck *d, struct screen *s, struct area a);
void deck_form_footer(const struct deck *d, struct footer_key out[12]);
void deck_form_link(struct deck *d);
void deck_form_clear(struct deck *d);

/* deck_job.c: a job is submitted, the first time or once more */
void act_submit(struct deck *d);
void act_again(struct deck *d);

/* deck_limits.c: what may change of a cluster while it lives */
void act_limits(struct deck *d);
const char *deck_no_limits(const struct deck *d, char out[80]);
void act_autoscaling(struct deck *d); /* paused, or goes on */
const char *deck_no_autoscaling(const struct deck *d, char out[80]);

/* deck_edit.c */
bool template_wanted(const struct deck *d); /* the engine is to be asked about it */
const struct json *template_told(const struct deck *d,
				 const char *name); /* NULL: not told yet */
void act_fetch_template(struct deck *d);
void template_params(const struct deck *d, struct textbox *out);
void act_template_open(struct deck *d);
void act_template_text(struct deck *d);
void act_edit(struct deck *d);
void act_edit_as(struct deck *d, const char *name);
void deck_keep_template(struct deck *d, const char *name, const char *text);
void deck_template_clear(struct deck *d);

/* deck_diff.c */
void act_fetch_diff(struct deck *d, const struct template_row *t); /* t NULL: of nothing */
const struct json *diff_told(const struct deck *d, const char *template); /* NULL: not yet */
void act_diff_open(struct deck *d);
void act_diff_next(struct deck *d);
void diff_lines(const struct deck *d, struct textbox *out, const char *template);
const char *deck_diff_no_apply(const struct deck *d, char out[80]);
void act_diff_apply(struct deck *d);
/* Asks with what a cluster's plan of an update would change; kept in d->diff.plan. */
void deck_ask_update(struct deck *d, const struct json *plan, const char *cluster,
		     void (*yes)(struct deck *d));
void deck_diff_clear(struct deck *d);

/* deck_ops.c */
bool op_wanted(const struct deck *d); /* the engine is to be asked about it */
void act_fetch_op(struct deck *d);
/* brief: its steps in one line */
void op_detail(const struct deck *d, struct textbox *out, const struct operation *o,
	       bool brief);
const char *deck_op_name(const struct deck *d, char out[80]); /* its number */
const char *deck_op_none(const struct deck *d, char out[80]);
const char *deck_op_no_retry(const struct deck *d, char out[80]);
const char *deck_op_no_cancel(const struct deck *d, char out[80]);
void act_op_open(struct deck *d);
void act_op_retry(struct deck *d);
void act_op_cancel(struct deck *d);
void act_op_events(struct deck *d);
void act_operations(struct deck *d);
void act_operation_open(struct deck *d, int64_t id);
void deck_op_clear(struct deck *d);

/* deck_cost.c */
void deck_cost_open(struct deck *d);
void deck_cost_close(struct deck *d);
void act_fetch_cost(struct deck *d);
void act_cost_export(struct deck *d);
void deck_cost_clear(struct deck *d);

/* deck_log.c */
void act_log(struct deck *d); /* of what is under the cursor */
void act_log_job(struct deck *d);
void act_log_node(struct deck *d);
const char *deck_no_log(const struct deck *d, char out[80]);
/* The job under the cursor that wrote something of its own; NULL: why not was said. key: of
 * what asks. */
const char *deck_job_written(struct deck *d, const char *key);
void log_begin(struct deck *d); /* reads it from its end */
/* The last lines of the job under the cursor, where there is room for them. */
void act_fetch_tail(struct deck *d, const char *job);
bool log_is_open(const struct deck *d);
void log_other_stream(struct deck *d);
void log_want_older(struct deck *d);
void log_save(struct deck *d);
void log_save_as(struct deck *d, const char *path);
void log_close(struct deck *d);
bool log_back(struct deck *d);
void deck_log_clear(struct deck *d);

/* deck_files.c */
void act_files(struct deck *d); /* of the job under the cursor, or of the log that is open */
void files_begin(struct deck *d);
void files_close(struct deck *d);
bool files_back(struct deck *d);
const struct json *deck_file(const struct deck *d); /* under the cursor; NULL none */
const char *deck_file_path(const struct deck *d);   /* "": none */
const char *deck_no_file(const struct deck *d, char out[80]);
void act_fetch_file(struct deck *d);
void deck_files_clear(struct deck *d);

/* deck_run.c: the command line */
void deck_run_line(struct deck *d, const char *line);
bool deck_is_cluster(const struct deck *d, const char *name); /* there is one of it */
void deck_lay_result(struct deck *d, int columns);
void deck_run_abandon(struct deck *d); /* asked about and not agreed to */
void deck_run_clear(struct deck *d);

#endif
