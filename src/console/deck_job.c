/* A job as a form: a script of this machine, the one that was submitted last from here to the
 * cluster, or else the sample of its template; or a job of the queue once more with what it was
 * submitted with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/files.h"

#define ARGS	   "args"
#define OPTIONS	   "options"
#define SCRIPT	   "script"
#define FILES_MOST 2000

static const struct {
	const char *name, *label, *help, *type;
	bool first; /* only of a job that was not submitted before */
} fields[] = {
	{ SCRIPT, "Script", "A file of this machine; F2 lists the folder.", "words", true },
	{ "name", "Name", "Letters, digits, dot, hyphen and underscore.", "", false },
	{ "account", "Account", "Whom it is charged to. Empty: as the script says.", "",
	  false },
	{ "partition", "Partition", "The array of the cluster that it runs in.", "", false },
	{ "nodes", "Nodes", "Of each task. Empty: as the script says.", "", false },
	{ "cpus", "CPUs per process",
	  "Cores for each of its processes. Empty: as the script says.", "", false },
	{ "mem", "Memory of a node", "As in 500M or 4G. Empty: as the script says.", "",
	  false },
	{ "time", "Time limit",
	  "Minutes, or as in 2:00:00 or 1-12:00:00. Empty: as the script says.", "", false },
	{ "array", "Array", "Task numbers, as in 0-39 or 1-9:2%4. Empty: as the script says.",
	  "", false },
	{ ARGS, "Arguments", "What the script gets behind its name, words by blanks.", "words",
	  false },
	{ OPTIONS, "Other options",
	  "Of the scheduler's own command, words by blanks, as in --exclusive.", "words",
	  true },
};

static const char help[] =
    "Tab, Down, Enter   the next field;  Shift-Tab, Up  the one before\n"
    "F2, Left, Right    choose, where there are choices\n"
    "F4                 all as it was when the form opened\n"
    "F5                 check now (it is checked while you type, too)\n"
    "F6 !               the same as a line for the shell and as a call of the API; y copies it\n"
    "F7                 the remedy of the first problem\n"
    "F8                 submit it;  Esc leaves, and nothing is submitted\n"
    "What is left empty is as the script says. A paste is one line: of several the first is taken.";

/* values: what stands in the fields; first: it was not submitted before. */
static struct json *schema_of(const struct json *values, const struct json *partitions,
			      bool first)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct json *p;

		if (fields[i].first && !first)
			continue;
		p = json_add_object(list);
		json_set_str(p, "name", fields[i].name);
		json_set_str(p, "label", fields[i].label);
		json_set_str(p, "help", fields[i].help);
		json_set_str(p, "type", fields[i].type);
		json_set_str(p, "default", json_str(values, fields[i].name, ""));
		if (strcmp(fields[i].name, SCRIPT) == 0)
			json_set_bool(p, "offers", true);
		if (strcmp(fields[i].name, "partition") != 0)
			continue;
		json_set(p, "choices", json_copy(partitions));
		if (first)
			json_set_str(p, "none", "the script's");
	}
	return list;
}

static const char *value_of(const struct form_view *v, const char *name)
{
	for (size_t i = 0; i < v->form.n; i++)
		if (strcmp(v->form.fields[i].name, name) == 0)
			return v->form.fields[i].value;
	return "";
}

/*
 * The values as a body, and as a line for the shell
 */

static bool is_words(const char *name)
{
	return strcmp(name, ARGS) == 0 || strcmp(name, OPTIONS) == 0;
}

static void add_words(struct json *list, const char *value)
{
	char *text = xstrdup(value), *next = NULL;

	for (char *w = strtok_r(text, " ", &next); w; w = strtok_r(NULL, " ", &next))
		json_add(list, json_new_string(w));
	free(text);
}

static struct json *again_body(const struct form_view *v)
{
	struct json *body = json_new_object();

	add_words(json_set_array(body, "words"), value_of(v, ARGS));
	for (size_t i = 0; i < v->form.n; i++) {
		const struct wizard_field *f = &v->form.fields[i];

		if (!is_words(f->name) && strcmp(f->name, SCRIPT) != 0 && f->value[0])
			json_set_str(body, f->name, f->value);
	}
	return body;
}

/* The script's text comes to it when it is sent. */
static struct json *submit_body(const struct form_view *v)
{
	struct json *body = again_body(v);

	add_words(json_set_array(body, "args"), value_of(v, OPTIONS));
	return body;
}

static void add_options(const struct form_view *v, struct buf *out)
{
	for (size_t i = 0; i < v->form.n; i++) {
		const struct wizard_field *f = &v->form.fields[i];

		if (is_words(f->name) || strcmp(f->name, SCRIPT) == 0 || !f->value[0])
			continue;
		buf_addf(out, " --%s ", f->name);
		quote_sh_word(out, f->value);
	}
}

/* false: none of them is taken for an option. */
static bool any_dashed(const struct json *words)
{
	for (size_t i = 0; i < json_len(words); i++)
		if (json_text(json_at(words, i))[0] == '-')
			return true;
	return false;
}

static void put_words(struct buf *out, const struct json *words)
{
	for (size_t i = 0; i < json_len(words); i++) {
		buf_addc(out, ' ');
		quote_sh_word(out, json_text(json_at(words, i)));
	}
}

static void again_line(const struct form_view *v, struct buf *out)
{
	struct json *body = again_body(v);
	const struct json *words = json_get(body, "words");

	buf_addf(out, "job resubmit %s ", v->cluster);
	quote_sh_word(out, v->job);
	add_options(v, out);
	if (any_dashed(words))
		buf_adds(out, " --");
	put_words(out, words);
	json_free(body);
}

/* Behind the first "--" stand the scheduler's options, behind a second one words of the script.
 */
static void submit_line(const struct form_view *v, struct buf *out)
{
	struct json *body = submit_body(v);
	const struct json *words = json_get(body, "words"), *args = json_get(body, "args");
	const char *script = value_of(v, SCRIPT);
	bool dashed = any_dashed(words);

	buf_addf(out, "job submit %s ", v->cluster);
	quote_sh_word(out, script[0] ? script : "SCRIPT");
	if (!dashed)
		put_words(out, words);
	add_options(v, out);
	if (dashed || json_len(args) > 0)
		buf_adds(out, " --");
	put_words(out, args);
	if (dashed) {
		buf_adds(out, " --");
		put_words(out, words);
	}
	json_free(body);
}

static char *again_path(const struct form_view *v, bool check)
{
	return client_path(check ? "/v1/clusters/%/jobs/%/resubmit/check"
				 : "/v1/clusters/%/jobs/%/resubmit",
			   v->cluster, v->job, (char *)NULL);
}

static char *submit_path(const struct form_view *v, bool check)
{
	return client_path(check ? "/v1/clusters/%/jobs/check" : "/v1/clusters/%/jobs",
			   v->cluster, (char *)NULL);
}

/*
 * Submitting
 */

static void on_submitted(struct deck *d, const struct json *answer, const char *what)
{
	char job[64];

	snprintf(job, sizeof(job), "job %.40s", json_str(answer, "job", "?"));
	deck_undo_none(d, job, "cancel the job instead");
	form_sent(d, "job %.40s is in the queue of %.40s: %.80s", json_str(answer, "job", "?"),
		  d->form.cluster, what);
}

static void post(struct deck *d, struct json *body, const char *what)
{
	struct form_view *v = &d->form;

	snprintf(v->form.note, sizeof(v->form.note), "it is being submitted");
	deck_undo_none(d, "the submit", "cancel the job instead");
	deck_post(d, v->kind->path(v, false), body, on_submitted, what);
	deck_if_failed(d, form_not_sent);
}

static void again_send(struct deck *d)
{
	char what[80];

	snprintf(what, sizeof(what), "%.50s once more", d->form.job);
	post(d, again_body(&d->form), what);
}

static void submit_send(struct deck *d)
{
	struct form_view *v = &d->form;
	const char *script = value_of(v, SCRIPT), *slash = strrchr(script, '/');
	struct json *body = submit_body(v);
	struct err err = ERR_INIT;

	if (command_script(body, script, &err) < 0) {
		v->form.sending = false;
		snprintf(v->form.note, sizeof(v->form.note), "%s", err.msg);
		json_free(body);
	} else {
		deck_note_script(d, v->cluster, script);
		post(d, body, slash ? slash + 1 : script);
	}
}

static void submit_ask(const struct form_view *v, struct json *body)
{
	struct json *all = json_new_object();
	char *head;

	if (command_script(all, value_of(v, SCRIPT), NULL) == 0) {
		head = command_script_head(json_str(all, "script_text", ""));
		json_set_str(body, "script_text", head);
		free(head);
	}
	json_free(all);
}

/* The engine does not see the file. */
static void submit_judge(struct form_view *v, struct json *said)
{
	struct json *body = json_new_object(), *p;
	struct err err = ERR_INIT;
	const char *script = value_of(v, SCRIPT);

	if (!script[0])
		err_set(&err, ERR_INVALID, "a file of this machine is needed; F2 lists some");
	else
		command_script(body, script, &err);
	if (err.code != ERR_NONE) {
		p = json_add_object(json_get_mut(said, "problems"));
		json_set_str(p, "level", "fail");
		json_set_str(p, "param", SCRIPT);
		json_set_str(p, "text", err.msg);
		json_del(said, "checks");
		p = json_add_object(json_set_array(said, "checks"));
		json_set_str(p, "what", "fits");
		json_set_str(p, "state", "unknown");
		json_set_str(p, "text", "whether it fits is not known without its script");
	}
	json_free(body);
}

static struct json *submit_offers(const struct form_view *v)
{
	struct json *j = json_new_object(), *list = json_set_array(j, "offers");
	struct strs names = STRS_INIT(FILES_MOST);
	const char *script = value_of(v, SCRIPT), *slash = strrchr(script, '/');
	char *folder = xstrndup(script, slash ? (size_t)(slash + 1 - script) : 0);

	files_like(&names, folder);
	for (size_t i = 0; i < names.n; i++) {
		struct json *o = json_add_object(list);
		char *path = xasprintf("%s%s", folder, names.v[i]);

		json_set_str(o, "value", path);
		json_set_str(o, "text",
			     path[strlen(path) - 1] == '/' ? "a folder: F2 lists it" : "");
		free(path);
	}
	strs_clear(&names);
	free(folder);
	return j;
}

/*
 * Opening
 */

static const struct form_kind again = {
	.act = "Submit",
	.waits = "waiting for the engine to tell the job",
	.sent = "the job is being submitted",
	.left = "nothing was submitted",
	.help = help,
	.body = again_body,
	.path = again_path,
	.line = again_line,
	.send = again_send,
};

static void on_job(struct deck *d, const struct json *answer, const char *note)
{
	struct json *schema;
	char title[120];

	(void)note;
	if (!form_is_waited_for(d, &again))
		return;
	d->form.processes = json_int(answer, "processes", 0);
	schema = schema_of(json_get(answer, "values"), json_get(answer, "partitions"), false);
	snprintf(title, sizeof(title), "%.40s: job %.40s once more", d->form.cluster,
		 d->form.job);
	form_open(d, title, schema);
	json_free(schema);
}

void act_again(struct deck *d)
{
	const char *job = pane_name_at(&d->panes[PANE_JOBS]);

	if (!job)
		return;
	form_begin(d, &again);
	snprintf(d->form.job, sizeof(d->form.job), "%s", job);
	deck_get(d, again_path(&d->form, false), on_job, "");
	deck_if_failed(d, form_not_told);
}

static const struct form_kind submit = {
	.act = "Submit",
	.waits = "waiting for the engine to tell the sample job",
	.sent = "the job is being submitted",
	.left = "nothing was submitted",
	.help = help,
	.body = submit_body,
	.beside = "the script as \"script_text\"",
	.path = submit_path,
	.line = submit_line,
	.send = submit_send,
	.ask = submit_ask,
	.judge = submit_judge,
	.offers = submit_offers,
};

static void open_submit(struct deck *d, const char *script)
{
	struct json *values = json_new_object(), *partitions = json_new_array(), *schema;
	char title[120];

	json_set_str(values, SCRIPT, script);
	for (size_t i = 0; d->map.have && i < d->map.rows.n; i++)
		json_add(partitions, json_new_string(d->map.rows.u.arrays[i].array));
	schema = schema_of(values, partitions, true);
	snprintf(title, sizeof(title), "%.40s: submit a job", d->form.cluster);
	form_open(d, title, schema);
	json_free(schema);
	json_free(partitions);
	json_free(values);
}

/* It lies in the folder beside the template's. */
static void on_template(struct deck *d, const struct json *answer, const char *sample)
{
	const char *path = json_str(answer, "path", ""), *slash = strrchr(path, '/');
	char *file;

	if (!form_is_waited_for(d, &submit))
		return;
	file = xasprintf("%.*s/jobs/%s", slash ? (int)(slash - path) : 1, slash ? path : ".",
			 sample);
	open_submit(d, file);
	free(file);
}

static void on_cluster(struct deck *d, const struct json *answer, const char *note)
{
	const char *sample = json_str(answer, "spec.sample_job", "");

	(void)note;
	if (!form_is_waited_for(d, &submit))
		return;
	if (!sample[0] || strchr(sample, '/')) {
		open_submit(d, "");
		return;
	}
	deck_get(d,
		 client_path("/v1/templates/%", json_str(answer, "template", ""), (char *)NULL),
		 on_template, sample);
	deck_if_failed(d, form_not_told);
}

void act_submit(struct deck *d)
{
	const char *last = deck_last_script(d, d->cluster);

	form_begin(d, &submit);
	if (last && file_exists(last)) {
		open_submit(d, last);
		return;
	}
	deck_get(d, client_path("/v1/clusters/%", d->cluster, (char *)NULL), on_cluster, "");
	deck_if_failed(d, form_not_told);
}
