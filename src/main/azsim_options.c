#include <stddef.h>
#include <string.h>

#include "azsim_serve.h"
#include "base/text.h"

struct option {
	const char *name;
	enum { TEXT, PORT, SEED, FACTOR, FLAG } kind;
	size_t at;
};

#define OPTION(name, kind, field)                                                              \
	{                                                                                      \
		name, kind, offsetof(struct azsim_options, field)                              \
	}

static const struct option options[] = {
	OPTION("--state", TEXT, state),	      OPTION("--profile", TEXT, profile),
	OPTION("--scenario", TEXT, scenario), OPTION("--group", TEXT, group),
	OPTION("--port", PORT, port),	      OPTION("--http-port", PORT, plain_port),
	OPTION("--seed", SEED, seed),	      OPTION("--clock-factor", FACTOR, factor),
	OPTION("--ghosts", FLAG, ghosts),     OPTION("--control", FLAG, control),
};

static const char *const takes[] = {
	[TEXT] = "a text",	   [PORT] = "a number from 0 to 65535",
	[SEED] = "a whole number", [FACTOR] = "a number from 1 to 1000",
	[FLAG] = "no value",
};

static int take(struct azsim_options *o, const struct option *opt, const char *value,
		struct err *err)
{
	char *at = (char *)o + opt->at;
	int rc = 0;

	switch (opt->kind) {
	case FLAG:
		*(bool *)at = true;
		break;
	case TEXT:
		*(const char **)at = value;
		break;
	case PORT:
		rc = num_read((int64_t *)at, value, 0, 65535);
		break;
	case SEED:
		rc = num_read((int64_t *)at, value, 0, INT64_MAX);
		o->has_seed = true;
		break;
	case FACTOR:
		rc = num_read_real((double *)(void *)at, value, 1, 1000);
		break;
	}
	return rc == 0 ? 0
		       : err_set(err, ERR_INVALID, "%s takes %s, not \"%.40s\"", opt->name,
				 takes[opt->kind], value);
}

static int no_option(const char *word, struct err *err)
{
	const char *names[sizeof(options) / sizeof(options[0]) + 1] = { NULL }, *near;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		names[i] = options[i].name;
	near = text_nearest(word, names);
	return err_set(err, ERR_INVALID,
		       "there is no option \"%.60s\"%s%s%s; azsim --help lists them", word,
		       near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

int azsim_read_options(struct azsim_options *o, int argc, char **argv, struct err *err)
{
	*o = (struct azsim_options){ .profile = "fast" };
	for (int i = 1; i < argc; i++) {
		const struct option *opt = NULL;

		for (size_t k = 0; k < sizeof(options) / sizeof(options[0]); k++)
			if (strcmp(options[k].name, argv[i]) == 0)
				opt = &options[k];
		if (!opt)
			return no_option(argv[i], err);
		if (opt->kind != FLAG && i + 1 == argc)
			return err_set(err, ERR_INVALID, "%s needs a value", argv[i]);
		if (take(o, opt, opt->kind == FLAG ? "" : argv[++i], err) != 0)
			return -1;
	}
	return o->state ? 0
			: err_set(err, ERR_INVALID,
				  "--state DIR is needed: where the cloud is kept");
}
