#include "console/theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"

#define THEME_MAX  65536
#define THEMES_MAX 1000
#define SUFFIX	   ".yaml"
#define MARK	   "auto.yaml"

static const char *const tones[TONES + 1] = {
	/* NULL behind the last */
	"text", "ok",	 "busy",  "idle", "boot", "warn",   "fail", "off",
	"spot", "money", "title", "key",  "mark", "cursor", "dim",  "prod",
};

static const char *const colours[] = { "black", "red",	   "green", "yellow",
				       "blue",	"magenta", "cyan",  "white" };

static const char *const looks[] = { "bold", "reverse", "underline", "dim" };

enum { DEF = COLOUR_DEFAULT, BLACK = 0, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE };

/* The files under themes/ say the same; a test holds them together. */
static const struct theme builtin[] = {
	{ .name = "auto",
	  .style = {
		  [TONE_TEXT] = { DEF, DEF, 0, 0, 0 },
		  [TONE_OK] = { GREEN, DEF, 0, 0, 0 },
		  [TONE_BUSY] = { GREEN, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_IDLE] = { CYAN, DEF, 0, 0, 0 },
		  [TONE_BOOT] = { YELLOW, DEF, 0, 0, 0 },
		  [TONE_WARN] = { YELLOW, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_FAIL] = { RED, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_OFF] = { DEF, DEF, LOOK_DIM, 0, 0 },
		  [TONE_SPOT] = { MAGENTA, DEF, 0, 0, 0 },
		  [TONE_MONEY] = { DEF, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_TITLE] = { DEF, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_KEY] = { CYAN, DEF, LOOK_REVERSE, 0, 0 },
		  [TONE_MARK] = { YELLOW, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_CURSOR] = { DEF, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_DIM] = { DEF, DEF, LOOK_DIM, 0, 0 },
		  [TONE_PROD] = { WHITE, RED, LOOK_BOLD, 0, 0 },
	  } },
	{ .name = "mono",
	  .style = {
		  [TONE_TEXT] = { DEF, DEF, 0, 0, 0 },
		  [TONE_OK] = { DEF, DEF, 0, 0, 0 },
		  [TONE_BUSY] = { DEF, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_IDLE] = { DEF, DEF, 0, 0, 0 },
		  [TONE_BOOT] = { DEF, DEF, LOOK_UNDERLINE, 0, 0 },
		  [TONE_WARN] = { DEF, DEF, LOOK_BOLD | LOOK_UNDERLINE, 0, 0 },
		  [TONE_FAIL] = { DEF, DEF, LOOK_BOLD | LOOK_REVERSE, 0, 0 },
		  [TONE_OFF] = { DEF, DEF, 0, 0, 0 },
		  [TONE_SPOT] = { DEF, DEF, 0, 0, 0 },
		  [TONE_MONEY] = { DEF, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_TITLE] = { DEF, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_KEY] = { DEF, DEF, LOOK_REVERSE, 0, 0 },
		  [TONE_MARK] = { DEF, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_CURSOR] = { DEF, DEF, LOOK_BOLD, 0, 0 },
		  [TONE_DIM] = { DEF, DEF, 0, 0, 0 },
		  [TONE_PROD] = { DEF, DEF, LOOK_BOLD | LOOK_REVERSE, 0, 0 },
	  } },
	{ .name = "light",
	  .style = {
		  [TONE_TEXT] = { BLACK, WHITE, 0, 0, 0 },
		  [TONE_OK] = { GREEN, WHITE, 0, 0, 0 },
		  [TONE_BUSY] = { GREEN, WHITE, LOOK_BOLD, 0, 0 },
		  [TONE_IDLE] = { BLUE, WHITE, 0, 0, 0 },
		  [TONE_BOOT] = { MAGENTA, WHITE, 0, 0, 0 },
		  [TONE_WARN] = { MAGENTA, WHITE, LOOK_BOLD, 0, 0 },
		  [TONE_FAIL] = { RED, WHITE, LOOK_BOLD, 0, 0 },
		  [TONE_OFF] = { BLACK, WHITE, 0, 0, 0 },
		  [TONE_SPOT] = { MAGENTA, WHITE, 0, 0, 0 },
		  [TONE_MONEY] = { BLACK, WHITE, LOOK_BOLD, 0, 0 },
		  [TONE_TITLE] = { BLACK, WHITE, LOOK_BOLD, 0, 0 },
		  [TONE_KEY] = { WHITE, BLUE, 0, 0, 0 },
		  [TONE_MARK] = { BLUE, WHITE, LOOK_BOLD, 0, 0 },
		  [TONE_CURSOR] = { BLACK, WHITE, LOOK_BOLD, 0, 0 },
		  [TONE_DIM] = { BLACK, WHITE, 0, 0, 0 },
		  [TONE_PROD] = { WHITE, RED, LOOK_BOLD, 0, 0 },
	  } },
	{ .name = "contrast",
	  .style = {
		  [TONE_TEXT] = { WHITE, BLACK, LOOK_BOLD, 0, 0 },
		  [TONE_OK] = { WHITE, BLACK, LOOK_BOLD, 0, 0 },
		  [TONE_BUSY] = { WHITE, BLACK, LOOK_BOLD, 0, 0 },
		  [TONE_IDLE] = { WHITE, BLACK, LOOK_BOLD, 0, 0 },
		  [TONE_BOOT] = { WHITE, BLACK, LOOK_BOLD | LOOK_UNDERLINE, 0, 0 },
		  [TONE_WARN] = { WHITE, BLACK, LOOK_BOLD | LOOK_UNDERLINE, 0, 0 },
		  [TONE_FAIL] = { WHITE, BLACK, LOOK_BOLD | LOOK_REVERSE, 0, 0 },
		  [TONE_OFF] = { WHITE, BLACK, LOOK_BOLD, 0, 0 },
		  [TONE_SPOT] = { WHITE, BLACK, LOOK_BOLD, 0, 0 },
		  [TONE_MONEY] = { WHITE, BLACK, LOOK_BOLD, 0, 0 },
		  [TONE_TITLE] = { WHITE, BLACK, LOOK_BOLD | LOOK_UNDERLINE, 0, 0 },
		  [TONE_KEY] = { WHITE, BLACK, LOOK_BOLD | LOOK_REVERSE, 0, 0 },
		  [TONE_MARK] = { WHITE, BLACK, LOOK_BOLD | LOOK_UNDERLINE, 0, 0 },
		  [TONE_CURSOR] = { WHITE, BLACK, LOOK_BOLD, 0, 0 },
		  [TONE_DIM] = { WHITE, BLACK, LOOK_BOLD, 0, 0 },
		  [TONE_PROD] = { WHITE, BLACK, LOOK_BOLD | LOOK_REVERSE, 0, 0 },
	  } },
};

/* Blue over green and yellow to red, of one brightness, so that both grounds show them; steps
 * of which each is told from its neighbours. */
static const int ramp256[TONE_RAMP_END - TONE_RAMP] = { 244, 61,  67,  73,  72,
							107, 143, 179, 173, 167 };
static const enum tone ramp_tones[TONE_RAMP_END - TONE_RAMP] = {
	TONE_DIM,  TONE_IDLE, TONE_IDLE,  TONE_OK,   TONE_OK,
	TONE_BUSY, TONE_BUSY, TONE_MONEY, TONE_WARN, TONE_WARN
};

/* A theme without colours, or with black and white alone, keeps to them. */
bool theme_has_colours(const struct theme *t)
{
	int fail = t->style[TONE_FAIL].fg;

	return fail != COLOUR_DEFAULT && fail != WHITE && fail != BLACK;
}

struct style theme_style(const struct theme *t, int tone, bool ramp)
{
	struct style st;

	if (tone < TONE_RAMP)
		return t->style[tone];
	st = t->style[ramp ? TONE_TEXT : ramp_tones[tone - TONE_RAMP]];
	if (ramp)
		st.fg256 = ramp256[tone - TONE_RAMP];
	return st;
}

const char *tone_name(enum tone t)
{
	return tones[t];
}

const struct theme *theme_builtin(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(builtin); i++)
		if (strcmp(builtin[i].name, name) == 0)
			return &builtin[i];
	return NULL;
}

const char *theme_default_name(void)
{
	const char *no_color = getenv("NO_COLOR");

	return no_color && *no_color ? "mono" : "auto";
}

static int word_index(const char *const *words, size_t n, const char *word, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
			return (int)i;
	return -1;
}

/* "yellow" or "yellow/214". False: it is none; *of256 is -1 when only the number is wrong. */
static bool read_colour(int *colour, int *of256, const char *word, size_t len)
{
	const char *slash = memchr(word, '/', len);
	size_t name_len = slash ? (size_t)(slash - word) : len;
	int i = word_index(colours, ARRAY_LEN(colours), word, name_len);
	int64_t n = 0;
	char digits[8] = "";

	*of256 = 0;
	if (i < 0 && (name_len != 7 || memcmp(word, "default", 7) != 0))
		return false;
	if (slash) {
		snprintf(digits, sizeof(digits), "%.*s", (int)(len - name_len - 1), slash + 1);
		if (len - name_len > sizeof(digits) || num_read(&n, digits, 16, 255) < 0) {
			*of256 = -1;
			return false;
		}
	}
	*colour = i < 0 ? COLOUR_DEFAULT : i;
	*of256 = (int)n;
	return true;
}

static int no_such_word(const struct yaml *y, const char *word, size_t len, struct err *err)
{
	static const char *const known[] = { "black",	"red",	     "green", "yellow",	 "blue",
					     "magenta", "cyan",	     "white", "default", "bold",
					     "reverse", "underline", "dim",   "on",	 NULL };
	char text[41];
	const char *near;

	snprintf(text, sizeof(text), "%.*s", len > 40 ? 40 : (int)len, word);
	near = text_nearest(text, known);
	if (near && strcmp(near, text) == 0) /* right, but not after "on" */
		near = NULL;
	return err_set(err, ERR_PARSE, "line %u: %s: \"%s\" is no colour or attribute%s%s%s",
		       y->line, y->key, text, near ? "; did you mean \"" : "", near ? near : "",
		       near ? "\"?" : "");
}

/* "[COLOUR] [on COLOUR] [bold] [reverse] [underline] [dim]", in any order */
static int read_style(struct style *st, const struct yaml *y, struct err *err)
{
	const char *p = y->kind == YAML_SCALAR ? y->text : NULL;
	bool on = false, said[2] = { false, false };

	*st = (struct style){ .fg = COLOUR_DEFAULT, .bg = COLOUR_DEFAULT };
	if (!p)
		return err_set(err, ERR_PARSE,
			       "line %u: %s: words such as \"red bold\" are expected", y->line,
			       y->key);
	for (p += strspn(p, " \t"); *p; p += strspn(p, " \t")) {
		size_t len = strcspn(p, " \t");
		int look = word_index(looks, ARRAY_LEN(looks), p, len), of256;

		if (len == 2 && memcmp(p, "on", 2) == 0 && !on) {
			on = true;
		} else if (read_colour(on ? &st->bg : &st->fg, &of256, p, len)) {
			*(on ? &st->bg256 : &st->fg256) = of256;
			if (said[on])
				return err_set(err, ERR_PARSE, "line %u: %s: two colours%s",
					       y->line, y->key,
					       on ? " after \"on\""
						  : "; that of the ground stands after \"on\"");
			said[on] = true;
			on = false;
		} else if (look >= 0 && !on) {
			st->look |= 1u << look;
		} else if (of256 < 0) {
			return err_set(
			    err, ERR_PARSE,
			    "line %u: %s: after \"/\" a number from 16 to 255 is expected",
			    y->line, y->key);
		} else {
			return no_such_word(y, p, len, err);
		}
		p += len;
	}
	if (on)
		return err_set(err, ERR_PARSE, "line %u: %s: no colour after \"on\"", y->line,
			       y->key);
	return 0;
}

static int no_such_key(const struct yaml *y, const char *what, const char *const *known,
		       struct err *err)
{
	const char *near = text_nearest(y->key, known);

	return err_set(err, ERR_PARSE, "line %u: \"%.40s\" is no %s%s%s%s", y->line, y->key,
		       what, near ? "; did you mean \"" : "", near ? near : "",
		       near ? "\"?" : "");
}

static int read_tree(struct theme *t, const struct yaml *y, struct err *err)
{
	static const char *const keys[] = { "name", "tones", NULL };
	const struct yaml *name = yaml_get(y, "name"), *map = yaml_get(y, "tones");

	for (const struct yaml *c = y->child; c; c = c->next)
		if (strcmp(c->key, "name") != 0 && strcmp(c->key, "tones") != 0)
			return no_such_key(c, "key of a theme", keys, err);
	if (name && name->kind == YAML_SCALAR)
		snprintf(t->name, sizeof(t->name), "%.31s", name->text);
	if (!map || map->kind != YAML_MAP)
		return err_set(err, ERR_PARSE, "line %u: a map \"tones\" is expected",
			       map ? map->line : y->line);
	for (const struct yaml *c = map->child; c; c = c->next) {
		int tone = word_index(tones, TONES, c->key, strlen(c->key));
		struct style st;

		if (tone < 0)
			return no_such_key(c, "tone", tones, err);
		if (read_style(&st, c, err) < 0)
			return -1;
		t->style[tone] = st;
	}
	return 0;
}

int theme_read(struct theme *t, const char *text, size_t len, struct err *err)
{
	struct theme out = *theme_builtin("auto");
	struct yaml *y = yaml_parse(text, len, err);
	int rc = -1;

	if (!y)
		return -1;
	if (y->kind != YAML_MAP)
		err_set(err, ERR_PARSE,
			"line %u: a map with \"name\" and \"tones\" is expected", y->line);
	else
		rc = read_tree(&out, y, err);
	if (rc == 0)
		*t = out;
	yaml_free(y);
	return rc;
}

int theme_load(struct theme *t, const char *path, struct err *err)
{
	struct buf b = BUF_INIT(THEME_MAX);
	int rc = file_read(&b, path, err);

	if (rc == 0 && theme_read(t, buf_str(&b), b.len, err) < 0)
		rc = err_wrap(err, "theme %s", path);
	buf_clear(&b);
	return rc;
}

/*
 * Themes by name
 */

static void folders(struct strs *out)
{
	char *shipped = file_shipped("themes", MARK), *own = file_own("themes");

	if (shipped)
		strs_take(out, shipped);
	if (own)
		strs_take(out, own);
}

static void add_names(struct strs *out, const char *dir)
{
	struct strs files = STRS_INIT(THEMES_MAX);

	if (file_exists(dir))
		file_list(&files, dir, NULL);
	for (size_t i = 0; i < files.n; i++) {
		size_t n = strlen(files.v[i]), suffix = strlen(SUFFIX);

		if (n <= suffix || strcmp(files.v[i] + n - suffix, SUFFIX) != 0)
			continue;
		files.v[i][n - suffix] = '\0';
		if (text_is_name(files.v[i], 31) && !strs_has(out, files.v[i]))
			strs_add(out, files.v[i]);
	}
	strs_clear(&files);
}

void theme_names(struct strs *out)
{
	struct strs in = STRS_INIT(4);

	for (size_t i = 0; i < ARRAY_LEN(builtin); i++)
		strs_add(out, builtin[i].name);
	folders(&in);
	for (size_t i = 0; i < in.n; i++)
		add_names(out, in.v[i]);
	strs_clear(&in);
	strs_sort(out);
}

static int no_such_theme(const char *name, struct err *err)
{
	struct strs names = STRS_INIT(THEMES_MAX);
	const char *near;

	theme_names(&names);
	near = text_nearest(name, (const char *const *)names.v);
	if (near) {
		err_set(err, ERR_NOT_FOUND, "there is no theme \"%.40s\"; did you mean \"%s\"?",
			name, near);
	} else {
		char list[120] = "";

		for (size_t i = 0, n = 0; i < names.n && n < sizeof(list); i++)
			n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", i ? ", " : "",
					      names.v[i]);
		err_set(err, ERR_NOT_FOUND, "there is no theme \"%.40s\": %s", name, list);
	}
	strs_clear(&names);
	return -1;
}

int theme_find(struct theme *t, const char *name, struct err *err)
{
	const struct theme *known = theme_builtin(name);
	struct strs in = STRS_INIT(4);
	char *path = NULL;
	int rc;

	if (known) {
		*t = *known;
		return 0;
	}
	if (strchr(name, '/'))
		return theme_load(t, name, err);
	folders(&in);
	for (size_t i = 0; i < in.n && text_is_name(name, 31); i++) {
		path = xasprintf("%s/%s" SUFFIX, in.v[i], name);
		if (file_exists(path))
			break;
		free(path);
		path = NULL;
	}
	if (path) {
		rc = theme_load(t, path, err);
		if (rc == 0) /* whatever its file calls it: it is known by this name */
			snprintf(t->name, sizeof(t->name), "%s", name);
	} else
		rc = file_exists(name) ? theme_load(t, name, err) : no_such_theme(name, err);
	free(path);
	strs_clear(&in);
	return rc;
}
