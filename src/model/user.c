#include "model/user.h"

#include "base/mem.h"
#include "model/words.h"

static const char *const names[] = {
	[ROLE_NONE] = "none",	  [ROLE_VIEWER] = "viewer", [ROLE_OPERATOR] = "operator",
	[ROLE_AUTHOR] = "author", [ROLE_ADMIN] = "admin",
};

const char *role_name(enum role r)
{
	return names[r];
}

enum role role_of(const char *name)
{
	return (enum role)word_index(names, ARRAY_LEN(names), name, ROLE_NONE);
}
