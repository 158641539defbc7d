/* What a check says: a problem, or that something was looked at. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/check.h"

static const char *const state_words[] = { "ok", "unknown", "warn", "fail" };

struct json *check_problem(struct json *out, enum check_state s, const char *param,
			   const char *fix, const char *fmt, ...)
{
	struct json *j = json_add_object(json_get_mut(out, "problems"));
	char text[320];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_set_str(j, "level", state_words[s]);
	json_set_str(j, "param", param ? param : "");
	json_set_str(j, "fix", fix ? fix : "");
	json_set_str(j, "text", text);
	return j;
}

bool check_refix(struct json *out, const char *param, const char *fix)
{
	size_t n = json_len(json_get(out, "problems"));

	for (size_t i = 0; *param && i < n; i++) {
		struct json *j;
		char at[40];

		snprintf(at, sizeof(at), "problems.%zu", i);
		j = json_get_mut(out, at);
		if (strcmp(json_str(j, "param", ""), param) != 0)
			continue;
		if (*fix)
			json_set_str(j, "fix", fix);
		return true;
	}
	return false;
}

void check_told(struct json *out, const char *what, enum check_state s, const char *text)
{
	struct json *j = json_add_object(json_get_mut(out, "checks"));

	json_set_str(j, "what", what);
	json_set_str(j, "state", state_words[s]);
	json_set_str(j, "text", text);
}

void check_unsure(struct json *out)
{
	const struct json *list = json_get(out, "checks");
	struct json *again = json_new_array();

	for (size_t i = 0; i < json_len(list); i++) {
		struct json *j = json_copy(json_at(list, i));

		if (strcmp(json_str(j, "what", ""), "name") != 0 &&
		    strcmp(json_str(j, "state", ""), state_words[CHECK_OK]) == 0)
			json_set_str(j, "state", state_words[CHECK_UNKNOWN]);
		json_add(again, j);
	}
	json_put(out, "checks", again);
}
