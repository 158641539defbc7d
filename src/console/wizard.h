/*
 * The wizard that makes a cluster (tui.md 4.4): a form from a template's parameters, a step for
 * each of their groups. It knows a parameter by its text, its choices and what the engine's
 * check says of its value, and asks for no type but "bool": one that comes later is a line of
 * text here until it has choices.
 *
 * It is also a form of one step and no review, for what is made by one call, as a job that is
 * submitted (wizard_form_init()).
 *
 * Pure: keys, the time and the engine's JSON go in; what is to be done comes out.
 * console/deck_wizard.c asks the engine, keeps drafts and creates; console/deck_form.c is the
 * same for forms; console/wizard_draw.c and console/wizard_fields.c paint.
 */
#ifndef CONSOLE_WIZARD_H
#define CONSOLE_WIZARD_H

#include "base/json.h"
#include "base/strs.h"
#include "console/key.h"
#include "console/prompt.h"
#include "console/screen.h"
#include "console/textbox.h"

/* What F6 shows, one after the other. */
enum wizard_text { TEXT_YAML, TEXT_JSON, TEXT_CLI, WIZARD_TEXTS };

#define WIZARD_FIELDS	 200
#define WIZARD_RADIO	 4 /* so many choices stand side by side; of more, one at a time */
#define WIZARD_DEAF_MS	 300
#define WIZARD_UNCHECKED "not checked yet" /* a note: the answer of a check takes it away */
#define WIZARD_SENDS	 "it is being checked, and then sent: any key stops that" /* as well */

enum wizard_act {
	WIZARD_STAY,
	WIZARD_LEAVE,
	WIZARD_CREATE,
	WIZARD_OFFERS, /* usual values of the field are wanted */
	WIZARD_CHECK,  /* now */
	WIZARD_SAVE,   /* the draft, now */
	WIZARD_KEEP,   /* the values as a template of one's own */
	WIZARD_QUOTA,  /* the request for what is missing */
	WIZARD_COPY,   /* the text that F6 shows */
	WIZARD_ANEW    /* it is all defaults again; the draft goes */
};

struct wizard_field {
	char *name, *label, *help, *fallback; /* fallback NULL: must be given */
	char *value, *hint;		      /* hint: "0 to 1000", "" none */
	struct strs choices;
	size_t step;
	bool words;	     /* any text: "!" is a letter of it */
	bool asks;	     /* usual values can be asked for */
	char *fixed;	     /* why it cannot be changed; "" it can */
	char *none;	     /* what an empty choice is called; "" there is none */
	char *problem, *fix; /* of the last check; NULL none */
	bool fails;	     /* it cannot be created so; else a warning */
	bool unknown;	     /* it could not be looked at: what it depends on is not known */
	char *moved; /* why it has another value than the template's; NULL: nobody moved it */
};

struct wizard_list { /* F2 */
	bool open, waits;
	bool ahead; /* it is filtered by what stood in the field */
	struct strs values, texts;
	struct prompt filter;
	size_t at;
	int shown;
};

struct wizard {
	char template[64], title[120], hash[72], name_offered[40];
	const char *called;	     /* the program, as a shell takes it; NULL: paceline */
	char *source;		     /* the template's text */
	struct wizard_field *fields; /* the first is the cluster's name */
	size_t n;
	struct strs steps;  /* titles; the last is the review */
	const char *single; /* one step, and no review: what F8 does with it; NULL: steps */
	size_t step, at;    /* at: the field with the cursor */
	size_t furthest;    /* step that was reached */
	struct prompt edit;
	bool selected;	   /* the next character replaces the value */
	unsigned int came; /* serial when the cursor came to the field */
	bool start;	   /* once it is created */
	bool changed;	   /* something differs from what a draft or the defaults had */
	bool asks_anew;	   /* whether what was typed may go: y */
	bool show_text;
	enum wizard_text text_is;
	bool sending;	      /* it is being created */
	struct json *sends;   /* of a form: problems that were known when F8 came before the
			       * check of what is typed; NULL: it did not, or a key came since */
	unsigned int serial;  /* of the values: grows with each change */
	unsigned int checked; /* serial of the values that the check is about */
	bool stale;	      /* the engine was away since */
	char away[120];	  /* it is away: since when, and when it is tried again; "" it is not */
	char failed[160]; /* why the last check came to nothing; "" it did not */
	struct json *check; /* the engine's last answer; NULL none */
	int64_t deaf_until;
	struct wizard_list list;
	struct textbox text;
	int review_top, review_more; /* lines of the review above and below what is seen */
	bool told;		     /* the last drawing had room for the field's help */
	char note[320], draft_note[64]; /* note: an error is whole in it */
};

/* Of GET /v1/templates/T. name: free and offered. */
void wizard_init(struct wizard *w, const struct json *schema, const char *name);
/* parameters: as in a template's schema; type "words": any text; "fixed": why it stays as it
 * is; "none": what no value is called, among choices; "offers": usual values can be asked for.
 * act: what F8 does, "submit"; borrowed. */
void wizard_form_init(struct wizard *w, const char *title, const char *act,
		      const struct json *parameters);
void wizard_clear(struct wizard *w);

/* locked: why nothing can be created now, or NULL. */
enum wizard_act wizard_key(struct wizard *w, const struct key *k, int64_t now,
			   const char *locked);
bool wizard_at_review(const struct wizard *w);
bool wizard_is_checked(const struct wizard *w); /* the values as they stand */
size_t wizard_problems(const struct wizard *w, bool failing);
/* away: why the engine does not answer; "": it does, and what it said before is asked anew. */
void wizard_engine(struct wizard *w, const char *away);
/* Those that stand side by side; 0: it is a line of text, or they are too many for that. */
size_t wizard_options(const struct wizard_field *f, const char *out[WIZARD_RADIO]);

/* How one of its choices is called. */
const char *wizard_choice(const struct wizard_field *f, const char *value);
void wizard_failed(struct wizard *w, const char *why); /* there is no answer to the check */
/* The check has come that F8 waited for, and says nothing that was not known then: true, once.
 */
bool wizard_sends(struct wizard *w, const char *locked);

/* new: {name, template, params}; what is checked is what would be made: no defaults */
struct json *wizard_body(const struct wizard *w);
void wizard_took_check(struct wizard *w, const struct json *answer, unsigned int serial);
void wizard_took_offers(struct wizard *w, const struct json *answer);
bool wizard_has_list(const struct wizard *w); /* the field with the cursor: F2 */
bool wizard_list_shows(const struct wizard_list *l, size_t i); /* it passes the filter */
void wizard_problem_step(const struct wizard *w, const struct json *problem, size_t *step);

/* As if it were typed; nothing where there is no such field, or that is its value. */
void wizard_fill(struct wizard *w, const char *name, const char *value);

struct json *wizard_draft(const struct wizard *w, int64_t now_ms); /* new */
void wizard_restore(struct wizard *w, const struct json *draft);

/* wizard_made.c */
bool wizard_template(const struct wizard *w, struct buf *out, char why[120]);
bool wizard_quota(const struct wizard *w, struct buf *out); /* false: no quota is missing */

/* wizard_fields.c */
void wizard_fields_draw(struct wizard *w, struct screen *s, struct area a); /* of this step */

/* wizard_draw.c */
void wizard_draw(struct wizard *w, struct screen *s, struct area a, int64_t now,
		 const char *locked);
/* A form; about: what F6 shows, folded below it too where there is room. */
void wizard_form_draw(struct wizard *w, struct screen *s, struct area a, const char *about);
/* The same as values, as the API takes it, for a shell. */
void wizard_text(const struct wizard *w, enum wizard_text what, struct textbox *out);
/* For the line under the form: help of the field with the cursor, or, where the form itself
 * tells that, what the keys do. */
const char *wizard_help(const struct wizard *w);

#endif
