/* The configuration file: clouds, roles, the site's name, folders with templates, limits. */
#ifndef MAIN_CONFIG_H
#define MAIN_CONFIG_H

#include "auth/auth.h"
#include "base/strs.h"
#include "engine/engine.h"
#include "provider/provider.h"

struct config {
	struct cloud_record *clouds;
	size_t n_clouds;
	struct auth_rules rules;
	struct strs templates; /* folders, before the built-in one */
	char *site;	       /* NULL: none */
	struct orphan_rules orphans;
	struct limits limits;
};

/* Adds to what is there; err names file, line and column. */
int config_load(struct config *c, const char *path, struct err *err);
void config_init(struct config *c);
void config_clear(struct config *c);

#endif
