/* The table's reader: which command is meant, and whether its words fit. */
#include "command/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/queue.h"

#define NAMES_MAX 200 /* two for each command of the table */

/* "node drain" from the first `take` words; names have one or two. */
static bool is_named(const struct command *c, const char *const *words, size_t take)
{
	size_t first = strlen(words[0]);

	if (take == 1)
		return strcmp(c->name, words[0]) == 0;
	return strncmp(c->name, words[0], first) == 0 && c->name[first] == ' ' &&
	       strcmp(c->name + first + 1, words[1]) == 0;
}

const struct command *command_find(const char *const *words, size_t n, size_t *used)
{
	for (size_t take = n < 2 ? n : 2; take > 0; take--)
		for (size_t i = 0; i < n_commands; i++)
			if (is_named(&commands[i], words, take)) {
				*used = take;
				return &commands[i];
			}
	*used = 0;
	return NULL;
}

static bool in_group(const struct command *c, const char *group)
{
	size_t n = strlen(group);

	return strncmp(c->name, group, n) == 0 && c->name[n] == ' ';
}

bool command_is_group(const char *word)
{
	for (size_t i = 0; i < n_commands; i++)
		if (in_group(&commands[i], word))
			return true;
	return false;
}

/* What begins so, when only one does. */
static const char *begun_by(const char *word, const char *const *names)
{
	const char *found = NULL;

	for (; strlen(word) > 1 && *names; names++)
		if (text_has_prefix(*names, word)) {
			if (found && !text_has_prefix(*names, found))
				return NULL;
			found = found ? found : *names;
		}
	return found;
}

static const char *meant(const char *word, const char *const *names)
{
	const char *begun = begun_by(word, names);
	size_t n = strlen(word);

	if (!begun && n > 2 && word[n - 1] == 's') { /* "ops": more than one of them */
		char *one = xstrndup(word, n - 1);

		begun = begun_by(one, names);
		free(one);
	}
	return begun ? begun : text_nearest(word, names);
}

/* First words and whole names alike. Borrowed from the table, except for groups. */
const char *command_nearest(const char *word)
{
	static const char *const groups[] = { "cluster",   "node", "array", "job", "template",
					      "operation", "disk", "cloud", NULL };
	const char *names[NAMES_MAX];
	size_t n = 0;

	for (size_t i = 0; groups[i]; i++)
		names[n++] = groups[i];
	for (size_t i = 0; i < n_commands && n + 1 < NAMES_MAX; i++)
		names[n++] = commands[i].name;
	names[n] = NULL;
	return meant(word, names);
}

static int unknown_second(const char *group, const char *word, struct err *err)
{
	struct strs names = STRS_INIT(NAMES_MAX);
	struct buf list = BUF_INIT(sizeof(err->msg));
	const char *near;

	for (size_t i = 0; i < n_commands; i++)
		if (in_group(&commands[i], group)) {
			const char *second = commands[i].name + strlen(group) + 1;

			buf_addf(&list, "%s%s", names.n ? ", " : "", second);
			strs_add(&names, second);
		}
	near = word ? meant(word, (const char *const *)names.v) : NULL;
	if (near)
		err_set(err, ERR_INVALID,
			"there is no command \"%s %.60s\"; did you mean \"%s %s\"?", group,
			word, group, near);
	else if (word)
		err_set(err, ERR_INVALID, "there is no command \"%s %.60s\"; %s takes: %s",
			group, word, group, buf_str(&list));
	else
		err_set(err, ERR_INVALID, "%s: say what to do: %s", group, buf_str(&list));
	strs_clear(&names);
	buf_clear(&list);
	return -1;
}

static const char *bare(const char *option)
{
	return option + strspn(option, "-");
}

static const char *nearest_option(const struct strs *names, const char *word)
{
	const char *plain[NAMES_MAX + 1] = { NULL }, *near;
	size_t n = names->n < NAMES_MAX ? names->n : NAMES_MAX;

	for (size_t i = 0; i < n; i++)
		plain[i] = bare(names->v[i]); /* hyphens are common to all, and no nearness */
	near = strlen(word) > 2 ? text_nearest(bare(word), plain) : NULL;
	for (size_t i = 0; i < n; i++)
		if (near == plain[i])
			return near ? names->v[i] : NULL;
	return NULL;
}

static int no_option(const char *of, const struct command_option *own, const char *hyphens,
		     const char *word, struct err *err)
{
	struct strs names = STRS_INIT(NAMES_MAX);
	const char *near;

	for (; own && own->name; own++)
		if (own->help) /* nobody is led to the others */
			strs_addf(&names, "%s%s", hyphens, own->name);
	for (const struct command_option *o = command_globals; o->name; o++)
		strs_addf(&names, "--%s", o->name);
	near = nearest_option(&names, word);
	if (near)
		err_set(err, ERR_INVALID, "%s has no option \"%.60s\"; did you mean \"%s\"?",
			of, word, near);
	else
		err_set(err, ERR_INVALID, "%s has no option \"%.60s\"", of, word);
	strs_clear(&names);
	return -1;
}

/* "start" alone: the commands whose second word it is. */
static bool is_second_word(const char *word, struct err *err)
{
	struct buf list = BUF_INIT(sizeof(err->msg));
	size_t found = 0;

	for (size_t i = 0; i < n_commands; i++) {
		const char *second = strchr(commands[i].name, ' ');

		if (second && strcmp(second + 1, word) == 0)
			buf_addf(&list, "%s\"%s\"", found++ ? ", " : "", commands[i].name);
	}
	if (found)
		err_set(err, ERR_INVALID, "there is no command \"%s\"; did you mean %s%s?",
			word, found > 1 ? "one of " : "", buf_str(&list));
	buf_clear(&list);
	return found > 0;
}

int command_unknown(const char *const *words, size_t n, struct err *err)
{
	const char *near;

	if (command_is_group(words[0]))
		return unknown_second(words[0], n > 1 ? words[1] : NULL, err);
	if (words[0][0] == '-')
		return no_option("paceline", command_before, "", words[0], err);
	if (is_second_word(words[0], err))
		return -1;
	near = command_nearest(words[0]);
	if (near)
		return err_set(err, ERR_INVALID,
			       "there is no command \"%.60s\"; did you mean \"%s\"?", words[0],
			       near);
	return err_set(err, ERR_INVALID, "there is no command \"%.60s\"; help lists them",
		       words[0]);
}

/*
 * What the table asks for: "CLUSTER NODE... [-- COMMAND...]"
 */

struct shape {
	size_t least, most;
	bool rest; /* words after "--" are kept apart */
};

/* One word of it, without its brackets and dots. */
struct wanted {
	const char *name;
	size_t len;
	bool optional, many;
};

static bool next_wanted(const char **at, struct wanted *w)
{
	const char *word = *at + strspn(*at, " ");
	size_t len = strcspn(word, " ");

	*at = word + len;
	*w = (struct wanted){ .name = word, .len = len, .optional = word[0] == '[' };
	if (w->optional) {
		w->name++;
		w->len -= 1 + (word[len - 1] == ']');
	}
	w->many = w->len > 3 && strncmp(w->name + w->len - 3, "...", 3) == 0;
	if (w->many)
		w->len -= 3;
	return len > 0;
}

static struct shape shape_of(const char *args)
{
	struct shape s = { 0 };
	struct wanted w;

	while (next_wanted(&args, &w)) {
		if (w.len == 2 && strncmp(w.name, "--", 2) == 0) {
			s.rest = true;
			break;
		}
		s.least += !w.optional;
		s.most = w.many || s.most == SIZE_MAX ? SIZE_MAX : s.most + 1;
	}
	return s;
}

static int missing(const struct command *c, size_t given, struct err *err)
{
	const char *at = c->args;
	struct wanted w;

	while (next_wanted(&at, &w))
		if (!w.optional && given-- == 0)
			break;
	return err_set(err, ERR_INVALID, "%.*s is missing", (int)w.len, w.name);
}

/*
 * Options
 */

static const struct command_option *find_option(const struct command_option *list,
						const char *name, size_t len)
{
	for (; list && list->name; list++)
		if (strncmp(list->name, name, len) == 0 && !list->name[len])
			return list;
	return NULL;
}

static int unknown_option(const struct command *c, const char *word, struct err *err)
{
	return no_option(c->name, c->options, "--", word, err);
}

/* An empty one would be the folder in which the command is given. */
static bool is_place(const struct command_option *o)
{
	return strcmp(o->value, "DIR") == 0 || strcmp(o->value, "FILE") == 0 ||
	       strcmp(o->value, "PATH") == 0;
}

/* "--name=value", "--name value" or "--name". *i is left at the last word taken. */
static int take_option(struct command_run *r, const char *const *words, size_t n, size_t *i,
		       struct err *err)
{
	const char *word = words[*i], *name = word + 2;
	size_t len = strcspn(name, "=");
	const char *value = name[len] ? name + len + 1 : NULL;
	const struct command_option *o = NULL;

	if (word[1] == '-')
		o = find_option(r->command->options, name, len);
	if (!o && word[1] == '-')
		o = find_option(command_globals, name, len);
	if (!o)
		return unknown_option(r->command, word, err);
	if (!o->value && value)
		return err_set(err, ERR_INVALID, "--%s takes no value", o->name);
	if (o->value && !value) {
		if (*i + 1 >= n)
			return err_set(err, ERR_INVALID, "--%s needs a value: %s", o->name,
				       o->value);
		value = words[++*i];
	}
	if (o->value && !value[0] && is_place(o))
		return err_set(err, ERR_INVALID, "--%s is empty: it names a %s", o->name,
			       strcmp(o->value, "DIR") == 0 ? "folder" : "path");
	if (strs_addf(&r->options, "%s=%s", o->name, value ? value : "") < 0)
		return err_set(err, ERR_INVALID, "too many options");
	return 0;
}

static int take_word(struct command_run *r, const char *word, struct err *err)
{
	if (strs_add(&r->args, word) < 0)
		return err_set(err, ERR_INVALID, "more than %zu words", r->args.max);
	return 0;
}

/* "audit" is a command and "audit export" another: a word behind the first may be meant for the
 * second. */
static int surplus(const struct command *c, size_t own, const char *word, struct err *err)
{
	size_t used;

	if (own == 0 && command_is_group(c->name))
		return unknown_second(c->name, word, err);
	if (strcmp(c->name, "demo") == 0 &&
	    (command_is_group(word) || command_find(&word, 1, &used)))
		return err_set(
		    err, ERR_INVALID,
		    "\"%.40s\" is a command of its own: with -L demo in place of \"demo\" it asks the demo's engine",
		    word);
	return err_set(err, ERR_INVALID, "\"%.80s\" is one word too many", word);
}

int command_parse(struct command_run *r, const char *const *words, size_t n, struct err *err)
{
	struct shape s = shape_of(r->command->args);
	bool rest = false;
	size_t own = 0;

	for (size_t i = 0; i < n; i++) {
		bool dashes = !rest && strcmp(words[i], "--") == 0;

		rest = rest || dashes;
		if (dashes && !s.rest)
			continue;
		if (!rest && words[i][0] == '-' && words[i][1]) {
			if (take_option(r, words, n, &i, err) < 0)
				return -1;
			continue;
		}
		if (!words[i][0] && !rest)
			return err_set(err, ERR_INVALID, "an empty word names nothing");
		if (own == s.most && !(rest && s.rest))
			return surplus(r->command, own, words[i], err);
		if (take_word(r, words[i], err) < 0)
			return -1;
		own += !(rest && s.rest);
	}
	/* What changes something names what it changes. */
	r->lacks_cluster = r->finds_cluster && own + 1 == s.least && s.least > 0 &&
			   (r->command->flags & CMD_CLUSTER) &&
			   !(r->command->flags & CMD_WRITE);
	if (own < s.least && !r->lacks_cluster)
		return missing(r->command, own, err);
	return r->command->check ? r->command->check(r, err) : 0;
}

static void put_first(struct strs *args, const char *word)
{
	struct strs all = STRS_INIT(args->max);

	strs_add(&all, word);
	for (size_t i = 0; i < args->n; i++)
		strs_add(&all, args->v[i]);
	strs_clear(args);
	*args = all;
}

#define CLUSTERS_TOLD 10

static int which_cluster(const struct strs *clusters, struct err *err)
{
	struct buf names = BUF_INIT(BUF_TEXT_MAX);

	for (size_t i = 0; i < clusters->n && i < CLUSTERS_TOLD; i++)
		buf_addf(&names, " %s", clusters->v[i]);
	if (clusters->n == 0)
		err_set(err, ERR_NOT_FOUND,
			"there is no cluster yet: \"paceline cluster create\" makes one");
	else
		err_set(err, ERR_INVALID, "CLUSTER is missing: there are%.150s%s",
			buf_str(&names), clusters->n > CLUSTERS_TOLD ? " and more" : "");
	buf_clear(&names);
	return -1;
}

int command_take_cluster(struct command_run *r, const struct strs *clusters, struct err *err)
{
	const char *only = clusters->n == 1 ? clusters->v[0] : NULL;

	if (!only)
		return which_cluster(clusters, err);
	if (r->args.n > 0 && strcmp(r->args.v[0], only) == 0)
		return err_set(err, ERR_INVALID, "something is missing behind %s: %s %s", only,
			       r->command->name, r->command->args);
	put_first(&r->args, only);
	r->lacks_cluster = false;
	return 0;
}

const char *command_option(const struct command_run *r, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = r->options.n; i-- > 0;) /* the last one counts */
		if (strncmp(r->options.v[i], name, len) == 0 && r->options.v[i][len] == '=')
			return r->options.v[i] + len + 1;
	return NULL;
}

/* Nodes may be host lists; what is none is refused later, and counts as one here. */
static size_t nodes_in(const char *word)
{
	struct strs names = STRS_INIT(QUEUE_NODES_MAX);
	size_t n = hostlist_expand(&names, word, NULL) < 0 ? 1 : names.n;

	strs_clear(&names);
	return n;
}

size_t command_objects(const struct command_run *r)
{
	unsigned int flags = r->command->flags;
	bool jobs = strstr(r->command->args, "JOB...") != NULL; /* else the rest is no job */
	size_t n = 0;

	for (size_t i = flags & CMD_CLUSTER ? 1 : 0; i < r->args.n; i++)
		n += flags & CMD_NODES ? nodes_in(r->args.v[i]) : jobs;
	return n > 1 ? n : 1;
}
